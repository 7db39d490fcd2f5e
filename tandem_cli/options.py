"""The options and arguments that several commands take, and what their words mean."""

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem_cli.trouble import Code, Trouble

_LENGTH = re.compile(r"(\d{1,5})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Events(StrEnum):
    """What becomes of the events that Tandem made."""

    KEEP = "keep"
    REMOVE = "remove"


class Direction(StrEnum):
    """Which way changes travel."""

    UP = "up"
    DOWN = "down"
    BOTH = "both"
    NONE = "none"


ResourceId = Annotated[str, typer.Argument(metavar="RESOURCE", help="The board's id of the resource.")]
OfResource = Annotated[
    str | None, typer.Option("--resource", metavar="RESOURCE", help="Only what concerns this resource.")
]
Limit = Annotated[int, typer.Option("--limit", min=1, help="How many rows to show at most.")]
All = Annotated[bool, typer.Option("--all", help="Show every row, however many there are.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Stay and show how far it is, until it is done.")]
Every = Annotated[float, typer.Option("--every", min=0, help="Seconds between two looks while following.")]
InFile = Annotated[str, typer.Argument(metavar="FILE", help="The file to read; - reads standard input.")]
OutFile = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file instead of standard output.")
]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="Begin: 2026-11-21, 2026-11-21T08:00:00Z, or 2h, 3d ago (m, h, d, w)."),
]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="End, excluded; written as for --from.")]


def read_instant(words: str | None, now: datetime | None = None) -> str | None:
    """Return an instant as the API takes it; a day begins in UTC, a length is so long before `now`.

    Raises:
        Trouble: It is no such thing.
    """
    if words is None:
        return None
    if length := _LENGTH.fullmatch(words):
        ago = timedelta(**{_UNITS[length[2]]: int(length[1])})
        return f"{(now or datetime.now(UTC)) - ago:%Y-%m-%dT%H:%M:%SZ}"
    try:
        instant = datetime.fromisoformat(words)
    except ValueError:
        raise Trouble(Code.USAGE, "Write a time as 2026-11-21, 2026-11-21T08:00:00Z or 2h.") from None
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_bytes(file: str) -> bytes:
    """Return what a file holds, `-` being standard input.

    Raises:
        Trouble: It cannot be read.
    """
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as trouble:
        raise Trouble(Code.USAGE, f"{file} cannot be read: {trouble.strerror}.") from None


def read_object(file: str) -> dict[str, Any]:
    """Return the JSON object that a file holds.

    Raises:
        Trouble: It cannot be read, or is no JSON object.
    """
    return as_object(read_bytes(file), file)


def as_object(encoded: bytes | str, name: str) -> dict[str, Any]:
    """Return a JSON object from its text; `name` says where it came from.

    Raises:
        Trouble: It is none.
    """
    try:
        document = json.loads(encoded)
    except json.JSONDecodeError as trouble:
        raise Trouble(Code.USAGE, f"{name} is no JSON: line {trouble.lineno}, column {trouble.colno}.") from None
    except UnicodeDecodeError:
        raise Trouble(Code.USAGE, f"{name} is not in UTF-8.") from None
    if not isinstance(document, dict):
        raise Trouble(Code.USAGE, f"{name} holds no JSON object.")
    return document


def write_file(file: Path, content: bytes) -> None:
    """Write what was asked for.

    Raises:
        Trouble: It cannot be written.
    """
    try:
        file.write_bytes(content)
    except OSError as trouble:
        raise Trouble(Code.USAGE, f"{file} cannot be written: {trouble.strerror}.") from None
