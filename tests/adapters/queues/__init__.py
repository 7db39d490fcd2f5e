"""The queue, against a real emulator."""
