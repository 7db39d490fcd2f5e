"""Decide what is to become of one pair: `reconcile(pair, policy, now) -> Plan`. Pure, the same each time it is asked.

The order of questions: does the pair take part at all; what became of each side since *its own* baseline; what does
the table say; what does policy leave of it.
"""

from dataclasses import replace
from datetime import datetime

from sync_core.domain.change import Alive, Change, NotHere, Pair, Planned, Unseen, Vanished
from sync_core.domain.content import ALL_FIELDS, DOWN_FIELDS, Content, differing
from sync_core.domain.decide_board_born import close_question, decide_board_born
from sync_core.domain.decide_outlook_born import decide_outlook_born
from sync_core.domain.leave import leave
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.plan import DeleteAppointment, Plan, Unplan, Verdict
from sync_core.domain.policy import Policy
from sync_core.domain.released import after_release
from sync_core.domain.resource import Direction
from sync_core.domain.situation import Situation

_FOR_ABSENCE = (DeleteAppointment.__name__, Unplan.__name__)


def reconcile(pair: Pair, policy: Policy, now: datetime) -> Plan:
    """The plan for one pair. An empty plan (no operations) is an answer, too; its `reason` says why."""
    link = _remember(pair, now)
    if link is None:
        return Plan(pair.id, Verdict.SKIPPED, "nothing is known of it", None)
    situation = Situation(
        pair=pair,
        policy=policy,
        now=now,
        link=link,
        board=_board_change(pair),
        outlook=_outlook_change(pair),
        board_content=_board_content(pair),
        event_content=_event_content(pair),
    )
    if policy.is_leaving:
        return close_question(situation, leave(situation))
    if policy.direction is Direction.NONE and link.board_base is not None:
        return situation.skip(situation.closed)
    if link.condition is Condition.RELEASED:
        return close_question(situation, after_release(situation))
    if link.origin is Origin.OUTLOOK:
        return decide_outlook_born(situation)
    return decide_board_born(situation)


def _remember(pair: Pair, now: datetime) -> Link | None:
    """The link with what was just read written into it: the board's newest state and the event's newest version.

    Baselines and condition stay: they move only by agreement. A pair nobody heard of before gets its first link here;
    None where there is nothing to remember.
    """
    link = pair.link
    if link is None:
        if isinstance(pair.board, Unseen) and not isinstance(pair.outlook, Alive):
            return None
        is_from_board = pair.key is not None
        link = Link(pair.id, Origin.BOARD if is_from_board else Origin.OUTLOOK, Condition.IDLE, appointment=pair.key)
    if isinstance(pair.board, Planned):
        link = replace(
            link,
            board_state=pair.board.state,
            received=max(link.received, pair.board.state.revision),
            appointment=pair.board.state.key,
            notes=pair.board.notes,
        )
    elif isinstance(pair.board, NotHere):
        link = replace(link, board_state=None, received=max(link.received, pair.board.revision))
    if isinstance(pair.outlook, Alive):
        event = pair.outlook.event
        link = replace(
            link,
            event=event.ref,
            event_key=event.key,
            outlook_version=event.version,
            outlook_modified_at=max(link.outlook_modified_at or event.modified_at, event.modified_at),
            keeps_body=event.is_online,
            # It lives again, or still: what an admin refused to delete for its absence is asked anew next time.
            refused="" if link.refused.startswith(_FOR_ABSENCE) else link.refused,
        )
    return link


def _board_change(pair: Pair) -> Change:
    base = pair.link.board_base if pair.link else None
    fields = DOWN_FIELDS if _is_outlook_born(pair) else ALL_FIELDS
    match pair.board:
        case Planned(content=content):
            if base is None:
                return Change.ABSENT if _is_outlook_born(pair) else Change.NEW
            return Change.EDITED if differing(base, content, fields) else Change.SAME
        case NotHere():
            return Change.ABSENT if base is None else Change.GONE
        case _:
            return Change.ABSENT if base is None else Change.SAME


def _outlook_change(pair: Pair) -> Change:
    """A pair without a board baseline was never agreed upon: its event, if any, is new to the board."""
    link = pair.link
    is_agreed = link is not None and link.board_base is not None
    base = link.outlook_base if link else None
    match pair.outlook:
        case Alive(event=event):
            if not is_agreed or base is None:
                return Change.NEW
            fields = (DOWN_FIELDS if _is_outlook_born(pair) else ALL_FIELDS) - event.masked
            return Change.EDITED if differing(base, event.content, fields) else Change.SAME
        case Vanished():
            return Change.GONE if is_agreed else Change.ABSENT
        case _:
            if is_agreed:
                return Change.SAME
            return Change.ABSENT if base is None else Change.NEW


def _is_outlook_born(pair: Pair) -> bool:
    return pair.link.origin is Origin.OUTLOOK if pair.link else pair.key is None


def _board_content(pair: Pair) -> Content | None:
    if isinstance(pair.board, Planned):
        return pair.board.content
    return pair.link.board_base if pair.link and isinstance(pair.board, Unseen) else None


def _event_content(pair: Pair) -> Content | None:
    if isinstance(pair.outlook, Alive):
        return pair.outlook.event.content
    return pair.link.outlook_base if pair.link and isinstance(pair.outlook, Unseen) else None
