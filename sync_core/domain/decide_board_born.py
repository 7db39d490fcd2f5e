"""The cells of the decision table for pairs born on the board, as policy opens or closes them."""

from dataclasses import replace

from sync_core.domain.change import Change, NotHere
from sync_core.domain.content import ALL_FIELDS, Content, Field, differing, overlay
from sync_core.domain.decision import TABLE, Decision
from sync_core.domain.event import Event, EventRef
from sync_core.domain.identity import birth_id, marker_of
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.plan import (
    Conflict,
    CreateEvent,
    DeleteEvent,
    Operation,
    Plan,
    Unplan,
    UpdateAppointment,
    UpdateEvent,
)
from sync_core.domain.policy import OnClosed, OnDeletion, Owner, Winner
from sync_core.domain.render import render
from sync_core.domain.situation import Situation, required

PUT_BACK_TOO_OFTEN = "someone or something keeps changing this event"
_NOT_OURS_TO_WRITE = "the worker made a meeting or a series of it, so it is theirs now"
_CANCELLED = "cancelled"
_UNPLANNED = "no longer planned here"
_UNKNOWN = "an event of ours whose appointment is not known yet"


def decide_board_born(situation: Situation) -> Plan:
    """The plan for a pair whose appointment was planned on the board."""
    if _became_a_meeting(situation):
        return _release(situation)
    if situation.pair.revenants:
        return _bring_home(situation)
    return _decide_by_table(situation)


def _decide_by_table(situation: Situation) -> Plan:
    decision = TABLE[Origin.BOARD].get((situation.board, situation.outlook))
    if decision is None:
        return situation.hold(f"the pair is in a state that cannot be ({situation.board}, {situation.outlook})")
    if decision in _FREEZABLE and not situation.takes_part():
        return situation.skip("outside the window")
    return _CELLS[decision](situation)


def why_not_up(situation: Situation) -> str:
    """Why an appointment does not go to Outlook at all; empty if it does."""
    state = situation.link.board_state
    return _CANCELLED if state is not None and state.status == _CANCELLED else ""


def _became_a_meeting(situation: Situation) -> bool:
    """A pair that was never agreed upon counts, too: its event is ours all the same."""
    event, is_unplanned = situation.event, isinstance(situation.pair.board, NotHere)
    return event is not None and not event.is_writable and (situation.link.is_paired or not is_unplanned)


def _release(situation: Situation) -> Plan:
    # Any write to a meeting sends mail (promise 5), so from here on it is the worker's.
    link = replace(situation.link, condition=Condition.RELEASED, reason=_NOT_OURS_TO_WRITE)
    return replace(situation.hold(_NOT_OURS_TO_WRITE), link=link)


def _nothing(situation: Situation) -> Plan:
    reason = why_not_up(situation)
    if reason:
        return _delete_event(situation, Condition.IDLE, reason)
    return situation.skip("nothing changed")


def _merge(situation: Situation) -> Plan:
    reason = why_not_up(situation)
    if reason:
        return _delete_event(situation, Condition.IDLE, reason)
    return _merge_fields(situation)


