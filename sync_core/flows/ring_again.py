"""How a run sees to it that what it leaves is taken up again."""

from dataclasses import replace
from datetime import timedelta

from sync_core.domain.stored import Job
from sync_core.flows.peek import REPLICATION_LAG
from sync_core.ports import Ports

RING_AGAIN = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(seconds=30)


async def ring_again(ports: Ports, job: Job, reason: str, delay: timedelta) -> None:
    again = replace(job, rung_at=ports.clock.now(), reason=reason, attempt=job.attempt + 1, is_hint=False)
    await ports.bells.ring([again], delay)


def patience(job: Job) -> timedelta:
    """Growing waits while somebody does not answer; the first is short, since most silences are."""
    return min(RING_AGAIN * (1 << min(job.attempt, 8)), _LONGEST_WAIT)


async def ring_once_more(ports: Ports, job: Job) -> None:
    """A notification may be ahead of what Graph shows us, so that finding nothing proves nothing yet."""
    if job.is_hint and job.attempt == 0:
        later = replace(job, rung_at=ports.clock.now(), attempt=1)
        await ports.bells.ring([later], REPLICATION_LAG)
