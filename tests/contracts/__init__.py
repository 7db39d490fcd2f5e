"""One suite per port, for its fake and its real adapter alike."""