def _merge_fields(situation: Situation) -> Plan:
    """Three-way by field: each side against its own baseline; only a field edited on both sides is a conflict."""
    link, policy = situation.link, situation.policy
    ours, theirs = required(situation.board_content), required(situation.event_content)
    board_base, outlook_base = required(link.board_base), required(link.outlook_base)
    masked = situation.event.masked if situation.event else frozenset()
    board_edits = differing(board_base, ours)
    event_edits = differing(outlook_base, theirs, ALL_FIELDS - masked)
    to_event: set[Field] = set()
    to_board: set[Field] = set()
    agreed: set[Field] = set()
    put_back: set[Field] = set()
    conflicts: list[Conflict] = []
    left: set[Field] = set()
    for field in board_edits | event_edits:
        owner = _owner(situation, field)
        if field in board_edits and field in event_edits:
            if not differing(ours, theirs, {field}):
                agreed.add(field)
                continue
            is_boards = _board_wins(situation, owner)
            conflicts.append(Conflict(field, "scheduler" if is_boards else "outlook"))
        else:
            is_boards = field in board_edits and owner is not Owner.WORKER
        if is_boards:
            (to_event if policy.direction.writes_outlook else left).add(field)
        elif field in event_edits and owner is Owner.SHARED and policy.direction.writes_board:
            to_board.add(field)
        elif field in event_edits and owner is not Owner.WORKER and policy.on_closed is OnClosed.PUT_BACK:
            (put_back if policy.direction.writes_outlook else left).add(field)
        else:
            # The worker's own field, or an edit that policy leaves alone: what stands on each side is the new baseline.
            agreed.add(field)
    link = _agree(link, ours, theirs, agreed)
    if put_back and situation.is_put_back_too_often():
        return situation.hold(PUT_BACK_TOO_OFTEN)
    operations: list[Operation] = []
    if to_event or put_back:
        fields = frozenset(to_event | put_back)
        operations.append(
            UpdateEvent(
                ref=_event_ref(link),
                before=theirs,
                content=overlay(theirs, ours, fields),
                fields=fields,
                version=link.outlook_version,
                reason="put back" if put_back else "changed on the board",
                is_put_back=bool(put_back),
            )
        )
    if to_board:
        operations.append(_update_appointment(situation, link, ours, theirs, frozenset(to_board)))
    if not operations:
        reason = situation.closed if left else "both sides agree"
        return situation.skip(reason, link=link) if left else situation.settled(reason, link)
    lost_event = theirs if (to_event | put_back) & event_edits else None
    lost_appointment = ours if to_board & board_edits else None
    return situation.operate(
        "changed on " + " and ".join(_sides(board_edits, event_edits)),
        tuple(operations),
        link=link,
        conflicts=tuple(sorted(conflicts, key=lambda conflict: conflict.field)),
        lost_event=lost_event,
        lost_appointment=lost_appointment,
    )


def _sides(board_edits: frozenset[Field], event_edits: frozenset[Field]) -> list[str]:
    return [name for name, edits in (("the board", board_edits), ("Outlook", event_edits)) if edits]


def _owner(situation: Situation, field: Field) -> Owner:
    state = situation.link.board_state
    if state is not None and state.locked and situation.policy.owners[field] is Owner.SHARED:
        return Owner.PLANNER
    return situation.policy.owners[field]


def _board_wins(situation: Situation, owner: Owner) -> bool:
    if owner is not Owner.SHARED or not situation.policy.direction.writes_board:
        return owner is not Owner.WORKER
    if not situation.policy.direction.writes_outlook:
        return False
    if situation.policy.winner is Winner.NEWEST:
        state, event = situation.link.board_state, situation.event
        board_at = state.updated_at if state else None
        return board_at is None or event is None or board_at >= event.modified_at
    return situation.policy.winner is Winner.SCHEDULER


def _agree(link: Link, ours: Content, theirs: Content, fields: set[Field]) -> Link:
    if not fields:
        return link
    return replace(
        link,
        board_base=overlay(required(link.board_base), ours, fields),
        outlook_base=overlay(required(link.outlook_base), theirs, fields),
    )


def _update_appointment(
    situation: Situation, link: Link, ours: Content, theirs: Content, fields: frozenset[Field]
) -> UpdateAppointment:
    state = required(link.board_state)
    content = overlay(ours, theirs, fields)
    return UpdateAppointment(
        key=state.key,
        resource=situation.pair.resource,
        before=ours,
        content=content,
        fields=fields,
        revision=link.write_revision,
        idempotency_key=situation.write_key(f"update:{sorted(fields)}:{content!r}", link.generation),
        reason="changed in Outlook",
    )


def _answer_deletion(situation: Situation) -> Plan:
    policy = situation.policy
    state = situation.link.board_state
    refusal = why_not_up(situation)
    if refusal:
        return situation.skip(refusal, link=_part(situation.link, refusal))
    is_open = policy.direction.writes_board and not (state is not None and state.locked)
    if is_open and policy.on_deletion is OnDeletion.UNPLAN:
        return _unplan(situation)
    if not policy.direction.writes_outlook:
        return situation.skip(situation.closed)
    if policy.on_closed is OnClosed.LEAVE and not policy.direction.writes_board:
        # It stays paired: only so does the next look find nothing to do, and the next change a reason to make it anew.
        return situation.skip("deleted by the worker")
    if situation.is_put_back_too_often():
        return situation.hold(PUT_BACK_TOO_OFTEN)
    return _create_event(situation, "put back", is_put_back=True)


