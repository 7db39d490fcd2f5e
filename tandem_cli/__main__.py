"""`python -m tandem_cli` is `tandem`."""

import sys

from tandem_cli.app import main


def run() -> None:
    """Run the command line that was given, and end with its exit code."""
    sys.exit(main())


if __name__ == "__main__":
    run()
