"""The administration API: who may call, what was asked, how it is answered; what is done stands in the flows."""
