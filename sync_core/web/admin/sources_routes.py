"""The schedulers that may send webhooks: shown, connected, changed and disconnected; secrets only by their names."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from sync_core.contract.admin_sources import parse_source, source_document
from sync_core.domain.errors import TryAgain
from sync_core.domain.secret import SecretState
from sync_core.domain.source import Source, SourceId, Standing, line_of
from sync_core.domain.source_checks import is_source_id
from sync_core.flows.sources import SourceRefused, delete_source, get_source, list_sources, put_source
from sync_core.web.admin.answers import (
    Problem,
    Wrong,
    answer_json,
    answer_nothing,
    etag_of,
    invalid,
    refuse,
    require_match,
    require_put_condition,
)
from sync_core.web.admin.changes import differences, note_change
from sync_core.web.admin.paging import answer_page, wanted_page
from sync_core.web.admin.reading import read_json, require_content
from sync_core.web.admin.resource_documents import instant, wrong_of
from sync_core.web.admin.routing import AdminCall, Route
from sync_core.web.http import Response

_STORE = "store it in Key Vault under that name first, or name one that is there"


async def list_all(call: AdminCall) -> Response:
    """Answer with one page of the sources; there are so few that all are read."""
    call.query.only("limit", "cursor")
    page = wanted_page(call.operation_id, call.query)
    behind = [one for one in await list_sources(call.ports) if one.source.id > page.after]
    shown = behind[: page.limit]
    now = call.ports.clock.now()
    after = shown[-1].source.id if len(behind) > len(shown) else ""
    return answer_page(page, [show_source(one, now) for one in shown], after)


async def get_one(call: AdminCall) -> Response:
    """Answer with one source and how it is doing."""
    call.query.only()
    return _answer(call, await _known(call))


async def put_one(call: AdminCall) -> Response:
    """Connect a source, or say anew how it proves itself."""
    call.query.only()
    require_content(call.headers, call.body, "application/json")
    name = _named(call)
    known = await get_source(call.ports, name)
    require_put_condition(call.headers, _etag(known.source) if known is not None else "")
    source = parse_source(name, read_json(call.headers, call.body))
    if isinstance(source, tuple):
        raise invalid(*map(wrong_of, source))
    unasked = await _check_secrets(call, source)
    try:
        await put_source(call.ports, source, known.tag if known is not None else None)
    except SourceRefused as refusal:
        # The form was good, so it is one too many.
        raise refuse(Problem.CONFLICT, f"{refusal.reason}.") from None
    before, after = source_document(known.source) if known is not None else None, source_document(source)
    await note_change(call, None, *((None, after) if before is None else differences(before, after)))
    status = HTTPStatus.OK if known is not None else HTTPStatus.CREATED
    return _answer(call, await _known(call), status, unasked)


async def delete_one(call: AdminCall) -> Response:
    """Disconnect a source; the default one goes back to what the environment sets."""
    call.query.only()
    known = await _known(call)
    require_match(call.headers, _etag(known.source))
    if not await delete_source(call.ports, known.source.id, known.tag):
        raise refuse(Problem.NOT_FOUND, "Nothing is written about this source: it is what the environment sets.")
    await note_change(call, None, source_document(known.source), None)
    return answer_nothing()


def show_source(standing: Standing, now: datetime, more: str = "") -> dict[str, Any]:
    """A source, when it was last heard, and how it is doing in words."""
    heard, line = standing.heard, line_of(standing, now)
    return {
        **source_document(standing.source),
        "lastWebhookAt": instant(heard.webhook_at),
        "lastPingAt": instant(heard.ping_at),
        "lastRefusalAt": instant(heard.refusal_at),
        "lastRefusal": heard.refusal.value if heard.refusal is not None else None,
        "status": line.level.value,
        "words": "; ".join(filter(None, (line.words, more))),
        "etag": _etag(standing.source),
    }


async def _check_secrets(call: AdminCall, source: Source) -> str:
    """Refuse names that the vault does not know; returns words about those that it could not be asked about.

    An admin who cannot reach the vault now must still be able to change a source.
    """
    names = source.secret_names
    try:
        terms = {term.name: term.state for term in await call.ports.secrets.terms(names)} if names else {}
    except TryAgain:
        terms = {}
    missing = [
        Wrong(f"secretNames[{place}]", "is no secret that Key Vault gives out", _STORE)
        for place, name in enumerate(names)
        if terms.get(name) is SecretState.MISSING
    ]
    if missing:
        raise invalid(*missing)
    unasked = [name for name in names if terms.get(name, SecretState.UNKNOWN) is SecretState.UNKNOWN]
    return f"Key Vault could not be asked whether it has {' and '.join(unasked)}" if unasked else ""


def _named(call: AdminCall) -> SourceId:
    name = call.path["id"]
    if not is_source_id(name):
        raise invalid(Wrong("id", "is no name", "1 to 63 of a-z, 0-9 and hyphens, not at an end"))
    return SourceId(name)


async def _known(call: AdminCall) -> Standing:
    standing = await get_source(call.ports, _named(call))
    if standing is None:
        raise refuse(Problem.NOT_FOUND, "There is no source of that name. List the sources to see which there are.")
    return standing


def _answer(call: AdminCall, standing: Standing, status: int = HTTPStatus.OK, more: str = "") -> Response:
    return answer_json(show_source(standing, call.ports.clock.now(), more), status, etag=_etag(standing.source))


def _etag(source: Source) -> str:
    return etag_of(source_document(source))


ROUTES = (
    Route("GET", "/sources", "listSources", False, list_all),
    Route("GET", "/sources/{id}", "getSource", False, get_one),
    Route("PUT", "/sources/{id}", "putSource", True, put_one),
    Route("DELETE", "/sources/{id}", "deleteSource", True, delete_one),
)
