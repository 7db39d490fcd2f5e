"""How far a walk over all that exists of a resource has come: counted by its runs, and read without any link."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sync_core.domain.overview import Overview, Progress, State
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Lease
from sync_core.flows.desk import Desk
from sync_core.flows.snapshot import snapshot_of
from sync_core.ports import Ports


class Pace(StrEnum):
    """Whether anything is under way."""

    NONE = "none"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Course:
    """The numbers since it began; `began_at` is None where it waits for its first run."""

    pace: Pace
    found: int = 0
    written: int = 0
    left: int = 0
    held: int = 0
    walked: int = 0
    began_at: datetime | None = None
    ended_at: datetime | None = None


async def follow(ports: Ports, resource: ResourceId) -> Course | None:
    """How far an activation, a changed setting or a leaving is; None if the resource is not known.

    Raises:
        TryAgain: storage does not answer.
    """
    choices = (await ports.tenant.read()).choices
    pending = await ports.rows.read_pending(resource)
    desk = Desk.of(pending.rows, ports, choices)
    if desk.profile is None:
        return None
    overview = await ports.overviews.get(resource)
    counted = overview.progress if overview is not None else None
    snapshot = snapshot_of(desk, pending.lease or Lease(), desk.profile, ports.clock.now())
    held = sum(count for _, count in snapshot.held)
    has_walk = any(todo.pair is None for todo in desk.due_todos(ports.clock.now()))
    if snapshot.state is State.LEAVING:
        left = snapshot.paired + snapshot.waiting
        return _course(Pace.RUNNING, counted or Progress(ports.clock.now()), held, max(left, 1))
    if snapshot.state is State.PAUSED:
        is_amid = has_walk or (counted is not None and counted.ended_at is None)
        if counted is not None and not is_amid:
            return _course(Pace.DONE, counted, counted.held, counted.left)
        if is_amid:
            return _begun(Pace.PAUSED, counted, held, snapshot.paired + snapshot.waiting)
        return Course(Pace.NONE)
    if snapshot.is_reading_anew:
        # One that ended is the one before: the first run of this one has not come yet.
        return _begun(Pace.RUNNING, counted, held, snapshot.paired + snapshot.waiting)
    if overview is not None and _has_yet_to_run(overview):
        return _begun(Pace.RUNNING, counted, held, snapshot.waiting)
    if counted is None:
        return Course(Pace.NONE)
    is_over = counted.ended_at is not None
    return _course(Pace.DONE if is_over else Pace.RUNNING, counted, counted.held, counted.left)


def _has_yet_to_run(overview: Overview) -> bool:
    """Has no run ended, nor told how far it is, since the resource takes part?"""
    since_at, ran_at = overview.active_since_at, overview.last_run_at
    return since_at is not None and (ran_at is None or ran_at < since_at)


def _begun(pace: Pace, counted: Progress | None, held: int, left: int) -> Course:
    if counted is None or counted.ended_at is not None:
        return Course(pace, found=left, left=left, held=held)
    return _course(pace, counted, held, counted.left)


def _course(pace: Pace, counted: Progress, held: int, left: int) -> Course:
    return Course(
        pace,
        found=counted.found,
        written=counted.written,
        left=left,
        held=held,
        walked=max(counted.walked, counted.written),  # what was not walked to, but told by the board, was decided, too
        began_at=counted.since_at,
        ended_at=counted.ended_at if pace is Pace.DONE else None,
    )
