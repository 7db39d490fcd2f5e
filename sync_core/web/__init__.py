"""How we are spoken to: request to checked, typed values to response; no rules."""
