"""In which order: one straight line per file; speaks only to ports and domain."""
