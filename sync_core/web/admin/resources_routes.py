"""Resources: listed, shown, enlisted, changed and taken off the list."""

from http import HTTPStatus
from typing import Any

from sync_core.contract.admin_resources import parse_resource, patched, said_document
from sync_core.domain.errors import Refused
from sync_core.domain.overview import State
from sync_core.domain.profile import Profile
from sync_core.domain.resource import ResourceId
from sync_core.flows.bulk import fault_of
from sync_core.flows.profiles import find_profile
from sync_core.flows.revise import PlaceRefused, revise
from sync_core.flows.roster import page_members
from sync_core.flows.taking_part import take_off
from sync_core.web.admin import resource_actions, resource_table
from sync_core.web.admin.answers import (
    Problem,
    Wrong,
    answer_json,
    answer_nothing,
    invalid,
    refuse,
    require_match,
    require_put_condition,
)
from sync_core.web.admin.changes import differences, note_change
from sync_core.web.admin.paging import answer_page, no_such_place, wanted_page
from sync_core.web.admin.reading import read_json, require_content
from sync_core.web.admin.resource_actions import answer_resource, known_resource, named_resource, unknown
from sync_core.web.admin.resource_documents import etag_of_resource, show_resource, wrong_of, wrong_of_fault
from sync_core.web.admin.routing import AdminCall, Route
from sync_core.web.http import Response

_LONGEST_SEARCH = 128


async def list_resources(call: AdminCall) -> Response:
    """Answer with one page of the resources."""
    call.query.only("state", "search", "limit", "cursor")
    page = wanted_page(call.operation_id, call.query)
    state = call.query.choice("state", State)
    search = call.query.get("search", "")
    if "search" in call.query and not 1 <= len(search) <= _LONGEST_SEARCH:
        raise invalid(Wrong("search", "is too short or too long", f"1 to {_LONGEST_SEARCH} characters"))
    try:
        found = await page_members(call.ports, state, search, page.limit, page.after or None)
    except Refused:
        raise no_such_place() from None
    return answer_page(page, [show_resource(member) for member in found.members], found.place or "")


async def get_resource(call: AdminCall) -> Response:
    """Answer with one resource as it is now."""
    call.query.only()
    member = await known_resource(call)
    return answer_json(show_resource(member), etag=etag_of_resource(member.profile))


async def put_resource(call: AdminCall) -> Response:
    """Enlist a resource, or say anew how it takes part."""
    call.query.only()
    require_content(call.headers, call.body, "application/json")
    resource = named_resource(call)
    known = await find_profile(call.ports, resource)
    require_put_condition(call.headers, etag_of_resource(known) if known is not None else "")
    return await _revise(call, resource, read_json(call.headers, call.body), known)


async def patch_resource(call: AdminCall) -> Response:
    """Change some of how a resource takes part."""
    call.query.only()
    require_content(call.headers, call.body, "application/merge-patch+json")
    resource = named_resource(call)
    known = await find_profile(call.ports, resource)
    if known is None:
        raise unknown()
    require_match(call.headers, etag_of_resource(known))
    document = patched(said_document(known), read_json(call.headers, call.body))
    if isinstance(document, tuple):
        raise invalid(*map(wrong_of, document))
    return await _revise(call, resource, document, known)


async def delete_resource(call: AdminCall) -> Response:
    """Take a resource off the list that takes part no more, or that only the board named."""
    call.query.only()
    profile = (await known_resource(call)).profile
    require_match(call.headers, etag_of_resource(profile))
    await take_off(call.ports, profile.resource, profile)
    await note_change(call, profile.resource, said_document(profile), None)
    return answer_nothing()


async def _revise(call: AdminCall, resource: ResourceId, document: Any, known: Profile | None) -> Response:
    request = parse_resource(resource, document)
    if isinstance(request, tuple):
        raise invalid(*map(wrong_of, request))
    try:
        after = await revise(call.ports, request, known)
    except PlaceRefused as refusal:
        wrong = wrong_of_fault(fault_of(refusal))
        if not refusal.owner:
            raise invalid(wrong) from None
        raise refuse(Problem.CONFLICT, "A calendar belongs to one resource.", wrong) from None
    said = said_document(known) if known is not None else None
    if said is None:
        await note_change(call, resource, None, said_document(after))
    else:
        await note_change(call, resource, *differences(said, said_document(after)))
    return await answer_resource(call, resource, HTTPStatus.OK if known is not None else HTTPStatus.CREATED)


ROUTES = (
    Route("GET", "/resources", "listResources", False, list_resources),
    Route("GET", "/resources/{id}", "getResource", False, get_resource),
    Route("PUT", "/resources/{id}", "putResource", True, put_resource),
    Route("PATCH", "/resources/{id}", "patchResource", True, patch_resource),
    Route("DELETE", "/resources/{id}", "deleteResource", True, delete_resource),
    *resource_actions.ROUTES,
    *resource_table.ROUTES,
)
