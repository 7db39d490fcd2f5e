"""Finding events that somebody else made and that say what one of ours would say, so that none is doubled.

https://learn.microsoft.com/graph/api/calendar-list-calendarview
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sync_core.adapters.graph.client import GraphClient, segment
from sync_core.adapters.graph.judging import parse
from sync_core.adapters.graph.lookup import fetch_marked
from sync_core.adapters.graph.reading import is_told, read_event
from sync_core.adapters.graph.wire import EventPage, WireEvent
from sync_core.domain.content import Content, normalise
from sync_core.domain.errors import Refused
from sync_core.domain.event import Event
from sync_core.domain.resource import CalendarRef
from sync_core.domain.timespan import Span, bounds

_PER_PAGE = 250
_MOST_PAGES = 20
# Days without any of the contents between them are not read; shorter gaps cost less than another request.
_GAP = timedelta(days=14)
# Whole days float with the zone, and what has no length must lie within the view.
_MARGIN = timedelta(days=1)
_SELECT = "id,subject,start,end,isAllDay,type,isOrganizer,isCancelled,isOnlineMeeting"
_Likeness = tuple[Span, str]


async def find_equal(client: GraphClient, calendar: CalendarRef, contents: Sequence[Content]) -> list[Event | None]:
    """As the port says. An event answers one content at most, the first of those that are alike.

    A stretch of more events than can be read at a bearable price holds none.
    """
    wanted = [_likeness(content) for content in contents]
    alike: dict[_Likeness, list[str]] = {each: [] for each in wanted}
    for start_at, end_at in _stretches([bounds(content.span, ZoneInfo("UTC")) for content in contents]):
        for wire in await _view(client, calendar, start_at, end_at):
            likeness = _read_likeness(wire, calendar)
            # Two stretches may show one event.
            if likeness in alike and wire.id not in alike[likeness]:
                alike[likeness].append(wire.id)
    # The list says too little, and may be older than the events are.
    shown = await fetch_marked(client, calendar, [each for ids in alike.values() for each in ids])
    candidates = [event for event in shown if event.marker == "" and _is_plain(event)]
    counted = Counter(_likeness(event.content) for event in candidates)
    only_ones = {one: event for event in candidates if counted[one := _likeness(event.content)] == 1}
    return [only_ones.pop(each, None) for each in wanted]


def _likeness(content: Content) -> _Likeness:
    return content.span, normalise(content).subject


def _is_plain(event: Event) -> bool:
    return event.is_writable and not event.is_cancelled and not event.is_online


def _read_likeness(wire: WireEvent, calendar: CalendarRef) -> _Likeness | None:
    """None for what is no candidate, or cannot be understood."""
    if not is_told(wire):
        return None
    try:
        event = read_event(wire, calendar)
    except Refused:
        return None
    return _likeness(event.content) if _is_plain(event) else None


def _stretches(spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The few stretches of time that hold all spans."""
    stretches: list[tuple[datetime, datetime]] = []
    for start_at, end_at in sorted(spans):
        if stretches and start_at - stretches[-1][1] <= _GAP:
            stretches[-1] = stretches[-1][0], max(stretches[-1][1], end_at)
        else:
            stretches.append((start_at, end_at))
    return [(start_at - _MARGIN, end_at + _MARGIN) for start_at, end_at in stretches]


async def _view(
    client: GraphClient, calendar: CalendarRef, start_at: datetime, end_at: datetime
) -> Sequence[WireEvent]:
    between = f"startDateTime={start_at:%Y-%m-%dT%H:%M:%SZ}&endDateTime={end_at:%Y-%m-%dT%H:%M:%SZ}"
    path = f"{client.root}/users/{segment(calendar.mailbox)}/calendars/{segment(calendar.calendar)}/calendarView"
    url = f"{path}?{between}&$select={_SELECT}&$top={_PER_PAGE}"
    listed: list[WireEvent] = []
    for _ in range(_MOST_PAGES):
        page = parse(await client.read(calendar.mailbox, url), EventPage)
        listed += page.value
        if not page.next:
            return listed
        url = client.checked(page.next)
    return []
