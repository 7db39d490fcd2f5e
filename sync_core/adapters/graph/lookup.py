"""The test for gone: an event is only gone if its own mailbox says so while it answers for that calendar.

https://learn.microsoft.com/graph/api/event-get
"""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from sync_core.adapters.graph.batch import MOST_MEMBERS, Member, send_all
from sync_core.adapters.graph.client import GraphClient, Reply, segment
from sync_core.adapters.graph.judging import fault_of, parse
from sync_core.adapters.graph.reading import read_event
from sync_core.adapters.graph.troubles import Trouble
from sync_core.adapters.graph.wire import MARKER_PROPERTY, Named, WireEvent
from sync_core.domain.errors import Refused
from sync_core.domain.event import Event, EventId
from sync_core.domain.resource import CalendarRef

_AT_ONCE = (MOST_MEMBERS - 1) // 2
_EXPAND = "$expand=singleValueExtendedProperties($filter=" + quote(f"id eq '{MARKER_PROPERTY}'", safe="") + ")"


async def fetch_marked(client: GraphClient, calendar: CalendarRef, ids: Sequence[str]) -> list[Event]:
    """The events of a calendar that were listed there, each with its marker; one that is gone since is left out."""
    events = []
    for reply in await send_all(client, calendar.mailbox, [_event_with_marker(calendar.mailbox, each) for each in ids]):
        if reply is None or reply.trouble not in (Trouble.NONE, Trouble.NOT_FOUND):
            raise fault_of(reply)
        if reply.trouble is Trouble.NONE:
            events.append(_read_marked(reply, calendar))
    return events


def _event_with_marker(mailbox: str, event: str) -> Member:
    """The request for one event, wherever it is in its mailbox, with our marker if it has one."""
    return Member("GET", f"/users/{segment(mailbox)}/events/{segment(event)}?{_EXPAND}")


def _read_marked(reply: Reply, calendar: CalendarRef) -> Event:
    """The event that `_event_with_marker` was answered with; its marker is empty if it has none."""
    wire = parse(reply, WireEvent)
    return read_event(wire.model_copy(update={"extended": wire.extended or []}), calendar)


async def look_up(client: GraphClient, calendar: CalendarRef, ids: Sequence[EventId]) -> Mapping[EventId, Event | None]:
    """As the port says: events with marker and present calendar, None for gone, left out for not known."""
    found: dict[EventId, Event | None] = {}
    wanted = list(dict.fromkeys(ids))
    for first in range(0, len(wanted), _AT_ONCE):
        found |= await _look_up_some(client, calendar, wanted[first : first + _AT_ONCE])
    return await _confirm_calendars(client, calendar, found)


async def _look_up_some(
    client: GraphClient, calendar: CalendarRef, ids: Sequence[EventId]
) -> dict[EventId, Event | None]:
    mailbox = calendar.mailbox
    members = [_calendar_probe(mailbox, calendar.calendar)]
    for each in ids:
        members += [
            _event_with_marker(mailbox, each),
            Member("GET", f"/users/{segment(mailbox)}/events/{segment(each)}/calendar?$select=id"),
        ]
    replies = await send_all(client, mailbox, members)
    probe = replies[0]
    if probe is None or probe.trouble is not Trouble.NONE:
        raise fault_of(probe)
    found: dict[EventId, Event | None] = {}
    for number, each in enumerate(ids):
        event, home = replies[2 * number + 1 : 2 * number + 3]
        # One of the two may be missing; without both of them nothing is known.
        if event is None or home is None:
            continue
        if Trouble.NOT_FOUND in (event.trouble, home.trouble):
            found[each] = None
        elif event.trouble is home.trouble is Trouble.NONE:
            try:
                found[each] = _read_marked(event, CalendarRef(mailbox, parse(home, Named).id))
            except Refused:
                continue
    return found


async def _confirm_calendars(
    client: GraphClient, calendar: CalendarRef, found: dict[EventId, Event | None]
) -> dict[EventId, Event | None]:
    """Deleted Items keep ids and may pass for a calendar: another one than ours has to answer as one."""
    homes = sorted({event.ref.calendar.calendar for event in found.values() if event} - {calendar.calendar})
    if not homes:
        return found
    replies = await send_all(client, calendar.mailbox, [_calendar_probe(calendar.mailbox, each) for each in homes])
    answers = dict(zip(homes, replies, strict=True))
    confirmed: dict[EventId, Event | None] = {}
    for each, event in found.items():
        if event is None or event.ref.calendar == calendar:
            confirmed[each] = event
            continue
        answer = answers[event.ref.calendar.calendar]
        if answer is not None and answer.trouble is Trouble.NONE:
            confirmed[each] = event
        elif answer is not None and answer.trouble is Trouble.NOT_FOUND:
            confirmed[each] = None
    return confirmed


def _calendar_probe(mailbox: str, calendar: str) -> Member:
    return Member("GET", f"/users/{segment(mailbox)}/calendars/{segment(calendar)}?$select=id")
