"""What is held: listed, shown with both sides, released and rejected; one, or all that are chosen."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sync_core.contract.admin_held import name_of, parse_choice, parse_name
from sync_core.contract.admin_resources import parse_id
from sync_core.domain.errors import Refused
from sync_core.domain.resource import ResourceId
from sync_core.flows.held import HeldView, Wanted, find_held
from sync_core.flows.held_pages import page_held
from sync_core.flows.held_sides import sides_of
from sync_core.flows.held_words import HeldKind, Judgement
from sync_core.flows.judge import Judged, Name, NotHeld, judge_many, judge_one
from sync_core.flows.profiles import find_profile
from sync_core.web.admin.answers import Problem, Refusal, Wrong, answer_json, invalid, refuse
from sync_core.web.admin.changes import note_change, note_changes
from sync_core.web.admin.paging import answer_page, wanted_page
from sync_core.web.admin.reading import read_json, require_content
from sync_core.web.admin.resource_documents import instant, wrong_of
from sync_core.web.admin.routing import AdminCall, Route
from sync_core.web.admin.sides import show_appointment, show_sides
from sync_core.web.http import Response

_LONGEST_REASON = 2000
_LONGEST_WORDS = 2000
_TIME = ("start", "end", "allDay")


async def list_held(call: AdminCall) -> Response:
    """Answer with one page of what is held."""
    call.query.only("resource", "kind", "since", "reason", "limit", "cursor")
    page = wanted_page(call.operation_id, call.query)
    reason = call.query.get("reason", "")
    if "reason" in call.query and not 1 <= len(reason) <= _LONGEST_REASON:
        raise invalid(Wrong("reason", "is too short or too long", "the words of `reason` in the list"))
    wanted = Wanted(_resource(call), call.query.choice("kind", HeldKind), reason, call.query.instant("since"))
    try:
        found = await page_held(call.ports, wanted, page.limit, page.after or None)
    except Refused:
        remedy = "the nextCursor of the page before, unchanged; without it the list begins anew"
        raise invalid(Wrong("cursor", "is not one that this list gave", remedy)) from None
    return answer_page(page, [show_held(view) for view in found.views], found.place or "")


async def get_held(call: AdminCall) -> Response:
    """Answer with one that is held, and how both sides look."""
    call.query.only()
    view = await find_held(call.ports, *_name(call))
    if view is None:
        raise _unknown()
    sides = await sides_of(call.ports, view)
    shown = show_sides(sides.board, sides.event)
    if sides.is_private:
        shown = {side: {name: seen[name] for name in _TIME} if seen else None for side, seen in shown.items()}
    return answer_json({**show_held(view), "sides": shown})


async def release_held(call: AdminCall) -> Response:
    return await _judge_one(call, Judgement.RELEASE)


async def reject_held(call: AdminCall) -> Response:
    return await _judge_one(call, Judgement.REJECT)


async def release_held_many(call: AdminCall) -> Response:
    return await _judge_many(call, Judgement.RELEASE)


async def reject_held_many(call: AdminCall) -> Response:
    return await _judge_many(call, Judgement.REJECT)


def show_held(view: HeldView) -> dict[str, Any]:
    """One that is held, as a document."""
    told = view.told
    return {
        "id": name_of(view.resource, view.subject),
        "kind": told.kind.value,
        "resource": view.resource,
        "appointment": show_appointment(view.appointment),
        "reason": told.reason,
        "what": told.what[:_LONGEST_WORDS],
        "why": told.why[:_LONGEST_WORDS],
        "remedy": told.remedy[:_LONGEST_WORDS],
        "link": told.link,
        "since": instant(view.since_at),
        "verdicts": [verdict.value for verdict in view.verdicts],
    }


async def _judge_one(call: AdminCall, judgement: Judgement) -> Response:
    call.query.only()
    try:
        judged = await judge_one(call.ports, judgement, *_name(call))
    except NotHeld:
        raise _unknown() from None
    await _note(call, judgement, [judged])
    return answer_json({"count": len(judged.views)})


async def _judge_many(call: AdminCall, judgement: Judgement) -> Response:
    call.query.only()
    require_content(call.headers, call.body, "application/json")
    choice = parse_choice(read_json(call.headers, call.body))
    if isinstance(choice, tuple):
        raise invalid(*map(wrong_of, choice))
    if choice.resource is not None and await find_profile(call.ports, choice.resource) is None:
        raise refuse(Problem.NOT_FOUND, "There is no resource of that id. List the resources to see which there are.")
    judged = await judge_many(call.ports, judgement, choice)
    await _note(call, judgement, judged)
    return answer_json({"count": sum(len(one.views) for one in judged)})


async def _note(call: AdminCall, judgement: Judgement, judged: Sequence[Judged]) -> None:
    """One line of the trail for each resource: what was held, and what was said to it."""
    told = [(one, _held(one), {"verdict": judgement.value, "count": len(one.views)}) for one in judged if one.views]
    await note_changes(call, [(one.resource, before, after) for one, before, after in told if one.resource is not None])
    for one, before, after in told:
        if one.resource is None:
            await note_change(call, None, before, after)


def _held(judged: Judged) -> dict[str, Any]:
    """How much was held for which reason; of a single one which."""
    held: dict[str, Any] = {"held": dict(Counter(view.told.reason for view in judged.views))}
    if len(judged.views) == 1:
        view = judged.views[0]
        held |= {"id": name_of(view.resource, view.subject), "appointment": show_appointment(view.appointment)}
    return held


def _resource(call: AdminCall) -> ResourceId | None:
    if "resource" not in call.query:
        return None
    read = parse_id(call.query["resource"])
    if isinstance(read, str):
        return read
    raise invalid(Wrong("resource", read.wrong, read.allowed))


def _name(call: AdminCall) -> Name:
    name = parse_name(call.path["id"])
    if name is None:
        raise invalid(Wrong("id", "is no id of what is held", "what the list of what is held gave as id, unchanged"))
    return name


def _unknown() -> Refusal:
    detail = "Nothing of that id is held: it was carried out or put aside meanwhile. List what is held to see what is."
    return refuse(Problem.NOT_FOUND, detail)


ROUTES = (
    Route("GET", "/held", "listHeld", False, list_held),
    Route("GET", "/held/{id}", "getHeld", False, get_held),
    Route("POST", "/held/release", "releaseHeldMany", True, release_held_many),
    Route("POST", "/held/reject", "rejectHeldMany", True, reject_held_many),
    Route("POST", "/held/{id}/release", "releaseHeld", True, release_held),
    Route("POST", "/held/{id}/reject", "rejectHeld", True, reject_held),
)
