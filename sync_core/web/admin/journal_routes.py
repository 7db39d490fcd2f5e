"""The journal of a resource, the history of an appointment, and the trail of admins."""

from typing import Any

from sync_core.contract.admin_resources import parse_id
from sync_core.domain.appointment import AppointmentKey, Kind
from sync_core.domain.content import Content, overlay
from sync_core.domain.errors import Refused
from sync_core.domain.plan import CreateAppointment, CreateEvent, ProposeUnplan, UpdateAppointment, UpdateEvent
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import JournalEntry
from sync_core.domain.trail import TrailEntry, TrailFilter
from sync_core.flows.journal import Deed, Deeds, Stretch, read_history, read_journal
from sync_core.web.admin.answers import Problem, Wrong, invalid, refuse
from sync_core.web.admin.paging import Page, answer_page, no_such_place, wanted_page
from sync_core.web.admin.resource_actions import named_resource, unknown
from sync_core.web.admin.resource_documents import instant
from sync_core.web.admin.routing import AdminCall, Route
from sync_core.web.admin.sides import show_appointment, show_sides
from sync_core.web.http import Response

_DONE = {
    "CreateEvent": "the event was made",
    "UpdateEvent": "the event was changed",
    "DeleteEvent": "the event was deleted",
    "CreateAppointment": "a block was put on the board",
    "UpdateAppointment": "the appointment was changed",
    "DeleteAppointment": "the block was removed from the board",
    "Unplan": "the resource was taken off the appointment",
    "ProposeUnplan": "the planner was asked to take the resource off",
    "settled": "both sides were settled without a write",
    "operates": "both sides were settled without a write",
    "skipped": "nothing was written",
    "held": "it was held for a person",
}
_NOT_DONE = {
    "moved": "it had changed since it was looked at",
    "missing": "it was not there",
    "postponed": "the other side asked for time",
    "denied": "the other side refused it",
    "unknown": "no answer came",
    "borndead": "it was gone already",
    "leftbehind": "its mailbox does not answer any more",
}
_QUERY = ("from", "to", "limit", "cursor")


async def list_journal(call: AdminCall) -> Response:
    """Answer with one page of what was done for a resource."""
    call.query.only(*_QUERY)
    resource = named_resource(call)
    page = wanted_page(call.operation_id, call.query)
    try:
        found = await read_journal(call.ports, resource, _stretch(call, page))
    except Refused:
        raise no_such_place() from None
    if found is None:
        raise unknown()
    return _answer(page, resource, found)


async def show_history(call: AdminCall) -> Response:
    """Answer with one page of what was done to an appointment."""
    call.query.only("kind", *_QUERY)
    resource = named_resource(call)
    appointment = _id("appointment", call.path["appointment"])
    kind = call.query.choice("kind", Kind)
    page = wanted_page(call.operation_id, call.query)
    keys = [AppointmentKey(one, appointment) for one in ((kind,) if kind is not None else Kind)]
    try:
        found = await read_history(call.ports, resource, keys, _stretch(call, page))
    except Refused:
        raise no_such_place() from None
    if found is None:
        detail = (
            "The resource's journal tells nothing of such an appointment: it is another's, or longer ago than kept."
        )
        raise refuse(Problem.NOT_FOUND, detail)
    return _answer(page, resource, found)


async def list_trail(call: AdminCall) -> Response:
    """Answer with one page of what admins did."""
    call.query.only("who", "resource", *_QUERY)
    page = wanted_page(call.operation_id, call.query)
    stretch = _stretch(call, page)
    who, resource = (_id(name, call.query[name]) if name in call.query else None for name in ("who", "resource"))
    wanted = TrailFilter(stretch.begin_at, stretch.end_at, who, resource)
    try:
        found = await call.ports.trail.page(wanted, page.limit, stretch.place)
    except Refused:
        raise no_such_place() from None
    return answer_page(page, [_show_action(entry) for entry in found.entries], found.place or "")


def _stretch(call: AdminCall, page: Page) -> Stretch:
    return Stretch(call.query.instant("from"), call.query.instant("to"), page.limit, page.after or None)


def _id(name: str, given: str) -> ResourceId:
    read = parse_id(given)
    if isinstance(read, str):
        return read
    raise invalid(Wrong(name, read.wrong, read.allowed))


def _answer(page: Page, resource: ResourceId, found: Deeds) -> Response:
    return answer_page(page, [_show_deed(resource, deed) for deed in found.deeds], found.place or "")


def _show_deed(resource: ResourceId, deed: Deed) -> dict[str, Any]:
    entry = deed.entry
    return {
        "at": instant(deed.at),
        "resource": resource,
        "appointment": show_appointment(deed.key),
        "what": _what(entry),
        "why": entry.why[:2_000],
        "correlationId": entry.correlation_id or "unknown",
        "before": show_sides(entry.board_before, entry.event_before),
        "after": show_sides(*_after(entry)),
        "lost": show_sides(entry.lost_appointment, entry.lost_event),
    }


def _what(entry: JournalEntry) -> str:
    name, _, trouble = entry.what.partition(" ")
    if isinstance(entry.operation, ProposeUnplan) and entry.operation.is_withdrawn:
        words = "the question to the planner was withdrawn"
    else:
        words = _DONE.get(name, name)
    return f"{words}: not done, {_NOT_DONE.get(trouble, trouble)}" if trouble else words


def _after(entry: JournalEntry) -> tuple[Content | None, Content | None]:
    """The board's and the event's content as written; a deletion, or what took no effect, leaves neither."""
    operation = entry.operation
    if " " in entry.what:
        return None, None
    match operation:
        case CreateEvent():
            return None, operation.content
        case UpdateEvent():
            return None, overlay(operation.before, operation.content, operation.fields)
        case CreateAppointment():
            return operation.content, None
        case UpdateAppointment():
            before = operation.before or entry.board_before or operation.content
            return overlay(before, operation.content, operation.fields), None
    return None, None


def _show_action(entry: TrailEntry) -> dict[str, Any]:
    return {
        "at": instant(entry.at),
        "who": entry.who,
        "what": entry.what,
        "target": entry.target,
        "resource": entry.resource,
        "state": "begun" if entry.is_begun else "done",
        "before": entry.before,
        "after": entry.after,
    }


ROUTES = (
    Route("GET", "/resources/{id}/journal", "listJournal", False, list_journal),
    Route("GET", "/resources/{id}/appointments/{appointment}/history", "getHistory", False, show_history),
    Route("GET", "/trail", "listTrail", False, list_trail),
)
