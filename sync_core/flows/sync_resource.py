"""From a bell to a run: whether there is anything to do, the lease, and how the run ended. `protocol` section 4."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sync_core.domain.choices import Choices
from sync_core.domain.errors import LeaseLost, Refused, TryAgain
from sync_core.domain.overview import Ran
from sync_core.domain.resource import CalendarRef
from sync_core.domain.stored import Job
from sync_core.flows.accept import BOARD_BELL
from sync_core.flows.desk import Desk
from sync_core.flows.intake import Peeked
from sync_core.flows.offboard import finish_leaving
from sync_core.flows.overview import note_resource, note_run
from sync_core.flows.peek import is_known_since, is_quiet, peek
from sync_core.flows.ring_again import RING_AGAIN, patience, ring_again, ring_once_more
from sync_core.flows.run import Run, RunReport
from sync_core.flows.tenure import Tenure
from sync_core.ports import Pending, Ports


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
        await ring_again(ports, job, "throttled", lease.not_before - now)
        return await _leave(ports, job, choices, pending, "throttled")
    if job.is_hint and not desk.has_work(now) and is_known_since(desk, job.rung_at):
        return RunReport(job.resource, "already read")
    if job.reason == BOARD_BELL and not desk.has_work(now):
        # What it rang for was in the inbox before it rang, so another run has carried it out.
        return RunReport(job.resource, "already done")
    peeked: dict[CalendarRef, Peeked] = {}
    if not desk.has_work(now):
        try:
            peeked = await peek(ports, desk)
        except TryAgain as silence:
            await ring_again(ports, job, "no answer", max(silence.after, patience(job)))
            return await _leave(ports, job, choices, pending, "no answer")
        if is_quiet(ports, desk, peeked):
            await ring_once_more(ports, job)
            return await _leave(ports, job, choices, pending, "quiet")
    tenure = await Tenure.take(ports, job.resource, pending)
    if tenure is None:
        await ring_again(ports, job, job.reason if job.reason == BOARD_BELL else "busy", RING_AGAIN)
        return RunReport(job.resource, "busy")
    run = Run(tenure, job, choices)
    try:
        report = await run.run(peeked)
        if desk.terms.is_leaving and await finish_leaving(ports, job.resource):
            with suppress(TryAgain, Refused):
                await note_resource(ports, job.resource)
        return report
    except LeaseLost:
        await ring_again(ports, job, "lease lost", RING_AGAIN)
        return RunReport(job.resource, "lease lost")
    except TryAgain as silence:
        after = max(silence.after, patience(job))
        await _give_back(tenure, not_before=ports.clock.now() + silence.after if silence.after else None)
        await ring_again(ports, job, "no answer", after)
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
