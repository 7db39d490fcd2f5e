"""The tenant's settings: shown, tried, and replaced."""

from sync_core.contract.tenant import TenantProblem, document_of, parse_tenant_settings
from sync_core.domain.choices import Choices
from sync_core.domain.errors import Refused
from sync_core.flows.preview import preview_settings
from sync_core.flows.settings_change import change_settings
from sync_core.web.admin import configuration_routes
from sync_core.web.admin.answers import Problem as Kind
from sync_core.web.admin.answers import Wrong, answer_json, etag_of, invalid, refuse, require_match
from sync_core.web.admin.changes import differences, note_change
from sync_core.web.admin.reading import read_json, require_content
from sync_core.web.admin.resource_documents import wrong_of
from sync_core.web.admin.routing import AdminCall, Route
from sync_core.web.http import Response


async def get_settings(call: AdminCall) -> Response:
    """Answer with what differs from the default."""
    call.query.only()
    document = document_of((await call.ports.tenant.read()).choices)
    return answer_json(document, etag=etag_of(document))


async def put_settings(call: AdminCall) -> Response:
    """Replace the settings, and have them applied to what exists."""
    call.query.only()
    require_content(call.headers, call.body, "application/json")
    tenant = await call.ports.tenant.read()
    before = document_of(tenant.choices)
    require_match(call.headers, etag_of(before))
    read_json(call.headers, call.body)
    read = _read(call)
    if isinstance(read, tuple):
        count = f"{len(read)} settings are" if len(read) > 1 else "One setting is"
        raise refuse(Kind.INVALID, f"{count} wrong; nothing was changed.", *map(wrong_of, read))
    try:
        change = await change_settings(call.ports, read, tenant.tag)
    except Refused as refusal:
        raise invalid(_unasked(refusal)) from None
    after = document_of(read)
    await note_change(call, None, *differences(before, after))
    effects = {"settings": after, "resources": len(change.resources), "later": len(change.waiting)}
    return answer_json(effects, etag=etag_of(after))


async def validate_settings(call: AdminCall) -> Response:
    """Answer what of the settings would be refused, or else what they would do."""
    call.query.only()
    require_content(call.headers, call.body, "application/json")
    if not isinstance(read_json(call.headers, call.body), dict):
        raise invalid(Wrong("", "is of the wrong type", "a JSON object"))
    read = _read(call)
    if isinstance(read, tuple):
        return answer_json({"problems": [_shown(wrong_of(one)) for one in read], "effects": None})
    try:
        effects = await preview_settings(call.ports, read)
    except Refused as refusal:
        return answer_json({"problems": [_shown(_unasked(refusal))], "effects": None})
    shown = {"resources": effects.resources, "events": effects.events, "atLeast": effects.at_least}
    return answer_json({"problems": [], "effects": shown})


def _read(call: AdminCall) -> Choices | tuple[TenantProblem, ...]:
    return parse_tenant_settings(call.body, call.parts["check_template"])


def _unasked(refusal: Refused) -> Wrong:
    """The one thing that only the directory can tell."""
    return Wrong("pilot_group", f"cannot be asked: {refusal.reason}", "a group that this app may read, or none")


def _shown(wrong: Wrong) -> dict[str, str]:
    return {"field": wrong.field, "wrong": wrong.wrong, "remedy": wrong.remedy}


ROUTES = (
    Route("GET", "/settings", "getSettings", False, get_settings),
    Route("PUT", "/settings", "putSettings", True, put_settings),
    Route("POST", "/settings/validate", "validateSettings", True, validate_settings),
    *configuration_routes.ROUTES,
)
