"""`tandem resources activate`, `pause`, `resume`, `offboard`, `erase`, `sync`, `progress`: the way in and out."""

from typing import Annotated

import typer

from tandem_cli.calls import place
from tandem_cli.command import Desk, command
from tandem_cli.following import show_progress
from tandem_cli.options import Events, Every, Follow, ResourceId, Yes
from tandem_cli.resources import app, show_resource
from tandem_cli.showing import card, table

Fate = Annotated[
    Events, typer.Option("--events", help="Whether the events that Tandem made stay with the worker or are deleted.")
]


@command(app, "activate", "tandem resources activate R-ada", "tandem resources activate R-ada --follow")
def activate(desk: Desk, resource: ResourceId, follow: Follow = False, every: Every = 1) -> None:
    """Have a resource take part: subscribe, read both sides, write what is planned."""
    _act(desk, resource, "activate", follows=follow, every=every)


@command(app, "pause", "tandem resources pause R-ada")
def pause(desk: Desk, resource: ResourceId) -> None:
    """Write nothing for a resource until it is resumed; what arrives meanwhile is remembered."""
    _act(desk, resource, "pause")


@command(app, "resume", "tandem resources resume R-ada", "tandem resources resume R-ada --follow")
def resume(desk: Desk, resource: ResourceId, follow: Follow = False, every: Every = 1) -> None:
    """Go on where a resource was paused, and make up for what happened meanwhile."""
    _act(desk, resource, "resume", follows=follow, every=every)


@command(
    app,
    "offboard",
    "tandem resources offboard R-ada --events keep",
    "tandem resources offboard R-ada --events remove --yes --follow",
)
def offboard(
    desk: Desk, *, resource: ResourceId, events: Fate, yes: Yes = False, follow: Follow = False, every: Every = 1
) -> None:
    """Have a resource take part no more. Its profile and journal stay."""
    if events is Events.REMOVE:
        desk.confirm(f"Delete every event that Tandem made for {resource}?", yes)
    _act(desk, resource, "offboard", follows=follow, every=every, events=events)


@command(app, "erase", "tandem resources erase R-ada --events keep --yes")
def erase(desk: Desk, resource: ResourceId, events: Fate, yes: Yes = False) -> None:
    """Erase everything that is stored about a person; off-boards them first if that was not done.

    It cannot be undone. What cannot be erased yet is tried again by itself; say it again to see how far it is.
    """
    desk.confirm(f"Erase everything about {resource}? It cannot be undone.", yes)
    erasure = desk.calls.change("POST", place("resources", resource, "erase"), {"events": events}).document
    desk.out.show(
        erasure,
        [
            card(("resource", erasure.get("resource")), ("state", erasure.get("state"))),
            table(
                erasure.get("removed") or [],
                ("removed", lambda row: row.get("what")),
                ("count", lambda row: row.get("count")),
                nothing="There was nothing to remove.",
            ),
            *(
                f"! left: {part.get('count')} {part.get('what')}. {part.get('why')} {part.get('remedy')}"
                for part in erasure.get("left") or []
            ),
        ],
    )


@command(app, "sync", "tandem resources sync R-ada")
def sync(desk: Desk, resource: ResourceId) -> None:
    """Read both sides of a resource now."""
    bell = desk.calls.change("POST", place("resources", resource, "sync")).document
    desk.out.show(
        bell,
        [f"{resource} is read now; the log and `tandem journal {resource}` have it as {bell.get('correlationId')}."],
    )


@command(app, "progress", "tandem resources progress R-ada", "tandem resources progress R-ada --follow --every 5")
def progress(desk: Desk, resource: ResourceId, follow: Follow = False, every: Every = 1) -> None:
    """Show how far an activation, a change of settings or a leaving is."""
    show_progress(desk, resource, follows=follow, every=every)


def _act(
    desk: Desk, resource: str, verb: str, *, follows: bool = False, every: float = 1, events: Events | None = None
) -> None:
    answer = desk.calls.change("POST", place("resources", resource, verb), {"events": events})
    if follows:
        show_progress(desk, resource, follows=True, every=every)
    else:
        show_resource(desk.out, answer.document)
