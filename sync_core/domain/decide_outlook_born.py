"""The cells of the decision table for pairs born in Outlook: the event belongs to the worker and is only read."""

from dataclasses import replace

from sync_core.domain.appointment import AppointmentKey, Kind
from sync_core.domain.change import Change
from sync_core.domain.content import DOWN_FIELDS, Content, Field, differing, only, overlay
from sync_core.domain.decision import TABLE, Decision
from sync_core.domain.identity import birth_id
from sync_core.domain.inward import ELSEWHERE, REFUSALS
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.plan import CreateAppointment, DeleteAppointment, Plan, UpdateAppointment
from sync_core.domain.policy import OnClosed
from sync_core.domain.situation import OUTSIDE, PUT_BACK_TOO_OFTEN, Situation, required


def decide_outlook_born(situation: Situation) -> Plan:
    """The plan for a pair whose event was made by the worker."""
    decision = TABLE[Origin.OUTLOOK].get((situation.board, situation.outlook))
    if decision is None:
        return situation.hold(f"the pair is in a state that cannot be ({situation.board}, {situation.outlook})")
    if situation.board is not Change.ABSENT and not situation.takes_part():
        return situation.skip(OUTSIDE)
    return _CELLS[decision](situation)


def why_not_down(situation: Situation) -> str:
    """Why an event is not put on the board; empty if it is. Its own reasons come first, so that they are remembered."""
    content = situation.event_content
    refusal = _why_not_shown(situation)
    if refusal:
        return refusal
    if not situation.policy.direction.writes_board:
        return situation.closed
    if content is not None and not situation.policy.window.touches(content.span, situation.policy.zone):
        return OUTSIDE
    return ""


def _why_not_shown(situation: Situation) -> str:
    """Why the event itself blocks no time.

    What no content says (cancelled, declined, filtered) is known from the link's reason while it is not read anew.
    """
    event, link = situation.event, situation.link
    if event is not None and event.refusal:
        return event.refusal
    if not situation.policy.takes_calendar:
        return ELSEWHERE
    if event is None and link.condition is Condition.IDLE and link.reason in REFUSALS:
        return link.reason
    return ""


def _was_moved_away(situation: Situation) -> bool:
    """Did a person move it beyond the window? Time alone takes no block away."""
    content, base = required(situation.event_content), required(situation.link.outlook_base)
    is_moved = bool(differing(base, content, {Field.TIME}))
    return is_moved and not situation.policy.window.touches(content.span, situation.policy.zone)


def _shown(situation: Situation) -> Content:
    return only(required(situation.event_content), DOWN_FIELDS)


def _create(situation: Situation) -> Plan:
    link = situation.link
    if link.condition is Condition.DISMISSED and not _moved_on(situation):
        return situation.skip(link.reason)
    return _create_anew(situation, "blocks time in Outlook")


def _moved_on(situation: Situation) -> bool:
    base = situation.link.outlook_base
    return base is None or bool(differing(base, _shown(situation), DOWN_FIELDS))


def _create_anew(situation: Situation, reason: str, *, is_put_back: bool = False) -> Plan:
    pair, policy = situation.pair, situation.policy
    refusal = why_not_down(situation)
    if refusal:
        return situation.skip(refusal, link=_part(situation, refusal))
    generation = situation.link.generation + 1
    birth = birth_id(policy.connector, pair.resource, pair.id, generation)
    operation = CreateAppointment(
        key=AppointmentKey(Kind.UNAVAILABILITY, birth),
        resource=pair.resource,
        content=_shown(situation),
        generation=generation,
        idempotency_key=birth,
        reason=reason,
        is_put_back=is_put_back,
    )
    return situation.operate(reason, (operation,))


def _part(situation: Situation, reason: str, condition: Condition = Condition.IDLE) -> Link:
    """The link without a block; what the event looked like is kept, so that a wider window or rule can be applied."""
    return replace(
        situation.link,
        condition=condition,
        reason=reason,
        board_base=None,
        board_state=None,
        outlook_base=_shown(situation) if situation.event_content else None,
        ended_at=None,
    )


