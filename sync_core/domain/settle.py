"""What a link remembers once an operation took effect: each one moves the baselines of the fields it carried, alone.

After a direct answer the text fields take the answer as baseline (servers rewrap and cut: that is their handwriting),
times and the rest take what was sent, so that a difference is an edit.
"""

from dataclasses import replace
from datetime import datetime

from sync_core.domain.amend import amended
from sync_core.domain.appointment import NO_REVISION
from sync_core.domain.content import DOWN_FIELDS, TEXT_FIELDS, Content, Field, only, overlay
from sync_core.domain.event import EventId, EventKey, EventRef
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.plan import (
    BornDead,
    CreateAppointment,
    CreateEvent,
    DeleteAppointment,
    DeleteEvent,
    Done,
    LeftBehind,
    Missing,
    Operation,
    ProposeUnplan,
    Unplan,
    UpdateAppointment,
    UpdateEvent,
)
from sync_core.domain.revenants import adopt_heir
from sync_core.domain.situation import bury

Settled = Done | BornDead | Missing | LeftBehind


def settle(link: Link, operation: Operation, outcome: Settled, now: datetime) -> Link:
    """The link after an operation that is settled (`Missing` and `LeftBehind` only for deletions)."""
    match operation:
        case CreateEvent():
            return _created_event(link, operation, outcome, now)
        case UpdateEvent() if isinstance(outcome, Done):
            return _updated_event(link, operation, outcome, now)
        case DeleteEvent():
            return _deleted_event(link, operation, now)
        case CreateAppointment() if isinstance(outcome, Done):
            return _created_appointment(link, operation, outcome, now)
        case UpdateAppointment() if isinstance(outcome, Done):
            return _updated_appointment(link, operation, outcome, now)
        case DeleteAppointment():
            return _deleted_appointment(link, operation, now)
        case Unplan():
            return bury(link, now)
        case ProposeUnplan():
            return _proposed(link, operation)
        case _:
            return link


def _count(link: Link, is_put_back: bool, now: datetime) -> tuple[datetime, ...]:
    return (*link.put_backs, now)[-8:] if is_put_back else link.put_backs


def _answered(sent: Content, outcome: Done, fields: frozenset[Field], *, is_board_born: bool = True) -> Content:
    answer = outcome.event.content if outcome.event else outcome.answer
    if answer is None or outcome.is_found:
        return sent
    masked = outcome.event.masked if outcome.event else frozenset()
    # A block of the worker's is only shown on the board: whatever the board makes of it (rounded times) is agreed.
    own_hand = TEXT_FIELDS if is_board_born else DOWN_FIELDS
    return overlay(sent, answer, (own_hand & fields) - masked)


def _created_event(link: Link, operation: CreateEvent, outcome: Settled, now: datetime) -> Link:
    event = outcome.event if isinstance(outcome, Done) else None
    dead = outcome.event_id if isinstance(outcome, BornDead) else EventId("")
    ref = event.ref if event else EventRef(operation.calendar, dead)
    base = _answered(operation.content, outcome, TEXT_FIELDS) if isinstance(outcome, Done) else operation.content
    return replace(
        link,
        condition=Condition.PAIRED,
        reason="",
        event=ref,
        event_key=event.key if event else EventKey(ref.id),
        board_base=operation.board or operation.content,
        outlook_base=base,
        outlook_version=event.version if event else "",
        outlook_modified_at=event.modified_at if event else link.outlook_modified_at,
        generation=operation.generation,
        put_backs=_count(link, operation.is_put_back, now),
        notes=operation.notes,
        keeps_body=event is not None and event.is_online,
        left=frozenset(),
        own=None,
        ended_at=None,
    )


def _updated_event(link: Link, operation: UpdateEvent, outcome: Done, now: datetime) -> Link:
    if link.event != operation.ref or link.board_base is None or link.outlook_base is None:
        return link
    sent = _answered(operation.content, outcome, operation.fields)
    event = outcome.event
    return replace(
        link,
        board_base=overlay(link.board_base, operation.board or operation.content, operation.fields),
        outlook_base=overlay(link.outlook_base, sent, operation.fields),
        outlook_version=event.version if event else link.outlook_version,
        outlook_modified_at=event.modified_at if event else link.outlook_modified_at,
        put_backs=_count(link, operation.is_put_back, now),
        notes=operation.notes or link.notes,
    )


def _deleted_event(link: Link, operation: DeleteEvent, now: datetime) -> Link:
    if operation.heir is not None:
        return adopt_heir(link, operation.heir, operation.board or operation.heir.content)
    if operation.leaves is Condition.TOMBSTONE:
        return bury(link, now)
    if operation.leaves is Condition.PAIRED:
        return link
    return replace(
        link,
        condition=operation.leaves,
        reason=operation.reason,
        board_base=None,
        event=None,
        event_key=None,
        outlook_base=None,
        outlook_version="",
        own=operation.own,
    )


def _created_appointment(link: Link, operation: CreateAppointment, outcome: Done, now: datetime) -> Link:
    answer = only(_answered(operation.content, outcome, DOWN_FIELDS, is_board_born=False), DOWN_FIELDS)
    return replace(
        link,
        condition=Condition.PAIRED,
        reason="",
        appointment=operation.key,
        received=NO_REVISION,
        answered=outcome.revision,
        board_state=None,
        board_base=answer,
        outlook_base=operation.content,
        generation=operation.generation,
        put_backs=_count(link, operation.is_put_back, now),
        ended_at=None,
    )


def _updated_appointment(link: Link, operation: UpdateAppointment, outcome: Done, now: datetime) -> Link:
    if link.board_base is None or link.outlook_base is None:
        return link
    told = _answered(operation.content, outcome, operation.fields, is_board_born=link.origin is Origin.BOARD)
    return replace(
        link,
        board_state=amended(link.board_state, told, operation.fields) if link.board_state else None,
        answered=outcome.revision or link.answered,
        board_base=overlay(link.board_base, told, operation.fields),
        outlook_base=overlay(link.outlook_base, operation.content, operation.fields),
        put_backs=_count(link, operation.is_put_back, now),
        # Where from the planner had moved it says nothing any more once the worker moved it on.
        notes=replace(link.notes, moved_from=None) if Field.TIME in operation.fields else link.notes,
    )


def _deleted_appointment(link: Link, operation: DeleteAppointment, now: datetime) -> Link:
    if operation.leaves is Condition.TOMBSTONE:
        return bury(link, now)
    return replace(
        link,
        condition=operation.leaves,
        reason=operation.reason,
        board_base=None,
        board_state=None,
        outlook_base=operation.shown,
    )


def _proposed(link: Link, operation: ProposeUnplan) -> Link:
    if operation.is_withdrawn:
        return replace(link, proposed=NO_REVISION, must_ask=False)
    return replace(
        link,
        condition=Condition.PROPOSED,
        reason=operation.reason,
        proposed=operation.revision,
        must_ask=False,
    )
