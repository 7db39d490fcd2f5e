"""`tandem journal`, `tandem history`, `tandem trail`: what was done, and by whom."""

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from tandem_cli.calls import Query, place
from tandem_cli.command import Desk, command
from tandem_cli.lists import Rows, show_list, show_rows
from tandem_cli.options import All, From, Limit, OfResource, ResourceId, To, read_instant
from tandem_cli.showing import blocks, when
from tandem_cli.sides import appointment_of, differences


class Kind(StrEnum):
    """What an appointment is."""

    TASK = "task"
    UNAVAILABILITY = "unavailability"
    WORKING_DAY = "working_day"


def register(app: typer.Typer) -> None:
    """Add the three commands."""

    @command(app, "journal", "tandem journal R-ada", "tandem journal R-ada --from 2026-11-20 --to 2026-11-21 --all")
    def journal(
        desk: Desk,
        *,
        resource: ResourceId,
        begin: From = None,
        end: To = None,
        limit: Limit = 50,
        everything: All = False,
    ) -> None:
        """Show what was done for a resource, newest first: what, why, from what to what, by which change."""
        path = place("resources", resource, "journal")
        _show(desk, path, {}, begin=begin, end=end, limit=limit, is_whole=everything)

    @command(app, "history", "tandem history R-ada A-1001", "tandem history R-ada A-1001 --kind task --json")
    def history(
        desk: Desk,
        *,
        resource: ResourceId,
        appointment: Annotated[str, typer.Argument(metavar="APPOINTMENT", help="The board's id of the appointment.")],
        kind: Annotated[Kind | None, typer.Option(help="Only an appointment of this kind.")] = None,
        begin: From = None,
        end: To = None,
        limit: Limit = 50,
        everything: All = False,
    ) -> None:
        """Show what was done to one appointment, newest first."""
        path = place("resources", resource, "appointments", appointment, "history")
        _show(desk, path, {"kind": kind}, begin=begin, end=end, limit=limit, is_whole=everything)

    @command(app, "trail", "tandem trail", "tandem trail --resource R-ada --from 7d")
    def trail(
        desk: Desk,
        *,
        resource: OfResource = None,
        who: Annotated[str | None, typer.Option(help="Only what was done by this object id.")] = None,
        begin: From = None,
        end: To = None,
        limit: Limit = 50,
        everything: All = False,
    ) -> None:
        """Show what admins did, newest first: who, when, what was before and after."""
        show_list(
            desk,
            "/trail",
            {"resource": resource, "who": who, "from": read_instant(begin), "to": read_instant(end)},
            ("at", lambda row: when(row.get("at"))),
            ("who", lambda row: row.get("who")),
            ("what", _action),
            ("on", lambda row: row.get("target")),
            ("before", lambda row: _compact(row.get("before"))),
            ("after", lambda row: _compact(row.get("after"))),
            limit=limit,
            is_whole=everything,
            nothing="Nobody did anything in this time.",
        )


def _show(
    desk: Desk, path: str, query: Query, *, begin: str | None, end: str | None, limit: int, is_whole: bool
) -> None:
    span = {"from": read_instant(begin), "to": read_instant(end)}
    show_rows(desk, path, {**query, **span}, _draw, limit=limit, is_whole=is_whole)


def _draw(rows: Rows) -> Iterable[RenderableType | str]:
    entries = (
        (
            ", ".join(filter(None, [when(row.get("at")), appointment_of(row), row.get("what")])),
            [f"{row.get('why')} (change {row.get('correlationId')})", *differences(row)],
        )
        for row in rows
    )
    return blocks(entries, nothing="Nothing was done in this time.")


def _action(row: Mapping[str, Any]) -> str:
    """What was done; of one that was only begun nobody knows how it ended."""
    return f"{row.get('what')} (begun)" if row.get("state") == "begun" else str(row.get("what"))


def _compact(state: Any) -> str:
    return "" if state is None else json.dumps(state, ensure_ascii=False)
