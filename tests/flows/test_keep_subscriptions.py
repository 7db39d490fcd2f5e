"""Every calendar that is read has one living subscription whose secret we knew before Graph did."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from sync_core.domain.profile import Participation
from sync_core.domain.resource import Direction, ResourceId
from sync_core.domain.subscription import LIFETIME, Subscription
from sync_core.flows.keep_subscriptions import SubscriptionsReport, keep_subscriptions
from sync_core.ports import SubscriptionRows, Subscriptions, Tenant
from tests.fakes.subscriptions import FakeSubscriptions
from tests.flows.stage import BOTH, R0, R1, Stage, now
from tests.machine.peril import Crash, Perilous, Worker, drive
from tests.machine.world import OPEN


def keep(stage: Stage, resource: ResourceId | None = None) -> SubscriptionsReport:
    return now(keep_subscriptions(stage.ports, resource))


def rows(stage: Stage) -> list[Subscription]:
    return list(now(stage.ports.subscription_rows.list()))


def graph(stage: Stage) -> FakeSubscriptions:
    subscriptions = stage.ports.subscriptions
    assert isinstance(subscriptions, FakeSubscriptions)
    return subscriptions


def test_each_calendar_that_is_read_gets_one_and_the_resource_reads_what_it_missed() -> None:
    stage = Stage(BOTH, Direction.UP)
    stage.add_calendar("private", Direction.DOWN)
    stage.settle()
    assert keep(stage).created == 3
    assert {(one.resource, one.calendar) for one in graph(stage).active.values()} == {
        (R0, stage.profile(R0).calendars[0].ref),
        (R0, stage.profile(R0).calendars[1].ref),
        (R1, stage.profile(R1).calendars[0].ref),
    }
    assert {one.job.resource for one in stage.bells.waiting} == {R0, R1}


def test_a_calendar_that_is_not_read_gets_none() -> None:
    stage = Stage(Direction.NONE)
    assert keep(stage) == SubscriptionsReport()
    assert not graph(stage).active


def test_the_secret_is_on_record_before_graph_is_asked() -> None:
    stage = Stage()
    known: list[str | None] = []

    class Watching(FakeSubscriptions):
        async def create(self, subscription: Subscription, expires_at: datetime) -> Subscription:
            row = await stage.ports.subscription_rows.get(subscription.slot)
            known.append(row.client_state if row else None)
            return await super().create(subscription, expires_at)

    watching = Watching(stage.clock)
    now(keep_subscriptions(replace(stage.ports, subscriptions=watching)))
    assert known == [one.client_state for one in watching.active.values()]


def test_a_worker_killed_at_any_step_leaves_one_subscription_per_calendar() -> None:
    at = 0
    while True:
        at += 1
        stage = Stage()
        worker = Worker(crash_at=at)
        ports = replace(
            stage.ports,
            subscriptions=cast(Subscriptions, Perilous(stage.ports.subscriptions, worker)),
            subscription_rows=cast(SubscriptionRows, Perilous(stage.ports.subscription_rows, worker)),
        )
        try:
            drive(keep_subscriptions(ports))
        except Crash:
            keep(stage)
        (active,) = graph(stage).active.values()
        (row,) = rows(stage)
        assert (row.id, row.client_state) == (active.id, active.client_state), f"killed {worker.trace[-1]}"
        if not worker.is_dead:
            break
    assert at > 6


def test_nothing_is_asked_of_graph_before_half_life() -> None:
    stage = Stage()
    keep(stage)
    graph(stage).calls.clear()
    stage.clock.advance(LIFETIME / 2 - timedelta(minutes=1))
    assert keep(stage) == SubscriptionsReport()
    assert not graph(stage).calls


def test_at_half_life_it_is_renewed_and_rests_until_half_of_what_it_got() -> None:
    stage = Stage()
    keep(stage)
    stage.clock.advance(LIFETIME / 2)
    assert keep(stage).renewed == 1
    (row,) = rows(stage)
    assert row.expires_at == stage.clock.now() + LIFETIME
    assert row.renew_at == stage.clock.now() + LIFETIME / 2
    assert keep(stage) == SubscriptionsReport()


@pytest.mark.parametrize("is_lost", [True, False], ids=["lost at Graph", "expired"])
def test_one_that_lives_no_more_is_made_anew(is_lost: bool) -> None:
    stage = Stage()
    keep(stage)
    (before,) = rows(stage)
    graph(stage).lose(before.id)
    stage.clock.advance(LIFETIME / 2 if is_lost else LIFETIME + timedelta(hours=1))
    stage.bells.waiting.clear()
    assert keep(stage).created == 1
    (after,) = rows(stage)
    assert (after.client_state, after.id != before.id) == (before.client_state, True)
    assert [one.job.resource for one in stage.bells.waiting] == [R0]


def test_without_an_answer_the_secret_is_kept_and_the_next_tick_tries_again() -> None:
    stage = Stage()
    graph(stage).unavailable = True
    assert keep(stage).failed == 1
    (before,) = rows(stage)
    graph(stage).unavailable = False
    assert keep(stage).created == 1
    (after,) = rows(stage)
    assert after.client_state == before.client_state


def test_a_mailbox_that_refuses_us_stops_no_other() -> None:
    stage = Stage(BOTH, BOTH)
    graph(stage).refused_mailboxes.add(stage.calendars[R0].mailbox)
    report = keep(stage)
    assert (report.failed, report.created) == (1, 1)
    assert [one.resource for one in graph(stage).active.values()] == [R1]


@pytest.mark.parametrize(
    "change",
    [{"participation": Participation.OFFBOARDED}, {"calendars": ()}, {"direction": Direction.NONE}],
    ids=["off-boarded", "without a calendar", "closed"],
)
def test_what_nobody_needs_any_more_is_dropped_at_graph_and_here(change: dict[str, Any]) -> None:
    stage = Stage(BOTH, BOTH)
    keep(stage)
    stage.change_profile(R0, **change)
    assert keep(stage).dropped == 1
    assert [one.resource for one in graph(stage).active.values()] == [R1]
    assert [one.resource for one in rows(stage)] == [R1]


def test_what_could_not_be_dropped_is_dropped_at_the_next_tick() -> None:
    stage = Stage()
    keep(stage)
    stage.change_profile(R0, participation=Participation.OFFBOARDED)
    graph(stage).unavailable = True
    assert keep(stage).failed == 1
    assert rows(stage)
    graph(stage).unavailable = False
    assert keep(stage).dropped == 1
    assert not rows(stage)


def test_one_resource_alone_can_be_kept_and_no_other_is_touched() -> None:
    stage = Stage(BOTH, BOTH)
    assert keep(stage, R1).created == 1
    stage.change_profile(R1, participation=Participation.OFFBOARDED)
    assert keep(stage, R0).created == 1
    assert {one.resource for one in graph(stage).active.values()} == {R0, R1}


def test_who_is_outside_the_pilot_has_none() -> None:
    stage = Stage(BOTH, BOTH)
    keep(stage)
    stage.tenant.tenant = Tenant(replace(OPEN, pilot_resources=(R1,)), "tag")
    assert keep(stage).dropped == 1
    assert [one.resource for one in graph(stage).active.values()] == [R1]


def test_who_is_leaving_keeps_theirs_until_the_end() -> None:
    stage = Stage()
    keep(stage)
    stage.change_profile(participation=Participation.LEAVING)
    assert keep(stage) == SubscriptionsReport()
    assert graph(stage).active


def test_a_calendar_that_only_gives_down_needs_none_while_the_tenant_takes_no_events() -> None:
    stage = Stage()
    stage.add_calendar("leave", Direction.DOWN)
    stage.tenant.tenant = Tenant(replace(OPEN, events_down=False), "tag")
    assert keep(stage).created == 1
    assert [one.calendar for one in graph(stage).active.values()] == [stage.calendars[R0]]
