"""Subscriptions: the fake, and the SDK before a simulated Graph."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sync_core.adapters.graph.subscriptions import GraphSubscriptions
from sync_core.domain.errors import CalendarRefused, Refused
from sync_core.domain.resource import CalendarRef
from sync_core.domain.subscription import Subscription
from tests.adapters.graph.stages import GraphStage, MovingClock
from tests.contracts.subscriptions_contract import SubscriptionsContract, SubscriptionsStage, in_days, wanted
from tests.fakes.subscriptions import FakeSubscriptions


class FakeSubscriptionsStage:
    def __init__(self) -> None:
        self.subscriptions = FakeSubscriptions(MovingClock())
        self.calendar, self.other = CalendarRef("ada", "main"), CalendarRef("ada", "other")

    async def active(self) -> Sequence[str]:
        return list(self.subscriptions.active)

    async def lose(self, subscription: Subscription) -> None:
        self.subscriptions.lose(subscription.id)

    async def refuse_mailbox(self) -> None:
        self.subscriptions.refused_mailboxes.add("ada")

    async def be_unavailable(self) -> None:
        self.subscriptions.unavailable = True


class GraphSubscriptionsStage:
    def __init__(self, stage: GraphStage, listener: str) -> None:
        self.subscriptions = GraphSubscriptions(stage.graph.sdk, f"{listener}/notifications", f"{listener}/lifecycle")
        self.stage = stage
        self.calendar, self.other = stage.calendar, stage.other

    async def shown(self) -> list[dict[str, object]]:
        listed: list[dict[str, object]] = (await self.stage.control("GET", "subscriptions"))["value"]
        return listed

    async def active(self) -> Sequence[str]:
        return [str(one["id"]) for one in await self.shown()]

    async def lose(self, subscription: Subscription) -> None:
        await self.stage.control("POST", f"subscriptions/{subscription.id}/lifecycle", {"event": "subscriptionRemoved"})

    async def refuse_mailbox(self) -> None:
        await self.stage.refuse_mailbox()

    async def be_unavailable(self) -> None:
        await self.stage.control("POST", "faults", {"kind": "unavailable", "count": -1})


@pytest.fixture
async def listener() -> AsyncIterator[str]:
    """An address that answers the validation handshake, as Graph wants it."""

    async def validate(request: web.Request) -> web.Response:
        return web.Response(text=request.query.get("validationToken", ""))

    application = web.Application()
    application.router.add_post("/{tail:.*}", validate)
    server = TestServer(application)
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@pytest.fixture
def graph_subscriptions(graph_stage: GraphStage, listener: str) -> GraphSubscriptionsStage:
    return GraphSubscriptionsStage(graph_stage, listener)


class TestFakeSubscriptions(SubscriptionsContract):
    @pytest.fixture
    def stage(self) -> SubscriptionsStage:
        return FakeSubscriptionsStage()


@pytest.mark.services
class TestGraphSubscriptions(SubscriptionsContract):
    @pytest.fixture
    def stage(self, graph_subscriptions: GraphSubscriptionsStage) -> SubscriptionsStage:
        return graph_subscriptions


@pytest.mark.services
async def test_a_subscription_names_calendar_addresses_and_client_state(
    graph_subscriptions: GraphSubscriptionsStage, listener: str
) -> None:
    await graph_subscriptions.subscriptions.create(wanted(graph_subscriptions.calendar), in_days(1))
    [shown] = await graph_subscriptions.shown()
    calendar = graph_subscriptions.calendar
    assert shown["resource"] == f"/users/{calendar.mailbox}/calendars/{calendar.calendar}/events"
    assert shown["changeType"] == "created,updated,deleted"
    assert shown["notificationUrl"] == f"{listener}/notifications"
    assert shown["lifecycleNotificationUrl"] == f"{listener}/lifecycle"
    assert shown["clientState"] == "slot-1.secret"


@pytest.mark.services
async def test_an_address_that_does_not_answer_is_said_in_words(graph_stage: GraphStage) -> None:
    with pytest.raises(Refused) as caught:
        await graph_stage.graph.subscriptions.create(wanted(graph_stage.calendar), in_days(1))
    assert not isinstance(caught.value, CalendarRefused)
    assert "secret" not in caught.value.reason


async def test_nothing_is_asked_to_delete_what_never_got_an_id() -> None:
    subscriptions = GraphSubscriptions(sdk=None, notification_url="", lifecycle_url="")  # type: ignore[arg-type]
    await subscriptions.delete(replace(wanted(CalendarRef("ada", "main"))))