def _part(link: Link, reason: str) -> Link:
    """The link without its event and baselines: nothing to do here now."""
    return replace(
        link,
        condition=Condition.IDLE,
        reason=reason,
        board_base=None,
        event=None,
        event_key=None,
        outlook_base=None,
        outlook_version="",
    )


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
        return _unplan(situation)
    return _create_event(situation, "changed on the board after it was deleted in Outlook")


def _first_event(situation: Situation) -> Plan:
    return _create_event(situation, "planned on the board")


def _create_event(situation: Situation, reason: str, *, is_put_back: bool = False) -> Plan:
    link, policy, pair = situation.link, situation.policy, situation.pair
    content = required(situation.board_content)
    refusal = why_not_up(situation) or ("" if policy.direction.writes_outlook else situation.closed)
    if not refusal and not policy.window.touches(content.span, policy.zone):
        refusal = "outside the window"
    if not refusal and pair.main_calendar is None:
        refusal = "the resource has no mailbox"
    if refusal or pair.main_calendar is None:
        return situation.skip(refusal, link=_part(link, refusal))
    generation = max(link.generation + 1, link.board_state.revision if link.board_state else 0)
    operation = CreateEvent(
        calendar=pair.main_calendar,
        content=content,
        transaction_id=birth_id(policy.connector, pair.resource, pair.id, generation),
        marker=marker_of(policy.connector, pair.resource, pair.id),
        generation=generation,
        reason=reason,
        is_put_back=is_put_back,
    )
    return situation.operate(reason, (operation,))


def _adopt(situation: Situation) -> Plan:
    """Take an event of ours whose link was lost: it counts as agreed as it stands, then gets the board's state."""
    theirs = required(situation.event_content)
    if not situation.policy.direction.writes_outlook:
        # The event is remembered, so that opening the direction adopts it instead of making a second one.
        return situation.skip(situation.closed, link=replace(situation.link, outlook_base=theirs))
    refusal = why_not_up(situation)
    if refusal:
        return _delete_event(situation, Condition.IDLE, refusal)
    known = _known_of(situation.link, theirs, situation.event)
    link = replace(
        situation.link,
        condition=Condition.PAIRED,
        reason="",
        board_base=known,
        outlook_base=known,
        generation=max(situation.link.generation, 1),
        ended_at=None,
    )
    if not situation.takes_part():
        return situation.skip("outside the window", link=replace(link, board_base=situation.board_content))
    operation = _write_over(situation, link, "adopted")
    if operation is None:
        return situation.settled("adopted", replace(link, board_base=situation.board_content))
    return situation.operate("adopted", (operation,), link=link, lost_event=theirs)


def _known_of(link: Link, look: Content, event: Event | None) -> Content:
    """What an adopted event holds, as far as we may know: masked words count as the board's and stay."""
    if event is None or not event.masked or link.board_state is None:
        return look
    return overlay(look, render(link.board_state), event.masked)


def _write_over(situation: Situation, link: Link, reason: str) -> UpdateEvent | None:
    """Bring the link's event to the board's state, but for the worker's own fields; None if it is there already."""
    ours, theirs = required(situation.board_content), required(link.outlook_base)
    fields = frozenset(field for field in differing(theirs, ours) if situation.policy.owners[field] is not Owner.WORKER)
    if not fields:
        return None
    return UpdateEvent(_event_ref(link), theirs, overlay(theirs, ours, fields), fields, link.outlook_version, reason)


def _delete_cell(situation: Situation) -> Plan:
    if not situation.policy.direction.writes_outlook:
        # It stays paired, so that opening the direction deletes the event, and planning it again finds it.
        return situation.skip(situation.closed)
    is_outlooks = situation.policy.winner is Winner.OUTLOOK and situation.policy.direction.writes_board
    if is_outlooks and situation.outlook is Change.EDITED:
        reason = "un-planned, but edited by the worker, whose word counts"
        return situation.skip(reason, link=replace(situation.link, condition=Condition.RELEASED, reason=reason))
    return _delete_event(situation, Condition.TOMBSTONE, _UNPLANNED)


def _delete_event(situation: Situation, leaves: Condition, reason: str) -> Plan:
    link = situation.link
    if not situation.policy.direction.writes_outlook:
        return situation.skip(situation.closed)
    operation = DeleteEvent(_event_ref(link), situation.event_content, link.outlook_version, reason, leaves)
    lost = situation.event_content if situation.outlook in (Change.EDITED, Change.NEW) else None
    return situation.operate(reason, (operation,), lost_event=lost)


