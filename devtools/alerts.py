"""Lets alerts stand out of a host's log, each with where its remedy is told: what an action group does in Azure.

The line is promised by `docs/admin/alerts.md`.
"""

import re

from devtools.processes import Echo

_ALERT = re.compile(r"alert=(?P<name>\S+) level=(?P<level>warning|error|over) words=(?P<words>.*) link=(?P<link>\S+)$")
_SAID = {"warning": "ALERT", "error": "ALERT, URGENT", "over": "alert is over"}


def with_alerts(echo: Echo) -> Echo:
    """Return an echo that sets alerts of the app apart; every other line is passed on as it is."""

    def tell(line: str) -> None:
        found = _ALERT.search(line.rstrip())
        if found is None:
            echo(line)
            return
        echo(f"\n  >>> {_SAID[found['level']]}: {found['name']}\n  >>> {found['words']}")
        echo(f"  >>> {found['link']}\n")

    return tell
