"""A notification is believed only if it repeats our secret, and even then it is no more than a bell."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sync_core.domain.stored import Job
from sync_core.domain.subscription import NO_SUBSCRIPTION, Subscription
from sync_core.flows.keep_subscriptions import keep_subscriptions
from sync_core.flows.notify import Notice, notify
from tests.fakes.subscriptions import FakeSubscriptions
from tests.flows.stage import BOTH, R0, R1, Stage, now


def subscribed() -> Stage:
    stage = Stage(BOTH, BOTH)
    now(keep_subscriptions(stage.ports))
    stage.settle()
    return stage


def subscription(stage: Stage, resource: str = R0) -> Subscription:
    return next(one for one in now(stage.ports.subscription_rows.list()) if one.resource == resource)


def genuine(stage: Stage, resource: str = R0, lifecycle: str | None = None) -> Notice:
    known = subscription(stage, resource)
    return Notice(known.client_state, known.id, lifecycle)


def rung(stage: Stage) -> list[Job]:
    return [one.job for one in stage.bells.waiting]


def test_a_genuine_notice_rings_as_a_hint() -> None:
    stage = subscribed()
    assert now(notify(stage.ports, [genuine(stage)], "from-graph")) == 1
    (job,) = rung(stage)
    assert (job.resource, job.is_hint, job.correlation_id) == (R0, True, "from-graph")


@pytest.mark.parametrize(
    "forge",
    [
        lambda state: state[:-1] + ("0" if state[-1] != "0" else "1"),
        lambda state: state + "0",
        lambda state: state.split(".")[0],
        lambda state: state.split(".")[0] + ".",
        lambda state: "0" * 32 + "." + state.split(".")[1],
        lambda state: "",
        lambda state: state.replace(state[-1], "é"),
    ],
    ids=["wrong secret", "longer secret", "no secret", "empty secret", "unknown slot", "nothing", "no ascii"],
)
def test_a_notice_without_our_secret_is_dropped(forge: Callable[[str], str]) -> None:
    stage = subscribed()
    state = forge(subscription(stage).client_state)
    before = subscription(stage)
    forged = [Notice(state, before.id, None), Notice(state, before.id, "subscriptionRemoved")]
    assert now(notify(stage.ports, forged)) == 0
    assert not rung(stage)
    assert subscription(stage) == before


def test_a_forged_notice_among_genuine_ones_sinks_none_of_them() -> None:
    stage = subscribed()
    notices = [Notice("x.y", "z"), genuine(stage, R1), Notice("", ""), genuine(stage, R0)]
    assert now(notify(stage.ports, notices)) == 2
    assert {job.resource for job in rung(stage)} == {R0, R1}


def test_many_notices_of_one_resource_ring_it_once() -> None:
    stage = subscribed()
    assert now(notify(stage.ports, [genuine(stage)] * 20)) == 1
    assert len(rung(stage)) == 1


@pytest.mark.parametrize("lifecycle", ["missed", "reauthorizationRequired", "subscriptionRemoved"])
def test_what_happened_to_a_subscription_rings_as_more_than_a_hint(lifecycle: str) -> None:
    stage = subscribed()
    now(notify(stage.ports, [genuine(stage), genuine(stage, lifecycle=lifecycle), genuine(stage)]))
    (job,) = rung(stage)
    assert not job.is_hint


def test_a_subscription_that_asks_for_it_is_renewed_at_the_next_tick() -> None:
    stage = subscribed()
    stage.clock.advance(timedelta(minutes=5))
    expired_at = subscription(stage).expires_at
    now(notify(stage.ports, [genuine(stage, lifecycle="reauthorizationRequired")]))
    assert now(keep_subscriptions(stage.ports)).renewed == 1
    renewed_until = subscription(stage).expires_at
    assert expired_at is not None
    assert renewed_until is not None
    assert renewed_until > expired_at


def test_a_removed_subscription_is_made_anew_at_the_next_tick_under_the_same_secret() -> None:
    stage = subscribed()
    before = subscription(stage)
    assert isinstance(stage.ports.subscriptions, FakeSubscriptions)
    stage.ports.subscriptions.lose(before.id)
    now(notify(stage.ports, [genuine(stage, lifecycle="subscriptionRemoved")]))
    assert subscription(stage).id == NO_SUBSCRIPTION
    assert now(keep_subscriptions(stage.ports)).created == 1
    after = subscription(stage)
    assert after.id not in (before.id, NO_SUBSCRIPTION)
    assert after.client_state == before.client_state


def test_a_missed_notification_is_made_up_for_by_reading() -> None:
    stage = subscribed()
    stage.own(4)
    now(notify(stage.ports, [genuine(stage, lifecycle="missed")]))
    stage.settle()
    assert [block.subject for block in stage.blocks()] == ["dentist"]
