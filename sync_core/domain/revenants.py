"""Events of earlier births that somebody brought back: exactly one event of the pair stays."""

from dataclasses import replace

from sync_core.domain.change import Change, NotHere
from sync_core.domain.content import Content
from sync_core.domain.event import Event
from sync_core.domain.link import Condition, Link
from sync_core.domain.plan import DeleteEvent, Operation, Plan
from sync_core.domain.situation import Situation
from sync_core.domain.up import UNPLANNED, board_side, event_ref, known_of, why_not_up, write_over

UNKNOWN = "an event of ours whose appointment is not known yet"


def bring_home(situation: Situation) -> Plan | None:
    """Keep the one somebody brought back and delete the others; None where the table may decide as usual."""
    pair, link = situation.pair, situation.link
    if isinstance(pair.board, NotHere):
        return _delete_all(situation, Condition.TOMBSTONE, UNPLANNED)
    if situation.board is Change.ABSENT:
        return _keep_until_told(situation)
    refusal = why_not_up(situation)
    if refusal:
        return _delete_all(situation, Condition.IDLE, refusal)
    if not situation.policy.direction.writes_outlook:
        return situation.skip(situation.closed)
    writable = [event for event in pair.revenants if event.is_writable]
    if not writable:
        return None  # meetings by now: theirs, whatever birth of ours they were
    brought = max(writable, key=lambda event: event.modified_at)
    reason = "the worker brought an earlier event back"
    operations: list[Operation] = [
        DeleteEvent(event.ref, event.content, event.version, reason, Condition.PAIRED)
        for event in writable
        if event is not brought
    ]
    # Masked words are unknown: they count as the board's.
    heir = replace(brought, content=known_of(link, brought.content, brought, situation.policy.look))
    base = board_side(situation, heir.content)
    home = adopt_heir(link, heir, base)
    update = write_over(situation, home, reason)
    if _holds_a_living_event(situation):
        # The present event goes first: only when it is gone does the link move to the heir.
        operations.append(
            DeleteEvent(
                event_ref(link),
                situation.event_content,
                link.outlook_version,
                reason,
                Condition.PAIRED,
                heir=heir,
                board=base,
            )
        )
        home = link
    if update is not None:
        operations.append(update)
    if not operations:
        return situation.settled(reason, home)
    return situation.operate(reason, tuple(operations), link=home, lost_event=brought.content)


def _delete_all(situation: Situation, leaves: Condition, reason: str) -> Plan | None:
    """Delete every living event of the pair; the one it holds comes last and alone ends it, whichever of them fail."""
    link = situation.link
    strays = [event for event in situation.pair.revenants if event.is_writable]
    if not strays:
        return None
    if not situation.policy.direction.writes_outlook:
        return situation.skip(situation.closed)
    is_held = _holds_a_living_event(situation)
    operations = [
        DeleteEvent(event.ref, event.content, event.version, reason, Condition.PAIRED if is_held else leaves)
        for event in strays
    ]
    if is_held:
        operations.append(DeleteEvent(event_ref(link), situation.event_content, link.outlook_version, reason, leaves))
    newest = max(strays, key=lambda event: event.modified_at)
    return situation.operate(reason, tuple(operations), lost_event=newest.content)


def _holds_a_living_event(situation: Situation) -> bool:
    if situation.link.condition is Condition.PROPOSED and situation.event is None:
        return False  # it was gone when the planner was asked
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
    return situation.skip(UNKNOWN, link=link)


def adopt_heir(link: Link, heir: Event, board_base: Content) -> Link:
    """The link with a living event of ours as its own; it counts as agreed as it stands, so that the board's state
    shows as an edit and is written over it.
    """
    return replace(
        link,
        condition=Condition.PAIRED,
        reason="",
        event=heir.ref,
        event_key=heir.key,
        board_base=board_base,
        outlook_base=heir.content,
        outlook_version=heir.version,
        outlook_modified_at=heir.modified_at,
        generation=max(link.generation, 1),
        ended_at=None,
    )
