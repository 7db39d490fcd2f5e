"""The safety net: whoever is due is rung, each once a period, evenly spread; the board is read where it can be."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.choices import Overrides
from sync_core.domain.errors import TryAgain
from sync_core.domain.profile import Participation
from sync_core.domain.resource import Direction, ResourceId
from sync_core.domain.stored import BoardInbox, Lease, ProfileRow, Row
from sync_core.domain.subscription import LIFETIME
from sync_core.domain.window import window_around
from sync_core.flows.accept import accept
from sync_core.flows.keep_subscriptions import keep_subscriptions
from sync_core.flows.pull import pull_due_calendars, read_board, tell_again
from sync_core.ports import Tenant
from tests.fakes.board import Fault
from tests.fakes.subscriptions import FakeSubscriptions
from tests.flows.stage import R0, TASK, Stage, hours, now
from tests.flows.test_accept import placed
from tests.machine.peril import Crash, Worker, drive
from tests.machine.world import OPEN

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
    stage.change_profile(overrides=Overrides(pull_minutes=7 * 24 * 60))
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
    window = window_around(stage.clock.now(), 30, 180)
    assert now(read_board(stage.ports, R0, window, "c")) == 8
    stage.settle()
    assert len(stage.events(R0)) == 8


def test_reading_what_is_known_already_changes_nothing() -> None:
    stage = Stage()
    stage.board.plan(TASK, hours(3), R0)
    stage.settle()
    stage.run()
    before = stage.writes()
    now(read_board(stage.ports, R0, window_around(stage.clock.now(), 30, 180), "c"))
    stage.settle()
    assert stage.writes() == before


def test_a_board_that_cannot_be_read_is_no_fault() -> None:
    stage = Stage()
    stage.board.can_read = False
    assert now(read_board(stage.ports, None, window_around(stage.clock.now(), 30, 180), "c")) == 0


def test_a_board_that_does_not_answer_is_told_to_the_caller() -> None:
    stage = Stage()
    stage.board.fault = Fault.LOST_REQUEST
    with pytest.raises(TryAgain):
        now(read_board(stage.ports, None, window_around(stage.clock.now(), 30, 180), "c"))


def subscribed(stage: Stage) -> None:
    now(keep_subscriptions(stage.ports))
    stage.bells.waiting.clear()


def a_day(stage: Stage) -> int:
    """How often the first resource is rung in a day."""
    return sum(rung_over(stage, DAY, timedelta(minutes=5)), Counter())[R0]


def test_who_is_notified_is_pulled_more_rarely() -> None:
    stage = Stage()
    assert a_day(stage) == 48
    subscribed(stage)
    assert a_day(stage) == 12


def test_one_calendar_without_a_living_subscription_is_enough_to_be_pulled_as_usual() -> None:
    stage = Stage()
    subscribed(stage)
    stage.add_calendar("leave", Direction.DOWN)
    assert a_day(stage) == 48
    subscribed(stage)
    stage.clock.advance(LIFETIME)
    assert a_day(stage) == 48


def test_a_subscription_that_graph_has_not_confirmed_notifies_nobody() -> None:
    stage = Stage()
    assert isinstance(stage.ports.subscriptions, FakeSubscriptions)
    stage.ports.subscriptions.unavailable = True
    subscribed(stage)
    assert a_day(stage) == 48


def test_the_intervals_are_the_tenants_and_an_override_holds_whatever_notifies() -> None:
    stage = Stage()
    stage.tenant.tenant = Tenant(replace(OPEN, pull_minutes=60, pull_minutes_when_notified=240), "tag")
    assert a_day(stage) == 24
    subscribed(stage)
    assert a_day(stage) == 6
    stage.change_profile(overrides=Overrides(pull_minutes=15))
    assert a_day(stage) == 96


def test_what_the_board_told_before_is_told_again_to_who_has_forgotten_it() -> None:
    stage = Stage()
    stage.board.page_size = 2
    for number in range(5):
        stage.board.plan(stage.key(number), hours(24 + number), R0)
    stage.deliver()
    for row in stage.found(BoardInbox):
        del stage.rows.partitions[R0][row.address]
    window = window_around(stage.clock.now(), 30, 180)
    now(read_board(stage.ports, R0, window, "c"))
    assert not stage.found(BoardInbox)
    assert now(tell_again(stage.ports, R0, window)) == 5
    assert len(stage.found(BoardInbox)) == 5


def test_what_was_taken_off_while_it_is_told_again_does_not_come_back() -> None:
    stage = Stage()
    stage.board.plan(TASK, hours(24), R0, subject="planned")
    stage.deliver()
    insert = stage.rows.insert

    async def insert_late(resource: ResourceId, rows: list[Row]) -> None:
        stage.rows.insert = insert  # type: ignore[method-assign]
        stage.board.assign(TASK)
        stage.deliver()
        stage.settle()
        await insert(resource, rows)

    stage.rows.insert = insert_late  # type: ignore[assignment, method-assign]
    now(tell_again(stage.ports, R0, window_around(stage.clock.now(), 30, 180)))
    stage.settle()
    stage.pull()
    assert not stage.events(R0)
