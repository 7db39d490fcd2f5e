"""What is not carried out although it was decided: deletions that look like a mistake, and what an admin refused."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sync_core.domain.choices import Choices
from sync_core.domain.guard import (
    BRAKED_WITHIN,
    UNUSUAL,
    Limit,
    brake,
    change_asked,
    deletion_asked,
    is_stated,
    is_suspicious,
)
from sync_core.domain.identity import PairId
from sync_core.domain.plan import Plan, Verdict
from sync_core.domain.stored import TodoReason
from sync_core.flows.cases import Case
from sync_core.flows.desk import Desk
from sync_core.flows.tenure import Tenure

Decided = tuple[Case, Plan]


def judged(desk: Desk, now: datetime, verdict: TodoReason) -> frozenset[PairId]:
    """The pairs that an admin judged so."""
    return frozenset(todo.pair for todo in desk.due_todos(now) if todo.reason is verdict and todo.pair is not None)


def mind_refusals(cases: Sequence[Decided], rejected: frozenset[PairId]) -> list[Decided]:
    """What an admin turned down is remembered, and not asked again until a side changes."""
    minded: list[Decided] = []
    for case, plan in cases:
        asked = deletion_asked(plan)
        if asked and plan.link is not None and (plan.pair in rejected or plan.link.refused == asked):
            link = replace(case.pair.link or plan.link, refused=asked)
            minded.append((case, Plan(plan.pair, Verdict.SKIPPED, "an admin refused to have it deleted", link)))
        elif not asked and _is_turned_down(case, plan, rejected):
            # The board's newest word is remembered all the same: what is not done is only the write.
            kept = replace(plan.link, refused=change_asked(case.pair, plan)) if plan.link else None
            minded.append((case, Plan(plan.pair, Verdict.SKIPPED, "an admin refused to have it carried out", kept)))
        else:
            minded.append((case, plan))
    return minded


def _is_turned_down(case: Case, plan: Plan, rejected: frozenset[PairId]) -> bool:
    """Did an admin turn down, now or earlier, what is no deletion? Without a link nothing can be remembered."""
    is_held = plan.verdict is Verdict.HELD or bool(plan.operations)
    if plan.pair in rejected:
        return is_held
    asked = change_asked(case.pair, plan)
    return bool(asked) and plan.link is not None and plan.link.refused == asked


async def hold_suspicious(
    tenure: Tenure, desk: Desk, choices: Choices, cases: Sequence[Decided], released: frozenset[PairId]
) -> list[Decided]:
    """Hold deletions that look like a mistake, but for those that a person released.

    What is held already stays held, whatever else is edited meanwhile: only a person lets it through.
    """
    pairs = [(case.pair, plan) for case, plan in cases if plan.pair not in released]
    deleting = [(pair, plan) for pair, plan in pairs if is_suspicious(pair, plan) or is_stated(pair, plan)]
    held = {plan.pair for _, plan in deleting if _is_braked(desk, plan)}
    fresh = [(pair, plan) for pair, plan in deleting if plan.pair not in held]
    lease, limit = tenure.lease, Limit(choices.brake_deletions, choices.brake_percent)
    now = tenure.ports.clock.now()
    held |= {fresh[index][1].pair for index in brake(fresh, lease.deletions, lease.paired, now, limit)}
    stated = {plan.pair for pair, plan in fresh if is_stated(pair, plan)}
    if stated and await _is_runaway(tenure, choices, len(stated), now):
        held |= stated
    return [(case, _held(case, plan) if plan.pair in held else plan) for case, plan in cases]


async def _is_runaway(tenure: Tenure, choices: Choices, count: int, now: datetime) -> bool:
    """Has the board stated more deletions within the hour, over all resources, than a planner makes?"""
    done = await tenure.ports.deletions.add(tenure.resource, 0, now, BRAKED_WITHIN)
    if done + count <= choices.tenant_brake_deletions:
        return False
    before = await tenure.ports.rows.count_pairs() + done
    return (done + count) * 100 > before * choices.tenant_brake_percent


def _is_braked(desk: Desk, plan: Plan) -> bool:
    held = desk.held.get(plan.pair)
    return held is not None and held.why == UNUSUAL


def _held(case: Case, plan: Plan) -> Plan:
    return Plan(plan.pair, Verdict.HELD, UNUSUAL, case.pair.link)
