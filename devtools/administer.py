"""The command line `tandem` from the working copy, with what it needs to find the app that runs here."""

import os
from collections.abc import Sequence

from devtools.development import ISSUER_PORT, loopback


def run_tandem(arguments: Sequence[str]) -> int:
    """Run one command line of `tandem` and return its exit code; without a token the local issuer is asked for one."""
    from tandem_cli.app import main

    os.environ.setdefault("TANDEM_ISSUER", loopback(ISSUER_PORT))
    return main(arguments)
