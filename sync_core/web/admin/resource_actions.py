"""What an admin has a resource do: take part, rest, go on, be read, leave, be erased; and how far that is."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from sync_core.contract.admin_resources import parse_id
from sync_core.domain.resource import ResourceId
from sync_core.flows.erase import Part, erase
from sync_core.flows.offboard import OnLeaving, offboard
from sync_core.flows.progress import follow
from sync_core.flows.roster import Member, find_member, note_standing
from sync_core.flows.taking_part import activate, pause, resume, sync_now
from sync_core.web.admin.answers import Problem, Refusal, Wrong, answer_json, invalid, refuse
from sync_core.web.admin.changes import note_change
from sync_core.web.admin.resource_documents import etag_of_resource, show_course, show_resource, wrong_of
from sync_core.web.admin.routing import AdminCall, Route
from sync_core.web.http import Response


def named_resource(call: AdminCall) -> ResourceId:
    """The resource that the path names, known or not.

    Raises:
        Refusal: it is no id.
    """
    read = parse_id(call.path["id"])
    if isinstance(read, str):
        return read
    raise invalid(wrong_of(read))


def unknown() -> Refusal:
    """The refusal where there is no such resource."""
    return refuse(Problem.NOT_FOUND, "There is no resource of that id. List the resources to see which there are.")


async def known_resource(call: AdminCall) -> Member:
    """The resource that the path names, as it stands.

    Raises:
        Refusal: it is no id, or not known.
    """
    member = await find_member(call.ports, named_resource(call))
    if member is None:
        raise unknown()
    return member


async def answer_resource(call: AdminCall, resource: ResourceId, status: int = HTTPStatus.OK) -> Response:
    """Answer with a resource as it is now."""
    member = await find_member(call.ports, resource)
    if member is None:
        raise unknown()
    return answer_json(show_resource(member), status, etag=etag_of_resource(member.profile))


async def activate_resource(call: AdminCall) -> Response:
    return await _bring(call, activate, HTTPStatus.ACCEPTED)


async def pause_resource(call: AdminCall) -> Response:
    return await _bring(call, pause, HTTPStatus.OK)


async def resume_resource(call: AdminCall) -> Response:
    return await _bring(call, resume, HTTPStatus.OK)


async def offboard_resource(call: AdminCall) -> Response:
    """Have a resource leave, its events kept or removed."""
    events = _events(call)
    before = await known_resource(call)
    resource = before.profile.resource
    await offboard(call.ports, resource, events)
    await note_standing(call.ports, resource)
    after = {"participation": await _participation(call, resource), "events": events.value}
    await note_change(call, resource, {"participation": before.profile.participation.value}, after)
    return await answer_resource(call, resource, HTTPStatus.ACCEPTED)


async def sync_resource(call: AdminCall) -> Response:
    """Have both sides of a resource be read now."""
    call.query.only()
    resource = (await known_resource(call)).profile.resource
    correlation_id = await sync_now(call.ports, resource)
    await note_change(call, resource, None, {"correlationId": correlation_id})
    return answer_json({"resource": resource, "correlationId": correlation_id}, HTTPStatus.ACCEPTED)


async def show_progress(call: AdminCall) -> Response:
    """Answer how far an activation, a changed setting or a leaving is."""
    call.query.only()
    resource = named_resource(call)
    course = await follow(call.ports, resource)
    if course is None:
        raise unknown()
    return answer_json(show_course(resource, course))


async def erase_resource(call: AdminCall) -> Response:
    """Erase what is stored about a person, and answer what was removed."""
    events = _events(call)
    resource = named_resource(call)
    report = await erase(call.ports, resource, events)
    if report is None:
        raise refuse(Problem.NOT_FOUND, "There is no resource of that id; of one that was erased nothing is left.")
    state = "done" if report.is_done else "running"
    # Counts only: what was erased must not live on in the trail.
    await note_change(call, resource, None, {"events": events.value, "state": state})
    return answer_json(
        {
            "resource": resource,
            "events": events.value,
            "state": state,
            "removed": [_part(part) for part in report.removed],
            "left": [_part(part) for part in report.left],
        }
    )


async def _bring(call: AdminCall, act: Callable[..., Awaitable[object]], status: int) -> Response:
    call.query.only()
    before = await known_resource(call)
    resource = before.profile.resource
    await act(call.ports, resource)
    after = {"participation": await _participation(call, resource)}
    await note_change(call, resource, {"participation": before.profile.participation.value}, after)
    return await answer_resource(call, resource, status)


async def _participation(call: AdminCall, resource: ResourceId) -> str | None:
    member = await find_member(call.ports, resource)
    return member.profile.participation.value if member is not None else None


def _events(call: AdminCall) -> OnLeaving:
    call.query.only("events")
    events = call.query.choice("events", OnLeaving)
    if events is None:
        raise invalid(Wrong("events", "is missing", "keep or remove: it cannot be undone, so there is no default"))
    return events


def _part(part: Part) -> dict[str, object]:
    return {"what": part.what, "count": part.count, **({"why": part.why, "remedy": part.remedy} if part.why else {})}


ROUTES = (
    Route("POST", "/resources/{id}/activate", "activateResource", True, activate_resource),
    Route("POST", "/resources/{id}/pause", "pauseResource", True, pause_resource),
    Route("POST", "/resources/{id}/resume", "resumeResource", True, resume_resource),
    Route("POST", "/resources/{id}/offboard", "offboardResource", True, offboard_resource),
    Route("POST", "/resources/{id}/sync", "syncResource", True, sync_resource),
    Route("GET", "/resources/{id}/progress", "getProgress", False, show_progress),
    Route("POST", "/resources/{id}/erase", "eraseResource", True, erase_resource),
)
