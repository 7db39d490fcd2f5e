"""Shows how the board and Outlook looked, beside each other, and what a write changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType

from tandem_cli.showing import table

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


def difference(entry: Mapping[str, Any]) -> str:
    """Return what a journal entry changed, field by field: only what was written, and what lost."""
    before, after, lost = (entry.get(name) or {} for name in ("before", "after", "lost"))
    words = []
    for side, called in _NAMES.items():
        new, old = after.get(side), before.get(side) or {}
        if new is not None:
            words += [
                f"{called} {name}: {old.get(name, '-')} → {value}"
                for name, value in new.items()
                if old.get(name) != value
            ]
        if lost.get(side) is not None:
            words.append(f"lost on {called}: {', '.join(lost[side])}")
    return "\n".join(words)
