"""Every developer command of Tandem, on a bare machine: `python3 dev.py` lists them.

This file must parse on any Python, so that an old one is told what it lacks instead of seeing a syntax error.
"""

import sys

if not (3, 11) <= sys.version_info[:2] < (3, 14):
    sys.exit(
        "Tandem needs Python 3.11, 3.12 or 3.13, but this is Python {}.{}: run dev.py with one of those.".format(
            *sys.version_info[:2]
        )
    )

from devtools.entry import main

sys.exit(main(sys.argv[1:]))
