"""The brake: holds deletions that look like a mistake, and lets everything else go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync_core.domain.change import Alive, NotHere, Pair
from sync_core.domain.content import ALL_FIELDS, fingerprint, only
from sync_core.domain.link import Condition
from sync_core.domain.plan import DeleteAppointment, DeleteEvent, Operation, Plan, ProposeUnplan, Unplan, Verdict

BRAKED_WITHIN = timedelta(hours=1)
UNUSUAL = "unusually many deletions at once; release it if they are meant"


@dataclass(frozen=True, slots=True)
class Limit:
    """Only more than so many deletions *and* more than that share of the pairs, in percent, look like a mistake."""

    deletions: int = 10
    percent: int = 30


def is_suspicious(pair: Pair, plan: Plan) -> bool:
    """Does it delete without the board having stated it? Whatever deletes on the board counts, too."""
    is_unplanned = isinstance(pair.board, NotHere)
    return any(
        isinstance(operation, DeleteAppointment | Unplan)
        # An emptied mailbox must not drown a planner in questions either.
        or (isinstance(operation, ProposeUnplan) and not operation.is_withdrawn)
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


def change_asked(pair: Pair, plan: Plan) -> str:
    """What names anything else that was held, while what would come of it is the same; empty for nothing.

    A refusal of it holds until the board says more, or something else would be written.
    """
    link = plan.link
    if link is None:
        return ""
    if plan.verdict is Verdict.HELD and plan.reason != UNUSUAL:
        seen = fingerprint(pair.outlook.event.content) if isinstance(pair.outlook, Alive) else ""
        return f"held:{link.generation}:{link.received}:{plan.reason}:{seen}"
    if not plan.operations:
        return ""
    written = [_written(operation) for operation in plan.operations]
    names = [type(operation).__name__ for operation in plan.operations]
    return f"{'+'.join(names)}:{link.generation}:{link.received}:{'+'.join(written)}"


def _written(operation: Operation) -> str:
    """What is written, whatever the other fields are known to be."""
    content = getattr(operation, "content", None)
    if content is None:
        return ""
    return fingerprint(only(content, getattr(operation, "fields", ALL_FIELDS)))


def brake(
    plans: Sequence[tuple[Pair, Plan]],
    deletions: tuple[datetime, ...],
    paired: int,
    now: datetime,
    limit: Limit = Limit(),
) -> frozenset[int]:
    """Which plans are to be held: every suspicious one, once with `deletions`, those that took effect within an hour,
    they are more than the limit allows.
    """
    recent = recent_deletions(deletions, now)
    suspicious = [index for index, (pair, plan) in enumerate(plans) if is_suspicious(pair, plan)]
    total = len(recent) + len(suspicious)
    is_much = total > limit.deletions and total * 100 > (paired + len(recent)) * limit.percent
    return frozenset(suspicious) if is_much else frozenset()


def recent_deletions(deletions: tuple[datetime, ...], now: datetime) -> tuple[datetime, ...]:
    return tuple(at for at in deletions if at > now - BRAKED_WITHIN)
