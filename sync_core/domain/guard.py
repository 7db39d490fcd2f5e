"""The brake: holds deletions that look like a mistake, and lets everything else go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync_core.domain.change import NotHere, Pair
from sync_core.domain.link import Condition
from sync_core.domain.plan import DeleteAppointment, DeleteEvent, Plan, Unplan

_AT_LEAST = 10
_SHARE = 0.3
_WITHIN = timedelta(hours=1)


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


def brake(plans: Sequence[tuple[Pair, Plan]], deletions: tuple[datetime, ...], paired: int, now: datetime) -> Braked:
    """Hold suspicious deletions once they are more than ten *and* more than 30 % of the pairs within an hour."""
    recent = tuple(at for at in deletions if at > now - _WITHIN)
    suspicious = [index for index, (pair, plan) in enumerate(plans) if is_suspicious(pair, plan)]
    total = len(recent) + len(suspicious)
    if total > _AT_LEAST and total > paired * _SHARE:
        held = tuple(suspicious)
        passed = tuple(index for index in range(len(plans)) if index not in set(held))
        return Braked(passed, held, recent)
    return Braked(tuple(range(len(plans))), (), recent + (now,) * len(suspicious))
