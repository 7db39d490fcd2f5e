"""Events of earlier births that somebody brought back: exactly one stays, and none once nothing is planned."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sync_core.domain.appointment import Revision
from sync_core.domain.change import Alive, BoardView, NotHere, OutlookView, Unseen, Vanished
from sync_core.domain.content import Field, Sensitivity
from sync_core.domain.event import Event, EventId, mask
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.plan import DeleteEvent, Done, Postponed
from sync_core.domain.reconcile import reconcile
from sync_core.domain.render import render
from sync_core.domain.resource import Direction
from sync_core.domain.settle import settle
from tests.builders import BOARD_PAIR, NOW, TASK, appointment, board_link, our_event, pair, planned, policy, span
from tests.domain.telling import tell

BOTH, UP, DOWN, NONE = Direction.BOTH, Direction.UP, Direction.DOWN, Direction.NONE
HERE, NOT_HERE, SILENT, GONE = planned(), NotHere(Revision(2)), Unseen(), Vanished()
AGREED = board_link()
TOMBSTONE = Link(BOARD_PAIR, Origin.BOARD, Condition.TOMBSTONE, "gone on both sides", TASK, Revision(1), ended_at=NOW)
CURRENT = Alive(our_event())


def revenant(name: str = "back", minutes: int = 0, **fields: Any) -> Event:
    """An earlier event as the worker brought it back, moved to another time."""
    look = replace(render(appointment()), span=span("15:00", "16:00"))
    plain = {"id": EventId(name), "modified_at": NOW + timedelta(minutes=minutes)}
    return our_event(fields.pop("look", look), **{**plain, **fields})


AS_PLANNED = revenant(look=render(appointment()))
Case = tuple[str, Link, BoardView, OutlookView, tuple[Event, ...], Direction, str]
CASES: list[Case] = [
    ("it takes the place of the present one", AGREED, HERE, CURRENT, (revenant(),), BOTH,
     "operates paired: delete event for its heir back; update event (time); event's words kept"),
    ("it is already as planned", AGREED, HERE, CURRENT, (AS_PLANNED,), UP,
     "operates paired: delete event for its heir back; event's words kept"),
    ("a pair without an event takes it home", replace(AGREED, condition=Condition.IDLE, event=None, board_base=None),
     HERE, SILENT, (revenant(),), BOTH, "operates paired: update event (time); event's words kept"),
    ("as planned, and no present one", replace(AGREED, condition=Condition.IDLE, event=None, board_base=None),
     HERE, SILENT, (AS_PLANNED,), BOTH, "settled paired, the worker brought an earlier event back"),
    ("of two the last one touched stays", AGREED, HERE, CURRENT, (revenant("a", 1), revenant("b", 2)), BOTH,
     "operates paired: delete event → paired; delete event for its heir b; update event (time); event's words kept"),
    ("down writes nothing", AGREED, HERE, CURRENT, (revenant(),), DOWN, "skipped paired, the direction is closed"),
    ("none writes nothing", AGREED, HERE, CURRENT, (revenant(),), NONE, "skipped paired, paused"),
    ("the meeting it was released for is gone", replace(AGREED, condition=Condition.RELEASED), HERE, GONE,
     (revenant(),), BOTH, "operates paired: update event (time); event's words kept"),
    ("the meeting is gone, and the earlier event is as planned", replace(AGREED, condition=Condition.RELEASED), HERE,
     GONE, (AS_PLANNED,), BOTH,
     "settled paired, the worker brought an earlier event back"),
    ("one that became a meeting is the worker's", AGREED, HERE, CURRENT, (revenant(has_attendees=True),), BOTH,
     "skipped paired, nothing changed"),
    ("the present one became a meeting", AGREED, HERE, Alive(our_event(has_attendees=True)), (revenant(),), BOTH,
     "held released, the worker made a meeting or a series of it, so it is theirs now"),
    ("un-planned: both go", AGREED, NOT_HERE, CURRENT, (revenant(),), BOTH,
     "operates paired: delete event → paired; delete event → tombstone; event's words kept"),
    ("un-planned, the present one gone", AGREED, NOT_HERE, GONE, (revenant(),), BOTH,
     "operates paired: delete event → tombstone; event's words kept"),
    ("un-planned, down", AGREED, NOT_HERE, CURRENT, (revenant(),), DOWN, "skipped paired, the direction is closed"),
    ("un-planned, a meeting", AGREED, NOT_HERE, SILENT, (revenant(has_attendees=True),), BOTH,
     "operates paired: delete event → tombstone"),
    ("long un-planned", TOMBSTONE, NotHere(Revision(1)), SILENT, (revenant(),), UP,
     "operates tombstone: delete event → tombstone; event's words kept"),
    ("long un-planned, a meeting", TOMBSTONE, NotHere(Revision(1)), SILENT, (revenant(is_organizer=False),), UP,
     "skipped tombstone, gone on both sides"),
    ("cancelled: both go", AGREED, planned(2, status="cancelled"), CURRENT, (revenant(),), BOTH,
     "operates paired: delete event → paired; delete event → idle; event's words kept"),
    ("the board never spoke of it", TOMBSTONE, SILENT, SILENT, (revenant("a"), revenant("b", 1)), BOTH,
     "skipped idle, an event of ours whose appointment is not known yet"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_an_earlier_event_comes_back(case: Case) -> None:
    _, link, board, outlook, back, direction, expected = case

    assert tell(reconcile(pair(link, board, outlook, revenants=back), policy(direction), NOW)) == expected


def test_the_link_moves_to_the_heir_only_once_the_present_event_is_gone() -> None:
    plan = reconcile(pair(AGREED, HERE, CURRENT, revenants=(revenant(),)), policy(), NOW)
    deletion, update = plan.operations
    assert plan.link is not None

    # The deletion was refused, the update went through: the pair still holds the present event and decides anew.
    assert settle(plan.link, update, Done(event=revenant()), NOW).event == AGREED.event
    moved = settle(plan.link, deletion, Done(), NOW)
    assert moved.event == revenant().ref
    assert tell(reconcile(pair(moved, HERE), policy(), NOW)) == "operates paired: update event (time)"


def test_one_of_two_deletions_fails_and_neither_event_is_forgotten() -> None:
    plan = reconcile(pair(AGREED, NOT_HERE, CURRENT, revenants=(revenant(),)), policy(), NOW)
    stray, present = plan.operations
    assert isinstance(stray, DeleteEvent)
    assert isinstance(present, DeleteEvent)
    assert plan.link is not None

    after_stray = settle(plan.link, stray, Done(), NOW)
    assert after_stray.event == AGREED.event, "the present event, which was not deleted, is still known"
    assert settle(after_stray, present, Done(), NOW).condition is Condition.TOMBSTONE
    assert Postponed("the other way round its inbox row stays").after_seconds == 0


def test_masked_words_of_an_adopted_event_are_neither_overwritten_nor_taken_for_an_edit() -> None:
    private = replace(render(appointment()), span=span("15:00", "16:00"), subject="x", sensitivity=Sensitivity.PRIVATE)
    back = mask(revenant(look=private))
    plan = reconcile(pair(AGREED, HERE, GONE, revenants=(back,)), policy(), NOW)
    link = plan.link
    assert link is not None
    for operation in plan.operations:
        assert not getattr(operation, "fields", frozenset()) & {Field.SUBJECT, Field.BODY, Field.LOCATION}
        link = settle(link, operation, Done(event=replace(back, content=replace(back.content, span=span()))), NOW)

    assert reconcile(pair(link, HERE), policy(), NOW).operations == ()


def test_of_two_events_without_a_plan_one_stays_once_the_board_speaks() -> None:
    first = reconcile(pair(None, SILENT, CURRENT), policy(), NOW).link
    assert first is not None
    still = reconcile(pair(first, SILENT, revenants=(revenant(),)), policy(), NOW)

    assert still.link == first, "the one that is known stays known"
    assert tell(reconcile(pair(first, HERE, revenants=(AS_PLANNED,)), policy(), NOW)) == (
        "operates idle: delete event for its heir back; event's words kept"
    )


def test_an_event_the_board_never_spoke_of_is_adopted_when_it_speaks_and_not_made_again() -> None:
    waiting = reconcile(pair(TOMBSTONE, SILENT, revenants=(revenant(),)), policy(), NOW).link
    assert waiting is not None

    assert tell(reconcile(pair(waiting, HERE), policy(), NOW)) == (
        "operates paired: update event (time); event's words kept"
    )
    assert tell(reconcile(pair(waiting, NOT_HERE), policy(), NOW)) == (
        "operates idle: delete event → tombstone; event's words kept"
    )
