"""The brake: deletions that look like a mistake are held, a planner's work is not."""

from datetime import datetime, timedelta
from random import Random

import pytest

from sync_core.domain.appointment import Revision
from sync_core.domain.change import Alive, NotHere, Pair, Unseen, Vanished
from sync_core.domain.event import EventId
from sync_core.domain.guard import (
    UNUSUAL,
    Limit,
    brake,
    change_asked,
    deletion_asked,
    is_stated,
    is_suspicious,
    recent_deletions,
)
from sync_core.domain.plan import Plan, Verdict
from sync_core.domain.policy import OnDeletion, Policy
from sync_core.domain.reconcile import reconcile
from tests.builders import NOW, board_link, content, event, our_event, outlook_link, pair, planned, policy, shown

UNPLANS = policy(on_deletion=OnDeletion.UNPLAN)
VANISHED = pair(outlook_link(), shown(), Vanished())
DELETED = pair(board_link(), planned(), Vanished())
UNPLANNED = pair(board_link(), NotHere(Revision(2)))
CANCELLED = pair(board_link(), planned(2, status="cancelled"))
ASKS = policy(on_deletion=OnDeletion.PROPOSE, takes_proposals=True)
MOVED = pair(board_link(), planned(2, subject="Pump"))
TWICE = pair(board_link(), planned(), Alive(our_event()), revenants=(our_event(id=EventId("back")),))


def planning(known: Pair, times: int, rules: Policy = UNPLANS) -> list[tuple[Pair, Plan]]:
    return [(known, reconcile(known, rules, NOW))] * times


@pytest.mark.parametrize(
    ("known", "expected"),
    [(VANISHED, True), (DELETED, True), (TWICE, True), (UNPLANNED, False), (CANCELLED, False), (MOVED, False)],
    ids=["vanished block", "un-planned for a deletion", "second event", "board un-plans", "board cancels", "moved"],
)
def test_only_what_the_board_did_not_state_is_suspicious(known: Pair, expected: bool) -> None:
    assert is_suspicious(known, reconcile(known, UNPLANS, NOW)) == expected


@pytest.mark.parametrize(
    ("times", "paired", "is_held"),
    [
        (10, 10, False),
        (11, 10, True),
        (11, 36, True),
        (11, 37, False),
        (30, 100, False),
        (31, 100, True),
        (11, 0, True),
    ],
)
def test_more_than_ten_and_more_than_a_third_or_so_are_held(times: int, paired: int, is_held: bool) -> None:
    held = brake(planning(VANISHED, times), (), paired, NOW)

    assert held == (frozenset(range(times)) if is_held else frozenset())


def ago(minutes: float) -> tuple[datetime, ...]:
    return (NOW - timedelta(minutes=minutes),) * 8


def test_deletions_add_up_within_a_sliding_hour() -> None:
    assert brake(planning(VANISHED, 3), ago(59), 10, NOW) == {0, 1, 2}
    assert brake(planning(VANISHED, 3), ago(60), 10, NOW) == frozenset()
    assert brake(planning(VANISHED, 3), ago(59), 29, NOW) == frozenset(), "what is gone was of the whole, too"
    assert recent_deletions((*ago(60), *ago(59)), NOW) == ago(59)


def test_everything_else_goes_on_while_deletions_are_held() -> None:
    plans = planning(VANISHED, 11) + planning(MOVED, 2) + planning(UNPLANNED, 40)
    Random(7).shuffle(plans)

    held = brake(plans, (), 20, NOW)

    assert [plans[index][0] for index in sorted(held)] == [VANISHED] * 11


def test_a_week_of_re_planning_passes() -> None:
    assert brake(planning(UNPLANNED, 300) + planning(CANCELLED, 300), (), 300, NOW) == frozenset()


def test_nothing_read_is_nothing_to_brake() -> None:
    assert brake([], (), 0, NOW) == frozenset()
    assert not is_suspicious(pair(board_link(), Unseen()), reconcile(pair(board_link()), UNPLANS, NOW))


