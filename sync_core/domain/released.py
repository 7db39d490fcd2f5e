"""What becomes of a pair whose event was released to the worker: nothing, until the plan needs an event of its own."""

from dataclasses import replace

from sync_core.domain.change import Change, Planned, Vanished
from sync_core.domain.link import Origin
from sync_core.domain.plan import Plan, Verdict
from sync_core.domain.revenants import bring_home
from sync_core.domain.situation import Situation
from sync_core.domain.up import create_event, part

_ANEW = "planned, and the event that was here is the worker's own"


def after_release(situation: Situation) -> Plan:
    """Leave it alone; but one that is planned anew, or whose meeting is gone or left behind, gets an event again.

    Un-planning it buries nothing: an event that comes up under a tombstone is deleted, and this one is theirs.
    """
    link, pair = situation.link, situation.pair
    is_gone = isinstance(pair.outlook, Vanished)
    if is_gone and situation.board in (Change.GONE, Change.ABSENT):
        return situation.forget()
    was_planned = pair.link is not None and pair.link.board_state is not None
    is_elsewhere = link.event is not None and link.event.calendar in situation.policy.former
    is_needed = is_gone or is_elsewhere or not was_planned
    if link.origin is Origin.BOARD and isinstance(pair.board, Planned) and is_needed:
        anew = replace(situation, link=part(link, _ANEW))
        home = bring_home(anew) if pair.revenants else None
        plan = home or create_event(anew, _ANEW)
        if plan.operations or plan.verdict is Verdict.SETTLED:
            return plan  # where none can be made now, it stays as it is until one can
    if link.origin is Origin.BOARD and situation.board is Change.EDITED:
        return situation.hold(link.reason)  # Outlook does not show what the planner changed, and somebody should know
    return situation.skip(link.reason)
