"""A worker's series blocks time occurrence by occurrence; any change to it is answered by listing it anew."""

from datetime import datetime, timedelta

import pytest

from sync_core.domain.content import Content, Sensitivity, ShowAs
from sync_core.domain.event import Event
from sync_core.domain.link import Condition
from sync_core.domain.resource import Direction
from sync_core.domain.stored import Held, Hint, LinkRow, OutlookInbox, Todo, TodoReason
from sync_core.domain.timespan import Span
from tests.flows.stage import BOTH, R0, TASK, Stage, hours, now

SECRET = "oncologist"


def starts(*hours_from_monday: float) -> list[datetime]:
    return [hours(hour).start_at for hour in hours_from_monday]


def with_series(direction: Direction = BOTH, sensitivity: Sensitivity = Sensitivity.NORMAL) -> tuple[Stage, Event]:
    stage = Stage(direction)
    content = Content(hours(1), subject="standing", show_as=ShowAs.BUSY, sensitivity=sensitivity, body=SECRET)
    series = stage.outlook.worker_creates_series(stage.calendars[R0], content, starts(1, 25, 49))
    stage.pull()
    return stage, series


def shown(stage: Stage) -> list[Span]:
    return sorted((block.span for block in stage.blocks()), key=str)


def at_hours(*starting: float) -> list[Span]:
    return sorted((hours(start) for start in starting), key=str)


def test_each_occurrence_in_the_window_blocks_time_with_the_words_of_its_series() -> None:
    stage, _ = with_series()
    assert shown(stage) == at_hours(1, 25, 49)
    assert {block.subject for block in stage.blocks()} == {"standing"}
    assert not stage.waiting()


def test_occurrences_beyond_the_window_wait_for_it() -> None:
    stage = Stage()
    content = Content(hours(1), subject="standing", show_as=ShowAs.BUSY)
    stage.outlook.worker_creates_series(stage.calendars[R0], content, starts(1, 24 * 300))
    stage.pull()
    assert shown(stage) == at_hours(1)


def test_listing_again_what_did_not_change_writes_nothing_to_the_board() -> None:
    stage, series = with_series()
    before = stage.writes()[2]
    stage.outlook.worker_touches(series.ref)
    stage.pull()
    assert stage.writes()[2] == before


def test_an_occurrence_that_is_moved_moves_its_block_alone() -> None:
    stage, series = with_series()
    before = stage.writes()[2]
    stage.outlook.worker_edits_occurrence(series.ref, starts(25)[0], span=hours(30))
    stage.pull()
    assert shown(stage) == at_hours(1, 30, 49)
    assert stage.writes()[2] == before + 1


def test_an_occurrence_that_is_renamed_renames_its_block_alone() -> None:
    stage, series = with_series()
    stage.outlook.worker_edits_occurrence(series.ref, starts(25)[0], subject="exceptional")
    stage.pull()
    assert sorted(block.subject for block in stage.blocks()) == ["exceptional", "standing", "standing"]


def test_an_occurrence_that_is_cancelled_takes_its_block_alone() -> None:
    stage, series = with_series()
    stage.outlook.worker_deletes_occurrence(series.ref, starts(25)[0])
    stage.pull()
    assert shown(stage) == at_hours(1, 49)
    assert not stage.waiting()


def test_a_series_that_is_deleted_takes_all_its_blocks() -> None:
    stage, series = with_series()
    stage.outlook.worker_deletes(series.ref)
    stage.pull()
    assert not stage.blocks()
    assert not stage.waiting()


def test_a_long_series_is_taken_in_whole_and_goes_whole() -> None:
    stage = Stage()
    content = Content(hours(0.25), subject="standing", show_as=ShowAs.BUSY)
    many = [hours(number / 2).start_at for number in range(260)]
    series = stage.outlook.worker_creates_series(stage.calendars[R0], content, many)
    stage.pull()
    assert len(stage.blocks()) == 260
    for start in many[:5]:
        stage.outlook.worker_deletes_occurrence(series.ref, start)
    stage.pull()
    assert len(stage.blocks()) == 255
    assert not stage.waiting()


