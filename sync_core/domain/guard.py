"""The brake: holds deletions that look like a mistake, and lets everything else go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync_core.domain.change import NotHere, Pair
from sync_core.domain.link import Condition
from sync_core.domain.plan import DeleteAppointment, DeleteEvent, Plan, Unplan

BRAKED_WITHIN = timedelta(hours=1)
UNUSUAL = "unusually many deletions at once; release it if they are meant"


@dataclass(frozen=True, slots=True)
class Limit:
    """Only more than so many deletions *and* more than that share of the pairs, in percent, look like a mistake."""

    deletions: int = 10
    percent: int = 30


@dataclass(frozen=True, slots=True)
class Braked:
    """Which plans may go on and which are held; `deletions` are the instants to remember for the sliding hour."""

    passed: tuple[int, ...]
    held: tuple[int, ...]
    deletions: tuple[datetime, ...]


def is_suspicious(pair: Pair, plan: Plan) -> bool:
    """Does it delete without the board having stated it? Whatever deletes on the board counts, too."""
    is_unplanned = isinstance(pair.board, NotHere)
    return any(
        isinstance(operation, DeleteAppointment | Unplan)
        # An event that leaves its pair idle goes because the board cancelled it: a planner's word, too.
        or (isinstance(operation, DeleteEvent) and not is_unplanned and operation.leaves is not Condition.IDLE)
        for operation in plan.operations
    )


def is_stated(pair: Pair, plan: Plan) -> bool:
    """Does it delete an event because the board said, under a revision, that it is not planned here any more?"""
    is_unplanned = isinstance(pair.board, NotHere)
    return is_unplanned and any(isinstance(operation, DeleteEvent) for operation in plan.operations)


def deletion_asked(plan: Plan) -> str:
    """What names a deletion while neither side changes, so that a refusal of it can be remembered; empty for none."""
    link = plan.link
    for operation in plan.operations:
        if link is not None and isinstance(operation, DeleteAppointment | Unplan | DeleteEvent):
            seen = link.outlook_version if isinstance(operation, DeleteEvent) else ""
            return f"{type(operation).__name__}:{link.generation}:{link.received}:{seen}"
    return ""


def brake(
    plans: Sequence[tuple[Pair, Plan]],
    deletions: tuple[datetime, ...],
    paired: int,
    now: datetime,
    limit: Limit = Limit(),
) -> Braked:
    """Hold suspicious deletions once they are more than the limit allows within an hour."""
    recent = tuple(at for at in deletions if at > now - BRAKED_WITHIN)
    suspicious = [index for index, (pair, plan) in enumerate(plans) if is_suspicious(pair, plan)]
    total = len(recent) + len(suspicious)
    if total > limit.deletions and total * 100 > paired * limit.percent:
        held = tuple(suspicious)
        passed = tuple(index for index in range(len(plans)) if index not in set(held))
        return Braked(passed, held, recent)
    return Braked(tuple(range(len(plans))), (), recent + (now,) * len(suspicious))
