"""Decide one pair by the terms of its resource: a run carries the plan out, a preview only counts it."""

from datetime import datetime

from sync_core.domain.appointment import Kind
from sync_core.domain.change import Alive
from sync_core.domain.errors import Undecidable
from sync_core.domain.link import Origin
from sync_core.domain.plan import Plan, Verdict
from sync_core.domain.policy import Policy
from sync_core.domain.reconcile import reconcile
from sync_core.domain.terms import Terms
from sync_core.flows.cases import Case


def policy_for(case: Case, terms: Terms, now: datetime) -> Policy:
    """What was born in Outlook goes by its own calendar, everything else by the main one and its kind."""
    pair = case.pair
    is_outlook_born = pair.link.origin is Origin.OUTLOOK if pair.link else pair.key is None
    if not is_outlook_born:
        key = pair.key or (pair.link.appointment if pair.link else None)
        return terms.policy_for_kind(key.kind if key else Kind.TASK, now)
    ref = pair.outlook.event.ref if isinstance(pair.outlook, Alive) else (pair.link.event if pair.link else None)
    return terms.policy_for_event(ref.calendar if ref else None, now)


def decide(case: Case, policy: Policy, now: datetime) -> Plan:
    """The pair's plan; whatever goes wrong with one pair holds it, and the others go on."""
    try:
        return reconcile(case.pair, policy, now)
    except Exception as fault:
        reason = str(fault) if isinstance(fault, Undecidable) else f"it cannot be decided ({type(fault).__name__})"
        return Plan(case.pair.id, Verdict.HELD, reason, case.pair.link)
