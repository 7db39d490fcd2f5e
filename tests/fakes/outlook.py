"""The port `Outlook` in memory: what Graph promises, what it is known to do instead, and each as a switch."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sync_core.domain.content import Content, Field, normalise, overlay
from sync_core.domain.errors import CalendarRefused, CursorRefused, TryAgain
from sync_core.domain.event import Event, EventId
from sync_core.domain.identity import ConnectorId, is_ours
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
    UpdateEvent,
)
from sync_core.domain.resource import CalendarRef
from sync_core.domain.timespan import Span
from sync_core.domain.window import Window
from sync_core.ports import ChangePage, Clock, Occurrences
from tests.fakes.outlook_calendars import Entry, Kept, OutlookCalendars, overlaps


@dataclass(frozen=True)
class _Place:
    """Where a round stands: entries still to tell, and the log's length that the round reaches."""

    calendar: CalendarRef
    window: Window
    rest: tuple[Entry, ...]
    end: int
    is_full: bool
    is_round_end: bool = False


class FakeOutlook(OutlookCalendars):
    """Outlook without a network; every method answers at once, so no event loop is needed.

    Counts: `calls` by name of the port's method, `writes` that took effect, `mails` that a write would have sent,
    `damages` to the way into an online meeting.
    """

    page_size = 50
    lag = 0  # so many of the newest changes of each calendar are not told yet
    replay = 0  # so many changes that were told already are told again at the start of each round
    begins_with_empty_page = False
    cursors_to_refuse = 0  # so many of the next reads that resume are refused
    unavailable = False  # reads raise TryAgain, operations are Postponed
    honours_if_match = True
    forgets_births = False  # a transactionId that was used makes a second event
    wraps_bodies = False  # bodies come back in the server's handwriting
    replies_to_lose = 0  # so many of the next operations take effect and answer Unknown
    requests_to_lose = 0  # so many of the next operations answer Unknown and take no effect
    operations_to_postpone = 0
    operations_to_deny = 0

    def __init__(self, clock: Clock, connector: ConnectorId) -> None:
        super().__init__(clock)
        self.connector = connector
        self.calls: Counter[str] = Counter()
        self.writes = 0
        self.mails = 0
        self.damages = 0
        self.unreadable: set[EventId] = set()
        self._refused: set[CalendarRef | str] = set()
        self._places: dict[str, _Place] = {}
        self._births: dict[tuple[str, str], EventId] = {}

    def refuse(self, calendar_or_mailbox: CalendarRef | str) -> None:
        """From now on it answers nobody, as without licence or permission."""
        self._refused.add(calendar_or_mailbox)

    def allow(self, calendar_or_mailbox: CalendarRef | str) -> None:
        self._refused.discard(calendar_or_mailbox)

    def ours(self, calendar: CalendarRef) -> tuple[Event, ...]:
        """The living events of a calendar that this connector made (copies of them are none of ours)."""
        return tuple(event for event in self.living(calendar) if is_ours(self.connector, event.transaction_id))

    async def read_changes(self, calendar: CalendarRef, window: Window, place: str) -> ChangePage:
        self._answer("read_changes", calendar)
        if not place:
            return self._tell(self._begin_full(calendar, window))
        if self.cursors_to_refuse:
            self.cursors_to_refuse -= 1
            raise CursorRefused("the sync state was not found")
        known = self._places.get(place)
        if known is None or known.calendar != calendar:
            raise CursorRefused("no such place")
        return self._tell(self._begin_round(known) if known.is_round_end else known)

    async def look_up(self, calendar: CalendarRef, ids: Sequence[EventId]) -> Mapping[EventId, Event | None]:
        self._answer("look_up", calendar)
        return {each: self._find(calendar.mailbox, each) for each in ids}

    async def find_equal(self, calendar: CalendarRef, contents: Sequence[Content]) -> Sequence[Event | None]:
        self._answer("find_equal", calendar)
        alike: dict[tuple[Span, str], list[Event]] = {}
        for event in self.living(calendar):
            if not event.marker and event.is_writable and not event.is_cancelled and not event.is_online:
                alike.setdefault((event.content.span, event.content.subject), []).append(event)
        found: list[Event | None] = []
        for content in contents:
            candidates = alike.pop((content.span, normalise(content).subject), [])
            found.append(self._fetched(candidates[0]) if len(candidates) == 1 else None)
        return found

    async def find_marked(self, calendar: CalendarRef, marker: str) -> Sequence[Event]:
        self._answer("find_marked", calendar)
        return [self._fetched(event) for event in self.living(calendar) if event.marker == marker]

    async def list_instances(self, calendar: CalendarRef, series: EventId, window: Window) -> Occurrences | None:
        self._answer("list_instances", calendar)
        kept = self._kept.get((calendar.mailbox, series))
        if kept is None or kept.is_dead:
            return None
        inside = [one for one in kept.occurrences if overlaps(one, window.start_at, window.end_at)]
        clear = tuple(self._shown(one) for one in inside if one.ref.id not in self.unreadable)
        unclear = tuple((one.key, "a time zone nobody knows") for one in inside if one.ref.id in self.unreadable)
        return Occurrences(clear, unclear)

    async def carry_out(self, mailbox: str, operations: Sequence[EventOperation]) -> Sequence[Outcome]:
        self.calls["carry_out"] += 1
        refused = {calendar for calendar in map(_calendar_of, operations) if self._is_refused(calendar)}
        if operations and all(_calendar_of(one) in refused for one in operations):
            raise CalendarRefused("the mailbox does not answer us")
        assert all(_calendar_of(one).mailbox == mailbox for one in operations), "one mailbox per call"
        return [
            Postponed("the calendar does not answer us") if _calendar_of(one) in refused else self._attempt(one)
            for one in operations
        ]

    def _is_refused(self, calendar: CalendarRef) -> bool:
        return calendar not in self._log or bool(self._refused & {calendar, calendar.mailbox})

    def _answer(self, call: str, calendar: CalendarRef) -> None:
        self.calls[call] += 1
        if self.unavailable:
            raise TryAgain("no answer")
        if self._is_refused(calendar):
            raise CalendarRefused("the mailbox does not answer us")

    def _begin_full(self, calendar: CalendarRef, window: Window) -> _Place:
        end = max(0, len(self._log[calendar]) - self.lag)
        states = {entry.id: entry for entry in self._log[calendar][:end]}
        rest = tuple(one for one in states.values() if one.event and _is_inside(one.event, window))
        return _Place(calendar, window, self._with_empty_page(rest), end, is_full=True)

    def _begin_round(self, place: _Place) -> _Place:
        log = self._log[place.calendar]
        end = max(place.end, len(log) - self.lag)
        rest = self._with_empty_page(tuple(log[max(0, place.end - self.replay) : end]))
        return replace(place, rest=rest, end=end, is_full=False, is_round_end=False)

    def _with_empty_page(self, rest: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return (Entry(EventId(""), None), *rest) if self.begins_with_empty_page else rest

    def _tell(self, place: _Place) -> ChangePage:
        size = 1 if place.rest and not place.rest[0].id else self.page_size
        page, rest = place.rest[:size], place.rest[size:]
        last = {entry.id: entry for entry in page if entry.id}
        inside = [one.event for one in last.values() if one.event and _is_inside(one.event, place.window)]
        told = {event.ref.id for event in inside}
        return ChangePage(
            events=tuple(self._shown(event) for event in inside if event.ref.id not in self.unreadable),
            removed=tuple(each for each in last if each not in told),
            place=self._keep_place(replace(place, rest=rest, is_round_end=not rest)),
            is_last=not rest,
            unreadable=tuple((each, "a time zone nobody knows") for each in told & self.unreadable),
        )

    def _keep_place(self, place: _Place) -> str:
        name = f"place-{self._next()}"
        self._places[name] = place
        return name

    def _find(self, mailbox: str, event_id: EventId) -> Event | None:
        master, dot, _ = event_id.partition(".")
        kept = self._kept.get((mailbox, EventId(master)))
        if kept is None or kept.is_dead:
            return None
        if not dot:
            return self._fetched(kept.event)
        return next((self._fetched(one) for one in kept.occurrences if one.ref.id == event_id), None)

    def _fetched(self, event: Event) -> Event:
        # Whoever asks for the marker learns that there is none.
        return replace(self._shown(event), marker=event.marker or "")

    def _shown(self, event: Event) -> Event:
        if not (self.wraps_bodies and event.content.body):
            return event
        body = f"<html><head></head>\r\n<body>\r\n{event.content.body}\r\n</body></html>"
        return replace(event, content=normalise(replace(event.content, body=body)))

    def _attempt(self, operation: EventOperation) -> Outcome:
        if self.unavailable:
            return Postponed("no answer")
        if self.operations_to_postpone:
            self.operations_to_postpone -= 1
            return Postponed("too many requests", 30)
        if self.operations_to_deny:
            self.operations_to_deny -= 1
            return Denied("the calendar refused this event (ErrorInvalidRequest)")
        if self.requests_to_lose:
            self.requests_to_lose -= 1
            return Unknown("no reply")
        outcome = self._apply(operation)
        if self.replies_to_lose:
            self.replies_to_lose -= 1
            return Unknown("no reply")
        return outcome

    def _apply(self, operation: EventOperation) -> Outcome:
        if isinstance(operation, CreateEvent):
            return self._create(operation)
        kept = self._kept.get((operation.ref.calendar.mailbox, operation.ref.id))
        if kept is None or kept.is_dead:
            return Missing()
        if self.honours_if_match and operation.version and operation.version != kept.event.version:
            return Moved()
        self._count_write(kept, operation)
        if isinstance(operation, DeleteEvent):
            self._bury(kept)
            return Done()
        return self._update(kept, operation)

    def _create(self, operation: CreateEvent) -> Outcome:
        birth = (operation.calendar.mailbox, operation.transaction_id)
        if birth in self._births and not self.forgets_births:
            event = self._find(operation.calendar.mailbox, self._births[birth])
            return Done(event=replace(event, marker=None), is_found=True) if event else BornDead(self._births[birth])
        self.writes += 1
        event = self._add(
            operation.calendar, operation.content, transaction_id=operation.transaction_id, marker=operation.marker
        )
        self._births[birth] = event.ref.id
        return Done(event=replace(self._shown(event), marker=None))

    def _update(self, kept: Kept, operation: UpdateEvent) -> Outcome:
        content: Content = overlay(kept.event.content, normalise(operation.content), operation.fields)
        written = self._rewrite(kept, content=content, marker=operation.marker or kept.event.marker)
        return Done(event=replace(self._shown(written), marker=None))

    def _count_write(self, kept: Kept, operation: UpdateEvent | DeleteEvent) -> None:
        self.writes += 1
        self.mails += int(kept.event.has_attendees or not kept.event.is_organizer)
        writes_body = isinstance(operation, UpdateEvent) and Field.BODY in operation.fields
        self.damages += int(kept.event.is_online and writes_body)


def _is_inside(event: Event, window: Window) -> bool:
    return overlaps(event, window.start_at, window.end_at)


def _calendar_of(operation: EventOperation) -> CalendarRef:
    return operation.calendar if isinstance(operation, CreateEvent) else operation.ref.calendar
