"""What the commands of dev.py do."""
