"""Shows answers: tables and words for people, JSON for programs; what is no answer goes to stderr.

https://rich.readthedocs.io/en/stable/tables.html
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_COLOURS = {
    **dict.fromkeys(("green", "active", "done", "valid", "created", "ready", "shared", "room"), "green"),
    **dict.fromkeys(("amber", "waiting", "paused", "leaving", "running", "expiring", "changed"), "yellow"),
    **dict.fromkeys(("red", "held", "refused", "expired", "missing", "brake"), "red"),
}
# So wide that no cell is broken where a program or a pager reads; a terminal says itself how wide it is.
_WIDTH_OF_A_FILE = 240

Column = tuple[str, Callable[[Mapping[str, Any]], object]]


def _console(*, to_stderr: bool = False) -> Console:
    stream = sys.stderr if to_stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else _WIDTH_OF_A_FILE, highlight=False, markup=False)


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command's answer goes, and in which form."""

    as_json: bool = False
    console: Console = field(default_factory=_console)
    aside: Console = field(default_factory=lambda: _console(to_stderr=True))

    def show(self, document: object, for_people: Iterable[RenderableType | str]) -> None:
        """Print the document for programs, or what it means for people."""
        if self.as_json:
            self.write_json(document)
            return
        for each in for_people:
            # Words are copied from a terminal, which breaks a line without a line end between its parts.
            words = plain(each) if isinstance(each, str) else each
            self.console.print(words, soft_wrap=isinstance(words, str | Text))

    def write_json(self, document: object) -> None:
        """Print a document as JSON, nothing of it changed; signs that steer a terminal are escaped."""
        text = json.dumps(document, ensure_ascii=False, indent=2)
        # Only strings can hold such signs, and there an escape means the same.
        signs = (sign if sign.isprintable() or sign == "\n" else json.dumps(sign)[1:-1] for sign in text)
        self.console.file.write("".join(signs) + "\n")

    def note(self, *sentences: str) -> None:
        """Say something beside the answer, on stderr."""
        for each in sentences:
            self.aside.print(plain(each), soft_wrap=True)


def plain(value: object) -> str:
    """Return words that cannot steer a terminal."""
    if value is None:
        return ""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\ufffd" for sign in str(value))


def cell(value: object) -> Text:
    """Return a value as a cell: lists with commas, objects as JSON, known states in their colour."""
    if isinstance(value, list):
        words = ", ".join(each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in value)
    elif isinstance(value, dict):
        words = ", ".join(f"{name}={json.dumps(each, ensure_ascii=False)}" for name, each in value.items())
    elif isinstance(value, bool):
        words = "yes" if value else "no"
    else:
        words = plain(value)
    words = plain(words)
    return Text(words, style=_COLOURS.get(words, ""))


def table(rows: Sequence[Mapping[str, Any]], *columns: Column, nothing: str) -> Table | Text:
    """Return rows as a table; `nothing` is said where there are none."""
    if not rows:
        return Text(nothing)
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading, _ in columns:
        drawn.add_column(heading, overflow="fold")
    for row in rows:
        drawn.add_row(*(cell(read(row)) for _, read in columns))
    return drawn


def blocks(rows: Iterable[tuple[str, Sequence[str]]], *, nothing: str) -> Iterator[RenderableType | str]:
    """Yield rows whose words are too long for a table: a line for each, with more lines below it."""
    is_empty = True
    for head, lines in rows:
        is_empty = False
        yield Text(plain(head), style="bold")
        for line in lines:
            yield Padding(Text(plain(line)), (0, 0, 0, 4))
    if is_empty:
        yield nothing


def card(*lines: tuple[str, object]) -> Table:
    """Return names with their values, those that say nothing left out."""
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    drawn.add_column(style="bold", no_wrap=True)
    drawn.add_column(overflow="fold")
    for name, value in lines:
        if value not in (None, "", [], {}):
            drawn.add_row(plain(name), cell(value))
    return drawn


def when(instant: object) -> str:
    """Return an instant for people, in UTC and to the second."""
    return str(instant)[:19].replace("T", " ") + "Z" if instant else ""
