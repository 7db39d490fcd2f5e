"""The flows as sentences, on the ports in memory: each promise of a flow, and what becomes of it at every fault."""
