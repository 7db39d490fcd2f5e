"""How others say it: one package per outside, none knows another."""
