"""`tandem held list`, `show`, `release`, `reject`: what waits for a person."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from tandem_cli.calls import Body, Document, place
from tandem_cli.command import Desk, command, group
from tandem_cli.lists import Rows, show_rows
from tandem_cli.options import All, Limit, OfResource, Yes, read_instant
from tandem_cli.showing import blocks, card, when
from tandem_cli.sides import appointment_of, side_by_side
from tandem_cli.trouble import Code, Trouble

app = group("held", "What waits for a person.")


class Kind(StrEnum):
    """In which way something is held."""

    PAIR = "pair"
    BRAKE = "brake"
    TWIN = "twin"
    UNREADABLE = "unreadable"
    BELL = "bell"
    WEBHOOK = "webhook"
    MAILBOX = "mailbox"


Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="What `tandem held list` shows as id.")]
Reason = Annotated[
    str | None, typer.Option("--reason", help="All that are held for this reason, as the list shows it.")
]
OfWhom = Annotated[str | None, typer.Option("--resource", metavar="RESOURCE", help="All that are held for this one.")]


@command(
    app,
    "list",
    "tandem held list",
    "tandem held list --resource R-ada --kind brake",
    "tandem held list --since 2d --json",
)
def list_held(
    desk: Desk,
    *,
    resource: OfResource = None,
    kind: Annotated[Kind | None, typer.Option(help="Only what is held in this way.")] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only what is held since then or later, such as 2h or 2026-11-21."),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="Only what is held for this reason, such as 'held by the brake'.")
    ] = None,
    limit: Limit = 100,
    everything: All = False,
) -> None:
    """List what is held: what, since when, whose, why, and what to do."""
    query = {"resource": resource, "kind": kind, "since": read_instant(since), "reason": reason}
    show_rows(desk, "/held", query, _draw, limit=limit, is_whole=everything)


@command(app, "show", "tandem held show Ui1hZGE.cDE4")
def show(desk: Desk, held: Annotated[str, typer.Argument(metavar="ID", help="What the list shows as id.")]) -> None:
    """Show one that is held, with how both sides look."""
    found = desk.calls.read(place("held", held)).document
    verdicts = found.get("verdicts") or []
    desk.out.show(
        found,
        [
            card(
                ("what", found.get("what")),
                ("reason", found.get("reason")),
                ("why", found.get("why")),
                ("what to do", found.get("remedy")),
                ("more", found.get("link")),
                ("resource", found.get("resource")),
                ("appointment", appointment_of(found)),
                ("since", when(found.get("since"))),
                ("takes", verdicts or "no answer now: it was given one"),
            ),
            *side_by_side(found.get("sides") or {}),
        ],
    )


@command(
    app,
    "release",
    "tandem held release Ui1hZGE.cDE4",
    "tandem held release --resource R-ada --reason 'held by the brake' --yes",
)
def release(desk: Desk, *, held: Ids = None, resource: OfWhom = None, reason: Reason = None, yes: Yes = False) -> None:
    """Have it carried out after all: one, several, or all of a resource or a reason."""
    _judge(desk, "release", held or [], resource=resource, reason=reason, yes=yes)


@command(
    app,
    "reject",
    "tandem held reject Ui1hZGE.cDE4",
    "tandem held reject Ui1hZGE.cDE4 Ui1iZW4.cDM --yes",
)
def reject(desk: Desk, *, held: Ids = None, resource: OfWhom = None, reason: Reason = None, yes: Yes = False) -> None:
    """Leave things as they are, and remember that: one, several, or all of a resource or a reason."""
    _judge(desk, "reject", held or [], resource=resource, reason=reason, yes=yes)


def _draw(rows: Rows) -> Iterable[RenderableType | str]:
    return blocks(((str(row.get("id")), _lines(row)) for row in rows), nothing="Nothing is held.")


def _lines(row: Mapping[str, Any]) -> list[str]:
    whose = [row.get("resource") or "no resource", appointment_of(row), f"since {when(row.get('since'))}"]
    return [
        ", ".join(filter(None, [row.get("what"), *whose])),
        f"{row.get('reason')}: {row.get('why')}",
        f"→ {row.get('remedy')}",
    ]


def _judge(desk: Desk, verdict: str, ids: list[str], *, resource: str | None, reason: str | None, yes: bool) -> None:
    choice: Document = {"ids": ids or None, "resource": resource, "reason": reason}
    choice = {member: value for member, value in choice.items() if value is not None}
    if not choice:
        raise Trouble(
            Code.USAGE, "Say which: ids, or all of a --resource or a --reason. `tandem held list` shows them."
        )
    if len(ids) == 1 and len(choice) == 1:
        judged = desk.calls.change("POST", place("held", ids[0], verdict)).document
    else:
        named = " and ".join(filter(None, [f"{len(ids)} chosen" if ids else "", resource or "", reason or ""]))
        done = "carried out after all" if verdict == "release" else "left undone"
        desk.confirm(f"Is everything held for {named} to be {done}?", yes)
        judged = desk.calls.change("POST", place("held", verdict), body=Body.of_json(choice)).document
    done = "released" if verdict == "release" else "rejected"
    desk.out.show(judged, [f"{judged.get('count')} {done}."])
