"""Random histories through the real accept, intake, engine and flows on ports in memory."""