def test_the_tenant_says_where_the_brake_begins() -> None:
    held = brake(planning(VANISHED, 3), (), 3, NOW, Limit(deletions=2, percent=50))

    assert held == {0, 1, 2}
    assert brake(planning(VANISHED, 3), (), 6, NOW, Limit(deletions=2, percent=50)) == frozenset()


def test_what_the_board_states_is_told_apart_from_what_was_inferred() -> None:
    assert is_stated(UNPLANNED, reconcile(UNPLANNED, UNPLANS, NOW))
    for other in (VANISHED, DELETED, CANCELLED, MOVED):
        assert not is_stated(other, reconcile(other, UNPLANS, NOW))


def test_a_deletion_is_the_same_question_until_a_side_changes() -> None:
    def asked(known: Pair) -> str:
        return deletion_asked(reconcile(known, UNPLANS, NOW))

    assert asked(MOVED) == ""
    assert asked(VANISHED) == asked(VANISHED) != ""
    assert asked(pair(outlook_link(generation=2), shown(), Vanished())) != asked(VANISHED)
    assert asked(pair(board_link(), NotHere(Revision(3)))) != asked(UNPLANNED)
    newer = pair(board_link(), NotHere(Revision(2)), Alive(our_event(version="v9")))
    assert asked(newer) != asked(UNPLANNED)


def test_a_refusal_is_forgotten_once_the_event_lives_again() -> None:
    link = outlook_link(refused="DeleteAppointment:1:0:")
    plan = reconcile(pair(link, shown(), Alive(event(content()))), UNPLANS, NOW)

    assert plan.link is not None
    assert plan.link.refused == ""


def test_questions_count_as_deletions_since_an_emptied_mailbox_would_ask_hundreds() -> None:
    assert is_suspicious(DELETED, reconcile(DELETED, ASKS, NOW))
    back = pair(board_link(proposed=Revision(1)), planned(), Alive(our_event()))
    assert not is_suspicious(back, reconcile(back, ASKS, NOW)), "one that is withdrawn asks nothing"


def test_what_an_admin_turned_down_is_named_alike_until_the_board_says_more_or_something_else_is_written() -> None:
    asked = change_asked(MOVED, reconcile(MOVED, UNPLANS, NOW))
    assert asked.startswith("UpdateEvent:")
    assert change_asked(MOVED, reconcile(MOVED, UNPLANS, NOW + timedelta(hours=1))) == asked
    for other in (pair(board_link(), planned(3, subject="Pump")), pair(board_link(), planned(2, subject="Leak"))):
        assert change_asked(other, reconcile(other, UNPLANS, NOW)) not in ("", asked)


def test_what_is_deleted_is_named_without_content() -> None:
    asked = change_asked(UNPLANNED, reconcile(UNPLANNED, UNPLANS, NOW))
    assert asked.startswith("DeleteEvent:")
    assert asked.endswith(":")


def test_a_refusal_to_decide_is_named_by_its_reason_and_what_the_event_shows() -> None:
    link = board_link()
    asked = {
        change_asked(known, Plan(link.pair, Verdict.HELD, reason, link))
        for reason in ("the zone is unknown", "two events")
        for known in (pair(link, planned(), Alive(our_event())), pair(link, planned(), Unseen()))
    }
    assert len(asked) == 4
    assert all(one.startswith("held:") for one in asked)


def test_where_nothing_is_asked_nothing_is_named() -> None:
    link = board_link()
    known = pair(link, planned())
    assert change_asked(known, Plan(link.pair, Verdict.HELD, "odd", None)) == ""
    assert change_asked(known, Plan(link.pair, Verdict.SETTLED, "", link)) == ""
    assert change_asked(known, Plan(link.pair, Verdict.HELD, UNUSUAL, link)) == ""
