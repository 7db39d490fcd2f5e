"""`tandem resources list`, `show`, `add`, `set`, `edit`, `remove`: who takes part, and how."""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any

import typer

from tandem_cli.calls import Body, Document, place
from tandem_cli.command import Desk, command, group
from tandem_cli.edits import change_read, delete_read, edit
from tandem_cli.lists import show_list
from tandem_cli.options import All, Direction, Limit, ResourceId, Yes
from tandem_cli.showing import Output, card, when
from tandem_cli.trouble import Code, Trouble
from tandem_cli.wishes import read_patch, read_wish

app = group("resources", "Who takes part, and how.")

_MERGE = "application/merge-patch+json"


class State(StrEnum):
    """How a resource takes part."""

    WAITING = "waiting"
    ACTIVE = "active"
    PAUSED = "paused"
    HELD = "held"
    LEAVING = "leaving"
    OFFBOARDED = "offboarded"


Name = Annotated[str | None, typer.Option("--name", help="How people call it.")]
MailboxAddress = Annotated[
    str | None, typer.Option("--mailbox", metavar="ADDRESS", help="Address of its mailbox; empty for none.")
]
Zone = Annotated[str | None, typer.Option("--zone", help="IANA or Windows name, such as Europe/Berlin.")]
Which = Annotated[Direction | None, typer.Option("--direction", help="Which way changes travel; up is to Outlook.")]
Group = Annotated[str | None, typer.Option("--group", help="Its group, for rules.")]
Calendars = Annotated[
    list[str] | None,
    typer.Option(
        "--calendar",
        metavar="CALENDAR",
        help='A calendar by name, or as JSON such as {"name": "Planning", "made": true}.',
    ),
]
Own = Annotated[
    list[str] | None,
    typer.Option("--setting", metavar="NAME=VALUE", help="A setting of its own, such as days_ahead=90."),
]
Unset = Annotated[
    list[str] | None,
    typer.Option(
        "--unset",
        metavar="NAME",
        help="Follow the tenant again in this: zone, direction, group, mailbox, calendars or a setting.",
    ),
]


@command(
    app,
    "list",
    "tandem resources list",
    "tandem resources list --state held --json",
    "tandem resources list --search ada",
)
def list_resources(
    desk: Desk,
    *,
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    search: Annotated[
        str | None, typer.Option(help="Only those whose id, name, group or mailbox begins with this.")
    ] = None,
    limit: Limit = 100,
    everything: All = False,
) -> None:
    """List the resources, those that the board named and nobody enlisted as waiting."""
    show_list(
        desk,
        "/resources",
        {"state": state, "search": search},
        ("id", lambda row: row.get("id")),
        ("name", lambda row: row.get("name")),
        ("state", lambda row: row.get("state")),
        ("mailbox", lambda row: (row.get("mailbox") or {}).get("address")),
        ("direction", lambda row: row.get("direction") or "as the tenant"),
        ("group", lambda row: row.get("group")),
        ("to be seen to", _first_trouble),
        limit=limit,
        is_whole=everything,
        nothing="There is no such resource.",
    )


@command(app, "show", "tandem resources show R-ada", "tandem resources show R-ada --json")
def show(desk: Desk, resource: ResourceId) -> None:
    """Show one resource: how it takes part, what is its own, what may surprise."""
    show_resource(desk.out, desk.calls.read(place("resources", resource)).document)


