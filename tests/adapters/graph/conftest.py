"""A simulated Graph for the session, and for each test a user nobody else has."""

import sys
import uuid
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from devtools.processes import Parts
from sync_core.adapters.graph.connect import Graph, connect_graph
from tests.adapters.graph.stages import FakeStage, GraphStage

TOKEN = "development-token"


class Waits(list[float]):
    """Stands in for sleeping: remembers how long, and does not."""

    async def sleep(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture(scope="session")
def simulator() -> Iterator[str]:
    """The address of the simulated Graph."""
    with Parts() as parts:
        yield parts.start("Graph simulator", [sys.executable, "-m", "simulators.graph", "--port", "0"]).address


@pytest.fixture
def waits() -> Waits:
    return Waits()


def connect(
    address: str,
    waits: Waits,
    page_size: int = 2,
    *,
    notification_url: str = "http://127.0.0.1:9/api/graph/notifications",
    lifecycle_url: str = "http://127.0.0.1:9/api/graph/lifecycle",
    token: str = TOKEN,
) -> Graph:
    return connect_graph(
        endpoint=address,
        notification_url=notification_url,
        lifecycle_url=lifecycle_url,
        development_token=token,
        page_size=page_size,
        sleep=waits.sleep,
    )


@pytest.fixture
async def graph(simulator: str, waits: Waits) -> AsyncIterator[Graph]:
    connected = connect(simulator, waits)
    yield connected
    await connected.aclose()


@pytest.fixture
async def graph_stage(graph: Graph, simulator: str) -> AsyncIterator[GraphStage]:
    async with aiohttp.ClientSession() as http:
        name = f"u{uuid.uuid4().hex[:12]}@tandem.example"
        stage = GraphStage(graph, simulator, http, name)
        # Counters, switches and faults are the whole simulator's: each test finds them as they are at first.
        await stage.control("POST", "reset")
        user = await stage.control("POST", "users", {"name": name})
        stage = GraphStage(graph, simulator, http, user["id"])
        await stage.open()
        await stage.control("DELETE", "counters")
        yield stage


@pytest.fixture
def fake_stage() -> FakeStage:
    return FakeStage()
