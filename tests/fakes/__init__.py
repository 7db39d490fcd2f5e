"""The ports in memory, each passing the same contract suite as the real adapter."""
