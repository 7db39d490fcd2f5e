"""Bring together what is known of each pair that has something waiting: its link, both sides, and what is consumed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync_core.domain.appointment import Kind
from sync_core.domain.errors import CalendarRefused
from sync_core.domain.event import Event, EventId, mask
from sync_core.domain.identity import PairId, is_ours, pair_of_appointment, pair_of_event, pair_of_marker
from sync_core.domain.link import Link
from sync_core.domain.plan import CreateAppointment
from sync_core.domain.resource import CalendarRef
from sync_core.domain.stored import (
    Address,
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
from sync_core.flows.cases import LOOKED_UP, Case, CaseMaker, Draft, key_of_pair
from sync_core.flows.desk import Desk
from sync_core.flows.equals import find_equals
from sync_core.flows.intake import note_refusal
from sync_core.flows.series import list_series
from sync_core.flows.tenure import Tenure

_WALK_PAGE = 100
_LOOKING_TODOS = frozenset({TodoReason.RESUME, TodoReason.SETTINGS})


@dataclass(slots=True)
class Gathering:
    """The cases of one pass. `spent` are rows that concern nobody (any more); `twins` second events that a person has
    to look at; `walks` todos that go on, or end where done; `walked` counts the links they came by,
    `deferred` are of links that cannot be decided yet.
    """

    cases: list[Case] = field(default_factory=list)
    spent: list[Address] = field(default_factory=list)
    twins: list[Held] = field(default_factory=list)
    walks: list[tuple[Todo, bool]] = field(default_factory=list)
    deferred: list[Todo] = field(default_factory=list)
    walked: int = 0


async def gather(tenure: Tenure, desk: Desk, limit: int) -> Gathering:
    """The next pairs that have something waiting, at most about `limit`; cost follows what changed."""
    return await _Gatherer(tenure, desk, limit).gather()


class _Gatherer:
    def __init__(self, tenure: Tenure, desk: Desk, limit: int) -> None:
        self.tenure = tenure
        self.ports = tenure.ports
        self.desk = desk
        self.terms = desk.terms
        self.maker = CaseMaker(desk.terms, tenure.ports.clock.now())
        self.limit = limit
        self.drafts: dict[PairId, Draft] = {}
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
            await find_equals(self.tenure, self.desk, self.drafts, links, self.maker.main_calendar)
        found = await self._look_up(links)
        for pair_id, draft in self.drafts.items():
            case = self.maker.case_of(pair_id, draft, links.get(pair_id), found)
            if case is not None:
                self.result.cases.append(case)
        self.result.twins = self.maker.twins
        return self.result

    def _draft(self, pair: PairId) -> Draft | None:
        """The draft of a pair; None while an unsettled announcement stands in its way, or the pass is full."""
        if pair in self.blocked or (pair not in self.drafts and len(self.drafts) >= self.limit):
            return None
        return self.drafts.setdefault(pair, Draft())

    async def _from_todos(self) -> None:
        for todo in self.desk.due_todos(self.ports.clock.now()):
            if todo.pair is not None:
                draft = self._draft(todo.pair)
                if draft is not None:
                    draft.consumes.append(todo.address)
                    draft.is_looked_up |= todo.reason in _LOOKING_TODOS
            else:
                await self._walk(todo)

    async def _walk(self, todo: Todo) -> None:
        rows = await self.ports.rows.scan(self.tenure.resource, (Family.LINK,), todo.position, _WALK_PAGE)
        is_over = len(rows) < _WALK_PAGE
        position = todo.position
        for row in rows:
            if isinstance(row, LinkRow):
                if row.link.pair in self.blocked:
                    # Its announcement is unsettled: it is looked at once that is found out, and the walk goes on.
                    self.result.deferred.append(Todo(todo.reason, f"{todo.unique}.{row.link.pair}", row.link.pair))
                    position = row.address
                    continue
                draft = self.drafts.setdefault(row.link.pair, Draft())
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
                await list_series(self.tenure, self.desk, row)
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
                if event is None or pair is None or key_of_pair(pair) is None:
                    self.result.spent.append(row.address)
                    continue
                fresh = replace(row, event=mask(event))
                self._add(pair, fresh)

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
                    draft.key = draft.key or (board[trace].key if key_of_pair(pair) else None)
                elif trace in outlook:
                    draft.outlook_rows.append(outlook[trace])
                    draft.consumes.append(trace)

    async def _links(self) -> dict[PairId, Link]:
        rows = await self._get([(Family.LINK, pair) for pair in self.drafts])
        return {row.link.pair: row.link for row in rows.values() if isinstance(row, LinkRow)}

    async def _get(self, addresses: Sequence[Address]) -> Mapping[Address, object]:
        return await self.ports.rows.get(self.tenure.resource, addresses) if addresses else {}

    async def _look_up(self, links: Mapping[PairId, Link]) -> Mapping[EventId, Event | None]:
        """Fetch every event that has to be looked at, and the present one of a pair whose earlier one came back."""
        wanted: dict[CalendarRef, dict[EventId, None]] = {}
        for pair, draft in self.drafts.items():
            signs = [row for row in draft.outlook_rows if row.hint in LOOKED_UP]
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


def _by_calendar(rows: Iterable[OutlookInbox]) -> dict[CalendarRef, list[OutlookInbox]]:
    grouped: dict[CalendarRef, list[OutlookInbox]] = {}
    for row in rows:
        grouped.setdefault(row.calendar, []).append(row)
    return grouped
