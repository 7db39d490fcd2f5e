"""Writing events: operations into `$batch` members, and what each answer means for its operation.

https://learn.microsoft.com/graph/api/user-post-events
https://learn.microsoft.com/graph/api/event-update
https://learn.microsoft.com/graph/api/event-delete
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sync_core.adapters.graph.batch import Member, send_all
from sync_core.adapters.graph.client import GraphClient, Reply, segment
from sync_core.adapters.graph.judging import parse
from sync_core.adapters.graph.lookup import look_up
from sync_core.adapters.graph.reading import is_older_than_its_answer, read_event
from sync_core.adapters.graph.troubles import Trouble
from sync_core.adapters.graph.wire import WireEvent
from sync_core.adapters.graph.writing import changes_body, event_body
from sync_core.domain.errors import CalendarRefused, Refused, TandemError
from sync_core.domain.event import Event, EventId
from sync_core.domain.plan import (
    BornDead,
    CreateEvent,
    DeleteEvent,
    Denied,
    Done,
    EventOperation,
    Missing,
    Moved,
    Outcome,
    Postponed,
    Unknown,
)
from sync_core.domain.resource import CalendarRef


class MarkedEvents(Protocol):
    async def find_marked(self, calendar: CalendarRef, marker: str) -> Sequence[Event]:
        """As the port says."""


@dataclass(frozen=True, slots=True)
class _CalendarTrouble:
    """Mailbox or calendar did not answer us; refused as a whole only if nothing was carried out."""

    reason: str


async def carry_out(
    client: GraphClient, marked: MarkedEvents, mailbox: str, operations: Sequence[EventOperation]
) -> Sequence[Outcome]:
    """As the port says; a write without a reply is never repeated here, since its announcement finds out about it."""
    members = [_member(operation, mailbox) for operation in operations]
    replies = await send_all(client, mailbox, members)
    # Graph answers 412 now and then although no version was named; the same sparse write is safe to send once more.
    sporadic = [n for n, reply in enumerate(replies) if not members[n].version and _is_moved(reply)]
    for place, reply in zip(sporadic, await send_all(client, mailbox, [members[n] for n in sporadic]), strict=True):
        replies[place] = reply
    judged = [
        await _judge(client, marked, operation, reply) for operation, reply in zip(operations, replies, strict=True)
    ]
    troubles = [one for one in judged if isinstance(one, _CalendarTrouble)]
    if troubles and len(troubles) == len(judged):
        raise CalendarRefused(troubles[0].reason)
    return [Postponed(one.reason) if isinstance(one, _CalendarTrouble) else one for one in judged]


def _member(operation: EventOperation, mailbox: str) -> Member:
    user = f"/users/{segment(mailbox)}"
    if isinstance(operation, CreateEvent):
        return Member("POST", f"{user}/calendars/{segment(operation.calendar.calendar)}/events", event_body(operation))
    path = f"{user}/events/{segment(operation.ref.id)}"
    if isinstance(operation, DeleteEvent):
        return Member("DELETE", path, version=operation.version)
    return Member("PATCH", path, changes_body(operation), operation.version)


def _is_moved(reply: Reply | None) -> bool:
    return reply is not None and reply.trouble is Trouble.MOVED


async def _judge(
    client: GraphClient, marked: MarkedEvents, operation: EventOperation, reply: Reply | None
) -> Outcome | _CalendarTrouble:
    if reply is None:
        return Unknown("Graph did not reply")
    match reply.trouble:
        case Trouble.NONE:
            if isinstance(operation, CreateEvent):
                return await _judge_created(client, marked, operation, reply)
            return Done() if isinstance(operation, DeleteEvent) else _judge_updated(operation.ref.calendar, reply)
        case Trouble.DUPLICATE if isinstance(operation, CreateEvent):
            return await _find_born(client, marked, operation, _named_by(reply))
        case Trouble.MOVED:
            return Moved()
        case Trouble.NOT_FOUND if not isinstance(operation, CreateEvent):
            return Missing()
        # A create names no event: what was not found is its calendar.
        case Trouble.CALENDAR | Trouble.NOT_FOUND:
            return _CalendarTrouble(f"the mailbox or calendar does not answer us ({reply.words})")
        case Trouble.THROTTLED | Trouble.AUTHENTICATION:
            return Postponed(f"Graph asks for time ({reply.words})", reply.retry_after or 0)
        case Trouble.UNCERTAIN:
            return Unknown(f"Graph broke off ({reply.words})")
        case _:
            return Denied(f"Graph does not take this event ({reply.words})")


def _judge_updated(calendar: CalendarRef, reply: Reply) -> Outcome:
    try:
        return Done(event=read_event(parse(reply, WireEvent), calendar))
    except TandemError:
        # It took effect all the same; the next read tells what it looks like.
        return Done()


async def _judge_created(client: GraphClient, marked: MarkedEvents, operation: CreateEvent, reply: Reply) -> Outcome:
    try:
        wire = parse(reply, WireEvent)
        event = read_event(wire, operation.calendar)
    except TandemError:
        return Unknown("Graph created an event, but its answer cannot be read")
    if event.transaction_id != operation.transaction_id:
        # Seen in the field: equal creates at one time were answered with each other's events.
        found = await _find_born(client, marked, operation, None)
        return Unknown("Graph answered a create with another event") if isinstance(found, Denied) else found
    if is_older_than_its_answer(wire, reply.answered_at):
        return await _find_born(client, marked, operation, event.ref.id)
    return Done(event=event)


async def _find_born(
    client: GraphClient, marked: MarkedEvents, operation: CreateEvent, named: EventId | None
) -> Outcome:
    """Find the event of an earlier try: by the id the answer named, else by its marker."""
    try:
        if named is not None:
            found = await look_up(client, operation.calendar, [named])
            if named not in found:
                return Unknown("Graph names an event of this birth, but did not show it")
            event = found[named]
            if event is None:
                return BornDead(named)
            if event.transaction_id == operation.transaction_id:
                return Done(event=event, is_found=True)
        born = await marked.find_marked(operation.calendar, operation.marker)
    except Refused as refusal:
        return Unknown(f"an event of this birth exists, but was not shown: {refusal.reason}")
    except TandemError:
        return Unknown("an event of this birth exists, but Graph did not show it")
    ours = [event for event in born if event.transaction_id == operation.transaction_id]
    if ours:
        return Done(event=ours[0], is_found=True)
    return Denied("Graph says that this event was created before, but it cannot be found; delete it and release this")


def _named_by(reply: Reply) -> EventId | None:
    inner = reply.error.get("innerError") or reply.error.get("innererror")
    for place in (reply.error, inner if isinstance(inner, dict) else {}):
        named = place.get("@event.existingEventId")
        if isinstance(named, str) and named:
            return EventId(named)
    return None
