"""The cells of the decision table for pairs born on the board, as policy opens or closes them."""

from dataclasses import replace

from sync_core.domain.appointment import NO_REVISION, Appointment, Kind
from sync_core.domain.change import Alive, Change, NotHere, Vanished
from sync_core.domain.content import Field, only
from sync_core.domain.decision import TABLE, Decision
from sync_core.domain.identity import birth_id, marker_of
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.merge import merge_fields
from sync_core.domain.plan import (
    CreateEvent,
    DeleteEvent,
    Operation,
    Plan,
    ProposeUnplan,
    Unplan,
    UpdateAppointment,
    UpdateEvent,
    Verdict,
)
from sync_core.domain.policy import OnClosed, OnDeletion, Winner
from sync_core.domain.resource import direction_that
from sync_core.domain.revenants import UNKNOWN, bring_home
from sync_core.domain.situation import OUTSIDE, PUT_BACK_TOO_OFTEN, Situation, required
from sync_core.domain.timespan import bounds
from sync_core.domain.up import (
    NOT_OURS_TO_WRITE,
    UNPLANNED,
    board_side,
    create_event,
    delete_event,
    known_of,
    part,
    why_not_up,
    write_over,
)

MOVED_HOUSE = "the resource has another main calendar now"
_ASKED = "the worker deleted it, and the planner was asked"


def decide_board_born(situation: Situation) -> Plan:
    """The plan for a pair whose appointment was planned on the board."""
    situation = _with_question(situation)
    return close_question(situation, _decide(situation))


def _with_question(situation: Situation) -> Situation:
    """An open question is asked again about a newer state that answers nothing of it."""
    link, before = situation.link, situation.pair.link
    if not link.proposed or before is None or link.received <= max(before.received, link.proposed):
        return situation
    is_ours = _is_about_others(before.board_state, link.board_state)
    return replace(situation, link=replace(link, must_ask=is_ours))


def _decide(situation: Situation) -> Plan:
    if _became_a_meeting(situation):
        return _release(situation)
    situation = _closed_if_over(situation)
    if situation.pair.revenants:
        plan = bring_home(situation)
        if plan is not None:
            return plan
    if situation.link.condition is Condition.PROPOSED:
        return _await_answer(situation)
    if _lies_in_a_former_calendar(situation):
        return _carry_before_clearing(situation) or _clear_former(situation)
    return _decide_by_table(situation)


def _closed_if_over(situation: Situation) -> Situation:
    """Nobody plans the past anew: of what has ended the board hears no more, unless the tenant wants that."""
    policy, content = situation.policy, situation.board_content
    if not policy.closes_after_end or content is None or not policy.direction.writes_board:
        return situation
    if bounds(content.span, policy.zone)[1] > situation.now:
        return situation
    return replace(situation, policy=replace(policy, direction=direction_that(policy.direction.writes_outlook, False)))


def _lies_in_a_former_calendar(situation: Situation) -> bool:
    ref = situation.link.event
    is_there = situation.link.is_paired and ref is not None and ref.calendar in situation.policy.former
    return is_there and situation.outlook not in (Change.GONE, Change.ABSENT)


def _carry_before_clearing(situation: Situation) -> Plan | None:
    """What the worker edited where it still lies is carried to the board first, if it may travel."""
    if situation.outlook is not Change.EDITED or not situation.policy.direction.writes_board:
        return None
    plan = _decide_by_table(situation)
    is_carried = any(isinstance(operation, UpdateAppointment) for operation in plan.operations)
    return plan if is_carried else None


def _clear_former(situation: Situation) -> Plan:
    """Delete the event in the calendar that was the main one; only then is one made in the present one.

    So there are never two. A mailbox that does not answer is left with what it has.
    """
    if not situation.takes_part():
        return situation.skip(OUTSIDE)
    if isinstance(situation.pair.board, NotHere):
        return delete_event(situation, Condition.TOMBSTONE, UNPLANNED)
    seen = situation.event_content
    own = only(seen, {Field.CATEGORIES, Field.REMINDER}) if seen is not None else None
    return delete_event(situation, Condition.IDLE, MOVED_HOUSE, own=own)


def _decide_by_table(situation: Situation) -> Plan:
    decision = TABLE[Origin.BOARD].get((situation.board, situation.outlook))
    if decision is None:
        return situation.hold(f"the pair is in a state that cannot be ({situation.board}, {situation.outlook})")
    if decision in _FREEZABLE and not situation.takes_part():
        return situation.skip(OUTSIDE)
    return _CELLS[decision](situation)


def _became_a_meeting(situation: Situation) -> bool:
    """A pair that was never agreed upon counts, too: its event is ours all the same."""
    event, is_unplanned = situation.event, isinstance(situation.pair.board, NotHere)
    is_ours = situation.link.condition in (Condition.PAIRED, Condition.PROPOSED)
    return event is not None and not event.is_writable and (is_ours or not is_unplanned)


