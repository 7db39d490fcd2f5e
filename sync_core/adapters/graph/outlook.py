"""The port `Outlook` on Graph: reading calendars; what is written is in `operations`.

https://learn.microsoft.com/graph/delta-query-events
https://learn.microsoft.com/graph/api/event-list-instances
https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
"""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from sync_core import telemetry
from sync_core.adapters.graph.client import PREFER, GraphClient, segment
from sync_core.adapters.graph.equals import find_equal
from sync_core.adapters.graph.judging import parse
from sync_core.adapters.graph.lookup import fetch_marked, look_up
from sync_core.adapters.graph.operations import carry_out
from sync_core.adapters.graph.reading import is_told, read_event, read_instant
from sync_core.adapters.graph.troubles import Trouble
from sync_core.adapters.graph.wire import MARKER_PROPERTY, EventPage, WireEvent
from sync_core.domain.content import Content
from sync_core.domain.errors import CursorRefused, Refused, TryAgain
from sync_core.domain.event import Event, EventId, EventKey, EventKind
from sync_core.domain.plan import EventOperation, Outcome
from sync_core.domain.resource import CalendarRef
from sync_core.domain.window import Window
from sync_core.ports import ChangePage, Occurrences

_INSTANCES_PER_PAGE = 100


class GraphOutlook:
    """Calendars and events of one tenant. `page_size` is a wish; Graph may send less."""

    def __init__(self, client: GraphClient, page_size: int = 100) -> None:
        self._client = client
        self._page_size = page_size

    async def read_changes(self, calendar: CalendarRef, window: Window, place: str) -> ChangePage:
        if place and not self._client.owns(place):
            raise CursorRefused("the place belongs to another endpoint")
        url = place or f"{self._url(calendar)}/calendarView/delta?{_between(window)}"
        # Never $select here: delta does not take it, and answers as if it did.
        reply = await self._client.read(calendar.mailbox, url, f"{PREFER}, odata.maxpagesize={self._page_size}")
        if reply.trouble is Trouble.CURSOR:
            if place:
                raise CursorRefused(f"Graph has forgotten the place ({reply.words})")
            raise TryAgain(f"Graph lost a read that had just begun ({reply.words})")
        page = parse(reply, EventPage)
        onward = page.next or page.delta
        if not onward:
            raise TryAgain("a page of changes broke off")
        # Several states of one event may come in one page, and the last one counts.
        states = {wire.id: wire for wire in page.value}
        # What is told without its time is only known to have changed: it is to be fetched, as removed ones are.
        told = {each: wire for each, wire in states.items() if wire.removed is None and is_told(wire)}
        events: list[Event] = []
        unreadable: list[tuple[EventId, str]] = []
        for wire in told.values():
            try:
                events.append(read_event(wire, calendar))
            except Refused as refusal:
                # One event nobody can read must not stop the calendar.
                unreadable.append((EventId(wire.id), refusal.reason))
        return ChangePage(
            events=tuple(events),
            unreadable=tuple(unreadable),
            removed=tuple(EventId(each) for each in states if each not in told),
            place=self._client.checked(onward),
            is_last=page.next is None,
        )

    async def look_up(self, calendar: CalendarRef, ids: Sequence[EventId]) -> Mapping[EventId, Event | None]:
        return await look_up(self._client, calendar, ids)

    async def find_equal(self, calendar: CalendarRef, contents: Sequence[Content]) -> Sequence[Event | None]:
        return await find_equal(self._client, calendar, contents)

    async def find_marked(self, calendar: CalendarRef, marker: str) -> Sequence[Event]:
        value = marker.replace("'", "''")
        wanted = f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARKER_PROPERTY}' and ep/value eq '{value}')"
        listed = await self._list(calendar, f"{self._url(calendar)}/events?$filter={quote(wanted, safe='')}&$select=id")
        events = await fetch_marked(self._client, calendar, [wire.id for wire in listed])
        # Graph compares such values without regard to case, and does not show them in a list.
        return [event for event in events if event.marker == marker]

    async def list_instances(self, calendar: CalendarRef, series: EventId, window: Window) -> Occurrences | None:
        found = await self.look_up(calendar, [series])
        if series not in found:
            raise TryAgain("a series could not be judged")
        master = found[series]
        if master is None:
            return None
        if master.kind is not EventKind.SERIES:
            return Occurrences(())
        event = f"{self._client.root}/users/{segment(calendar.mailbox)}/events/{segment(series)}"
        listed = await self._list(calendar, f"{event}/instances?{_between(window)}&$top={_INSTANCES_PER_PAGE}")
        return _read_occurrences(listed, series, master.ref.calendar)

    async def carry_out(self, mailbox: str, operations: Sequence[EventOperation]) -> Sequence[Outcome]:
        with telemetry.span("write", side="outlook", operations=len(operations)):
            return await carry_out(self._client, self, mailbox, operations)

    def _url(self, calendar: CalendarRef) -> str:
        return f"{self._client.root}/users/{segment(calendar.mailbox)}/calendars/{segment(calendar.calendar)}"

    async def _list(self, calendar: CalendarRef, url: str) -> Sequence[WireEvent]:
        listed: list[WireEvent] = []
        while url:
            page = parse(await self._client.read(calendar.mailbox, url), EventPage)
            listed += page.value
            url = self._client.checked(page.next) if page.next else ""
        return listed


def _read_occurrences(listed: Sequence[WireEvent], series: EventId, calendar: CalendarRef) -> Occurrences:
    """One that cannot be understood is named, so that nobody takes it for gone."""
    events: list[Event] = []
    unreadable: list[tuple[EventKey, str]] = []
    is_whole = True
    for wire in listed:
        try:
            if not is_told(wire):
                raise Refused("Outlook did not tell the time of an occurrence")
            events.append(read_event(wire, calendar))
        except Refused as refusal:
            is_whole &= bool(wire.original_start)
            key = f"{series}~{read_instant(wire.original_start):%Y%m%dT%H%M%SZ}" if wire.original_start else wire.id
            unreadable.append((EventKey(key), refusal.reason))
    return Occurrences(tuple(events), tuple(unreadable), is_whole)


def _between(window: Window) -> str:
    start, end = (f"{instant:%Y-%m-%dT%H:%M:%SZ}" for instant in (window.start_at, window.end_at))
    return f"startDateTime={start}&endDateTime={end}"
