"""Read what changed in the calendars into the inbox: each page and the cursor behind it in one transaction.

Echoes end here, and private words never get further than this.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sync_core.domain.content import ALL_FIELDS, DOWN_FIELDS, differing
from sync_core.domain.errors import CalendarRefused, CursorRefused
from sync_core.domain.event import Event, EventId, EventKey, EventKind, mask
from sync_core.domain.identity import PairId, is_ours
from sync_core.domain.inward import shown
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.profile import CalendarUse
from sync_core.domain.resource import CalendarRef
from sync_core.domain.stored import (
    Address,
    ByEvent,
    Cursor,
    Family,
    Held,
    Hint,
    Job,
    LinkRow,
    OutlookInbox,
    Row,
    Sighting,
    TodoReason,
    by_event_address,
)
from sync_core.flows.batches import chunked
from sync_core.flows.desk import NOTICES, UNREADABLE, Desk
from sync_core.flows.tenure import Tenure
from sync_core.ports import ChangePage, Ports

_PAGES_A_RUN = 40
_FIRST_RETRY = timedelta(minutes=1)
_LAST_RETRY = timedelta(days=1)
_STALE_WINDOW = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Peeked:
    """A page that was read before the lease was taken; it counts only if the cursor is still where it was."""

    place: str
    page: ChangePage


@dataclass(slots=True)
class IntakeReport:
    """`changes` counts what entered the inbox; `is_complete` is False when pages were left for the next run."""

    changes: int = 0
    is_complete: bool = True


async def intake(tenure: Tenure, desk: Desk, peeked: Mapping[CalendarRef, Peeked]) -> IntakeReport:
    """Read every calendar that takes part to the end of its changes, or to the end of the run's budget.

    `desk` is kept in step: its inbox and cursors are what the table holds afterwards. A calendar that refuses us is
    noted and left for later; the others go on.
    """
    report = IntakeReport()
    now = tenure.ports.clock.now()
    for use in desk.terms.calendars_to_read():
        cursor = desk.cursors.get(use.ref)
        if cursor and cursor.next_try_at and cursor.next_try_at > now:
            continue
        reader = _Reader(tenure, desk, use)
        try:
            await reader.read(cursor, peeked.get(use.ref), report)
        except CalendarRefused as refusal:
            await note_refusal(tenure, desk, use.ref, refusal.reason)
    return report


async def note_refusal(tenure: Tenure, desk: Desk, calendar: CalendarRef, reason: str) -> None:
    """Write down that a calendar does not answer us, and try it again with growing waits, up to daily."""
    now = tenure.ports.clock.now()
    terms = desk.terms
    cursor = desk.cursors.get(calendar) or Cursor(calendar, terms.window(now))
    since_at = cursor.refused_since or now
    wait = min(max(now - since_at, _FIRST_RETRY), _LAST_RETRY)
    cursor = replace(cursor, refused_since=since_at, next_try_at=now + wait, refusal=reason)
    await tenure.commit([cursor])
    desk.cursors[calendar] = cursor
    if wait < terms.pull_every(is_notified=False):
        # Longer waits end with a pull.
        await tenure.ports.bells.ring([Job(tenure.resource, now, "refused", tenure.ports.names.fresh())], wait)


class _Reader:
    """One calendar in one run."""

    def __init__(self, tenure: Tenure, desk: Desk, use: CalendarUse) -> None:
        self.tenure = tenure
        self.ports: Ports = tenure.ports
        self.desk = desk
        self.terms = desk.terms
        self.calendar = use.ref
        self.gives_down = self.terms.gives_down(use)
        self.choices = self.terms.choices_of(use.ref)
        self.taken_up = desk.taken_up() | desk.waiting()

    async def read(self, cursor: Cursor | None, peeked: Peeked | None, report: IntakeReport) -> None:
        now = self.ports.clock.now()
        window = self.terms.window(now)
        is_rolled = any(todo.reason is TodoReason.WINDOW for todo in self.desk.due_todos(now))
        if cursor is None or (
            cursor.window != window and (is_rolled or window.end_at - cursor.window.end_at > _STALE_WINDOW)
        ):
            cursor = self._anew(cursor)
        if not cursor.place or cursor.started_at is None or not cursor.is_full:
            cursor = replace(cursor, started_at=now)
        for _ in range(_PAGES_A_RUN):
            if peeked is not None and peeked.place == cursor.place:
                page = peeked.page
            else:
                try:
                    page = await self.ports.outlook.read_changes(self.calendar, cursor.window, cursor.place)
                except CursorRefused:
                    cursor = replace(self._anew(cursor), started_at=now)
                    page = await self.ports.outlook.read_changes(self.calendar, cursor.window, "")
            peeked = None
            cursor = await self._take_in(cursor, page, report)
            if page.is_last:
                return
        report.is_complete = False

    def _anew(self, cursor: Cursor | None) -> Cursor:
        """A full read begins: a new round, so that what an interrupted one saw proves nothing."""
        window = self.terms.window(self.ports.clock.now())
        return Cursor(
            self.calendar,
            window,
            round=(cursor.round if cursor else 0) + 1,
            read_at=cursor.read_at if cursor else None,
        )

    async def _take_in(self, cursor: Cursor, page: ChangePage, report: IntakeReport) -> Cursor:
        puts = await self._inbox_rows(page)
        report.changes += len(puts)
        after = replace(
            cursor,
            place=page.place,
            page=cursor.page + 1,
            refused_since=None,
            next_try_at=None,
            refusal="",
        )
        deletes = self._mended(page)
        if cursor.is_full:
            sighting = Sighting(self.calendar, cursor.round, cursor.page, _named(page))
            puts.append(sighting)
            if page.is_last:
                unseen, old = await self._unseen(cursor, sighting)
                report.changes += len(unseen)
                puts = [row for row in puts if row is not sighting] + unseen
                deletes += old
        if page.is_last:
            after = replace(after, is_full=False, page=0, read_at=cursor.started_at, started_at=None)
        # Rows first, the cursor in the last transaction: a crash between them only reads the page again.
        chunks = chunked(self.ports.rows, puts, deletes, room_for=[after])
        for chunk in chunks[:-1]:
            await self.tenure.commit(chunk.puts, chunk.deletes)
        await self.tenure.commit([*chunks[-1].puts, after], chunks[-1].deletes)
        for row in puts:
            if isinstance(row, OutlookInbox):
                self.desk.outlook[row.key] = row
        self.desk.cursors[self.calendar] = after
        return after

    async def _inbox_rows(self, page: ChangePage) -> list[Row]:
        events = {event.key: mask(event) for event in page.events}
        pairs, links = await self._known(events.values())
        puts: list[Row] = []
        for event in events.values():
            puts += self._take_event(event, pairs.get(event.key), links)
        removed = list(dict.fromkeys(page.removed))
        puts += await self._take_removed(removed, {row.address for row in puts})
        puts += [self._unreadable(event_id, reason) for event_id, reason in page.unreadable]
        return _last_of_each(puts)

    def _mended(self, page: ChangePage) -> list[Address]:
        """The notices about events that can be read again, or are gone."""
        subjects = [f"{UNREADABLE}{event.ref.id}" for event in page.events]
        subjects += [f"{UNREADABLE}{event.key}" for event in page.events if event.series_id]
        subjects += [f"{kind}{event_id}" for event_id in page.removed for kind in NOTICES]
        again = {f"{UNREADABLE}{event_id}" for event_id, _ in page.unreadable}
        found = [self.desk.notices.pop(subject) for subject in subjects if subject in self.desk.notices]
        return [row.address for row in found if row.subject not in again]

    def _unreadable(self, event_id: EventId, reason: str) -> Held:
        return Held(
            subject=f"{UNREADABLE}{event_id}",
            since_at=self.ports.clock.now(),
            what="an event that cannot be understood",
            why=reason,
            remedy="open it in Outlook and save it with an ordinary time zone",
        )

    async def _known(self, events: Iterable[Event]) -> tuple[dict[EventKey, PairId], dict[PairId, Link]]:
        by_address = {by_event_address(event.key): event.key for event in events}
        found = await self.ports.rows.get(self.tenure.resource, list(by_address))
        pairs = {by_address[address]: row.pair for address, row in found.items() if isinstance(row, ByEvent)}
        addresses: list[Address] = [(Family.LINK, pair) for pair in dict.fromkeys(pairs.values())]
        rows = await self.ports.rows.get(self.tenure.resource, addresses) if addresses else {}
        return pairs, {row.link.pair: row.link for row in rows.values() if isinstance(row, LinkRow)}

    def _take_event(self, event: Event, pair: PairId | None, links: Mapping[PairId, Link]) -> list[Row]:
        link = links.get(pair) if pair else None
        if event.series_id is not None or (event.kind is not EventKind.SINGLE and link is None):
            return self._list_again(event.series_id or event.ref.id) if self.gives_down else []
        if link is None:
            if is_ours(self.ports.connector, event.transaction_id):
                return self._enter(event)
            return self._enter(shown(event, self.choices)) if self.gives_down else []
        is_current = link.event is not None and link.event.id == event.ref.id
        if not is_current or link.condition is not Condition.PAIRED:
            return self._hint(event.key, event.ref.id, Hint.CHECK)
        if link.outlook_modified_at and event.modified_at < link.outlook_modified_at:
            return []
        if link.origin is Origin.OUTLOOK:
            event = shown(event, self.choices)
        if not _is_echo(link, event):
            return self._enter(event)
        if event.key in self.desk.outlook:
            return self._enter(event)
        if event.version == link.outlook_version and event.ref == link.event:
            return []
        # Nothing but the version moved: remember it, or our next write would be refused for a change we know of.
        newer = replace(link, event=event.ref, outlook_version=event.version, outlook_modified_at=event.modified_at)
        return [LinkRow(newer)]

    def _enter(self, event: Event) -> list[Row]:
        waiting = self.desk.outlook.get(event.key)
        if waiting is not None and waiting.hint is not Hint.SEEN:
            # A page may be a replay: it never takes the place of a sign that the event has to be looked at.
            return self._hint(event.key, event.ref.id, waiting.hint)
        if waiting is not None and waiting.event is not None and waiting.event.modified_at > event.modified_at:
            return []
        mark, now = self.ports.names.fresh(), self.ports.clock.now()
        return [OutlookInbox(event.key, self.calendar, Hint.SEEN, event.ref.id, event, mark, now)]

    def _hint(self, key: EventKey, event_id: EventId, hint: Hint) -> list[Row]:
        waiting = self.desk.outlook.get(key)
        if waiting is not None and waiting.hint is not Hint.SEEN and waiting.trace not in self.taken_up:
            return []
        mark, now = self.ports.names.fresh(), self.ports.clock.now()
        return [OutlookInbox(key, self.calendar, hint, event_id, mark=mark, known_at=now)]

    def _list_again(self, series: EventId) -> list[Row]:
        return self._hint(EventKey(series), series, Hint.LIST_AGAIN)

    async def _take_removed(self, removed: Sequence[EventId], taken: set[Address]) -> list[Row]:
        """Of what is said to be removed, only what we know concerns us; it is looked at before anything is deleted."""
        rows: list[Row] = []
        singles = {by_event_address(EventKey(event_id)): event_id for event_id in removed}
        known = await self.ports.rows.get(self.tenure.resource, list(singles)) if singles else {}
        for address, event_id in singles.items():
            if address in known:
                rows += self._hint(EventKey(event_id), event_id, Hint.REMOVED)
            elif (Family.OUTLOOK_INBOX, event_id) in taken or EventKey(event_id) in self.desk.outlook:
                rows += self._hint(EventKey(event_id), event_id, Hint.CHECK)
            elif self.gives_down and await self.ports.rows.scan(self.tenure.resource, address, limit=1):
                rows += self._list_again(event_id)
        return rows

    async def _unseen(self, cursor: Cursor, last: Sighting) -> tuple[list[Row], list[Address]]:
        """At the end of a full read: every linked event of this calendar that no page named has to be looked at."""
        prefix = (Family.SEEN, self.calendar.mailbox, self.calendar.calendar)
        seen: set[EventKey] = set(last.keys)
        old: list[Address] = []
        for row in await self.ports.rows.scan(self.tenure.resource, prefix, limit=100_000):
            if isinstance(row, Sighting):
                old.append(row.address)
                if row.round == cursor.round:
                    seen.update(row.keys)
        # A state that waits from before and is not listed any more may be of an event that is gone since.
        rows: list[Row] = []
        for row in self.desk.outlook.values():
            if row.calendar == self.calendar and row.hint is Hint.SEEN and row.key not in seen:
                rows += self._hint(row.key, row.id, Hint.CHECK)
        after: Address | None = None
        while True:
            links = await self.ports.rows.scan(self.tenure.resource, (Family.LINK,), after)
            for row in links:
                if isinstance(row, LinkRow):
                    rows += self._missed(row.link, cursor, seen)
            if not links:
                return _last_of_each(rows), old
            after = links[-1].address

    def _missed(self, link: Link, cursor: Cursor, seen: set[EventKey]) -> list[Row]:
        if link.event is None or link.event.calendar != self.calendar:
            return []
        if link.event_key is None or link.event_key in seen:
            return []
        # Without a baseline its birth on the board is not settled yet: it may be gone as well as any other.
        base = link.outlook_base
        if base is not None and not cursor.window.touches(base.span, self.terms.zone):
            return []
        series, _, original_start = link.event_key.partition("~")
        if original_start:
            return [] if EventKey(series) in seen else self._list_again(EventId(series))
        return self._hint(link.event_key, link.event.id, Hint.CHECK)


def _is_echo(link: Link, event: Event) -> bool:
    fields = (DOWN_FIELDS if link.origin is Origin.OUTLOOK else ALL_FIELDS) - event.masked
    if link.outlook_base is None or differing(link.outlook_base, event.content, fields):
        return False
    # A meeting, a cancellation or a refusal is a change, though no field of the content tells it.
    if link.origin is Origin.OUTLOOK:
        return not event.refusal
    return event.is_writable and event.is_online == link.keeps_body


def _named(page: ChangePage) -> tuple[EventKey, ...]:
    keys = [event.key for event in page.events]
    keys += [EventKey(event.series_id) for event in page.events if event.series_id]
    return tuple(dict.fromkeys(keys))


def _last_of_each(rows: Sequence[Row]) -> list[Row]:
    """One row an address, since a transaction takes each row once; what has to be looked at prevails."""
    kept: dict[Address, Row] = {}
    for row in rows:
        before = kept.get(row.address)
        if isinstance(before, OutlookInbox) and isinstance(row, OutlookInbox) and before.hint is not Hint.SEEN:
            continue
        kept[row.address] = row
    return list(kept.values())
