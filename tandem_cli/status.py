"""`tandem status` and `tandem doctor`: the numbers, and whether everything is set up."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from tandem_cli.calls import Document, place
from tandem_cli.command import Desk, command
from tandem_cli.lists import show_list
from tandem_cli.options import All, Limit
from tandem_cli.showing import Column, card, table, when
from tandem_cli.trouble import Code, Trouble


def _waiting(numbers: Mapping[str, Any]) -> str:
    since = numbers.get("waitingSince")
    return f"{numbers.get('waiting', 0)}" + (f", the oldest since {when(since)}" if since else "")


_EACH: tuple[Column, ...] = (
    ("resource", lambda row: row.get("resource")),
    ("name", lambda row: row.get("name")),
    ("state", lambda row: row.get("state")),
    ("last run", lambda row: when(row.get("lastRunAt"))),
    ("up", lambda row: _lag(row.get("lagUp"))),
    ("down", lambda row: _lag(row.get("lagDown"))),
    ("waiting", _waiting),
    ("held", lambda row: row.get("held")),
    ("subscriptions", lambda row: _subscriptions(row.get("subscriptions") or {})),
    ("throttled until", lambda row: when(row.get("throttledUntil"))),
)


def register(app: typer.Typer) -> None:
    """Add the two commands."""

    @command(app, "status", "tandem status", "tandem status R-ada", "tandem status --each --all --json")
    def status(
        desk: Desk,
        resource: Annotated[str | None, typer.Argument(metavar="RESOURCE", help="Only this one's numbers.")] = None,
        each: Annotated[bool, typer.Option("--each", help="Every resource in one row.")] = False,
        limit: Limit = 100,
        everything: All = False,
    ) -> None:
        """Show the numbers: of the tenant, of each resource, or of one. Lags are half / 95 of 100, both ways."""
        if resource is not None:
            numbers = desk.calls.read(place("resources", resource, "status")).document
            desk.out.show(numbers, [card(*((name, read(numbers)) for name, read in _EACH))])
        elif each:
            nothing = "There is no resource."
            show_list(desk, "/status/resources", {}, *_EACH, limit=limit, is_whole=everything, nothing=nothing)
        else:
            numbers = desk.calls.read("/status").document
            desk.out.show(numbers, _tenant(numbers))

    @command(
        app,
        "doctor",
        "tandem doctor",
        "tandem doctor --resource R-ada --control nobody@acme.example",
    )
    def doctor(
        desk: Desk,
        resource: Annotated[
            str | None, typer.Option(metavar="RESOURCE", help="Write one event into its calendar and delete it again.")
        ] = None,
        control: Annotated[
            str | None, typer.Option(metavar="ADDRESS", help="A mailbox that the app must not be able to open.")
        ] = None,
    ) -> None:
        """Check the set-up line by line and say what to do. Ends with 1 if a line is red."""
        query = {"resource": resource, "control": control}
        check = desk.calls.read("/setup", query, seconds=240).document
        lines = check.get("lines") or []
        shown = table(
            lines,
            ("", lambda row: row.get("level")),
            ("", lambda row: row.get("title")),
            ("", lambda row: row.get("words")),
            ("what to do", lambda row: " ".join(filter(None, [row.get("remedy"), _see(row)]))),
            nothing="There is nothing to check.",
        )
        desk.out.show(check, [shown])
        if resource is None or control is None:
            desk.out.note("Give --resource and --control, too, to have permissions proven by doing.")
        if red := sum(line.get("level") == "red" for line in lines):
            raise Trouble(Code.REFUSED, f"{red} of {len(lines)} lines are red.")


def _tenant(numbers: Document) -> Iterator[RenderableType | str]:
    counts = numbers.get("resources") or {}
    yield card(
        ("resources", ", ".join(f"{count} {state}" for state, count in counts.items() if count) or "none"),
        ("held", numbers.get("held")),
        ("held because", _reasons(numbers)),
        ("waiting", _waiting(numbers)),
        ("read anew", numbers.get("walking")),
        ("pairs", numbers.get("pairs")),
        ("lag up", _lag(numbers.get("lagUp"))),
        ("lag down", _lag(numbers.get("lagDown"))),
        ("last run", when(numbers.get("lastRunAt"))),
        ("subscriptions", _subscriptions(numbers.get("subscriptions") or {})),
        ("throttled until", when(numbers.get("throttledUntil"))),
    )
    for secret in numbers.get("secrets") or []:
        until = f" until {when(secret.get('expiresAt'))}" if secret.get("expiresAt") else ""
        yield f"secret {secret.get('name')}: {secret.get('state')}{until}"
    for alert in numbers.get("alerts") or []:
        link = _see(alert)
        yield f"{alert.get('level')}: {alert.get('words')} {link}".rstrip()


def _lag(lag: Mapping[str, Any] | None) -> str:
    return f"{lag['p50'] / 1000:.1f} / {lag['p95'] / 1000:.1f} s" if lag else "no write"


def _reasons(numbers: Mapping[str, Any]) -> str:
    return ", ".join(f"{each.get('reason')} ({each.get('count')})" for each in numbers.get("heldReasons") or [])


def _subscriptions(found: Mapping[str, Any]) -> str:
    missing = f", {found['missing']} missing" if found.get("missing") else ""
    until = f", the first until {when(found.get('nextExpiryAt'))}" if found.get("nextExpiryAt") else ""
    return f"{found.get('active', 0)}{missing}{until}"


def _see(told: Mapping[str, Any]) -> str:
    return f"See {told['link']}." if told.get("link") else ""
