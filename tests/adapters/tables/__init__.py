"""Table Storage, against a real emulator."""
