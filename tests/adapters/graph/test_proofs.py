"""What the set-up check proves at Graph: before the simulator, and before answers that only reality gives."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sync_core.adapters.graph.connect import Graph
from sync_core.adapters.graph.proofs import CHANGES
from sync_core.domain.errors import CalendarRefused, Misconfigured, Refused, TryAgain
from sync_core.domain.profile import MailboxState
from sync_core.domain.resource import CalendarRef
from tests.adapters.graph.conftest import Waits, connect
from tests.adapters.graph.scripted import ScriptedGraph, error
from tests.adapters.graph.stages import GraphStage

CALENDAR = CalendarRef("ada", "main")
VALIDATION = "Subscription validation request failed."


class Endpoint:
    """Our notification address, which may answer as it should, or otherwise."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 200
        application = web.Application()
        application.router.add_post("/{tail:.*}", self._answer)
        self.server = TestServer(application)

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(text=request.query["validationToken"], status=self.status)


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    ours = Endpoint()
    await ours.server.start_server()
    yield ours
    await ours.server.close()


@pytest.fixture
async def reached(graph_stage: GraphStage, endpoint: Endpoint, waits: Waits) -> AsyncIterator[Graph]:
    """Graph, with our addresses where the endpoint listens."""
    ours = str(endpoint.server.make_url("/api/graph"))
    graph = connect(graph_stage.address, waits, notification_url=f"{ours}/notifications", lifecycle_url=f"{ours}/life")
    yield graph
    await graph.aclose()


async def subscribed(stage: GraphStage) -> list[Any]:
    listed: list[Any] = (await stage.control("GET", "subscriptions"))["value"]
    return listed


@pytest.mark.services
class TestBeforeTheSimulator:
    async def test_graph_calls_both_addresses_and_nothing_stays(
        self, reached: Graph, graph_stage: GraphStage, endpoint: Endpoint
    ) -> None:
        await reached.proofs.have_called_back(graph_stage.calendar)
        assert endpoint.asked == 2
        assert await subscribed(graph_stage) == []

    async def test_what_is_subscribed_already_is_left_alone(self, reached: Graph, graph_stage: GraphStage) -> None:
        before = await subscribe(graph_stage, reached, "created,updated,deleted")
        await reached.proofs.have_called_back(graph_stage.calendar)
        assert [each["id"] for each in await subscribed(graph_stage)] == [before]

    async def test_what_a_check_left_that_was_cut_off_is_ended_first(
        self, reached: Graph, graph_stage: GraphStage
    ) -> None:
        await subscribe(graph_stage, reached, CHANGES)
        await reached.proofs.have_called_back(graph_stage.calendar)
        assert await subscribed(graph_stage) == []

    @pytest.mark.parametrize(("status", "words"), [(403, "answered it with Forbidden"), (500, "could not prove")])
    async def test_what_our_address_answered_is_told(
        self, reached: Graph, graph_stage: GraphStage, endpoint: Endpoint, status: int, words: str
    ) -> None:
        endpoint.status = status
        with pytest.raises(Refused, match=words) as refusal:
            await reached.proofs.have_called_back(graph_stage.calendar)
        assert not isinstance(refusal.value, CalendarRefused)

    async def test_a_calendar_that_refuses_us_is_no_fault_of_the_address(
        self, reached: Graph, graph_stage: GraphStage
    ) -> None:
        await graph_stage.refuse_mailbox()
        with pytest.raises(CalendarRefused, match="ErrorAccessDenied"):
            await reached.proofs.have_called_back(graph_stage.calendar)

    async def test_graphs_own_clock_is_read(self, graph: Graph, graph_stage: GraphStage) -> None:
        await graph_stage.switch(dateSkewS=600)
        told_at = await graph.proofs.knock()
        assert told_at is not None
        assert timedelta(seconds=590) < told_at - datetime.now(UTC) < timedelta(seconds=610)

    @pytest.mark.parametrize(
        ("state", "told"),
        [
            ("active", MailboxState.READY),
            ("blocked", MailboxState.BLOCKED),
            ("deleted", MailboxState.MISSING),
            ("unlicensed", MailboxState.UNLICENSED),
        ],
    )
    async def test_a_mailbox_opens_or_says_why_not(
        self, graph: Graph, graph_stage: GraphStage, state: str, told: MailboxState
    ) -> None:
        mailbox = graph_stage.calendar.mailbox
        await graph_stage.control("PUT", f"users/{mailbox}/state", {"state": state})
        assert await graph.proofs.open_mailbox(mailbox) is told

    async def test_a_directory_that_may_not_be_read_closes_no_mailbox(
        self, graph: Graph, graph_stage: GraphStage
    ) -> None:
        await graph_stage.switch(mayReadUsers=False)
        assert await graph.proofs.open_mailbox(graph_stage.calendar.mailbox) is MailboxState.READY


