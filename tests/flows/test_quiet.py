"""Where nothing changed nothing is written, and a bell that tells nothing new costs next to nothing."""

from datetime import timedelta

import pytest

from sync_core.domain.profile import Participation
from sync_core.domain.resource import Direction
from sync_core.domain.stored import BoardInbox, Job, Todo, TodoReason
from sync_core.flows.accept import BOARD_BELL
from sync_core.flows.sync_resource import sync_resource
from tests.fakes.board import Fault
from tests.flows.stage import BOTH, R0, TASK, Stage, hours, now


def rested(direction: Direction = BOTH) -> Stage:
    """A resource with one of each, whose echoes were read."""
    stage = Stage(direction)
    stage.board.plan(TASK, hours(3), R0, subject="planned")
    stage.own(5)
    stage.notify()
    stage.settle()
    stage.run()
    stage.settle()
    stage.outlook.calls.clear()
    return stage


@pytest.mark.parametrize("direction", [BOTH, Direction.UP, Direction.DOWN])
def test_a_quiet_resource_pulled_ten_times_is_read_ten_times_and_written_never(direction: Direction) -> None:
    stage = rested(direction)
    before = stage.writes()
    for _ in range(10):
        stage.clock.advance(timedelta(minutes=30))
        assert stage.run().ended == "quiet"
    assert stage.outlook.calls == {"read_changes": 10}
    assert stage.writes() == before
    assert not stage.bells.waiting


def test_a_closed_resource_is_not_even_read() -> None:
    stage = rested(Direction.NONE)
    before = stage.writes()
    assert stage.run().ended == "quiet"
    assert (stage.writes(), dict(stage.outlook.calls)) == (before, {})


def test_who_does_not_take_part_is_not_run() -> None:
    stage = rested()
    stage.change_profile(participation=Participation.OFFBOARDED)
    assert stage.run().ended == "takes no part"
    assert not stage.outlook.calls


def test_a_hint_that_was_read_since_is_answered_without_a_request() -> None:
    stage = rested()
    stage.own(7)
    stage.run()
    stage.outlook.calls.clear()
    before = stage.writes()
    assert _hint(stage, rung_before=timedelta(minutes=5)) == "already read"
    assert (stage.writes(), dict(stage.outlook.calls)) == (before, {})


@pytest.mark.parametrize("seconds", [0, 10, 34])
def test_a_hint_younger_than_replication_takes_is_read_for(seconds: int) -> None:
    stage = rested()
    stage.own(7)
    stage.run()
    assert _hint(stage, rung_before=timedelta(seconds=seconds)) != "already read"
    assert stage.outlook.calls["read_changes"] >= 1


def test_a_hint_is_never_short_cut_past_what_waits() -> None:
    stage = rested()
    stage.own(7)
    stage.run()
    state = stage.board.edit(TASK, subject="changed")
    now(stage.rows.insert(R0, [BoardInbox(TASK, state.revision, state)]))
    assert _hint(stage, rung_before=timedelta(minutes=5)) == "whole"
    assert stage.event().content.subject == "changed"


def test_a_hint_is_never_short_cut_past_a_todo() -> None:
    stage = rested()
    stage.own(7)
    stage.run()
    now(stage.rows.insert(R0, [Todo(TodoReason.SETTINGS, "1")]))
    assert _hint(stage, rung_before=timedelta(minutes=5)) == "whole"
    assert not stage.found(Todo)


def test_any_other_bell_is_never_short_cut() -> None:
    stage = rested()
    stage.own(7)
    stage.run()
    stage.outlook.calls.clear()
    stage.run()
    assert stage.outlook.calls["read_changes"] == 1


def test_a_notification_ahead_of_what_graph_shows_rings_once_more_and_then_no_more() -> None:
    stage = rested()
    stage.own(7)
    stage.outlook.lag = 1
    stage.notify()
    stage.run_due()
    assert stage.due_in() == [timedelta(seconds=30)]
    assert len(stage.blocks()) == 1
    stage.clock.advance(timedelta(seconds=30))
    stage.outlook.lag = 0
    stage.run_due()
    assert len(stage.blocks()) == 2


def test_a_notification_that_never_shows_anything_ends_after_the_second_look() -> None:
    stage = rested()
    before = stage.writes()
    stage.notify()
    stage.settle()
    assert stage.outlook.calls == {"read_changes": 2}
    assert stage.writes() == before


def test_an_echo_of_our_own_write_costs_no_write_on_either_side() -> None:
    stage = rested()
    stage.board.edit(TASK, subject="changed")
    stage.settle()
    before = stage.writes()[1:]
    for _ in range(3):
        stage.notify()
        stage.settle()
    assert stage.writes()[1:] == before


def test_a_new_version_without_another_word_writes_to_neither_side() -> None:
    stage = rested()
    before = stage.writes()[1:]
    stage.outlook.worker_touches(stage.event().ref)
    stage.notify()
    stage.settle()
    assert stage.writes()[1:] == before
    stage.board.edit(TASK, subject="changed")
    stage.settle()
    assert stage.event().content.subject == "changed"


def test_a_silent_outlook_is_asked_again_with_growing_waits() -> None:
    stage = rested()
    stage.outlook.unavailable = True
    stage.own(7)
    stage.ring(R0, "pull")
    waits = []
    for _ in range(6):
        stage.run_due()
        (wait,) = stage.due_in()
        waits.append(wait.total_seconds())
        stage.clock.advance(wait)
    assert waits == sorted(waits)
    assert waits[0] <= 5
    assert max(waits) <= 60
    stage.outlook.unavailable = False
    stage.settle()
    assert len(stage.blocks()) == 2


def test_a_silent_board_is_asked_again_until_it_answers() -> None:
    stage = rested()
    stage.board.fault = Fault.POSTPONED
    stage.own(7)
    stage.ring(R0, "pull")
    for _ in range(5):
        stage.run_due()
        assert stage.due_in()
        stage.clock.advance(max(stage.due_in()))
    stage.board.fault = None
    stage.settle()
    assert len(stage.blocks()) == 2


def _hint(stage: Stage, rung_before: timedelta) -> str:
    job = Job(R0, stage.clock.now() - rung_before, "notification", "c", is_hint=True)
    return now(sync_resource(stage.ports, job)).ended


def test_a_bell_of_the_board_whose_rows_another_run_has_carried_out_asks_outlook_nothing() -> None:
    stage = rested()
    writes = stage.rows.writes
    report = now(sync_resource(stage.ports, Job(R0, stage.clock.now(), BOARD_BELL, "c")))
    assert report.ended == "already done"
    assert not stage.outlook.calls
    assert stage.rows.writes == writes
