"""One run under its lease: settle what an earlier one left, read, decide, carry out, commit. `protocol` section 4."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sync_core.domain.change import Vanished
from sync_core.domain.choices import Choices
from sync_core.domain.errors import LeaseLost, Refused, TryAgain
from sync_core.domain.overview import Ran
from sync_core.domain.resource import CalendarRef
from sync_core.domain.stored import Address, Held, Intent, Job, Row, TodoReason
from sync_core.flows.batches import chunked
from sync_core.flows.blank import blank_journal
from sync_core.flows.brakes import Decided, hold_suspicious, judged, mind_refusals
from sync_core.flows.carry_out import WAITING_FOR_BOARD, Carrier
from sync_core.flows.cases import Case
from sync_core.flows.deciding import decide, policy_for
from sync_core.flows.desk import Desk
from sync_core.flows.gather import Gathering, gather
from sync_core.flows.intake import Peeked, intake
from sync_core.flows.intents import calendars_written, cut, intent_of, is_void, starts_at
from sync_core.flows.overview import note_run
from sync_core.flows.pull import read_board
from sync_core.flows.recover import recover
from sync_core.flows.ring_again import patience, ring_again, ring_once_more
from sync_core.flows.snapshot import is_reading_anew
from sync_core.flows.tally import Tally
from sync_core.flows.tenure import Tenure
from sync_core.ports import Pending

_PAIRS_A_PASS = 200
_PASSES = 6
_BROKEN_RUNS = 3


@dataclass(frozen=True, slots=True)
class RunReport:
    """How a run ended, for its one closing log line. Counts only: no names, no words of anybody.

    `walked` counts the links that were decided again for a changed setting, a new day or a resumption.
    """

    resource: str
    ended: str
    changes_read: int = 0
    walked: int = 0
    done: int = 0
    held: int = 0
    left: int = 0


class Run:
    """One run under its lease."""

    def __init__(self, tenure: Tenure, job: Job, choices: Choices) -> None:
        self.tenure = tenure
        self.ports = tenure.ports
        self.choices = choices
        self.job = job
        self.tally = Tally()
        self.changes = 0
        self.walked = 0
        self.walked_past = 0
        self.told: tuple[int, int] | None = None  # of what was done and walked past, how much is noted already
        self.is_read = True
        self.was_reading_anew = False
        self.rows: tuple[Row, ...] | None = None

    async def run(self, peeked: Mapping[CalendarRef, Peeked]) -> RunReport:
        """Work in passes until nothing is left, nothing moves any more, or the budget is spent."""
        is_whole = False
        for number in range(_PASSES):
            # Read anew under the lease: rows may have come, and another run may have ended, since the first look.
            desk = await self._look()
            if not desk.is_active or (number > 0 and not desk.has_work(self.ports.clock.now())):
                is_whole = True
                break
            if number > 0:
                await self.note("more to do", is_over=False)
            self.rows = None  # they are about to change
            self.was_reading_anew |= is_reading_anew(desk, self.ports.clock.now())
            done_before = self.tally.done
            is_whole = await self._pass(desk, peeked if number == 0 else {}, reads=number == 0)
            is_stuck = number > 0 and not is_whole and self.tally.done == done_before
            if self.tally.must_wait or is_stuck:
                is_whole = False
                break
        else:
            # The budget is spent: a walk may have more to go, and nobody else would ring for it.
            is_whole = is_whole and not (await self._look()).has_work(self.ports.clock.now())
        return await self._end(is_whole and self.is_read)

    async def _look(self) -> Desk:
        pending = await self.ports.rows.read_pending(self.job.resource)
        if pending.lease is None or pending.lease.holder != self.tenure.lease.holder:
            raise LeaseLost("another worker runs this resource")
        self.rows = pending.rows
        return Desk.of(pending.rows, self.ports, self.choices)

    async def _pass(self, desk: Desk, peeked: Mapping[CalendarRef, Peeked], *, reads: bool) -> bool:
        """One round of settle, read, decide, carry out; True if nothing known is left to do."""
        terms = desk.terms
        if desk.doing:
            await recover(Carrier(self.tenure, desk, self.tally, self.job.correlation_id))
            desk = await self._look()  # what was settled has consumed its rows
            self.rows = None
        carrier = Carrier(self.tenure, desk, self.tally, self.job.correlation_id)
        if reads:
            read = await intake(self.tenure, desk, peeked)
            self.changes += read.changes
            self.is_read = read.is_complete
        now = self.ports.clock.now()
        if any(held.what == WAITING_FOR_BOARD for held in _rechecked(desk, now)):
            await read_board(self.ports, self.job.resource, terms.window(now), self.job.correlation_id)
        await blank_journal(self.tenure, desk)
        most = 1 if self.tenure.lease.broken_runs >= _BROKEN_RUNS else _PAIRS_A_PASS
        gathering = await gather(self.tenure, desk, most)
        self.walked += gathering.walked
        asks = await self._takes_proposals(gathering.cases)
        cases = [
            (case, decide(case, replace(policy_for(case, terms, now), takes_proposals=asks), now))
            for case in gathering.cases
        ]
        released = judged(desk, now, TodoReason.RELEASE)
        cases = mind_refusals(cases, judged(desk, now, TodoReason.REJECT))
        if not terms.is_leaving:
            cases = await hold_suspicious(self.tenure, desk, self.choices, cases, released)
        cases = self._leave_refused(cases, desk, now)
        cases.sort(key=lambda entry: starts_at(entry[1], terms.zone))
        void = [case for case, plan in cases if is_void(plan)]
        spent = [row for case in void for row in desk.rows_left(case.consumes)]
        spent += [desk.held[case.pair.id].address for case in void if case.pair.id in desk.held]
        intents = [intent_of(case, plan, plan.pair in released) for case, plan in cases if not is_void(plan)]
        for batch in cut(self.ports.rows, [intent for intent in intents if not intent.plan.operations], desk.held):
            await carrier.commit(None, batch, [()] * len(batch))
        for batch in cut(self.ports.rows, [intent for intent in intents if intent.plan.operations], desk.held):
            await self._carry(carrier, batch)
            if self.tally.must_wait:
                return False
        await self._close_pass(gathering, [*spent, *(held.address for held in desk.poisoned)])
        self.walked_past += gathering.walked
        return len(gathering.cases) < most and not self.tally.left and not self.tally.unresolved

    async def _carry(self, carrier: Carrier, batch: Sequence[Intent]) -> None:
        announcement = await carrier.announce(batch)
        if not self.tenure.outlasts_sending(self.ports.clock.now()):
            raise LeaseLost("announcing took too long to send anything safely")
        outcomes = await carrier.carry_out(batch)
        await carrier.commit(announcement, batch, outcomes)

    async def _takes_proposals(self, cases: Sequence[Case]) -> bool:
        """Does the board let us ask its planner? It is asked itself only where a worker deleted something."""
        if not any(isinstance(case.pair.outlook, Vanished) and case.pair.key is not None for case in cases):
            return False
        with suppress(TryAgain, Refused):
            return (await self.ports.board.capabilities()).takes_proposals
        return False

    def _leave_refused(self, cases: list[Decided], desk: Desk, now: datetime) -> list[Decided]:
        """Leave out what would be written to a calendar that refuses us: its rows wait until it is tried again."""
        former = frozenset(desk.terms.profile.former)
        refused = {
            ref: cursor.next_try_at
            for ref, cursor in desk.cursors.items()
            if cursor.next_try_at is not None and cursor.next_try_at > now and ref not in former
        }
        kept: list[Decided] = []
        for case, plan in cases:
            waits = [refused[ref] for ref in calendars_written(plan) if ref in refused]
            if waits:
                self.tally.left += 1
                self.tally.wait_until(max(waits))
            else:
                kept.append((case, plan))
        return kept

    async def _close_pass(self, gathering: Gathering, spent: Sequence[Address]) -> None:
        """Only now, with their pairs committed, may walks move on and rows that concern nobody go."""
        puts: list[Row] = [
            *gathering.twins,
            *gathering.deferred,
            *(todo for todo, is_over in gathering.walks if not is_over),
        ]
        deletes = [*spent, *gathering.spent, *(todo.address for todo, is_over in gathering.walks if is_over)]
        for chunk in chunked(self.ports.rows, puts, list(dict.fromkeys(deletes))):
            if chunk.puts or chunk.deletes:
                await self.tenure.commit(chunk.puts, chunk.deletes)

    async def _end(self, is_whole: bool) -> RunReport:
        now = self.ports.clock.now()
        tally = self.tally
        not_before = now + tally.retry_after if tally.retry_after else None
        await self.tenure.release(lease=replace(self.tenure.lease, not_before=not_before, broken_runs=0))
        await self._tell_planner()
        if not is_whole:
            wait = max(patience(self.job), tally.retry_after)
            if tally.refused_until is not None and not tally.must_wait:
                wait = max(wait, tally.refused_until - now)
            await ring_again(self.ports, self.job, "more to do", wait)
        if tally.recheck_after is not None:
            await ring_again(self.ports, self.job, "recheck", tally.recheck_after)
        if self.changes == 0:
            await ring_once_more(self.ports, self.job)
        ended = "whole" if is_whole else "more to do"
        await self.note(ended)
        return RunReport(self.job.resource, ended, self.changes, self.walked, tally.done, tally.held, tally.left)

    async def note(self, ended: str, *, is_over: bool = True) -> None:
        """Leave behind what this run came to, after the lease is given back; what lies there is read if it changed.

        Amid a run only how far it is, for whoever follows.
        """
        job, tally = self.job, self.tally
        is_continued, (done, walked) = self.told is not None, self.told or (0, 0)
        self.told = (tally.done, self.walked_past)
        ran = Ran(
            at=self.ports.clock.now(),
            ended=ended,
            had_lease=True,
            was_reading_anew=self.was_reading_anew,
            is_continued=is_continued,
            changes=self.changes,
            written=tally.done - done,
            walked=self.walked_past - walked,
            took_up=tuple(tally.took_up) if is_over else (),
            took_down=tuple(tally.took_down) if is_over else (),
            notified_at=job.rung_at if job.is_hint else None,
        )
        pending = Pending(self.tenure.lease, None, self.rows) if self.rows is not None else None
        await note_run(self.ports, job, self.choices, ran, pending)

    async def _tell_planner(self) -> None:
        """Report what arrived and what is held, after the lease is given back: nobody has to wait for it."""
        if not self.tally.reports:
            return
        with suppress(TryAgain, Refused):
            if (await self.ports.board.capabilities()).takes_reports:
                newest = {report.key: report for report in self.tally.reports}
                for report in newest.values():
                    await self.ports.board.report(
                        report.key, self.tenure.resource, report.state, report.reason, report.revision
                    )


def _rechecked(desk: Desk, now: datetime) -> list[Held]:
    pairs = [todo.pair for todo in desk.due_todos(now) if todo.reason is TodoReason.RECHECK]
    return [desk.held[pair] for pair in pairs if pair in desk.held]
