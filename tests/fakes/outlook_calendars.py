"""Calendars in memory with a change log, and everything a worker can do to them in Outlook."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sync_core.domain.content import Content, Sensitivity, normalise
from sync_core.domain.event import Event, EventId, EventKind, EventRef, Response
from sync_core.domain.resource import CalendarRef
from sync_core.domain.timespan import TimeSpan, bounds
from sync_core.ports import Clock

EPOCH = datetime.fromtimestamp(0, UTC)
_UTC_ZONE = ZoneInfo("UTC")


@dataclass
class Kept:
    """One event as the mailbox keeps it; `is_dead` lies in Deleted Items, `occurrences` belong to a series."""

    event: Event
    is_dead: bool = False
    occurrences: list[Event] = field(default_factory=list)


@dataclass(frozen=True)
class Entry:
    """One line of a calendar's change log: the state an event took, None where it left the calendar."""

    id: EventId
    event: Event | None


class OutlookCalendars:
    """The mailboxes. Knobs are plain attributes; the worker's verbs return the event as it then is."""

    copies_carry_marker = True
    copies_carry_transaction_id = False
    clock_ahead = timedelta(0)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, EventId], Kept] = {}
        self._log: dict[CalendarRef, list[Entry]] = {}
        self._counter = 0
        self._last_at = EPOCH

    def open_calendar(self, mailbox: str, calendar: str = "main") -> CalendarRef:
        """Make a calendar (and its mailbox); one that exists is returned as it is."""
        ref = CalendarRef(mailbox, calendar)
        self._log.setdefault(ref, [])
        return ref

    def living(self, calendar: CalendarRef) -> tuple[Event, ...]:
        """The events in a calendar, series as their master, each with its marker, oldest first."""
        return tuple(kept.event for kept in self._alive() if kept.event.ref.calendar == calendar)

    def current(self, ref: EventRef) -> Event | None:
        """An event as it is now, wherever it was moved within its mailbox; None if it does not live."""
        kept = self._kept.get((ref.calendar.mailbox, ref.id))
        return None if kept is None or kept.is_dead else kept.event

    def worker_creates(self, calendar: CalendarRef, content: Content, **attributes: Any) -> Event:
        """`attributes` are those of `Event`, for example `is_organizer=False` for an invitation."""
        return self._add(calendar, content, **attributes)

    def worker_edits(self, ref: EventRef, **changes: Any) -> Event:
        """`changes` are attributes of `Content`."""
        kept = self._living(ref)
        return self._rewrite(kept, content=normalise(replace(kept.event.content, **changes)))

    def worker_touches(self, ref: EventRef) -> Event:
        """A new version without another word in it, as a reminder makes when it fires."""
        return self._rewrite(self._living(ref))

    def worker_marks_private(self, ref: EventRef) -> Event:
        return self.worker_edits(ref, sensitivity=Sensitivity.PRIVATE)

    def worker_adds_attendee(self, ref: EventRef) -> Event:
        return self._rewrite(self._living(ref), has_attendees=True)

    def worker_makes_online(self, ref: EventRef) -> Event:
        """An online meeting for good: no edit takes that back."""
        return self._rewrite(self._living(ref), is_online=True)

    def worker_answers(self, ref: EventRef, response: Response) -> Event:
        """Answer somebody else's invitation; the event stays, whatever the answer."""
        return self._rewrite(self._living(ref), response=response)

    def organizer_cancels(self, ref: EventRef) -> Event:
        """Somebody else's meeting is called off: it stays in the calendar, marked."""
        return self._rewrite(self._living(ref), is_cancelled=True)

    def worker_splits_series(self, series: EventRef, original_start_at: datetime, **changes: Any) -> Event:
        """*This and all following*: what begins there belongs to a new series, with `changes` of its content."""
        kept = self._living(series)
        starts = [one.original_start_at for one in kept.occurrences if one.original_start_at]
        following = [start for start in starts if start >= original_start_at]
        assert following, "nothing would follow"
        kept.occurrences = kept.occurrences[: len(starts) - len(following)]
        self._stamp_series(kept)
        content = replace(kept.event.content, **changes)
        return self.worker_creates_series(series.calendar, content, following)

    def worker_moves_to_calendar(self, ref: EventRef, calendar: CalendarRef) -> Event:
        """The id stays, as immutable ids do; the old calendar tells of a removal."""
        kept = self._living(ref)
        self._log[kept.event.ref.calendar].append(Entry(ref.id, None))
        return self._rewrite(kept, ref=EventRef(calendar, ref.id))

    def worker_deletes(self, ref: EventRef) -> None:
        self._bury(self._living(ref))

    def worker_purges(self, ref: EventRef) -> None:
        """Empty it out of Deleted Items, too: nothing brings it back."""
        kept = self._kept.pop((ref.calendar.mailbox, ref.id))
        if not kept.is_dead:
            self._log[kept.event.ref.calendar].append(Entry(ref.id, None))

    def worker_undeletes(self, ref: EventRef) -> Event:
        """Undo a deletion: the same event under the same id, with a new version."""
        kept = self._kept[ref.calendar.mailbox, ref.id]
        assert kept.is_dead, "only a deleted event can be brought back"
        kept.is_dead = False
        return self._rewrite(kept)

    def worker_copies(self, ref: EventRef, calendar: CalendarRef | None = None) -> Event:
        event = self._living(ref).event
        return self._add(
            calendar or event.ref.calendar,
            event.content,
            marker=event.marker if self.copies_carry_marker else None,
            transaction_id=event.transaction_id if self.copies_carry_transaction_id else "",
        )

    def worker_creates_series(self, calendar: CalendarRef, content: Content, starts: Sequence[datetime]) -> Event:
        """A series whose occurrences begin at `starts`; `content` names words and length."""
        kept = self._kept[calendar.mailbox, self._add(calendar, content, kind=EventKind.SERIES).ref.id]
        self._fill_series(kept, starts)
        return kept.event

    def worker_makes_recurring(self, ref: EventRef, starts: Sequence[datetime]) -> Event:
        """Turn a single event into a series of the same id."""
        kept = self._living(ref)
        kept.event = replace(kept.event, kind=EventKind.SERIES)
        self._fill_series(kept, starts)
        return kept.event

    def worker_edits_occurrence(self, series: EventRef, original_start_at: datetime, **changes: Any) -> Event:
        kept = self._living(series)
        place = self._place_of(kept, original_start_at)
        before = kept.occurrences[place]
        kept.occurrences[place] = replace(before, content=normalise(replace(before.content, **changes)))
        self._stamp_series(kept)
        return kept.occurrences[place]

    def worker_deletes_occurrence(self, series: EventRef, original_start_at: datetime) -> None:
        """Nothing names the occurrence that went: the series and what is left of it are told again."""
        kept = self._living(series)
        del kept.occurrences[self._place_of(kept, original_start_at)]
        self._stamp_series(kept)

    def _alive(self) -> list[Kept]:
        return [kept for kept in self._kept.values() if not kept.is_dead]

    def _living(self, ref: EventRef) -> Kept:
        kept = self._kept[ref.calendar.mailbox, ref.id]
        assert not kept.is_dead, "this event was deleted"
        return kept

    def _next(self) -> int:
        self._counter += 1
        return self._counter

    def _stamp(self) -> dict[str, Any]:
        now = self._clock.now() + self.clock_ahead
        self._last_at = max(now, self._last_at + timedelta(microseconds=1))
        return {"version": f'W/"{self._next()}"', "modified_at": self._last_at}

    def _add(self, calendar: CalendarRef, content: Content, **attributes: Any) -> Event:
        ref = EventRef(calendar, EventId(f"event-{self._next()}"))
        event = Event(ref=ref, content=normalise(content), **self._stamp(), **attributes)
        self._kept[calendar.mailbox, ref.id] = Kept(event)
        self._write_log(event)
        return event

    def _rewrite(self, kept: Kept, **changes: Any) -> Event:
        kept.event = replace(kept.event, **changes, **self._stamp())
        self._write_log(kept.event)
        return kept.event

    def _bury(self, kept: Kept) -> None:
        kept.is_dead = True
        kept.event = replace(kept.event, **self._stamp())
        self._log[kept.event.ref.calendar].append(Entry(kept.event.ref.id, None))

    def _write_log(self, event: Event) -> None:
        # A delta page carries no extended property, so its states never have a marker.
        self._log[event.ref.calendar].append(Entry(event.ref.id, replace(event, marker=None)))

    def _fill_series(self, kept: Kept, starts: Sequence[datetime]) -> None:
        master = kept.event
        span = master.content.span
        assert isinstance(span, TimeSpan), "series of whole days are not played here"
        kept.occurrences = [
            replace(
                master,
                ref=EventRef(master.ref.calendar, EventId(f"{master.ref.id}.{number}")),
                kind=EventKind.OCCURRENCE,
                series_id=master.ref.id,
                original_start_at=start,
                content=replace(master.content, span=TimeSpan(start, start + (span.end_at - span.start_at))),
                marker=None,
                transaction_id="",
            )
            for number, start in enumerate(starts)
        ]
        self._stamp_series(kept)

    def _stamp_series(self, kept: Kept) -> None:
        self._rewrite(kept)
        kept.occurrences = [replace(one, **self._stamp()) for one in kept.occurrences]
        for one in kept.occurrences:
            self._log[one.ref.calendar].append(Entry(one.ref.id, sparse(one)))

    @staticmethod
    def _place_of(kept: Kept, original_start_at: datetime) -> int:
        return next(n for n, one in enumerate(kept.occurrences) if one.original_start_at == original_start_at)


def sparse(occurrence: Event) -> Event:
    """An occurrence as delta tells of it: time, version and series, nothing else."""
    return Event(
        ref=occurrence.ref,
        content=Content(occurrence.content.span),
        version=occurrence.version,
        modified_at=EPOCH,
        kind=EventKind.OCCURRENCE,
        series_id=occurrence.series_id,
    )


def overlaps(event: Event, start_at: datetime, end_at: datetime) -> bool:
    """Does it touch the half-open span? Without length it counts by its start."""
    own_start, own_end = bounds(event.content.span, _UTC_ZONE)
    if own_start == own_end:
        return start_at <= own_start < end_at
    return own_start < end_at and own_end > start_at
