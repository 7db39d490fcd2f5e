"""A sign-in of one tenant that issues whatever token it is asked for, the bad ones too."""