def _release(situation: Situation) -> Plan:
    # Any write to a meeting sends mail (promise 5), so from here on it is the worker's.
    link = replace(situation.link, condition=Condition.RELEASED, reason=NOT_OURS_TO_WRITE)
    return replace(situation.hold(NOT_OURS_TO_WRITE), link=link)


def _nothing(situation: Situation) -> Plan:
    reason = why_not_up(situation)
    if reason:
        return delete_event(situation, Condition.IDLE, reason)
    # What was left standing is looked at again: by now it may have to be put back, or may travel.
    return merge_fields(situation) if situation.link.left else situation.skip("nothing changed")


def _merge(situation: Situation) -> Plan:
    reason = why_not_up(situation)
    if reason:
        return delete_event(situation, Condition.IDLE, reason)
    return merge_fields(situation)


def _answer_deletion(situation: Situation) -> Plan:
    policy = situation.policy
    state = situation.link.board_state
    refusal = why_not_up(situation)
    if refusal:
        return situation.skip(refusal, link=part(situation.link, refusal))
    is_locked = state is not None and state.locked
    is_open = policy.direction.writes_board and not is_locked
    if is_open and policy.on_deletion is OnDeletion.UNPLAN:
        return _unplan(situation)
    is_tasks = state is not None and state.key.kind is Kind.TASK
    if is_open and is_tasks and policy.on_deletion is OnDeletion.PROPOSE and policy.takes_proposals:
        return situation.operate(_ASKED, (_proposal(situation),))
    if not policy.direction.writes_outlook:
        return situation.skip(situation.closed)
    if policy.on_closed is OnClosed.LEAVE and not policy.direction.writes_board and not is_locked:
        # It stays paired: only so does the next look find nothing to do, and the next change a reason to make it anew.
        return situation.skip("deleted by the worker")
    if situation.is_put_back_too_often():
        return situation.hold(PUT_BACK_TOO_OFTEN)
    return create_event(situation, "put back", is_put_back=True)


def _proposal(situation: Situation, *, is_withdrawn: bool = False) -> ProposeUnplan:
    link, policy, pair = situation.link, situation.policy, situation.pair
    return ProposeUnplan(
        key=required(link.board_state).key,
        resource=pair.resource,
        proposal=birth_id(policy.connector, pair.resource, pair.id, link.generation),
        revision=required(link.board_state).revision if is_withdrawn else link.write_revision,
        # Deleted, brought back and deleted again is a second question, though nothing changed on the board.
        idempotency_key=situation.write_key(f"propose:{is_withdrawn}:{link.outlook_version}", link.generation),
        reason="brought back in Outlook" if is_withdrawn else "deleted in Outlook",
        is_withdrawn=is_withdrawn,
    )


def _await_answer(situation: Situation) -> Plan:
    """The planner was asked to take the resource off: only a new revision answers that.

    Un-planned is yes, any other state is no: the event is made anew. A worker who brings the event back, or an admin
    who wants deletions answered otherwise, makes the question void.
    """
    link, policy = situation.link, situation.policy
    if isinstance(situation.pair.board, NotHere):
        return situation.forget() if not isinstance(situation.pair.outlook, Alive) else _decide_by_table(situation)
    paired = replace(situation, link=replace(link, condition=Condition.PAIRED, reason=""))
    if isinstance(situation.pair.outlook, Alive):
        return _decide_by_table(paired)
    if not situation.takes_part():
        return create_event(situation, OUTSIDE)  # none is made there: the pair is idle from now on
    if _is_answered(link):
        return create_event(situation, "the planner kept it")
    if link.must_ask:
        # About a colleague, or by one and told by us: what the planner is asked about is that state now.
        return situation.operate(_ASKED, (_proposal(situation),))
    refusal = why_not_up(situation)
    if refusal:
        return situation.skip(refusal, link=part(link, refusal))
    # Only one that was looked for and is still gone is answered otherwise than it was.
    is_gone = isinstance(situation.pair.outlook, Vanished)
    asks = policy.on_deletion is OnDeletion.PROPOSE and policy.direction.writes_board
    if is_gone and not asks:
        answer = _answer_deletion(paired)
        if answer.operations:
            return answer
    return situation.skip(link.reason)


def _is_answered(link: Link) -> bool:
    """Did the planner say anything about this resource since the question was asked?"""
    return link.received > link.proposed and not link.must_ask


def _is_about_others(before: Appointment | None, now: Appointment | None) -> bool:
    """Does a newer state answer nothing: a write of ours, or one by which only others came or went?"""
    if now is None:
        return False
    if now.is_our_write:
        return True
    is_other = before is not None and before.resources != now.resources
    return is_other and before is not None and now.same_state(replace(before, resources=now.resources))


