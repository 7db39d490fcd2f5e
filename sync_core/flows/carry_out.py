"""Announce, carry out, commit: what a batch is about to do is on record before it is done, and its results after."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from sync_core.domain.errors import CalendarRefused, TryAgain
from sync_core.domain.guard import BRAKED_WITHIN, recent_deletions
from sync_core.domain.link import Link, Origin
from sync_core.domain.plan import (
    BoardOperation,
    BornDead,
    CreateEvent,
    DeleteAppointment,
    DeleteEvent,
    Denied,
    Done,
    EventOperation,
    LeftBehind,
    Missing,
    Moved,
    Operation,
    Outcome,
    Postponed,
    ProposeUnplan,
    Unknown,
    Unplan,
    UpdateAppointment,
    UpdateEvent,
    Verdict,
)
from sync_core.domain.settle import Settled, settle
from sync_core.domain.stored import (
    Announcement,
    Family,
    Held,
    Intent,
    JournalEntry,
    JournalPage,
    Todo,
    TodoReason,
)
from sync_core.flows.desk import Desk
from sync_core.flows.intake import note_refusal
from sync_core.flows.ledger import Ledger, calendar_of, check_event, look_again_after, lost_its_words, write_link
from sync_core.flows.tally import Report, Tally
from sync_core.flows.tenure import Tenure

WAIT_FOR_WEBHOOK = timedelta(minutes=15)
WAITING_FOR_BOARD = "waiting for the board"
_CORRECT = "look at both sides and correct one of them"
_SEND_AGAIN = "have the board send the appointment again"
_INBOXES = (Family.BOARD_INBOX, Family.OUTLOOK_INBOX)
_EVENT_OPERATIONS = (CreateEvent, UpdateEvent, DeleteEvent)


class Carrier:
    """Carries out the plans of one run under its lease; `tally` counts what came of them."""

    def __init__(self, tenure: Tenure, desk: Desk, tally: Tally, correlation_id: str) -> None:
        self.tenure = tenure
        self.ports = tenure.ports
        self.desk = desk
        self.tally = tally
        self.correlation_id = correlation_id

    async def announce(self, intents: Sequence[Intent]) -> Announcement:
        """Write down what is about to be done, with what each side held before."""
        name, now = self.ports.names.fresh(), self.ports.clock.now()
        announcement = Announcement(name, now, self.correlation_id, tuple(intents))
        await self.tenure.commit([announcement])
        return announcement

    async def carry_out(self, intents: Sequence[Intent]) -> list[list[Outcome]]:
        """Do it: Outlook by mailbox, then the board in order; outcomes per intent, per operation."""
        outcomes: list[list[Outcome]] = [[Postponed("not tried")] * len(intent.plan.operations) for intent in intents]
        by_mailbox: dict[str, list[tuple[int, int, EventOperation]]] = {}
        to_board: list[tuple[int, int, BoardOperation]] = []
        for row, intent in enumerate(intents):
            for column, operation in enumerate(intent.plan.operations):
                if isinstance(operation, _EVENT_OPERATIONS):
                    mailbox = calendar_of(operation).mailbox
                    by_mailbox.setdefault(mailbox, []).append((row, column, operation))
                else:
                    to_board.append((row, column, operation))
        for mailbox, slots in by_mailbox.items():
            results = await self._write_events(mailbox, [operation for _, _, operation in slots])
            for (row, column, _), outcome in zip(slots, results, strict=True):
                outcomes[row][column] = outcome
        if to_board:
            results = await self.ports.board.carry_out([operation for _, _, operation in to_board])
            for (row, column, _), outcome in zip(to_board, results, strict=True):
                outcomes[row][column] = outcome
        return outcomes

    async def _write_events(self, mailbox: str, operations: Sequence[EventOperation]) -> Sequence[Outcome]:
        try:
            return await self.ports.outlook.carry_out(mailbox, operations)
        except CalendarRefused as refusal:
            if self.desk.terms.has_left(mailbox):
                return [LeftBehind(refusal.reason)] * len(operations)
            await note_refusal(self.tenure, self.desk, calendar_of(operations[0]), refusal.reason)
            return [Postponed(refusal.reason)] * len(operations)

    async def commit(
        self,
        announcement: Announcement | None,
        intents: Sequence[Intent],
        outcomes: Sequence[Sequence[Outcome]],
    ) -> None:
        """Write what came of it in one transaction: links, consumed rows, journal, and the end of the announcement.

        Each operation that took effect moves its own baselines, even if its sibling did not. A pair with anything
        left to do keeps its inbox rows; one whose fate is unknown stays announced.
        """
        ledger = Ledger()
        unsettled: list[Intent] = []
        for intent, results in zip(intents, outcomes, strict=True):
            rest = self._settle_pair(intent, results, ledger)
            if rest is not None:
                unsettled.append(rest)
        if announcement is not None:
            if unsettled:
                ledger.put(replace(announcement, intents=tuple(unsettled)))
            else:
                ledger.delete(announcement.address)
        if ledger.entries:
            page = JournalPage(self.ports.clock.now(), self.ports.names.fresh(), tuple(ledger.entries))
            ledger.put(page)
        if ledger.puts or ledger.deletes:
            now, lease = self.ports.clock.now(), self.tenure.lease
            deletions = (*recent_deletions(lease.deletions, now), *(now,) * ledger.inferred)
            lease = replace(lease, paired=max(0, lease.paired + ledger.paired), deletions=deletions)
            await self.tenure.commit(list(ledger.puts.values()), list(ledger.deletes), lease=lease)
            if ledger.stated:
                with suppress(TryAgain):  # it is kept approximately
                    await self.ports.deletions.add(self.tenure.resource, ledger.stated, now, BRAKED_WITHIN)

    def _settle_pair(self, intent: Intent, outcomes: Sequence[Outcome], ledger: Ledger) -> Intent | None:
        """Write one pair's results into the ledger; returns what is left of its intent where its fate is unknown."""
        plan, link = intent.plan, intent.plan.link
        words = [plan.reason] if plan.verdict is Verdict.HELD else []
        unknown: list[Operation] = []
        is_complete, waits_for_board, goes_on, is_deleted = True, False, False, False
        for operation, outcome in zip(plan.operations, outcomes, strict=True):
            self._enter(ledger, intent, operation, outcome)
            if link is not None and _took_effect(operation, outcome):
                assert isinstance(outcome, Settled)  # noqa: S101 — what `_took_effect` says
                link = settle(link, operation, outcome, self.ports.clock.now())
                look_again_after(link, operation, outcome, ledger, self.ports.names.fresh())
                self.tally.done += 1
                self._time(intent, operation)
                if isinstance(operation, CreateEvent | UpdateEvent | UpdateAppointment):
                    self._report(link, "delivered", "")
                is_deleted |= isinstance(operation, DeleteEvent | DeleteAppointment | Unplan | ProposeUnplan)
                goes_on |= self._lies_in_a_former_calendar(operation)
                continue
            is_complete = False
            match outcome:
                case LeftBehind():
                    goes_on = True  # what was to be written there is decided anew for where it belongs now
                case Unknown():
                    unknown.append(operation)
                    self.tally.unknown += 1
                case Denied(reason=reason):
                    words.append(reason)
                case Postponed(after_seconds=after):
                    self.tally.postpone(timedelta(seconds=after))
                case Moved() | Missing() if isinstance(operation, UpdateEvent | DeleteEvent):
                    self.tally.left += 1
                    check_event(operation, ledger, self.ports.names.fresh())
                case _:
                    waits_for_board = True
        if not plan.operations and (plan.lost_event or plan.lost_appointment):
            self._enter(ledger, intent, None, None)
        if link is not None and link != intent.link_before:
            write_link(link, intent.link_before, ledger)
            if lost_its_words(intent.link_before, link):
                ledger.put(Todo(TodoReason.BLANK, plan.pair, plan.pair))
        if unknown:
            return replace(intent, plan=replace(plan, link=link, operations=tuple(unknown)), link_before=link)
        if words:
            self._hold(ledger, intent, "; ".join(words))
            if link is not None:
                self._report(link, "held", "; ".join(words))
        elif waits_for_board:
            self._wait_for_board(ledger, intent)
        elif not is_complete and not intent.consumes:
            # It came from a walk, which goes on without it: nothing else would bring it back.
            ledger.put(Todo(TodoReason.RECHECK, plan.pair, plan.pair))
        elif is_complete:
            if link is not None and not plan.operations and _is_news_of_the_board(intent.link_before, link):
                self._report(link, "delivered", "")
            for address in self.desk.rows_left(intent.consumes):
                ledger.delete(address)
            if plan.pair in self.desk.held:
                ledger.delete(self.desk.held[plan.pair].address)
            for todo in self.desk.todos:
                if todo.pair == plan.pair and todo.reason is TodoReason.RECHECK:
                    ledger.delete(todo.address)
        if is_deleted:
            ledger.inferred += int(intent.is_inferred)
            ledger.stated += int(intent.is_stated)
        if goes_on:
            ledger.put(Todo(TodoReason.RECHECK, plan.pair, plan.pair))
        return None

    def _lies_in_a_former_calendar(self, operation: Operation) -> bool:
        """Does the pair's way to its present calendar go on from here?"""
        if not isinstance(operation, UpdateEvent | DeleteEvent):
            return isinstance(operation, UpdateAppointment) and bool(self.desk.terms.profile.former)
        return operation.ref.calendar in self.desk.terms.profile.former

    def _hold(
        self, ledger: Ledger, intent: Intent, why: str, remedy: str = _CORRECT, what: str = "held for a person"
    ) -> None:
        """Leave the pair and what waits for it until a person or a change comes; a todo has had its say."""
        rows = tuple(address for address in intent.consumes if address[0] in _INBOXES)
        pair = intent.plan.pair
        ledger.put(Held(pair, self.ports.clock.now(), what, why, remedy, pair, rows))
        for address in intent.consumes:
            if address not in rows:
                ledger.delete(address)
        self.tally.held += 1

    def _time(self, intent: Intent, operation: Operation) -> None:
        """Note how long the change that led to this waited, unless it waited for a person."""
        is_up = isinstance(operation, _EVENT_OPERATIONS)
        family = Family.BOARD_INBOX if is_up else Family.OUTLOOK_INBOX
        known_at = self.desk.known_at(intent.consumes, family)
        if known_at is not None and intent.plan.pair not in self.desk.held:
            (self.tally.took_up if is_up else self.tally.took_down).append((known_at, self.ports.clock.now()))

    def _report(self, link: Link, state: str, reason: str) -> None:
        if link.origin is Origin.BOARD and link.appointment is not None and link.board_state is not None:
            self.tally.reports.append(Report(link.appointment, state, reason, link.write_revision))

    def _wait_for_board(self, ledger: Ledger, intent: Intent) -> None:
        """The board holds a newer state than we know: its webhook is on the way, and decides."""
        before = self.desk.held.get(intent.plan.pair)
        now = self.ports.clock.now()
        if before is not None and before.what == WAITING_FOR_BOARD and now - before.since_at >= WAIT_FOR_WEBHOOK:
            why = "the board has a newer state than the one we know, and did not tell it"
            self._hold(ledger, intent, why, _SEND_AGAIN)
            return
        why = "the board has a newer state than the one we know; its webhook is awaited"
        self._hold(ledger, intent, why, _SEND_AGAIN, WAITING_FOR_BOARD)
        pair = intent.plan.pair
        ledger.put(Todo(TodoReason.RECHECK, pair, pair, due_at=now + WAIT_FOR_WEBHOOK))
        self.tally.recheck_after = WAIT_FOR_WEBHOOK

    def _enter(self, ledger: Ledger, intent: Intent, operation: Operation | None, outcome: Outcome | None) -> None:
        plan = intent.plan
        what = type(operation).__name__ if operation else str(plan.verdict)
        if operation is not None and outcome is not None and not _took_effect(operation, outcome):
            what = f"{what} {type(outcome).__name__.lower()}"
        ledger.entries.append(
            JournalEntry(
                at=self.ports.clock.now(),
                pair=plan.pair,
                what=what,
                why=outcome.reason if isinstance(outcome, Denied | Postponed | Unknown | LeftBehind) else plan.reason,
                correlation_id=self.correlation_id,
                operation=operation,
                board_before=intent.board_before,
                event_before=intent.event_before,
                lost_event=plan.lost_event,
                lost_appointment=plan.lost_appointment,
            )
        )


def _took_effect(operation: Operation, outcome: Outcome) -> bool:
    if isinstance(outcome, Done):
        return True
    if isinstance(outcome, BornDead):
        return isinstance(operation, CreateEvent)
    if isinstance(outcome, LeftBehind):
        return isinstance(operation, DeleteEvent)
    return isinstance(outcome, Missing) and isinstance(operation, DeleteEvent | DeleteAppointment)


def _is_news_of_the_board(before: Link | None, after: Link) -> bool:
    """Did the planner change something that a living event shows already, or need not show?"""
    state = after.board_state
    if not after.is_paired or before is None or state is None or state.is_our_write:
        return False
    if after.refused != before.refused:
        return False  # an admin had it left undone
    return after.received > before.received