async def subscribe(stage: GraphStage, graph: Graph, changes: str) -> str:
    """Subscribe beside the adapter, as an earlier process may have."""
    ours = graph.proofs._addresses[0]
    body = {
        "changeType": changes,
        "resource": f"/users/{stage.calendar.mailbox}/calendars/{stage.calendar.calendar}/events",
        "notificationUrl": ours,
        "lifecycleNotificationUrl": ours,
        "expirationDateTime": f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
    }
    headers = {"Authorization": "Bearer development-token"}
    async with stage.http.post(f"{stage.address}/v1.0/subscriptions", json=body, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        return str((await answer.json())["id"])


@pytest.mark.parametrize(
    ("status", "said", "kind", "words"),
    [
        (400, f"{VALIDATION} HTTP status code is 'NotFound'.", Refused, "answered it with NotFound"),
        (400, "Subscription validation request timed out.", Refused, "in time"),
        (400, f"{VALIDATION} The SSL connection could not be made.", Refused, "certificate"),
        (400, "top secret", Refused, "SomeCode"),
        (403, "top secret", CalendarRefused, "SomeCode"),
        (409, "top secret", TryAgain, "another check"),
        (503, "top secret", TryAgain, "asks for time"),
    ],
)
async def test_why_graph_does_not_subscribe_is_told_without_its_own_text(
    waits: Waits, status: int, said: str, kind: type[Exception], words: str
) -> None:
    graph, scripted = await scripted_graph(waits, status, {"error": {"code": "SomeCode", "message": said}})
    try:
        with pytest.raises(kind, match=words) as told:
            await graph.proofs.have_called_back(CALENDAR)
        assert "secret" not in str(told.value)
    finally:
        await graph.aclose()
        await scripted.server.close()


@pytest.mark.parametrize(
    ("status", "kind"), [(401, Misconfigured), (429, TryAgain), (500, TryAgain), (403, None), (404, None), (200, None)]
)
async def test_only_a_token_that_is_not_taken_is_a_fault_of_the_token(
    waits: Waits, status: int, kind: type[Exception] | None
) -> None:
    graph, scripted = await scripted_graph(waits, status, {"value": []} if status == 200 else error("SomeCode"))
    try:
        if kind is None:
            assert await graph.proofs.knock() == datetime(2026, 11, 21, 8, 0, 2, tzinfo=UTC)
        else:
            with pytest.raises(kind):
                await graph.proofs.knock()
    finally:
        await graph.aclose()
        await scripted.server.close()


def token(claims: object) -> str:
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims, 0)
    )


@pytest.mark.parametrize(
    ("given", "roles"),
    [
        ("development-token", None),
        ("a.b.c", None),
        ("a.!.c", None),
        (token([1]), frozenset()),
        (token({}), frozenset()),
        (token({"roles": "Mail.Read"}), frozenset()),
        (
            token({"roles": ["Calendars.ReadWrite", "User.Read.All"]}),
            frozenset({"Calendars.ReadWrite", "User.Read.All"}),
        ),
    ],
)
async def test_a_token_tells_its_permissions_or_nothing(given: str, roles: frozenset[str] | None) -> None:
    graph = connect("http://127.0.0.1:9", Waits(), token=given)
    assert await graph.proofs.read_roles() == roles
    await graph.aclose()


async def test_a_graph_that_is_away_asks_to_try_again(waits: Waits) -> None:
    graph = connect("http://127.0.0.1:9", waits)
    with pytest.raises(TryAgain):
        await graph.proofs.knock()
    await graph.aclose()


async def scripted_graph(waits: Waits, status: int, body: Any) -> tuple[Graph, ScriptedGraph]:
    scripted = ScriptedGraph(lambda *_: (status, body))
    await scripted.server.start_server()
    return connect(scripted.address, waits), scripted
