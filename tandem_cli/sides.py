"""Shows how the board and Outlook looked, beside each other, and what a write changed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType

from tandem_cli.showing import table, when

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_NAMES = {"board": "the board", "event": "Outlook"}


def side_by_side(sides: Mapping[str, Any]) -> Iterator[RenderableType | str]:
    """Yield the fields of both sides as one table."""
    board, event = (sides.get(side) for side in _NAMES)
    for side, content in (("board", board), ("event", event)):
        if content is None:
            yield f"{_NAMES[side]}: not there, or not seen"
    names = [*dict.fromkeys([*(board or {}), *(event or {})])]
    if names:
        yield table(
            [{"field": name, "board": (board or {}).get(name), "event": (event or {}).get(name)} for name in names],
            ("", lambda row: row["field"]),
            ("board", lambda row: row["board"]),
            ("Outlook", lambda row: row["event"]),
            nothing="",
        )


def appointment_of(row: Mapping[str, Any]) -> str:
    """Return the appointment of a row in words, empty for a worker's own event."""
    found = row.get("appointment")
    return f"{found.get('kind')} {found.get('id')}" if found else ""


def differences(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a journal entry changed, field by field: only what was written, and what lost."""
    before, after, lost = (entry.get(name) or {} for name in ("before", "after", "lost"))
    for side, called in _NAMES.items():
        new, old = after.get(side), before.get(side) or {}
        for name, value in (new or {}).items():
            if old.get(name) != value:
                yield f"{called} {name}: {_short(old.get(name))} → {_short(value)}"
        if lost.get(side) is not None:
            yield f"lost on {called}: {', '.join(f'{name} {_short(value)}' for name, value in lost[side].items())}"


def _short(value: object) -> str:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return when(value)
    return "nothing" if value in (None, "") else str(value)