def _carry_down(situation: Situation) -> Plan:
    """Bring the block to what the event is; where both were edited, Outlook wins field by field."""
    if not situation.policy.direction.writes_board:
        return situation.skip(situation.closed)
    refusal = _why_not_shown(situation) or (OUTSIDE if _was_moved_away(situation) else "")
    if refusal:
        return _delete(situation, refusal)
    link, policy = situation.link, situation.policy
    theirs = _shown(situation)
    ours = only(required(situation.board_content), DOWN_FIELDS)
    board_base, outlook_base = required(link.board_base), required(link.outlook_base)
    board_edits = differing(board_base, ours, DOWN_FIELDS)
    event_edits = differing(outlook_base, theirs, DOWN_FIELDS)
    wanted = event_edits if policy.on_block_edited is OnClosed.LEAVE else board_edits | event_edits
    fields = frozenset(field for field in wanted if differing(ours, theirs, {field}))
    put_back = fields & board_edits - event_edits
    agreed = (board_edits | event_edits) - fields
    link = replace(
        link,
        board_base=overlay(board_base, ours, agreed),
        outlook_base=overlay(outlook_base, theirs, agreed),
    )
    if not fields:
        return situation.settled("both sides agree", link)
    if put_back and situation.is_put_back_too_often():
        return situation.hold(PUT_BACK_TOO_OFTEN)
    operation = UpdateAppointment(
        key=required(link.appointment),
        resource=situation.pair.resource,
        before=ours,
        content=overlay(ours, theirs, fields),
        fields=fields,
        revision=link.write_revision,
        idempotency_key=situation.write_key(f"carry:{sorted(fields)}:{theirs!r}", link.generation),
        reason="put back" if put_back else "changed in Outlook",
        is_put_back=bool(put_back),
    )
    lost = ours if fields & board_edits else None
    return situation.operate(operation.reason, (operation,), link=link, lost_appointment=lost)


def _delete_cell(situation: Situation) -> Plan:
    if not situation.policy.direction.writes_board:
        return situation.skip(situation.closed)
    return _delete(situation, "deleted in Outlook")


def _delete(situation: Situation, reason: str) -> Plan:
    link = situation.link
    is_gone = situation.outlook is Change.GONE
    operation = DeleteAppointment(
        key=required(link.appointment),
        resource=situation.pair.resource,
        before=situation.board_content,
        revision=link.write_revision,
        idempotency_key=situation.write_key("delete", link.generation),
        reason=reason,
        leaves=Condition.TOMBSTONE if is_gone else Condition.IDLE,
        shown=None if is_gone else _shown(situation),
    )
    lost = situation.board_content if situation.board is Change.EDITED else None
    return situation.operate(reason, (operation,), lost_appointment=lost)


def _answer_removal(situation: Situation) -> Plan:
    """The planner removed the block of a living event: it comes back, or stays away until the event changes."""
    if situation.policy.on_block_edited is OnClosed.LEAVE:
        return situation.settled(
            "dismissed by the planner", _part(situation, "dismissed by the planner", Condition.DISMISSED)
        )
    if situation.is_put_back_too_often():
        return situation.hold(PUT_BACK_TOO_OFTEN)
    return _create_anew(situation, "put back", is_put_back=True)


def _create_after_removal(situation: Situation) -> Plan:
    if situation.board is Change.ABSENT:
        return _create(situation)
    return _create_anew(situation, "changed in Outlook after the planner removed it")


def _nothing(situation: Situation) -> Plan:
    refusal = _why_not_shown(situation)
    if refusal and situation.policy.direction.writes_board:
        return _delete(situation, refusal)
    return situation.skip("nothing changed")


def _forget(situation: Situation) -> Plan:
    return situation.forget()


_CELLS = {
    Decision.NOTHING: _nothing,
    Decision.CARRY_DOWN: _carry_down,
    Decision.DELETE_APPOINTMENT: _delete_cell,
    Decision.ANSWER_REMOVAL: _answer_removal,
    Decision.CREATE_APPOINTMENT: _create_after_removal,
    Decision.FORGET: _forget,
}
