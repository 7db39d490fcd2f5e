"""One run: take the lease, settle what an earlier run left, read, decide, carry out, commit. `protocol` section 4."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sync_core.domain.change import Alive, Planned, Vanished
from sync_core.domain.choices import Choices
from sync_core.domain.content import Content
from sync_core.domain.errors import CalendarRefused, CursorRefused, LeaseLost, Refused, TryAgain
from sync_core.domain.guard import is_stated, is_suspicious
from sync_core.domain.overview import Ran
from sync_core.domain.plan import CreateEvent, DeleteEvent, Plan, UpdateEvent, Verdict
from sync_core.domain.resource import CalendarRef
from sync_core.domain.stored import Address, Announcement, Held, Intent, Job, Row, TodoReason
from sync_core.domain.timespan import bounds
from sync_core.flows.accept import BOARD_BELL
from sync_core.flows.batches import MOST_OPERATIONS, chunked
from sync_core.flows.blank import blank_journal
from sync_core.flows.brakes import Decided, hold_suspicious, judged, mind_refusals
from sync_core.flows.carry_out import WAITING_FOR_BOARD, Carrier, Tally, calendar_of
from sync_core.flows.cases import Case
from sync_core.flows.deciding import decide, policy_for
from sync_core.flows.desk import Desk
from sync_core.flows.gather import Gathering, gather
from sync_core.flows.intake import Peeked, intake
from sync_core.flows.offboard import finish_leaving
from sync_core.flows.overview import note_resource, note_run
from sync_core.flows.pull import read_board
from sync_core.flows.recover import recover
from sync_core.flows.snapshot import is_reading_anew
from sync_core.flows.tenure import CLOCKS_DIFFER, Tenure
from sync_core.ports import Pending, Ports

RING_AGAIN = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(seconds=30)
REPLICATION_LAG = timedelta(seconds=30)
_PAIRS_A_PASS = 200
_PASSES = 6
_PAIRS_A_BATCH = 20
_ANNOUNCEMENT_BYTES = 800_000
_BROKEN_RUNS = 3
_NEVER = datetime.max.replace(tzinfo=UTC)


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


async def sync_resource(ports: Ports, job: Job) -> RunReport:
    """Run one resource once. Whatever is left rings again; an unknown fault raises, with the lease given back."""
    choices = (await ports.tenant.read()).choices
    pending = await ports.rows.read_pending(job.resource)
    desk = Desk.of(pending.rows, ports, choices)
    now = ports.clock.now()
    if not desk.is_active:
        return await _leave(ports, job, choices, pending, "takes no part")
    lease = pending.lease
    if lease and lease.not_before and lease.not_before > now:
        await _ring(ports, job, "throttled", lease.not_before - now)
        return await _leave(ports, job, choices, pending, "throttled")
    if job.is_hint and not desk.has_work(now) and _is_known_since(desk, job.rung_at):
        return RunReport(job.resource, "already read")
    if job.reason == BOARD_BELL and not desk.has_work(now):
        # What it rang for was in the inbox before it rang, so another run has carried it out.
        return RunReport(job.resource, "already done")
    peeked: dict[CalendarRef, Peeked] = {}
    if not desk.has_work(now):
        try:
            peeked = await _peek(ports, desk)
        except TryAgain as silence:
            await _ring(ports, job, "no answer", max(silence.after, _patience(job)))
            return await _leave(ports, job, choices, pending, "no answer")
        if _is_quiet(ports, desk, peeked):
            await _ring_once_more(ports, job)
            return await _leave(ports, job, choices, pending, "quiet")
    tenure = await Tenure.take(ports, job.resource, pending)
    if tenure is None:
        await _ring(ports, job, job.reason if job.reason == BOARD_BELL else "busy", RING_AGAIN)
        return RunReport(job.resource, "busy")
    run = _Run(tenure, job, choices)
    try:
        report = await run.run(peeked)
        if desk.terms.is_leaving and await finish_leaving(ports, job.resource):
            with suppress(TryAgain, Refused):
                await note_resource(ports, job.resource)
        return report
    except LeaseLost:
        await _ring(ports, job, "lease lost", RING_AGAIN)
        return RunReport(job.resource, "lease lost")
    except TryAgain as silence:
        after = max(silence.after, _patience(job))
        await _give_back(tenure, not_before=ports.clock.now() + silence.after if silence.after else None)
        await _ring(ports, job, "no answer", after)
        await run.note("no answer")
        return RunReport(job.resource, "no answer")
    except Exception:
        await _give_back(tenure, is_broken=True)
        with suppress(Exception):  # the fault itself is what is told
            await run.note("failed")
        raise


async def _leave(ports: Ports, job: Job, choices: Choices, pending: Pending, ended: str) -> RunReport:
    """End without a lease: nothing was done, which is only written down where it ended otherwise the last time."""
    notified_at = job.rung_at if job.is_hint else None
    # One that found nothing new ended as well as one that did.
    ran = Ran(ports.clock.now(), "whole" if ended == "quiet" else ended, notified_at=notified_at)
    await note_run(ports, job, choices, ran, pending)
    return RunReport(job.resource, ended)


async def _give_back(tenure: Tenure, *, not_before: datetime | None = None, is_broken: bool = False) -> None:
    lease = tenure.lease
    if not_before is not None:
        lease = replace(lease, not_before=not_before)
    if is_broken:
        lease = replace(lease, broken_runs=lease.broken_runs + 1)
    try:
        await tenure.release(lease=lease)
    except (LeaseLost, TryAgain):
        return  # it runs out by itself


async def _ring(ports: Ports, job: Job, reason: str, delay: timedelta) -> None:
    again = replace(job, rung_at=ports.clock.now(), reason=reason, attempt=job.attempt + 1, is_hint=False)
    await ports.bells.ring([again], delay)


def _patience(job: Job) -> timedelta:
    """Growing waits while somebody does not answer; the first is short, since most silences are."""
    return min(RING_AGAIN * (1 << min(job.attempt, 8)), _LONGEST_WAIT)


async def _ring_once_more(ports: Ports, job: Job) -> None:
    """A notification may be ahead of what Graph shows us, so that finding nothing proves nothing yet."""
    if job.is_hint and job.attempt == 0:
        later = replace(job, rung_at=ports.clock.now(), attempt=1)
        await ports.bells.ring([later], REPLICATION_LAG)


def _is_known_since(desk: Desk, rung_at: datetime) -> bool:
    """Has every calendar been read since the bell, by more than clocks and replicas may differ?"""
    since_at = rung_at + CLOCKS_DIFFER + REPLICATION_LAG
    cursors = [desk.cursors.get(use.ref) for use in desk.terms.calendars_to_read()]
    return all(cursor is not None and cursor.read_at is not None and cursor.read_at > since_at for cursor in cursors)


async def _peek(ports: Ports, desk: Desk) -> dict[CalendarRef, Peeked]:
    """Read the next page of every calendar before taking the lease: a quiet resource is then not written to at all."""
    peeked: dict[CalendarRef, Peeked] = {}
    now = ports.clock.now()
    for use in desk.terms.calendars_to_read():
        cursor = desk.cursors.get(use.ref)
        if cursor is None or cursor.is_full or not cursor.place or (cursor.next_try_at or now) > now:
            continue
        try:
            page = await ports.outlook.read_changes(use.ref, cursor.window, cursor.place)
        except (CursorRefused, CalendarRefused):
            continue  # to be written down, which needs the lease
        peeked[use.ref] = Peeked(cursor.place, page)
    return peeked


def _is_quiet(ports: Ports, desk: Desk, peeked: dict[CalendarRef, Peeked]) -> bool:
    now = ports.clock.now()
    for use in desk.terms.calendars_to_read():
        cursor, look = desk.cursors.get(use.ref), peeked.get(use.ref)
        if cursor is not None and cursor.next_try_at is not None and cursor.next_try_at > now:
            continue
        if cursor is None or look is None or cursor.refused_since is not None:
            return False
        if look.page.events or look.page.removed or look.page.unreadable or not look.page.is_last:
            return False
    return True


class _Run:
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
        cases.sort(key=lambda entry: _starts_at(entry[1], terms.zone))
        void = [case for case, plan in cases if _is_void(plan)]
        spent = [row for case in void for row in desk.rows_left(case.consumes)]
        spent += [desk.held[case.pair.id].address for case in void if case.pair.id in desk.held]
        intents = [_intent(case, plan, plan.pair in released) for case, plan in cases if not _is_void(plan)]
        for batch in self._cut([intent for intent in intents if not intent.plan.operations], desk):
            await carrier.commit(None, batch, [()] * len(batch))
        for batch in self._cut([intent for intent in intents if intent.plan.operations], desk):
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
            waits = [refused[ref] for ref in _calendars_written(plan) if ref in refused]
            if waits:
                self.tally.left += 1
                self.tally.wait_until(max(waits))
            else:
                kept.append((case, plan))
        return kept

    def _cut(self, intents: Sequence[Intent], desk: Desk) -> list[list[Intent]]:
        """Batches whose announcement and commit each fit one transaction; a pair is never cut in two."""
        batches: list[list[Intent]] = []
        operations = weight = 0
        for intent in intents:
            # A link, its by-event row, what the event's answer may add, a held row, and what is consumed.
            needs = 3 + len(intent.consumes) + int(intent.plan.pair in desk.held)
            weighs = self.ports.rows.weigh(Announcement("", self.ports.clock.now(), "", (intent,)))
            is_full = (
                not batches
                or len(batches[-1]) >= _PAIRS_A_BATCH
                or operations + needs > MOST_OPERATIONS
                or weight + weighs > _ANNOUNCEMENT_BYTES
            )
            if is_full:
                batches.append([])
                operations = weight = 0
            batches[-1].append(intent)
            operations += needs
            weight += weighs
        return batches

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
            wait = max(_patience(self.job), tally.retry_after)
            if tally.refused_until is not None and not tally.must_wait:
                wait = max(wait, tally.refused_until - now)
            await _ring(self.ports, self.job, "more to do", wait)
        if tally.recheck_after is not None:
            await _ring(self.ports, self.job, "recheck", tally.recheck_after)
        if self.changes == 0:
            await _ring_once_more(self.ports, self.job)
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


def _is_void(plan: Plan) -> bool:
    """Is there nothing to remember and nothing to do?"""
    return plan.link is None and plan.verdict is Verdict.SKIPPED


def _rechecked(desk: Desk, now: datetime) -> list[Held]:
    pairs = [todo.pair for todo in desk.due_todos(now) if todo.reason is TodoReason.RECHECK]
    return [desk.held[pair] for pair in pairs if pair in desk.held]


def _calendars_written(plan: Plan) -> list[CalendarRef]:
    return [
        calendar_of(operation)
        for operation in plan.operations
        if isinstance(operation, CreateEvent | UpdateEvent | DeleteEvent)
    ]


def _intent(case: Case, plan: Plan, is_released: bool) -> Intent:
    pair = case.pair
    board = pair.board.content if isinstance(pair.board, Planned) else (pair.link.board_base if pair.link else None)
    event = pair.outlook.event.content if isinstance(pair.outlook, Alive) else None
    if event is None and pair.link is not None:
        event = pair.link.outlook_base
    before = None if case.is_met_anew else pair.link
    inferred, stated = is_suspicious(pair, plan), is_stated(pair, plan)
    return Intent(plan, before, case.consumes, board, event, inferred and not is_released, stated and not is_released)


def _starts_at(plan: Plan, zone: ZoneInfo) -> datetime:
    """When what a plan writes begins: the nearest goes first, since somebody may be waiting for it."""
    link = plan.link
    contents: list[Content | None] = [getattr(operation, "content", None) for operation in plan.operations]
    contents += [link.board_base, link.outlook_base] if link else []
    spans = [content.span for content in contents if content is not None]
    return bounds(spans[0], zone)[0] if spans else _NEVER
