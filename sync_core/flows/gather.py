"""Bring together what is known of each pair that has something waiting: its link, both sides, and what is consumed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync_core.domain.appointment import Appointment, AppointmentKey, Kind
from sync_core.domain.change import Alive, BoardView, NotHere, Pair, Planned, Unseen, Vanished
from sync_core.domain.content import DOWN_FIELDS, Content, Field, differing, overlay
from sync_core.domain.errors import CalendarRefused
from sync_core.domain.event import Event, EventId, mask
from sync_core.domain.identity import PairId, is_ours, pair_of_appointment, pair_of_event, pair_of_marker
from sync_core.domain.inward import shown
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.notes import notes_of
from sync_core.domain.plan import CreateAppointment
from sync_core.domain.render import render
from sync_core.domain.resource import CalendarRef
from sync_core.domain.stored import (
    Address,
    BoardInbox,
    ByAppointment,
    ByEvent,
    Family,
    Held,
    Hint,
    LinkRow,
    OutlookInbox,
    Todo,
    TodoReason,
    by_event_address,
)
from sync_core.flows.batches import chunked
from sync_core.flows.desk import Desk
from sync_core.flows.intake import note_refusal
from sync_core.flows.tenure import Tenure

_WALK_PAGE = 100
_LOOKED_UP = frozenset({Hint.REMOVED, Hint.CHECK})
_LOOKING_TODOS = frozenset({TodoReason.RESUME, TodoReason.SETTINGS})


@dataclass(frozen=True, slots=True)
class Case:
    """One pair with what it consumes once it is settled."""

    pair: Pair
    consumes: tuple[Address, ...]


@dataclass(slots=True)
class Gathering:
    """The cases of one pass. `spent` are rows that concern nobody (any more); `twins` second events that a person has
    to look at; `walks` todos that go on, or end where done; `walked` counts the links they came by.
    """

    cases: list[Case] = field(default_factory=list)
    spent: list[Address] = field(default_factory=list)
    twins: list[Held] = field(default_factory=list)
    walks: list[tuple[Todo, bool]] = field(default_factory=list)
    walked: int = 0


@dataclass(slots=True)
class _Draft:
    key: AppointmentKey | None = None
    board_rows: list[BoardInbox] = field(default_factory=list)
    outlook_rows: list[OutlookInbox] = field(default_factory=list)
    consumes: list[Address] = field(default_factory=list)
    is_looked_up: bool = False
    equal: Event | None = None


async def gather(tenure: Tenure, desk: Desk, limit: int) -> Gathering:
    """The next pairs that have something waiting, at most about `limit`; cost follows what changed."""
    return await _Gatherer(tenure, desk, limit).gather()


class _Gatherer:
    def __init__(self, tenure: Tenure, desk: Desk, limit: int) -> None:
        self.tenure = tenure
        self.ports = tenure.ports
        self.desk = desk
        self.terms = desk.terms
        self.look = self.terms.look
        self.window = self.terms.window(tenure.ports.clock.now())
        self.limit = limit
        self.drafts: dict[PairId, _Draft] = {}
        self.result = Gathering()
        self.blocked = frozenset(intent.plan.pair for doing in desk.doing for intent in doing.intents)
        self.has_unsettled_birth = any(
            isinstance(operation, CreateAppointment)
            for doing in desk.doing
            for intent in doing.intents
            for operation in intent.plan.operations
        )

    async def gather(self) -> Gathering:
        waiting = self.desk.waiting()
        await self._from_todos()
        await self._from_board(waiting)
        await self._from_outlook(waiting)
        self._join_held()
        links = await self._links()
        if self.terms.choices.adopt_equal_events:
            await self._find_equals(links)
        found = await self._look_up(links)
        for pair_id, draft in self.drafts.items():
            case = self._case(pair_id, draft, links.get(pair_id), found)
            if case is not None:
                self.result.cases.append(case)
        return self.result

    def _draft(self, pair: PairId) -> _Draft | None:
        """The draft of a pair; None while an unsettled announcement stands in its way, or the pass is full."""
        if pair in self.blocked or (pair not in self.drafts and len(self.drafts) >= self.limit):
            return None
        return self.drafts.setdefault(pair, _Draft())

    async def _from_todos(self) -> None:
        for todo in self.desk.due_todos(self.ports.clock.now()):
            if todo.pair is not None:
                draft = self._draft(todo.pair)
                if draft is not None:
                    draft.consumes.append(todo.address)
            else:
                await self._walk(todo)

    async def _walk(self, todo: Todo) -> None:
        rows = await self.ports.rows.scan(self.tenure.resource, (Family.LINK,), todo.position, _WALK_PAGE)
        is_over = len(rows) < _WALK_PAGE
        position = todo.position
        for row in rows:
            if isinstance(row, LinkRow):
                if row.link.pair in self.blocked:
                    is_over = False
                    break  # its announcement is unsettled; the walk resumes here
                draft = self.drafts.setdefault(row.link.pair, _Draft())
                # What was seen while it was paused, closed or frozen was passed by: it is looked at as it is now. An
                # occurrence is not, since its id may have changed; its series tells of it.
                draft.is_looked_up = todo.reason in _LOOKING_TODOS and "~" not in (row.link.event_key or "")
            position = row.address
        self.result.walked += len(rows)
        self.result.walks.append((Todo(todo.reason, todo.unique, None, todo.due_at, position), is_over))

    async def _from_board(self, waiting: frozenset[Address]) -> None:
        rows = [row for group in self.desk.board.values() for row in group]
        keys = list(dict.fromkeys(row.key for row in rows if row.key.kind is Kind.UNAVAILABILITY))
        known = await self._get([(Family.BY_APPOINTMENT, key.kind, key.id) for key in keys])
        pairs = {row.key: row.pair for row in known.values() if isinstance(row, ByAppointment)}
        for key, group in self.desk.board.items():
            addresses = [row.address for row in group]
            if waiting.issuperset(addresses):
                continue
            pair = pairs.get(key)
            if pair is None and is_ours(self.ports.connector, key.id):
                # The echo of a block that we made: while its birth is unsettled it must not be taken for a new one.
                if not self.has_unsettled_birth:
                    self.result.spent += addresses
                continue
            draft = self._draft(pair or pair_of_appointment(key))
            if draft is None:
                continue
            if pair is None:
                draft.key = key
            newest = max(group, key=lambda row: row.revision)
            draft.board_rows.append(newest)
            draft.consumes.append(newest.trace)
            self.result.spent += [address for address in addresses if address != newest.address]

    async def _from_outlook(self, waiting: frozenset[Address]) -> None:
        for row in list(self.desk.outlook.values()):
            if row.hint is Hint.LIST_AGAIN and row.trace not in waiting:
                await self._list_again(row)
        rows = [row for row in self.desk.outlook.values() if row.trace not in waiting]
        known = await self._get([by_event_address(row.key) for row in rows])
        pairs = {row.key: row.pair for row in known.values() if isinstance(row, ByEvent)}
        strays: list[OutlookInbox] = []
        for row in rows:
            if row.hint is Hint.LIST_AGAIN:
                continue  # it could not be listed now
            if row.key in pairs:
                self._add(pairs[row.key], row)
            elif row.event is None:
                self.result.spent.append(row.address)
            elif row.event.series_id is None and is_ours(self.ports.connector, row.event.transaction_id):
                strays.append(row)
            else:
                self._add(pair_of_event(row.key), row)
        await self._name_strays(strays)

    def _add(self, pair: PairId, row: OutlookInbox) -> None:
        draft = self._draft(pair)
        if draft is not None:
            draft.outlook_rows.append(row)
            draft.consumes.append(row.trace)

    async def _name_strays(self, strays: Sequence[OutlookInbox]) -> None:
        """Events with our `transactionId` that no link knows: their marker says whose they are."""
        for calendar, rows in _by_calendar(strays).items():
            found = await self._ask(calendar, [row.id for row in rows])
            for row in rows:
                if row.id not in found:
                    continue
                event = found[row.id]
                pair = pair_of_marker(self.ports.connector, self.tenure.resource, event.marker) if event else None
                if event is None or pair is None or _key_of_pair(pair) is None:
                    self.result.spent.append(row.address)
                    continue
                fresh = replace(row, event=mask(event))
                self._add(pair, fresh)

    async def _list_again(self, row: OutlookInbox) -> None:
        """A series changed: what it lists within the window is complete, so what is missing from it is gone.

        Each occurrence that differs gets its own inbox row before the sign goes, so that a crash loses none of them,
        and each waits, is held and is released like any other event.
        """
        try:
            instances = await self.ports.outlook.list_instances(row.calendar, row.id, self.window)
        except CalendarRefused as refusal:
            await note_refusal(self.tenure, self.desk, row.calendar, refusal.reason)
            return
        entries = await self.ports.rows.scan(self.tenure.resource, (Family.BY_EVENT, row.id))
        pairs = {entry.key: entry.pair for entry in entries if isinstance(entry, ByEvent)}
        found = await self._get([(Family.LINK, pair) for pair in pairs.values()])
        links = {entry.link.pair: entry.link for entry in found.values() if isinstance(entry, LinkRow)}
        choices = self.terms.choices_of(row.calendar)
        listed = {event.key: shown(event, choices) for event in instances or ()}
        fresh = self.ports.names.fresh()
        puts: list[OutlookInbox] = []
        for key, event in listed.items():
            link = links.get(pairs[key]) if key in pairs else None
            if link is None or not _is_as_known(link, event):
                puts.append(OutlookInbox(key, row.calendar, Hint.SEEN, event.ref.id, event, fresh))
        for key, pair in pairs.items():
            link = links.get(pair)
            if key in listed or link is None or link.condition is Condition.TOMBSTONE or link.event is None:
                continue
            # An event of ours that was made a series is listed by its occurrences only: it is looked up itself.
            hint = Hint.CHECK if key == row.key else Hint.UNLISTED
            puts.append(OutlookInbox(key, row.calendar, hint, link.event.id, mark=fresh))
        self.desk.outlook.pop(row.key)
        is_replaced = any(put.address == row.address for put in puts)
        puts.sort(key=lambda put: put.address == row.address)  # the sign goes last
        for chunk in chunked(self.ports.rows, puts, () if is_replaced else [row.address]):
            await self.tenure.commit(chunk.puts, chunk.deletes)
        self.desk.outlook.update((put.key, put) for put in puts)

    def _join_held(self) -> None:
        """A held pair that is tried again is judged by all its rows, those it was held with among them."""
        board = {row.trace: row for rows in self.desk.board.values() for row in rows}
        outlook = {row.trace: row for row in self.desk.outlook.values()}
        spent = frozenset(self.result.spent)
        for pair, draft in self.drafts.items():
            held = self.desk.held.get(pair)
            for trace in held.rows if held else ():
                if trace in draft.consumes or trace in spent:
                    continue
                if trace in board:
                    draft.board_rows.append(board[trace])
                    draft.consumes.append(trace)
                    draft.key = draft.key or (board[trace].key if _key_of_pair(pair) else None)
                elif trace in outlook:
                    draft.outlook_rows.append(outlook[trace])
                    draft.consumes.append(trace)

    async def _links(self) -> dict[PairId, Link]:
        rows = await self._get([(Family.LINK, pair) for pair in self.drafts])
        return {row.link.pair: row.link for row in rows.values() if isinstance(row, LinkRow)}

    async def _get(self, addresses: Sequence[Address]) -> Mapping[Address, object]:
        return await self.ports.rows.get(self.tenure.resource, addresses) if addresses else {}

    async def _find_equals(self, links: Mapping[PairId, Link]) -> None:
        """For appointments that have no event yet, the equal one that somebody made before us, unless it is linked."""
        calendar = self._main_calendar()
        wanted: dict[PairId, Content] = {}
        for pair, draft in self.drafts.items():
            link = links.get(pair)
            newest = max(draft.board_rows, key=lambda row: row.revision, default=None)
            is_unborn = link is None or (link.event is None and link.generation == 0 and link.origin is Origin.BOARD)
            if is_unborn and not draft.outlook_rows and newest is not None and newest.state is not None:
                wanted[pair] = self.look.of(newest.state)
        if calendar is None or not wanted:
            return
        try:
            found = await self.ports.outlook.find_equal(calendar, list(wanted.values()))
        except CalendarRefused as refusal:
            await note_refusal(self.tenure, self.desk, calendar, refusal.reason)
            return
        equals = {
            pair: event
            for pair, event in zip(wanted, found, strict=True)
            if event is not None and not is_ours(self.ports.connector, event.transaction_id)
        }
        known = await self._get([by_event_address(event.key) for event in equals.values()])
        linked = {row.key for row in known.values() if isinstance(row, ByEvent)}
        for pair, event in equals.items():
            # Two equal appointments cannot both have it: the first one does.
            if event.key in linked:
                continue
            linked.add(event.key)
            self._give(pair, event)

    def _give(self, pair: PairId, event: Event) -> None:
        """Make an event part of a draft; what waits in the inbox of it, as of one of the worker's own, goes with it."""
        draft = self.drafts[pair]
        draft.equal = mask(event)
        waiting = self.desk.outlook.get(event.key)
        if waiting is not None:
            own = self.drafts.pop(pair_of_event(event.key), None)
            draft.consumes += own.consumes if own else [waiting.trace]

    async def _look_up(self, links: Mapping[PairId, Link]) -> Mapping[EventId, Event | None]:
        """Fetch every event that has to be looked at, and the present one of a pair whose earlier one came back."""
        wanted: dict[CalendarRef, dict[EventId, None]] = {}
        for pair, draft in self.drafts.items():
            signs = [row for row in draft.outlook_rows if row.hint in _LOOKED_UP]
            for row in signs:
                wanted.setdefault(row.calendar, {})[row.id] = None
            link = links.get(pair)
            is_wanted = bool(signs) or draft.is_looked_up
            if is_wanted and link and link.event and link.event.id not in {row.id for row in draft.outlook_rows}:
                wanted.setdefault(link.event.calendar, {})[link.event.id] = None
        found: dict[EventId, Event | None] = {}
        for calendar, ids in wanted.items():
            for event_id, event in (await self._ask(calendar, list(ids))).items():
                found[event_id] = mask(event) if event else None
        return found

    async def _ask(self, calendar: CalendarRef, ids: Sequence[EventId]) -> Mapping[EventId, Event | None]:
        try:
            return await self.ports.outlook.look_up(calendar, ids)
        except CalendarRefused as refusal:
            # Its trouble, not the events' end: what could not be judged stays where it is.
            await note_refusal(self.tenure, self.desk, calendar, refusal.reason)
            return {}

    def _case(
        self, pair_id: PairId, draft: _Draft, link: Link | None, found: Mapping[EventId, Event | None]
    ) -> Case | None:
        outlook: Unseen | Alive | Vanished = Unseen()
        revenants: list[Event] = []
        for row in draft.outlook_rows:
            if row.hint is Hint.UNLISTED:
                outlook = Vanished()
                continue
            if row.hint in _LOOKED_UP and row.id not in found:
                return None  # could not be judged in this run
            event = row.event if row.hint is Hint.SEEN else found[row.id]
            is_current = link is not None and link.event is not None and link.event.id == row.id
            if link is not None and link.origin is Origin.OUTLOOK and event is not None:
                # What waits in the inbox was made fit to be shown when it was read.
                outlook = Alive(event if row.hint is Hint.SEEN else self._shown(event))
            elif link is None or is_current:
                if event is not None:
                    outlook = Alive(event)
                elif link is not None:
                    outlook = Vanished()
            elif event is not None:
                if link.condition is Condition.IDLE and link.event is None:
                    outlook = Alive(event)
                elif row.hint is Hint.SEEN:
                    self.result.twins.append(self._twin(row))
                else:
                    revenants.append(event)
        if isinstance(outlook, Unseen) and link is not None and link.event is not None and link.event.id in found:
            current = found[link.event.id]
            if current is not None and link.origin is Origin.OUTLOOK:
                current = self._shown(current)
            outlook = Alive(current) if current is not None else Vanished()
        if draft.equal is not None:
            outlook = Alive(draft.equal)
        key = draft.key or (link.appointment if link and link.origin is Origin.BOARD else None)
        if key is None and link is None:
            key = _key_of_pair(pair_id)
        pair = Pair(
            id=pair_id,
            resource=self.tenure.resource,
            key=key,
            link=link,
            board=self._board_view(draft.board_rows, link),
            outlook=outlook,
            revenants=tuple(revenants),
            main_calendar=self._main_calendar(),
        )
        return Case(pair, tuple(dict.fromkeys(draft.consumes)))

    def _board_view(self, rows: Sequence[BoardInbox], link: Link | None) -> BoardView:
        """The newest state the board told us: the waiting row's, unless the link has read a newer one already."""
        of_present_birth = [row for row in rows if link is None or link.appointment in (None, row.key)]
        row = max(of_present_birth, key=lambda row: row.revision, default=None)
        # What the board told before it answered our last write is older than that write, though it may arrive later.
        if row is not None and (link is None or row.revision >= link.write_revision):
            return self._planned(row.state, link) if row.state else NotHere(row.revision)
        if link is None:
            return Unseen()
        if link.board_state is not None:
            return self._planned(link.board_state, link)
        # A pair born on the board whose state is not here was told so; one born in Outlook may not have heard yet.
        return NotHere(link.received) if link.origin is Origin.BOARD and link.received else Unseen()

    def _planned(self, state: Appointment, link: Link | None) -> Planned:
        if link is None or link.origin is Origin.BOARD:
            notes = notes_of(link, state, self.look)
            return Planned(state, self.look.of(state, notes), notes)
        content = render(state)
        if link.board_base is not None and state.show_as is None:
            # A board that repeats a worker's block without saying how it shows has not edited that.
            content = overlay(content, link.board_base, {Field.SHOW_AS})
        return Planned(state, content)

    def _shown(self, event: Event) -> Event:
        return shown(event, self.terms.choices_of(event.ref.calendar))

    def _twin(self, row: OutlookInbox) -> Held:
        """Our mark on an event we did not make for this pair: a copy, perhaps, so it is never changed or deleted."""
        return Held(
            subject=f"twin.{row.key}",
            since_at=self.ports.clock.now(),
            what="a second event carries the mark of an event of ours",
            why="it may be a copy that the worker made",
            remedy="delete the event that is not wanted",
        )

    def _main_calendar(self) -> CalendarRef | None:
        profile = self.desk.profile
        use = profile.main_calendar if profile else None
        return use.ref if use else None


def _is_as_known(link: Link, event: Event) -> bool:
    """Does an occurrence show as it did? What is not shown, or should not be any more, is decided anew."""
    if not link.is_paired or link.outlook_base is None or event.refusal:
        return False
    return link.event == event.ref and not differing(link.outlook_base, event.content, DOWN_FIELDS)


def _by_calendar(rows: Iterable[OutlookInbox]) -> dict[CalendarRef, list[OutlookInbox]]:
    grouped: dict[CalendarRef, list[OutlookInbox]] = {}
    for row in rows:
        grouped.setdefault(row.calendar, []).append(row)
    return grouped


def _key_of_pair(pair: PairId) -> AppointmentKey | None:
    """The appointment that a pair born on the board is named after; None for any other."""
    origin, _, rest = pair.partition(".")
    kind, _, appointment = rest.partition(".")
    return AppointmentKey(Kind(kind), appointment) if origin == "b" and kind in set(Kind) else None
