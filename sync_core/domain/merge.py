"""Three-way by field: each side against its own baseline; only a field edited on both sides is a conflict."""

from dataclasses import replace

from sync_core.domain.amend import amended
from sync_core.domain.content import ALL_FIELDS, Content, Field, Sensitivity, differing, overlay
from sync_core.domain.link import Link
from sync_core.domain.look import PRIVACY
from sync_core.domain.plan import Conflict, Operation, Plan, UpdateAppointment, UpdateEvent
from sync_core.domain.policy import OnClosed, Owner, Winner
from sync_core.domain.situation import PUT_BACK_TOO_OFTEN, Situation, required
from sync_core.domain.up import event_ref

# Reminder, colours and privacy are a person's own also on an appointment that may not be touched.
_ALWAYS_OWN = frozenset({Field.REMINDER, Field.CATEGORIES, Field.SENSITIVITY})


def merge_fields(situation: Situation) -> Plan:
    """Three-way by field: each side against its own baseline; only a field edited on both sides is a conflict."""
    link, policy = situation.link, situation.policy
    ours, theirs = required(situation.board_content), required(situation.event_content)
    board_base, outlook_base = required(link.board_base), required(link.outlook_base)
    masked = situation.event.masked if situation.event else frozenset()
    board_edits = differing(board_base, ours)
    event_edits = differing(outlook_base, theirs, ALL_FIELDS - masked)
    # What was once left standing is an edit still, under whatever rules hold now.
    event_edits |= differing(theirs, ours, link.left - masked) - board_edits
    to_event: set[Field] = set()
    to_board: set[Field] = set()
    agreed: set[Field] = set()
    put_back: set[Field] = set()
    conflicts: list[Conflict] = []
    left: set[Field] = set()
    state = link.board_state
    puts_back = policy.on_closed is OnClosed.PUT_BACK or (state is not None and state.locked)
    standing: set[Field] = set()
    for field in board_edits | event_edits:
        owner = _owner(situation, field, theirs)
        if field is Field.CATEGORIES and owner is Owner.WORKER:
            is_news = _may_join(theirs) and _joined(board_base, ours, theirs) != theirs.categories
            if is_news:
                (to_event if policy.direction.writes_outlook else left).add(field)
            else:
                agreed.add(field)
                standing.add(field)
            continue
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
        elif field in event_edits and owner is not Owner.WORKER and puts_back:
            (put_back if policy.direction.writes_outlook else left).add(field)
        else:
            # The worker's own field, or an edit that policy leaves alone: what stands on each side is the new baseline.
            agreed.add(field)
            standing.add(field)
    if Field.TIME in to_board and link.notes.moved_from is not None and state is not None:
        # Where from the planner moved it tells nobody anything once the worker's own time counts.
        link = replace(link, notes=replace(link.notes, moved_from=None))
        ours = overlay(ours, policy.look.of(state, link.notes), {Field.BODY})
        may_write = policy.direction.writes_outlook and _owner(situation, Field.BODY, theirs) is Owner.PLANNER
        is_news = may_write and bool(differing(board_base, ours, {Field.BODY}))
        to_event = to_event | {Field.BODY} if is_news else to_event - {Field.BODY}
    link = _agree(link, ours, theirs, agreed)
    decided = (board_edits | event_edits) - left
    link = replace(link, left=(link.left - decided) | frozenset(standing))
    if put_back and situation.is_put_back_too_often():
        return situation.hold(PUT_BACK_TOO_OFTEN)
    operations: list[Operation] = []
    if to_event or put_back:
        fields, notes, board = frozenset(to_event | put_back), link.notes, None
        if Field.CATEGORIES in fields and situation.policy.owners[Field.CATEGORIES] is Owner.WORKER:
            board, ours = ours, replace(ours, categories=_joined(board_base, ours, theirs))
        if put_back and state is not None and _owner(situation, Field.BODY, theirs) is Owner.PLANNER:
            # The worker is told why; so the body goes with it.
            notes = replace(notes, is_put_back=True)
            ours = overlay(ours, policy.look.of(state, notes), {Field.BODY})
            fields |= differing(theirs, ours, {Field.BODY})
        operations.append(
            UpdateEvent(
                ref=event_ref(link),
                before=theirs,
                content=overlay(theirs, ours, fields),
                fields=fields,
                version=link.outlook_version,
                reason="put back" if put_back else "changed on the board",
                is_put_back=bool(put_back),
                notes=notes,
                board=board,
            )
        )
    if to_board:
        operations.append(_update_appointment(situation, link, ours, theirs, frozenset(to_board)))
    if not operations:
        reason = situation.closed if left else "both sides agree"
        return situation.skip(reason, link=link) if left else situation.settled(reason, link)
    written = to_event | put_back
    if Field.CATEGORIES in written and policy.owners[Field.CATEGORIES] is Owner.WORKER:
        written = written - {Field.CATEGORIES}  # joined, so that none of the worker's is lost
    lost_event = theirs if written & event_edits else None
    lost_appointment = ours if to_board & board_edits else None
    return situation.operate(
        "changed on " + " and ".join(_sides(board_edits, event_edits)),
        tuple(operations),
        link=link,
        conflicts=tuple(sorted(conflicts, key=lambda conflict: conflict.field)),
        lost_event=lost_event,
        lost_appointment=lost_appointment,
    )


def _may_join(theirs: Content) -> bool:
    """Are the event's categories known? Those of a private one are not, and writing some would take the others away."""
    return theirs.sensitivity not in (Sensitivity.PRIVATE, Sensitivity.CONFIDENTIAL)


def _joined(before: Content, ours: Content, theirs: Content) -> tuple[str, ...]:
    """The event's categories with what the board added and without what it took away; the worker's own stay."""
    added, taken = set(ours.categories) - set(before.categories), set(before.categories) - set(ours.categories)
    return tuple(sorted((set(theirs.categories) - taken) | added))


def _sides(board_edits: frozenset[Field], event_edits: frozenset[Field]) -> list[str]:
    return [name for name, edits in (("the board", board_edits), ("Outlook", event_edits)) if edits]


def _owner(situation: Situation, field: Field, theirs: Content) -> Owner:
    """Whose a field is here and now: a locked appointment's is the planner's, as is one the board could not show."""
    owner, state = situation.policy.owners[field], situation.link.board_state
    if field is Field.BODY and situation.link.keeps_body:
        return Owner.WORKER  # writing it would take the way into the online meeting away
    if field is Field.SENSITIVITY and owner is Owner.WORKER and _is_made_more_private(situation, theirs):
        return Owner.PLANNER
    if state is not None and state.locked and field not in _ALWAYS_OWN:
        return Owner.PLANNER
    if owner is Owner.SHARED and not _can_travel(situation, field, theirs):
        return Owner.PLANNER
    return owner


def _is_made_more_private(situation: Situation, theirs: Content) -> bool:
    """Did the board, or a mapping, make it more private than the event is? That is never left to chance."""
    base, ours = required(situation.link.board_base), required(situation.board_content)
    if base.sensitivity == ours.sensitivity:
        return False
    return PRIVACY.index(ours.sensitivity) > PRIVACY.index(theirs.sensitivity)


def _can_travel(situation: Situation, field: Field, theirs: Content) -> bool:
    """Would the board's state, with this field told to it, look like the event? A template may forbid it."""
    state = situation.link.board_state
    if state is None or field is Field.TIME:
        return True
    told = amended(state, theirs, frozenset({field}))
    return not differing(situation.policy.look.of(told, situation.link.notes), theirs, {field})


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
