"""What the board is told: the bodies of writes, from the operations of a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sync_core.contract.states import OWN_SYSTEM
from sync_core.domain.appointment import Appointment, AppointmentKey, Location, Revision
from sync_core.domain.content import Content, Field, ShowAs
from sync_core.domain.errors import Refused
from sync_core.domain.resource import ResourceId
from sync_core.domain.timespan import DaySpan, Span, TimeSpan

Json = dict[str, Any]

# A body, categories and reminders belong to one side alone and never travel to the board.
PATCHABLE = frozenset({Field.TIME, Field.SUBJECT, Field.LOCATION, Field.SHOW_AS, Field.SENSITIVITY, Field.IMPORTANCE})
_PUTTABLE = PATCHABLE - {Field.IMPORTANCE}
_LONGEST_WORDS = 1000


def origin_of(change_id: str) -> Json:
    """The mark of a write of ours, by which its echo is known."""
    return {"system": OWN_SYSTEM, "changeId": change_id}


def appointment_patch(
    content: Content, fields: frozenset[Field], *, before: Content | None, zone: str, writable: frozenset[str], key: str
) -> Json:
    """The merge patch that writes the named fields.

    `zone` is where whole days begin. `writable` names the members this board takes; of a time, those that would not
    change it are left out where it does not take them.

    Raises:
        Refused: a field that the board does not take.
    """
    _refuse_beyond(fields, PATCHABLE)
    patch: Json = {}
    if Field.TIME in fields:
        stays_timed = isinstance(content.span, TimeSpan) and before is not None and isinstance(before.span, TimeSpan)
        times = _times(content.span, zone, clears=True)
        optional = set(times) - {"start", "end"} if stays_timed else {"timeZone"}
        patch |= {name: value for name, value in times.items() if name not in optional or name in writable}
    if Field.SUBJECT in fields:
        patch["subject"] = content.subject
    if Field.LOCATION in fields:
        # The text replaces the place: an address or a point on the map that stayed would contradict it.
        patch["location"] = {"name": content.location, "address": None, "latitude": None, "longitude": None}
    if Field.SHOW_AS in fields:
        patch["showAs"] = _show_as(content.show_as)
    if Field.SENSITIVITY in fields:
        patch["sensitivity"] = content.sensitivity.value
    if Field.IMPORTANCE in fields:
        patch["importance"] = content.importance.value
    _refuse_unwritable(patch, writable)
    return patch | {"origin": origin_of(key)}


def resources_patch(remaining: Sequence[ResourceId], writable: frozenset[str], key: str) -> Json:
    """The merge patch that leaves an appointment planned on exactly these.

    Raises:
        Refused: this board does not let its resources be changed.
    """
    patch: Json = {"resources": [{"id": resource} for resource in remaining]}
    _refuse_unwritable(patch, writable)
    return patch | {"origin": origin_of(key)}


def new_block(key: AppointmentKey, resource: ResourceId, content: Content) -> Appointment:
    """The unavailability that an event born in Outlook shows as."""
    blank = Appointment(key, Revision(0), content.span, (resource,), absence="other")
    return overwritten(blank, content, _PUTTABLE)


def overwritten(state: Appointment, content: Content, fields: frozenset[Field]) -> Appointment:
    """An unavailability with the named fields taken from `content`.

    Raises:
        Refused: a field that unavailabilities do not have.
    """
    _refuse_beyond(fields, _PUTTABLE)
    if Field.TIME in fields:
        state = replace(state, span=content.span)
    if Field.SUBJECT in fields:
        state = replace(state, subject=content.subject)
    if Field.LOCATION in fields:
        state = replace(state, location=Location(name=content.location))
    if Field.SHOW_AS in fields:
        state = replace(state, show_as=ShowAs(_show_as(content.show_as)))
    if Field.SENSITIVITY in fields:
        state = replace(state, sensitivity=content.sensitivity)
    return state


def unavailability_put(state: Appointment, zone: str, key: str) -> Json:
    """The whole of an unavailability; `zone` stands in where the state names none.

    Raises:
        Refused: it has no length.
    """
    body: Json = {
        "resource": {"id": state.resources[0]},
        **_times(state.span, state.zone or zone, clears=False),
        "kind": state.absence or "other",
        "title": state.subject,
        "sensitivity": state.sensitivity.value,
        "origin": origin_of(key),
    }
    body.setdefault("timeZone", state.zone or zone)
    if state.show_as:
        body["showAs"] = _show_as(state.show_as)
    place = {
        "name": state.location.name or None,
        "address": state.location.address or None,
        "latitude": state.location.latitude,
        "longitude": state.location.longitude,
    }
    if known := {name: value for name, value in place.items() if value is not None}:
        body["location"] = known
    return body


def deletion(key: str) -> Json:
    return {"origin": origin_of(key)}


def unplan_proposal(
    appointment: str, resource: ResourceId, revision: Revision, *, reason: str, is_withdrawn: bool, key: str
) -> Json:
    """The question whether this resource comes off.

    It says nothing of when it is sent: a repeat under its key must be the very same body.
    """
    return {
        "appointment": {"id": appointment, "revision": revision},
        "resource": {"id": resource},
        "kind": "unplan",
        "reason": (reason or "The worker deleted it in Outlook.")[:_LONGEST_WORDS],
        "state": "withdrawn" if is_withdrawn else "open",
        "origin": origin_of(key),
    }


def sync_status(resource: ResourceId, revision: Revision, *, state: str, reason: str, at: datetime, key: str) -> Json:
    """Whether an appointment reached Outlook; `state` is delivered or held, and held needs words."""
    body: Json = {"resource": {"id": resource}, "revision": revision, "state": state, "at": _instant(at)}
    if state == "held":
        body["detail"] = (reason or "It waits for an administrator of Tandem.")[:_LONGEST_WORDS]
    return body | {"origin": origin_of(key)}


def _times(span: Span, zone: str, clears: bool) -> Json:
    """The members of a time. Days name their zone too, because their midnights are in it."""
    if isinstance(span, DaySpan):
        return {
            "start": _instant(datetime.combine(span.start_on, time(0), ZoneInfo(zone)), in_utc=False),
            "end": _instant(datetime.combine(span.end_on, time(0), ZoneInfo(zone)), in_utc=False),
            "timeZone": zone,
            "allDay": True,
            "startDate": span.start_on.isoformat(),
            "endDate": span.end_on.isoformat(),
        }
    if span.end_at <= span.start_at:
        raise Refused("a board takes nothing without length; give the event in Outlook an end after its start")
    days: Json = {"startDate": None, "endDate": None} if clears else {}
    return {"start": _instant(span.start_at), "end": _instant(span.end_at), "allDay": False, **days}


def _instant(at: datetime, in_utc: bool = True) -> str:
    return (at.astimezone(UTC) if in_utc else at).isoformat(timespec="microseconds" if at.microsecond else "seconds")


def _show_as(show_as: ShowAs) -> str:
    """Outlook's "unknown" has no word on the board; it blocks like any other time."""
    return (ShowAs.BUSY if show_as is ShowAs.UNKNOWN else show_as).value


_WORDS: Mapping[Field, str] = {
    Field.BODY: "the notes",
    Field.CATEGORIES: "categories",
    Field.REMINDER: "the reminder",
    Field.IMPORTANCE: "the importance",
}


def _refuse_beyond(fields: frozenset[Field], allowed: frozenset[Field]) -> None:
    if beyond := sorted(fields - allowed):
        raise Refused("the board is not told of " + ", ".join(_WORDS.get(field, field.value) for field in beyond))
    if not fields:
        raise Refused("there is nothing to write")


def _refuse_unwritable(patch: Mapping[str, object], writable: frozenset[str]) -> None:
    if closed := sorted(set(patch) - writable):
        raise Refused("this board takes no change of " + ", ".join(closed))
