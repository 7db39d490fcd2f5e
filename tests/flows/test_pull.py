"""The safety net: whoever is due is rung, each once a period, evenly spread; the board is read where it can be."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.errors import TryAgain
from sync_core.domain.resource import Direction, Participation, ResourceId
from sync_core.domain.stored import Lease, ProfileRow
from sync_core.flows.accept import accept
from sync_core.flows.pull import pull_due_calendars, read_board
from tests.fakes.board import Fault
from tests.flows.stage import R0, TASK, Stage, hours, now
from tests.flows.test_accept import placed
from tests.machine.peril import Crash, Worker, drive

DAY = timedelta(days=1)
_MANY = 600


def with_many(stage: Stage) -> list[ResourceId]:
    names = [ResourceId(f"many-{number}") for number in range(_MANY)]
    for name in names:
        profile = replace(stage.profile(), resource=name)
        now(stage.rows.transact(name, Lease(), None, [ProfileRow(profile)]))
    return names


def rung_over(stage: Stage, length: timedelta, tick: timedelta) -> list[Counter[str]]:
    """Who was rung at each tick of a timer."""
    stage.bells.waiting.clear()
    turns = []
    for _ in range(length // tick):
        now(pull_due_calendars(stage.ports, tick))
        stage.clock.advance(tick)
        turns.append(Counter(str(one.job.resource) for one in stage.bells.waiting))
        stage.bells.waiting.clear()
    return turns


@pytest.mark.parametrize("minutes", [1, 5, 6, 10, 15, 30])
def test_each_resource_is_rung_exactly_once_a_period_whatever_the_tick(minutes: int) -> None:
    stage = Stage()
    names = with_many(stage)
    turns = rung_over(stage, timedelta(hours=2), timedelta(minutes=minutes))
    total: Counter[str] = sum(turns, Counter())
    assert {total[name] for name in names} == {4}


def test_a_tick_that_divides_no_period_loses_and_doubles_nobody() -> None:
    stage = Stage()
    names = with_many(stage)
    total: Counter[str] = sum(rung_over(stage, timedelta(hours=7), timedelta(minutes=7)), Counter())
    assert {total[name] for name in names} == {14}


def test_a_tick_longer_than_the_period_rings_everybody_each_time() -> None:
    stage = Stage()
    names = with_many(stage)
    for turn in rung_over(stage, timedelta(hours=3), timedelta(hours=1)):
        assert {turn[name] for name in names} == {1}


def test_a_timer_that_fires_late_and_says_so_loses_nobody() -> None:
    stage = Stage()
    names = with_many(stage)
    total: Counter[str] = Counter()
    for number in range(6):
        late = timedelta(seconds=40 * (number % 2))
        stage.clock.advance(late)
        now(pull_due_calendars(stage.ports, timedelta(minutes=5) + late))
        stage.clock.advance(timedelta(minutes=5) - late)
    total.update(one.job.resource for one in stage.bells.waiting)
    assert min(total[name] for name in names) == 1


def test_the_turns_are_spread_evenly() -> None:
    stage = Stage()
    with_many(stage)
    turns = rung_over(stage, timedelta(minutes=30), timedelta(minutes=5))
    even = _MANY / len(turns)
    assert all(even / 2 < sum(turn.values()) < even * 2 for turn in turns)


@pytest.mark.parametrize("direction", list(Direction))
def test_everybody_who_takes_part_is_rung_at_least_daily(direction: Direction) -> None:
    stage = Stage(direction)
    stage.change_profile(pull_every=timedelta(days=7))
    total: Counter[str] = sum(rung_over(stage, 3 * DAY, timedelta(minutes=5)), Counter())
    assert total[R0] == 3


@pytest.mark.parametrize("participation", [Participation.WAITING, Participation.OFFBOARDED])
def test_who_does_not_take_part_is_not_rung(participation: Participation) -> None:
    stage = Stage()
    stage.change_profile(participation=participation)
    assert not sum(rung_over(stage, DAY, timedelta(minutes=30)), Counter())


def test_the_tick_completes_what_a_killed_webhook_owes() -> None:
    stage = Stage()
    with pytest.raises(Crash):
        drive(accept(stage.ports_of(Worker(crash_at=6)), [placed(1)], "c"))
    stage.clock.advance(timedelta(minutes=2))
    now(pull_due_calendars(stage.ports))
    stage.settle()
    assert stage.event().content.subject == "planned"


def test_the_board_is_read_page_by_page_and_taken_in_like_webhooks() -> None:
    stage = Stage()
    stage.board.page_size = 3
    for number in range(8):
        stage.board.plan(stage.key(number), hours(number), R0, subject=f"job {number}")
    stage.board.plan(stage.key(9), hours(24 * 300), R0)
    stage.delivered = len(stage.board.outbox)  # every webhook was lost
    window = stage.profile().window(stage.clock.now())
    assert now(read_board(stage.ports, R0, window, "c")) == 8
    stage.settle()
    assert len(stage.events(R0)) == 8


def test_reading_what_is_known_already_changes_nothing() -> None:
    stage = Stage()
    stage.board.plan(TASK, hours(3), R0)
    stage.settle()
    stage.run()
    before = stage.writes()
    now(read_board(stage.ports, R0, stage.profile().window(stage.clock.now()), "c"))
    stage.settle()
    assert stage.writes() == before


def test_a_board_that_cannot_be_read_is_no_fault() -> None:
    stage = Stage()
    stage.board.can_read = False
    assert now(read_board(stage.ports, None, stage.profile().window(stage.clock.now()), "c")) == 0


def test_a_board_that_does_not_answer_is_told_to_the_caller() -> None:
    stage = Stage()
    stage.board.fault = Fault.LOST_REQUEST
    with pytest.raises(TryAgain):
        now(read_board(stage.ports, None, stage.profile().window(stage.clock.now()), "c"))
