"""One event of a delivery: a CloudEvents envelope, or a plain Standard Webhooks body, and what it tells.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import StringConstraints

from sync_core.contract.faults import FieldFault, Invalid, check, pointer_to
from sync_core.contract.inbound import mentions_in, to_placement, to_removal, to_word, to_word_of_removal
from sync_core.contract.scalars import Document, Instant, Text255
from sync_core.contract.states import AppointmentState, ResourceState, Tombstone, UnavailabilityState, WorkingDayState
from sync_core.domain.appointment import Kind, Placement
from sync_core.domain.mention import Mention, ResourceWord


class Silence(StrEnum):
    """Why an event tells nothing that is stored."""

    PING = "ping"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Told:
    """An event that was understood: where an appointment or a resource stands now, or why there is nothing to store.

    `mentions` are the resources that it names on the way.
    """

    id: str
    type: str
    what: Placement | ResourceWord | Silence
    mentions: tuple[Mention, ...] = ()


class CloudEvent(Document):
    specversion: Literal["1.0"]
    id: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    source: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    type: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    subject: Text255 | None = None
    time: Instant | None = None
    datacontenttype: Literal["application/json"] | None = None
    data: dict[str, Any] | None = None


class PlainEvent(Document):
    """The body of a small sender without CloudEvents; its id is the delivery's."""

    type: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    timestamp: Instant
    data: dict[str, Any] | None = None


_State = TypeVar("_State", bound=Document)

_APPOINTMENT = ("appointment", Kind.TASK, AppointmentState)
_UNAVAILABILITY = ("unavailability", Kind.UNAVAILABILITY, UnavailabilityState)
_WORKING_DAY = ("workingDay", Kind.WORKING_DAY, WorkingDayState)
_LIVING: Mapping[str, tuple[str, Kind, type[AppointmentState | UnavailabilityState | WorkingDayState]]] = {
    "scheduler.appointment.created": _APPOINTMENT,
    "scheduler.appointment.updated": _APPOINTMENT,
    "scheduler.unavailability.created": _UNAVAILABILITY,
    "scheduler.unavailability.updated": _UNAVAILABILITY,
    "scheduler.working_day.assigned": _WORKING_DAY,
}
_REMOVED: Mapping[str, tuple[str, Kind]] = {
    "scheduler.appointment.deleted": _APPOINTMENT[:2],
    "scheduler.unavailability.deleted": _UNAVAILABILITY[:2],
    "scheduler.working_day.removed": _WORKING_DAY[:2],
}
_RESOURCE_UPDATED = "scheduler.resource.updated"
_RESOURCE_REMOVED = "scheduler.resource.removed"
_PING = "scheduler.ping"


def read_event(document: object, delivery_id: str) -> Told:
    """Understand one event; `delivery_id` names a plain one, which has no id of its own.

    Raises:
        Invalid: with the place of each fault within the event.
    """
    is_plain = isinstance(document, dict) and "specversion" not in document and "timestamp" in document
    if is_plain:
        plain = check(PlainEvent, document)
        return Told(delivery_id, plain.type, *_understand(plain.type, plain.data))
    event = check(CloudEvent, document)
    return Told(event.id, event.type, *_understand(event.type, event.data))


def _understand(
    kind: str, data: Mapping[str, Any] | None
) -> tuple[Placement | ResourceWord | Silence, tuple[Mention, ...]]:
    if kind in _LIVING:
        name, _, living = _LIVING[kind]
        state = _member(data, name, living)
        return to_placement(state), mentions_in(state)
    if kind in _REMOVED:
        name, removed = _REMOVED[kind]
        return to_removal(removed, _member(data, name, Tombstone)), ()
    if kind == _RESOURCE_UPDATED:
        return to_word(_member(data, "resource", ResourceState)), ()
    if kind == _RESOURCE_REMOVED:
        return to_word_of_removal(_member(data, "resource", Tombstone)), ()
    return (Silence.PING if kind == _PING else Silence.UNKNOWN), ()


def _member(data: Mapping[str, Any] | None, name: str, model: type[_State]) -> _State:
    place = pointer_to("data", name)
    if data is None or name not in data:
        raise Invalid([FieldFault(place if data is not None else "/data", "is missing")])
    try:
        return check(model, data[name])
    except Invalid as invalid:
        raise Invalid([fault.under(place) for fault in invalid.faults]) from None
