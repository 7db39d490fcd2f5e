"""The daily round: rolls windows, buries old tombstones and journal pages, reads the board where it can be read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sync_core.domain.errors import LeaseLost, TryAgain
from sync_core.domain.link import Condition
from sync_core.domain.resource import Participation, ResourceId
from sync_core.domain.stored import Address, Family, Job, JournalPage, LinkRow, Todo, TodoReason
from sync_core.flows.batches import chunked
from sync_core.flows.pull import read_board
from sync_core.flows.tenure import Tenure
from sync_core.ports import Ports

TOMBSTONES_LAST = timedelta(days=30)
JOURNAL_LASTS = timedelta(days=30)


@dataclass(slots=True)
class TidyReport:
    """`skipped` are resources whose lease was held, `failed` those for which the board or storage did not answer;
    what was not done for them is done tomorrow.
    """

    rung: int = 0
    buried: int = 0
    skipped: int = 0
    failed: int = 0


async def tidy_up(ports: Ports) -> TidyReport:
    """Tidy every active resource and ring it, so that what entered the window by time is written."""
    report = TidyReport()
    now = ports.clock.now()
    correlation_id = ports.names.fresh()
    for row in await ports.rows.list_profiles():
        profile = row.profile
        if profile.participation is not Participation.ACTIVE:
            continue
        silent = 0
        try:
            await read_board(ports, profile.resource, profile.window(now), correlation_id)
        except TryAgain:
            silent = 1  # its webhooks tell what it plans; the rest of the round needs no board
        try:
            # Before the bell, or the run it brings would hold the lease each time.
            await _bury(ports, profile.resource, now, report)
            await ports.rows.insert(profile.resource, [Todo(TodoReason.WINDOW, f"{now:%Y%m%d}")])
            await ports.bells.ring([Job(profile.resource, now, "window", correlation_id)])
            report.rung += 1
        except TryAgain:
            silent = 1
        report.failed += silent
    return report


async def _bury(ports: Ports, resource: ResourceId, now: datetime, report: TidyReport) -> None:
    """Remove what has outlived any sender's retries, under the lease, since a run may be reading it."""
    try:
        await _remove_doomed(ports, resource, now, report)
    except LeaseLost:
        report.skipped += 1


async def _remove_doomed(ports: Ports, resource: ResourceId, now: datetime, report: TidyReport) -> None:
    doomed = await _doomed(ports, resource, now)
    if not doomed:
        return
    tenure = await Tenure.take(ports, resource, await ports.rows.read_pending(resource))
    if tenure is None:
        report.skipped += 1
        return
    for chunk in chunked(ports.rows, (), doomed):
        await tenure.commit((), chunk.deletes)
    await tenure.release()
    report.buried += len(doomed)


async def _doomed(ports: Ports, resource: ResourceId, now: datetime) -> list[Address]:
    doomed: list[Address] = []
    after: Address | None = None
    while links := await ports.rows.scan(resource, (Family.LINK,), after):
        for row in links:
            if isinstance(row, LinkRow):
                link = row.link
                is_old = link.ended_at is not None and link.ended_at < now - TOMBSTONES_LAST
                if link.condition is Condition.TOMBSTONE and is_old:
                    doomed.append(row.address)
        after = links[-1].address
    after = None
    while pages := await ports.rows.scan(resource, (Family.JOURNAL,), after):
        doomed += [row.address for row in pages if isinstance(row, JournalPage) and row.at < now - JOURNAL_LASTS]
        after = pages[-1].address
    return doomed
