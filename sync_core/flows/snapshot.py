"""How a resource stands, read off its pending rows in numbers and fixed words: nothing that anybody wrote."""

from collections import Counter
from datetime import datetime

from sync_core.domain.guard import UNUSUAL
from sync_core.domain.overview import Reasons, Snapshot, State
from sync_core.domain.profile import MailboxState, Participation, Profile
from sync_core.domain.resource import Direction
from sync_core.domain.stored import BoardInbox, Held, Lease, OutlookInbox
from sync_core.domain.terms import Terms
from sync_core.flows.desk import POISON, TWIN, Desk

BRAKED = "held by the brake"
SECOND_EVENT = "a second event with our mark"
FAILING = "a run that fails"
BROKEN_RUNS = 3


def snapshot_of(desk: Desk, lease: Lease, profile: Profile, now: datetime) -> Snapshot:
    """How the resource of this desk stands."""
    terms = desk.terms
    state, reason = _state_of(desk, terms, lease, profile, now)
    seen = desk.waiting()
    inbox: list[BoardInbox | OutlookInbox] = [
        *(row for rows in desk.board.values() for row in rows),
        *desk.outlook.values(),
    ]
    waiting = [row for row in inbox if row.trace not in seen]
    not_before = lease.not_before
    return Snapshot(
        resource=profile.resource,
        name=profile.name,
        state=state,
        reason=reason,
        waiting=len(waiting),
        waiting_since_at=min((row.known_at for row in waiting if row.known_at is not None), default=None),
        held=_reasons([*desk.held.values(), *desk.poisoned, *desk.unpaired, *desk.notices.values()]),
        paired=lease.paired,
        watched=len(terms.calendars_to_read()) if terms.takes_part else 0,
        throttled_until=not_before if not_before is not None and not_before > now else None,
        is_reading_anew=terms.takes_part and is_reading_anew(desk, now),
    )


def is_reading_anew(desk: Desk, now: datetime) -> bool:
    """Is there a walk over every link to go on with, or a calendar whose full read has not come to its end?"""
    if any(todo.pair is None for todo in desk.due_todos(now)):
        return True
    cursors = [desk.cursors.get(use.ref) for use in desk.terms.calendars_to_read()]
    return any(cursor is None or (cursor.is_full and cursor.refused_since is None) for cursor in cursors)


def _state_of(desk: Desk, terms: Terms, lease: Lease, profile: Profile, now: datetime) -> tuple[State, str]:
    if profile.participation is not Participation.ACTIVE:
        return State(profile.participation.value), ""
    if not terms.is_in_pilot:
        return State.WAITING, "the pilot does not take it in"
    if terms.direction is Direction.NONE:
        return State.PAUSED, "no direction is open"
    if profile.mailbox.state is not MailboxState.NONE and not profile.mailbox.state.answers:
        return State.HELD, f"its mailbox is {profile.mailbox.state.value}"
    refused = [cursor for cursor in desk.cursors.values() if cursor.refused_since is not None]
    main = profile.main_calendar
    if main is not None and any(cursor.calendar == main.ref for cursor in refused):
        return State.HELD, "its calendar does not answer"
    if lease.broken_runs >= BROKEN_RUNS:
        return State.HELD, "its runs fail again and again"
    return State.ACTIVE, "a calendar of it does not answer" if refused else ""


def _reasons(held: list[Held]) -> Reasons:
    return tuple(sorted(Counter(map(reason_of, held)).items()))


def reason_of(held: Held) -> str:
    """The fixed words for why something is held; what it says itself may quote either side."""
    if held.subject.startswith(POISON):
        return FAILING
    if held.subject.startswith(TWIN):
        return SECOND_EVENT
    return BRAKED if held.why == UNUSUAL else held.what