def close_question(situation: Situation, plan: Plan) -> Plan:
    """A question that nobody waits for any more is withdrawn; the board itself closes one that a revision answered.

    It is open until that took effect, however often it takes.
    """
    link = plan.link
    if link is None or not link.proposed:
        return plan
    if _is_answered(link):
        return replace(plan, link=replace(link, proposed=NO_REVISION))
    is_overtaken = any(isinstance(operation, CreateEvent | UpdateEvent | DeleteEvent) for operation in plan.operations)
    is_awaited = link.condition is Condition.PROPOSED and not is_overtaken
    if is_awaited or plan.verdict is Verdict.HELD or not situation.policy.direction.writes_board:
        return plan
    operations: tuple[Operation, ...] = (_proposal(situation, is_withdrawn=True), *plan.operations)
    return replace(plan, verdict=Verdict.OPERATES, operations=operations)


def _unplan(situation: Situation) -> Plan:
    state = required(situation.link.board_state)
    remaining = tuple(resource for resource in state.resources if resource != situation.pair.resource)
    operation = Unplan(
        key=state.key,
        resource=situation.pair.resource,
        remaining=remaining,
        before=situation.board_content,
        revision=state.revision,
        idempotency_key=situation.write_key(f"unplan:{situation.pair.resource}", situation.link.generation),
        reason="deleted in Outlook",
    )
    return situation.operate("deleted in Outlook", (operation,), lost_appointment=situation.board_content)


def _create_event_anew(situation: Situation) -> Plan:
    state, policy = situation.link.board_state, situation.policy
    is_open = policy.direction.writes_board and not (state is not None and state.locked)
    if policy.winner is Winner.OUTLOOK and is_open:
        return _answer_deletion(situation)
    return create_event(situation, "changed on the board after it was deleted in Outlook")


def _first_event(situation: Situation) -> Plan:
    return create_event(situation, "planned on the board")


def _adopt(situation: Situation) -> Plan:
    """Take an event of ours whose link was lost: it counts as agreed as it stands, then gets the board's state."""
    theirs = required(situation.event_content)
    if not situation.policy.direction.writes_outlook:
        # The event is remembered, so that opening the direction adopts it instead of making a second one.
        return situation.skip(situation.closed, link=replace(situation.link, outlook_base=theirs))
    refusal = why_not_up(situation)
    if refusal:
        return delete_event(situation, Condition.IDLE, refusal)
    known = known_of(situation.link, theirs, situation.event, situation.policy.look)
    link = replace(
        situation.link,
        condition=Condition.PAIRED,
        reason="",
        board_base=board_side(situation, known),
        outlook_base=known,
        generation=max(situation.link.generation, 1),
        ended_at=None,
    )
    if not situation.takes_part():
        return situation.skip(OUTSIDE, link=replace(link, board_base=situation.board_content))
    # One that equals the appointment but was made by somebody else becomes ours by its mark.
    is_foreign = situation.event is not None and situation.event.marker == ""
    pair = situation.pair
    marker = marker_of(situation.policy.connector, pair.resource, pair.id) if is_foreign else ""
    operation = write_over(situation, link, "adopted", marker=marker)
    if operation is None:
        return situation.settled("adopted", replace(link, board_base=situation.board_content))
    return situation.operate("adopted", (operation,), link=link, lost_event=theirs)


def _delete_cell(situation: Situation) -> Plan:
    if not situation.policy.direction.writes_outlook:
        # It stays paired, so that opening the direction deletes the event, and planning it again finds it.
        return situation.skip(situation.closed)
    is_outlooks = situation.policy.winner is Winner.OUTLOOK and situation.policy.direction.writes_board
    if is_outlooks and situation.outlook is Change.EDITED:
        reason = "un-planned, but edited by the worker, whose word counts"
        return situation.skip(reason, link=replace(situation.link, condition=Condition.RELEASED, reason=reason))
    return delete_event(situation, Condition.TOMBSTONE, UNPLANNED)


def _forget(situation: Situation) -> Plan:
    return situation.forget()


def _wait_for_board(situation: Situation) -> Plan:
    """An event of ours, but nobody told us of its appointment (yet): tables were emptied, or it is a late birth."""
    link = replace(situation.link, condition=Condition.IDLE, outlook_base=situation.event_content, ended_at=None)
    if not isinstance(situation.pair.board, NotHere):
        return situation.skip(UNKNOWN, link=link)
    if situation.event is not None and not situation.event.is_writable:
        return situation.forget()
    return delete_event(replace(situation, link=link), Condition.TOMBSTONE, UNPLANNED)


_FREEZABLE = frozenset(
    {
        Decision.MERGE,
        Decision.ANSWER_DELETION,
        Decision.CREATE_EVENT_ANEW,
        Decision.DELETE_EVENT,
        Decision.NOTHING,
    }
)
_CELLS = {
    Decision.NOTHING: _nothing,
    Decision.MERGE: _merge,
    Decision.ANSWER_DELETION: _answer_deletion,
    Decision.CREATE_EVENT: _first_event,
    Decision.CREATE_EVENT_ANEW: _create_event_anew,
    Decision.ADOPT: _adopt,
    Decision.DELETE_EVENT: _delete_cell,
    Decision.FORGET: _forget,
    Decision.WAIT_FOR_BOARD: _wait_for_board,
}
