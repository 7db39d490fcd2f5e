"""Graph's notifications: a handshake is echoed, what is ours rings, what is not is dropped, and all of it is 202."""

import asyncio
import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from sync_core.domain.errors import TryAgain
from sync_core.domain.identity import ConnectorId
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.domain.stored import Job
from sync_core.domain.subscription import Subscription, SubscriptionId
from sync_core.web import notifications
from sync_core.web.http import Headers, Request, Response
from sync_core.web.notifications import LARGEST_BODY, LONGEST_TOKEN, answer_handshake, receive_notifications
from tests.fakes.bells import FakeBells
from tests.fakes.clock import FakeClock
from tests.fakes.names import FakeNames
from tests.fakes.subscription_rows import FakeSubscriptionRows
from tests.web.posting import ports_with

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def subscription(slot: str, resource: str) -> Subscription:
    return Subscription(
        slot, ResourceId(resource), CalendarRef("ada", "c"), f"{slot}.secret", SubscriptionId(f"s-{slot}"), NOW, NOW
    )


class World:
    """The ports a notification needs; the others are not there, so that touching one fails."""

    def __init__(self, bells: FakeBells | None = None) -> None:
        self.clock = FakeClock(NOW)
        self.bells = bells or FakeBells(self.clock)
        self.rows = FakeSubscriptionRows()
        self.rows.slots = {each.slot: each for each in (subscription("a", "ada"), subscription("b", "ben"))}
        self.ports = ports_with(
            connector=ConnectorId("c"),
            clock=self.clock,
            names=FakeNames(),
            bells=self.bells,
            subscription_rows=self.rows,
        )

    async def receive(self, body: bytes) -> Response:
        request = Request("POST", "/api/graph/notifications", Headers({}), {}, body)
        return await receive_notifications(self.ports, request, "corr-1")

    async def notify(self, *entries: object) -> Response:
        return await self.receive(json.dumps({"value": entries}).encode())

    def rung(self) -> list[Job]:
        return [waiting.job for waiting in self.bells.waiting]


def entry(client_state: str = "a.secret", **more: object) -> dict[str, object]:
    """A notification as Graph's guide shows it."""
    return {
        "id": "lsgTZMr9KwAAA",
        "subscriptionId": "s-a",
        "subscriptionExpirationDateTime": "2026-11-27T08:00:00.0000000+05:30",
        "clientState": client_state,
        "changeType": "updated",
        "tenantId": "84bd8158-6d4d-4958-8b9f-9d6445542f95",
        "resource": "Users/622eaaff-0683-4862-9de4-f2ec83c2bd98/Events/AAMkAGUwNjQ4ZjIx",
        "resourceData": {"@odata.type": "#Microsoft.Graph.Event", "id": "AAMkAGUwNjQ4ZjIx"},
        **more,
    }


def handshake(token: str) -> Response | None:
    return answer_handshake(Request("POST", "/api/graph/lifecycle", Headers({}), {"validationToken": token}))


def test_the_handshake_echoes_the_token_as_plain_text() -> None:
    answer = handshake("Validation: <b>1 + 1</b> ä")
    assert answer is not None
    assert (answer.status, answer.body.decode()) == (200, "Validation: <b>1 + 1</b> ä")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_token_longer_than_any_real_one_is_not_echoed() -> None:
    longest, longer = handshake("x" * LONGEST_TOKEN), handshake("x" * (LONGEST_TOKEN + 1))
    assert longest is not None
    assert longest.status == 200
    assert longer is not None
    assert longer.status == 400
    assert b"xxx" not in longer.body


def test_a_call_without_a_token_is_no_handshake() -> None:
    assert handshake("") is None


async def test_a_notification_rings_its_resource_as_a_hint() -> None:
    world = World()
    answer = await world.notify(entry())
    assert (answer.status, answer.body) == (202, b"")
    assert world.rung() == [Job(ResourceId("ada"), NOW, "notification", "corr-1", is_hint=True)]


async def test_each_entry_is_checked_by_itself() -> None:
    world = World()
    answer = await world.notify(
        entry("b.guess"), entry("nobody.secret"), entry(""), entry("b.secret"), entry("a.secret" + "x" * 200)
    )
    assert answer.status == 202
    assert [job.resource for job in world.rung()] == ["ben"]


async def test_the_same_change_told_three_times_costs_one_read_and_one_bell() -> None:
    world = World()
    reads: list[str] = []
    get = world.rows.get

    async def counted(slot: str) -> Subscription | None:
        reads.append(slot)
        return await get(slot)

    world.rows.get = counted  # type: ignore[method-assign]
    await world.notify(entry(), entry(id="other"), entry(changeType="created"))
    assert reads == ["a"]
    assert len(world.rung()) == 1


@pytest.mark.parametrize("lifecycle", ["reauthorizationRequired", "subscriptionRemoved", "missed", "newKindOfGraph"])
async def test_a_lifecycle_entry_rings_more_than_a_hint(lifecycle: str) -> None:
    world = World()
    told = {"subscriptionId": "s-a", "clientState": "a.secret", "lifecycleEvent": lifecycle, "tenantId": "t"}
    assert (await world.notify(told)).status == 202
    assert [(job.resource, job.reason, job.is_hint) for job in world.rung()] == [("ada", "lifecycle", False)]


async def test_a_removed_subscription_is_left_for_the_timer_to_create() -> None:
    world = World()
    await world.notify({"subscriptionId": "s-a", "clientState": "a.secret", "lifecycleEvent": "subscriptionRemoved"})
    assert world.rows.slots["a"].id == ""
    assert world.rows.slots["b"].id == "s-b"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"value": {}}',
        b'{"value": null}',
        b"[" * 100_000,
        b'{"value": [1, null, "a", [], {}]}',
        b'{"value": [{"clientState": 5, "subscriptionId": "s-a"}]}',
        b'{"value": []}',
    ],
)
async def test_what_cannot_be_read_is_taken_and_left_alone(body: bytes) -> None:
    world = World()
    assert (await world.receive(body)).status == 202
    assert world.rung() == []


async def test_a_body_over_the_limit_is_not_even_parsed() -> None:
    world = World()
    good = json.dumps({"value": [entry()]}).encode()
    assert (await world.receive(good + b" " * (LARGEST_BODY - len(good) + 1))).status == 202
    assert world.rung() == []


async def test_one_unreadable_entry_does_not_sink_the_others_and_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    with caplog.at_level(logging.INFO, "tandem"):
        assert (await world.notify({"clientState": 1}, entry(), "what")).status == 202
    assert [job.resource for job in world.rung()] == ["ada"]
    assert "unreadable=2" in caplog.text
    assert "secret" not in caplog.text


class SilentBells(FakeBells):
    """A queue that does not answer."""

    async def ring(self, jobs: Sequence[Job], delay: timedelta = timedelta(0)) -> None:
        raise TryAgain("the queue is silent", timedelta(seconds=40))


async def test_while_the_queue_is_silent_graph_is_asked_to_repeat() -> None:
    answer = await World(SilentBells(FakeClock(NOW))).notify(entry())
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "40"


async def test_storage_that_hangs_does_not_make_the_answer_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    class HangingBells(FakeBells):
        async def ring(self, jobs: Sequence[Job], delay: timedelta = timedelta(0)) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr(notifications, "PATIENCE", timedelta(milliseconds=20))
    answer = await World(HangingBells(FakeClock(NOW))).notify(entry())
    assert answer.status == 503
    assert "Retry-After" in answer.headers
