"""A mailbox or calendar that does not answer us is its own trouble: it is noted, tried again, and stops nobody else."""

from datetime import timedelta

from sync_core.domain.resource import Direction
from tests.flows.stage import BOTH, R0, R1, TASK, hours, planned

FAR = 24 * 300.0
SECRET = "oncologist"


def test_a_calendar_that_refuses_us_is_noted_and_stops_nobody_else() -> None:
    stage = planned(BOTH, BOTH)
    private = stage.add_calendar("private", Direction.DOWN)
    stage.settle()
    stage.outlook.refuse(private)
    stage.own(5)
    stage.board.edit(TASK, subject="changed")
    stage.board.plan(stage.key(5), hours(3), R1, subject="of another")
    stage.pull()
    cursor = stage.cursor(private)
    assert (cursor.refused_since is not None, bool(cursor.refusal)) == (True, True)
    assert len(stage.blocks()) == 1
    assert stage.event().content.subject == "changed"
    assert stage.event(R1).content.subject == "of another"


def test_it_is_tried_again_with_growing_waits_up_to_a_day() -> None:
    stage = planned()
    calendar = stage.calendars[R0]
    stage.outlook.refuse(calendar)
    waits = []
    for _ in range(14):
        stage.run()
        next_try_at = stage.cursor().next_try_at
        assert next_try_at is not None
        waits.append(next_try_at - stage.clock.now())
        stage.outlook.calls.clear()
        stage.run()
        assert not stage.outlook.calls, "it was asked before its time"
        stage.clock.advance(waits[-1])
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=1), timedelta(days=1))


def test_when_it_answers_again_reading_goes_on_where_it_was() -> None:
    stage = planned()
    calendar = stage.calendars[R0]
    stage.outlook.refuse(calendar)
    stage.own(5)
    stage.run()
    round_before = stage.cursor().round
    stage.outlook.allow(calendar)
    stage.clock.advance(timedelta(minutes=2))
    stage.pull()
    cursor = stage.cursor()
    assert (cursor.refused_since, cursor.next_try_at, cursor.refusal) == (None, None, "")
    assert cursor.round == round_before
    assert len(stage.blocks()) == 1


def test_what_is_to_be_written_there_waits_and_is_written_then() -> None:
    stage = planned()
    stage.outlook.refuse(stage.calendars[R0])
    stage.board.edit(TASK, subject="changed")
    stage.deliver()
    stage.run()
    assert stage.event().content.subject == "planned"
    assert stage.waiting()
    stage.outlook.allow(stage.calendars[R0])
    stage.clock.advance(timedelta(minutes=2))
    stage.settle()
    assert stage.event().content.subject == "changed"
    assert not stage.waiting()