def test_occurrences_whose_deletion_was_held_go_once_it_is_released() -> None:
    stage = Stage()
    content = Content(hours(1), subject="standing", show_as=ShowAs.BUSY)
    series = stage.outlook.worker_creates_series(stage.calendars[R0], content, starts(*range(1, 21)))
    stage.pull()
    stage.outlook.worker_deletes(series.ref)
    stage.pull()
    assert len(stage.blocks()) == 20
    held = [row.pair for row in stage.found(Held) if row.pair]
    assert len(held) == 20
    now(stage.rows.insert(R0, [Todo(TodoReason.RELEASE, pair, pair) for pair in held]))
    stage.pull()
    assert not stage.blocks()
    assert not stage.waiting()


def test_an_occurrence_the_board_was_ahead_of_is_not_forgotten() -> None:
    stage, series = with_series()
    (state, *_) = [state for state in stage.board.living() if state.span == hours(25)]
    stage.board.edit(state.key, subject="the planner's")
    stage.outlook.worker_edits_occurrence(series.ref, starts(25)[0], span=hours(30))
    stage.run()
    assert stage.waiting(), "the worker's move was consumed"
    stage.settle()
    assert shown(stage) == at_hours(1, 30, 49)
    assert {block.subject for block in stage.blocks()} == {"standing"}
    assert not stage.waiting()


def test_a_full_read_that_misses_a_series_takes_its_blocks_only_once_it_is_proven_gone() -> None:
    stage, series = with_series()
    stage.outlook.lag = 1000
    stage.outlook.cursors_to_refuse = 2
    stage.pull()
    assert shown(stage) == at_hours(1, 25, 49)
    stage.outlook.lag = 0
    stage.outlook.worker_purges(series.ref)
    stage.outlook.cursors_to_refuse = 2
    stage.pull()
    assert not stage.blocks()


def test_a_private_series_shows_as_private_and_its_words_are_stored_nowhere() -> None:
    stage, _ = with_series(sensitivity=Sensitivity.PRIVATE)
    assert {block.subject for block in stage.blocks()} == {"Private"}
    for words in ("standing", SECRET):
        assert words not in stage.words_stored()
        assert words not in repr(stage.board.outbox)


def test_a_series_in_a_calendar_that_only_receives_is_none_of_our_business() -> None:
    stage, _ = with_series(Direction.UP)
    assert not stage.found(LinkRow)
    assert not stage.waiting()


def test_a_series_that_cannot_be_listed_now_waits_and_is_listed_then() -> None:
    stage, series = with_series()
    stage.outlook.worker_deletes_occurrence(series.ref, starts(25)[0])
    listing = stage.outlook.list_instances

    async def refuse(*where: object) -> object:
        vars(stage.outlook).pop("list_instances")
        stage.outlook.refuse(stage.calendars[R0])
        return await listing(*where)  # type: ignore[arg-type]

    vars(stage.outlook)["list_instances"] = refuse
    stage.run()
    assert shown(stage) == at_hours(1, 25, 49)
    assert [row.hint for row in stage.found(OutlookInbox)] == [Hint.LIST_AGAIN]
    stage.outlook.allow(stage.calendars[R0])
    stage.clock.advance(timedelta(minutes=2))
    stage.pull()
    assert shown(stage) == at_hours(1, 49)


@pytest.mark.parametrize("direction", [BOTH, Direction.UP])
def test_an_event_of_ours_that_is_made_a_series_is_the_workers_and_never_written_again(direction: Direction) -> None:
    stage = Stage(direction)
    stage.board.plan(TASK, hours(3), R0, subject="planned")
    stage.settle()
    stage.pull()
    ref = stage.event().ref
    stage.outlook.worker_makes_recurring(ref, starts(3, 27))
    stage.pull()
    assert stage.link().condition is Condition.RELEASED
    assert [bool(row.why) for row in stage.found(Held)] == [True]
    assert stage.event().ref == ref
    before = stage.outlook.writes
    stage.board.edit(TASK, subject="changed")
    stage.settle()
    stage.board.delete(TASK)
    stage.settle()
    assert stage.outlook.writes == before
    assert stage.outlook.mails == 0


def test_an_event_of_ours_that_gains_guests_is_the_workers_and_never_written_again() -> None:
    stage = Stage()
    stage.board.plan(TASK, hours(3), R0, subject="planned")
    stage.settle()
    stage.outlook.worker_adds_attendee(stage.event().ref)
    stage.pull()
    assert stage.link().condition is Condition.RELEASED
    stage.board.edit(TASK, subject="changed")
    stage.settle()
    stage.board.delete(TASK)
    stage.settle()
    assert stage.outlook.mails == 0
    assert stage.event().content.subject == "planned"
