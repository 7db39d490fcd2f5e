"""`tandem sources list`, `show`, `add`, `set`, `remove`: the schedulers that may send webhooks."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from tandem_cli.calls import Body, Document, place
from tandem_cli.command import Desk, command, group
from tandem_cli.edits import change_read, delete_read
from tandem_cli.lists import show_list
from tandem_cli.options import All, Limit, Yes
from tandem_cli.proofs import Digest, Encoding, Proof, read_hours, without_others
from tandem_cli.showing import card, when

app = group("sources", "The schedulers that send webhooks, and how each proves itself.")

SourceName = Annotated[str, typer.Argument(metavar="SOURCE", help="Its name here: small letters, digits and hyphens.")]
SecretNames = Annotated[
    list[str] | None,
    typer.Option("--secret-name", metavar="NAME", help="Name of its secret in Key Vault; twice while one takes over."),
]
SignatureHeader = Annotated[str | None, typer.Option("--header", help="Header of the signature, with hmac_body.")]
SignatureEncoding = Annotated[Encoding | None, typer.Option("--encoding", help="How it is written, with hmac_body.")]
SignatureDigest = Annotated[Digest | None, typer.Option("--digest", help="What it is made by, with hmac_body.")]
SignaturePrefix = Annotated[str | None, typer.Option("--prefix", help="What stands before it, with hmac_body.")]
User = Annotated[str | None, typer.Option("--user", help="Its user, with basic.")]
TokenAudience = Annotated[
    str | None, typer.Option("--token-audience", help="What its tokens are made for, with entra_bearer.")
]
AppIds = Annotated[
    list[str] | None, typer.Option("--app-id", metavar="ID", help="Application that may send, with entra_bearer.")
]
AllowedAddresses = Annotated[
    list[str] | None, typer.Option("--allow", metavar="NETWORK", help="Address or network it may call from.")
]
Hours = Annotated[
    str | None,
    typer.Option(
        "--hours", help="When silence is an alert, such as 'mon-fri 07:00-17:00 Europe/Berlin'; 'never' for never."
    ),
]
Silence = Annotated[int, typer.Option("--silence", help="So many working minutes without a webhook are silence.")]


@command(app, "list", "tandem sources list")
def list_sources(desk: Desk, *, limit: Limit = 100, everything: All = False) -> None:
    """List the schedulers, how each proves itself, and when it was last heard."""
    show_list(
        desk,
        "/sources",
        {},
        ("source", lambda row: row.get("id")),
        ("status", lambda row: row.get("status")),
        ("proof", lambda row: row.get("proof")),
        ("last webhook", lambda row: when(row.get("lastWebhookAt"))),
        ("last ping", lambda row: when(row.get("lastPingAt"))),
        ("", lambda row: row.get("words")),
        limit=limit,
        is_whole=everything,
        nothing="No scheduler is connected. `tandem sources add --help` shows how.",
    )


@command(app, "show", "tandem sources show board")
def show(desk: Desk, *, source: SourceName) -> None:
    """Show one scheduler's connection."""
    _show_source(desk, desk.calls.read(place("sources", source)).document)


@command(
    app,
    "add",
    "tandem sources add board --proof standard_webhooks --secret-name board-webhook-2026",
    "tandem sources add erp --proof hmac_body --secret-name erp --header X-Signature --prefix sha256="
    " --hours 'mon-fri 07:00-17:00 Europe/Berlin'",
)
def add(
    desk: Desk,
    *,
    source: SourceName,
    proof: Annotated[Proof, typer.Option(help="How it proves itself.")],
    secret_name: SecretNames = None,
    header: SignatureHeader = None,
    encoding: SignatureEncoding = None,
    digest: SignatureDigest = None,
    prefix: SignaturePrefix = None,
    user: User = None,
    token_audience: TokenAudience = None,
    app_id: AppIds = None,
    allow: AllowedAddresses = None,
    hours: Hours = None,
    silence: Silence = 120,
) -> None:
    """Connect a scheduler. Its line is amber until it is heard for the first time."""
    words = {"header": header, "encoding": encoding, "digest": digest, "prefix": prefix, "user": user}
    lists = {"secretNames": secret_name, "appIds": app_id, "allowedAddresses": allow}
    said = _said({**words, "audience": token_audience}, lists)
    wish = {"proof": proof, **said, **read_hours(hours, silence)}
    answer = desk.calls.change("PUT", place("sources", source), body=Body.of_json(wish), etag="*")
    _show_source(desk, answer.document)


@command(
    app,
    "set",
    "tandem sources set board --secret-name board-webhook-2026 --secret-name board-webhook-2027",
    "tandem sources set board --proof url_secret --allow 203.0.113.0/24",
)
def change(
    desk: Desk,
    *,
    source: SourceName,
    proof: Annotated[Proof | None, typer.Option(help="How it proves itself from now on.")] = None,
    secret_name: SecretNames = None,
    header: SignatureHeader = None,
    encoding: SignatureEncoding = None,
    digest: SignatureDigest = None,
    prefix: SignaturePrefix = None,
    user: User = None,
    token_audience: TokenAudience = None,
    app_id: AppIds = None,
    allow: AllowedAddresses = None,
    hours: Hours = None,
    silence: Silence = 120,
) -> None:
    """Change how a scheduler proves itself; what is not named stays as it is."""
    words = {"proof": proof, "header": header, "encoding": encoding, "digest": digest, "prefix": prefix, "user": user}
    lists = {"secretNames": secret_name, "appIds": app_id, "allowedAddresses": allow}
    said = _said({**words, "audience": token_audience}, lists)
    hours_said = read_hours(hours, silence)
    path = place("sources", source)
    read = desk.calls.read(path)
    wish = {**without_others(read.document, proof), **said, **hours_said}
    _show_source(desk, change_read(desk, "PUT", path, read.etag, Body.of_json(wish)).document)


@command(app, "remove", "tandem sources remove board --yes")
def remove(desk: Desk, *, source: SourceName, yes: Yes = False) -> None:
    """Disconnect a scheduler: from now on its webhooks are refused. What it told before stays."""
    desk.confirm(f"Refuse every webhook of {source} from now on?", yes)
    delete_read(desk, place("sources", source))
    desk.out.show({"source": source, "removed": True}, [f"{source} is disconnected."])


def _said(words: Document, lists: Mapping[str, Sequence[str] | None]) -> Document:
    """The members that were said; a list that was not is empty or None here, as the shell gave it."""
    members = {**words, **{name: values or None for name, values in lists.items()}}
    return {name: value for name, value in members.items() if value is not None}


def _show_source(desk: Desk, source: Document) -> None:
    hours = source.get("workingHours") or {}
    days = f"{', '.join(hours.get('days', []))} {hours.get('from')}-{hours.get('to')} {hours.get('zone')}"
    own = card(
        ("source", source.get("id")),
        ("status", source.get("status")),
        ("", source.get("words")),
        ("proof", source.get("proof")),
        *((name, source.get(name)) for name in ("header", "encoding", "digest", "prefix", "user", "audience")),
        ("applications", source.get("appIds")),
        ("secrets", source.get("secretNames")),
        ("may call from", source.get("allowedAddresses") or "everywhere"),
        ("last webhook", when(source.get("lastWebhookAt"))),
        ("last ping", when(source.get("lastPingAt"))),
        ("last refusal", when(source.get("lastRefusalAt"))),
        ("refused for", source.get("lastRefusal")),
        ("silence alerts", hours and f"{days}, after {hours.get('silenceMinutes')} minutes"),
    )
    desk.out.show(source, [own])