def _forget(situation: Situation) -> Plan:
    return situation.forget()


def _wait_for_board(situation: Situation) -> Plan:
    """An event of ours, but nobody told us of its appointment (yet): tables were emptied, or it is a late birth."""
    link = replace(situation.link, condition=Condition.IDLE, outlook_base=situation.event_content, ended_at=None)
    if not isinstance(situation.pair.board, NotHere):
        return situation.skip(_UNKNOWN, link=link)
    if situation.event is not None and not situation.event.is_writable:
        return situation.forget()
    return _delete_event(replace(situation, link=link), Condition.TOMBSTONE, _UNPLANNED)


def _delete_all(situation: Situation, leaves: Condition, reason: str) -> Plan:
    """Delete every living event of the pair; the one it holds comes last and alone ends it, whichever of them fail."""
    link = situation.link
    strays = [event for event in situation.pair.revenants if event.is_writable]
    if not strays:
        return _decide_by_table(situation)
    if not situation.policy.direction.writes_outlook:
        return situation.skip(situation.closed)
    is_held = _holds_a_living_event(situation)
    operations = [
        DeleteEvent(event.ref, event.content, event.version, reason, Condition.PAIRED if is_held else leaves)
        for event in strays
    ]
    if is_held:
        operations.append(DeleteEvent(_event_ref(link), situation.event_content, link.outlook_version, reason, leaves))
    newest = max(strays, key=lambda event: event.modified_at)
    return situation.operate(reason, tuple(operations), lost_event=newest.content)


def _bring_home(situation: Situation) -> Plan:
    """Events of earlier births live again: exactly one event stays, the one somebody brought back."""
    pair, link = situation.pair, situation.link
    if isinstance(pair.board, NotHere):
        return _delete_all(situation, Condition.TOMBSTONE, _UNPLANNED)
    if situation.board is Change.ABSENT:
        return _keep_until_told(situation)
    refusal = why_not_up(situation)
    if refusal:
        return _delete_all(situation, Condition.IDLE, refusal)
    if not situation.policy.direction.writes_outlook:
        return situation.skip(situation.closed)
    writable = [event for event in pair.revenants if event.is_writable]
    if not writable:
        return situation.hold(_NOT_OURS_TO_WRITE)
    heir = max(writable, key=lambda event: event.modified_at)
    reason = "the worker brought an earlier event back"
    operations: list[Operation] = [
        DeleteEvent(event.ref, event.content, event.version, reason, Condition.PAIRED)
        for event in writable
        if event is not heir
    ]
    home = adopt_heir(link, heir)
    update = _write_over(situation, home, reason)
    if _holds_a_living_event(situation):
        # The present event goes first: only when it is gone does the link move to the heir.
        operations.append(
            DeleteEvent(
                _event_ref(link), situation.event_content, link.outlook_version, reason, Condition.PAIRED, heir=heir
            )
        )
        home = link
    if update is not None:
        operations.append(update)
    if not operations:
        return situation.settled(reason, home)
    return situation.operate(reason, tuple(operations), link=home, lost_event=heir.content)


def _holds_a_living_event(situation: Situation) -> bool:
    return situation.link.event is not None and situation.outlook in (Change.SAME, Change.EDITED, Change.NEW)


def _keep_until_told(situation: Situation) -> Plan:
    """The board never spoke of it: the newest is remembered, so that it is adopted and not made a second time."""
    link = situation.link
    if link.event is None:
        heir = max(situation.pair.revenants, key=lambda event: event.modified_at)
        link = replace(
            link,
            condition=Condition.IDLE,
            event=heir.ref,
            event_key=heir.key,
            outlook_base=heir.content,
            outlook_version=heir.version,
            ended_at=None,
        )
    return situation.skip(_UNKNOWN, link=link)


def adopt_heir(link: Link, heir: Event) -> Link:
    """The link with a living event of ours as its own; it counts as agreed as it stands, so that the board's state
    shows as an edit and is written over it.
    """
    known = _known_of(link, heir.content, heir)
    return replace(
        link,
        condition=Condition.PAIRED,
        reason="",
        event=heir.ref,
        event_key=heir.key,
        board_base=known,
        outlook_base=known,
        outlook_version=heir.version,
        outlook_modified_at=heir.modified_at,
        generation=max(link.generation, 1),
        ended_at=None,
    )


def _event_ref(link: Link) -> EventRef:
    return required(link.event)


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
