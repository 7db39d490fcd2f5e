"""Deletions that look like a mistake are held with a list; all else goes on, and a person can let them through."""

from datetime import timedelta

import pytest

from sync_core.domain.event import EventRef
from sync_core.domain.resource import Direction
from sync_core.domain.stored import Held, Todo, TodoReason
from tests.flows.stage import BOTH, R0, TASK, Stage, hours, now


def with_own(count: int, direction: Direction = BOTH) -> tuple[Stage, list[EventRef]]:
    """The worker has so many events of their own, each with its block."""
    stage = Stage(direction)
    refs = [stage.own(1 + number % 60, f"own {number}").ref for number in range(count)]
    stage.pull()
    assert len(stage.blocks()) == count
    return stage, refs


def delete(stage: Stage, refs: list[EventRef]) -> None:
    for ref in refs:
        stage.outlook.worker_deletes(ref)


def release(stage: Stage) -> None:
    pairs = [held.pair for held in stage.found(Held) if held.pair]
    now(stage.rows.insert(R0, [Todo(TodoReason.RELEASE, pair, pair) for pair in pairs]))
    stage.pull()


@pytest.mark.parametrize(
    ("total", "deleted", "are_held"),
    [(20, 10, False), (20, 11, True), (36, 11, True), (37, 11, False), (60, 18, False), (60, 19, True)],
)
def test_more_than_ten_and_more_than_a_third_are_held(total: int, deleted: int, are_held: bool) -> None:
    stage, refs = with_own(total)
    delete(stage, refs[:deleted])
    stage.pull()
    assert len(stage.blocks()) == (total if are_held else total - deleted)
    assert len(stage.found(Held)) == (deleted if are_held else 0)


def test_each_held_one_says_why_and_what_to_do() -> None:
    stage, refs = with_own(20)
    delete(stage, refs[:15])
    stage.pull()
    for held in stage.found(Held):
        assert "deletions" in held.why
        assert held.remedy


def test_everything_else_goes_on_meanwhile() -> None:
    stage, refs = with_own(20)
    delete(stage, refs[:15])
    stage.remember(stage.outlook.worker_edits(refs[19], subject="changed"))
    stage.board.plan(TASK, hours(3), R0, subject="planned")
    stage.pull()
    assert stage.event().content.subject == "planned"
    assert "changed" in {block.subject for block in stage.blocks()}
    assert len(stage.blocks()) == 20


def test_a_release_lets_them_through() -> None:
    stage, refs = with_own(20)
    delete(stage, refs[:15])
    stage.pull()
    release(stage)
    assert len(stage.blocks()) == 5
    assert not stage.waiting()


def test_what_is_held_is_not_tried_again_by_every_bell() -> None:
    stage, refs = with_own(20)
    delete(stage, refs[:15])
    stage.pull()
    before = stage.writes()[1:]
    for _ in range(3):
        stage.clock.advance(timedelta(hours=2))
        stage.pull()
    assert stage.writes()[1:] == before
    assert len(stage.found(Held)) == 15


def test_who_brings_the_events_back_needs_no_release() -> None:
    stage, refs = with_own(20)
    delete(stage, refs[:15])
    stage.pull()
    for ref in refs[:15]:
        stage.remember(stage.outlook.worker_undeletes(ref))
    stage.pull()
    assert len(stage.blocks()) == 20
    assert not stage.waiting()


def test_deletions_add_up_over_a_sliding_hour() -> None:
    stage, refs = with_own(30)
    delete(stage, refs[:8])
    stage.pull()
    stage.clock.advance(timedelta(minutes=30))
    delete(stage, refs[8:16])
    stage.pull()
    assert len(stage.blocks()) == 22
    assert len(stage.found(Held)) == 8


def test_after_an_hour_they_count_no_more() -> None:
    stage, refs = with_own(30)
    delete(stage, refs[:8])
    stage.pull()
    stage.clock.advance(timedelta(minutes=61))
    delete(stage, refs[8:16])
    stage.pull()
    assert len(stage.blocks()) == 14
    assert not stage.found(Held)


def test_what_the_board_states_is_a_planners_work_and_passes() -> None:
    stage = Stage()
    for number in range(40):
        stage.board.plan(stage.key(number), hours(number), R0)
    stage.settle()
    for number in range(30):
        stage.board.unplan(stage.key(number))
    stage.settle()
    assert len(stage.events(R0)) == 10
    assert not stage.found(Held)


def test_a_calendar_whose_licence_went_deletes_nothing() -> None:
    stage, _ = with_own(20)
    stage.outlook.refuse(stage.calendars[R0].mailbox)
    for _ in range(3):
        stage.pull()
        stage.clock.advance(timedelta(hours=1))
    assert len(stage.blocks()) == 20