@command(
    app,
    "add",
    "tandem resources add R-ben --name 'Ben Bitdiddle' --mailbox ben@acme.example",
    "tandem resources add R-van --name 'Van 3' --group vans --calendar Planning --setting days_ahead=90",
)
def add(
    desk: Desk,
    *,
    resource: ResourceId,
    name: Annotated[str, typer.Option("--name", help="How people call it.")],
    mailbox: MailboxAddress = None,
    zone: Zone = None,
    direction: Which = None,
    group_name: Group = None,
    calendar: Calendars = None,
    setting: Own = None,
) -> None:
    """Enlist a new resource. It takes part once it is activated, or at once where the pilot names it."""
    said: Document = {"name": name, "zone": zone, "direction": direction, "group": group_name}
    wish = read_wish(said, mailbox, calendar, setting)
    try:
        answer = desk.calls.change("PUT", place("resources", resource), body=Body.of_json(wish), etag="*")
    except Trouble as trouble:
        if (trouble.problem or {}).get("status") != HTTPStatus.PRECONDITION_FAILED:
            raise
        sentence = f"{resource} is known already, from the board or an admin; `tandem resources set` changes it."
        raise Trouble(trouble.code, sentence, problem=trouble.problem) from None
    show_resource(desk.out, answer.document)


@command(
    app,
    "set",
    "tandem resources set R-ada --zone Europe/London --setting days_ahead=30",
    "tandem resources set R-ada --unset zone --unset reminder_minutes",
)
def change(
    desk: Desk,
    *,
    resource: ResourceId,
    name: Name = None,
    mailbox: MailboxAddress = None,
    zone: Zone = None,
    direction: Which = None,
    group_name: Group = None,
    calendar: Calendars = None,
    setting: Own = None,
    unset: Unset = None,
) -> None:
    """Change some of how a resource takes part; what is not named stays as it is."""
    said: Document = {"name": name, "zone": zone, "direction": direction, "group": group_name}
    patch = read_patch(read_wish(said, mailbox, calendar, setting), unset or [])
    if not patch:
        raise Trouble(Code.USAGE, "Say what to change, such as --zone or --setting. --help lists everything.")
    path = place("resources", resource)
    etag = desk.calls.read(path).etag
    show_resource(desk.out, change_read(desk, "PATCH", path, etag, Body.of_json(patch, _MERGE)).document)


@command(app, "edit", "tandem resources edit R-ada")
def edit_resource(desk: Desk, resource: ResourceId) -> None:
    """Change a resource in your editor (VISUAL or EDITOR)."""
    path = place("resources", resource)
    read = desk.calls.read(path)

    def put(changed: Document) -> None:
        show_resource(desk.out, change_read(desk, "PUT", path, read.etag, Body.of_json(changed)).document)

    edit(desk, read.document, "resource", put)


@command(app, "remove", "tandem resources remove R-ada --yes")
def remove(desk: Desk, resource: ResourceId, yes: Yes = False) -> None:
    """Take a resource off the list. It must be off-boarded before; its journal stays, `erase` removes that too."""
    desk.confirm(f"Take {resource} off the list?", yes)
    delete_read(desk, place("resources", resource))
    desk.out.show({"resource": resource, "removed": True}, [f"{resource} is off the list."])


def show_resource(out: Output, resource: Document) -> None:
    """Print one resource."""
    mailbox = resource.get("mailbox") or {}
    own = card(
        ("id", resource.get("id")),
        ("name", resource.get("name")),
        ("state", resource.get("state")),
        ("held because", resource.get("heldReason")),
        ("mailbox", mailbox.get("address")),
        ("mailbox state", mailbox.get("state")),
        ("why", mailbox.get("reason")),
        ("looked for again", when(mailbox.get("nextTryAt"))),
        ("zone", resource.get("zone") or "as the tenant"),
        ("direction", resource.get("direction") or "as the tenant"),
        ("group", resource.get("group")),
        ("calendars", resource.get("calendars") or "its mailbox's own, or the tenant's planning calendar"),
        ("settings", resource.get("settings")),
    )
    out.show(resource, [own, *(f"! {warning}" for warning in resource.get("warnings") or [])])


def _first_trouble(row: Mapping[str, Any]) -> str:
    told = [row.get("heldReason"), (row.get("mailbox") or {}).get("reason"), *(row.get("warnings") or [])]
    return next((words for words in told if words), "")
