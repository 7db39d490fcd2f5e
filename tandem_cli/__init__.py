"""The command line of Tandem: a client of the administration API, and of nothing else."""

VERSION = "0.1.0"
