"""Shows a list: as many rows as were asked for, and says if there are more."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.console import RenderableType

from tandem_cli.calls import Query
from tandem_cli.command import Desk
from tandem_cli.showing import Column, table

Rows = Sequence[Mapping[str, Any]]


def show_list(desk: Desk, path: str, query: Query, *columns: Column, limit: int, is_whole: bool, nothing: str) -> None:
    """Print the rows of a list as a table; for programs they are one array."""
    show_rows(desk, path, query, lambda rows: [table(rows, *columns, nothing=nothing)], limit=limit, is_whole=is_whole)


def show_rows(
    desk: Desk,
    path: str,
    query: Query,
    draw: Callable[[Rows], Iterable[RenderableType | str]],
    *,
    limit: int,
    is_whole: bool,
) -> None:
    """Print the rows of a list as they are drawn; for programs they are one array."""
    # One more than is shown tells whether there are more.
    rows = list(desk.calls.walk(path, query, None if is_whole else limit + 1))
    shown = rows if is_whole else rows[:limit]
    desk.out.show(shown, draw(shown))
    if len(rows) > len(shown):
        desk.out.note(f"There are more than these {limit}: --all shows every one.")
