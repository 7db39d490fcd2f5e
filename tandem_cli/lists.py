"""Shows a list: as many rows as were asked for, and says if there are more."""

from tandem_cli.calls import Query
from tandem_cli.command import Desk
from tandem_cli.showing import Column, table


def show_list(desk: Desk, path: str, query: Query, *columns: Column, limit: int, is_whole: bool, nothing: str) -> None:
    """Print the rows of a list; for programs they are one array."""
    # One more than is shown tells whether there are more.
    rows = list(desk.calls.walk(path, query, None if is_whole else limit + 1))
    shown = rows if is_whole else rows[:limit]
    desk.out.show(shown, [table(shown, *columns, nothing=nothing)])
    if len(rows) > len(shown):
        desk.out.note(f"There are more than these {limit}: --all shows every one.")
