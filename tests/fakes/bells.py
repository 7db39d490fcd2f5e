"""The queue in memory: what was rung and when it is to be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from sync_core.domain.errors import Refused
from sync_core.domain.stored import Job
from sync_core.ports import Clock

LARGEST_MESSAGE = 48 * 1024
LONGEST_DELAY = timedelta(days=7)
_JOB = TypeAdapter(Job)


@dataclass(frozen=True, slots=True)
class WaitingJob:
    job: Job
    due_at: datetime


class FakeBells:
    """`waiting` holds what was rung and not yet taken, in the order of ringing."""

    def __init__(self, clock: Clock) -> None:
        self.waiting: list[WaitingJob] = []
        self._clock = clock

    async def ring(self, jobs: Sequence[Job], delay: timedelta = timedelta(0)) -> None:
        if not timedelta(0) <= delay <= LONGEST_DELAY:
            raise Refused("a bell can be delayed by at most seven days")
        if any(len(_JOB.dump_json(job)) > LARGEST_MESSAGE for job in jobs):
            raise Refused("a bell is larger than the queue takes")
        due_at = self._clock.now() + delay
        self.waiting += [WaitingJob(job, due_at) for job in jobs]

    def take_due(self) -> list[Job]:
        """Take off every job that is due by now, in the order in which they fell due."""
        now = self._clock.now()
        due = sorted((one for one in self.waiting if one.due_at <= now), key=lambda one: one.due_at)
        self.waiting = [one for one in self.waiting if one.due_at > now]
        return [one.job for one in due]

    def next_due_at(self) -> datetime | None:
        """When the next job falls due; None when none waits."""
        return min((one.due_at for one in self.waiting), default=None)
