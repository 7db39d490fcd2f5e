"""A simulator served in this program, fresh for each test."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from simulators.graph.app import build_app
from simulators.graph.simulator import Simulator

from .client import Client
from .listener import Listener


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    """The simulator, over HTTP."""
    simulator = Simulator()
    async with TestClient(TestServer(build_app(simulator))) as http:
        yield Client(http, simulator)


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    """An endpoint for notifications."""
    listener = Listener()
    async with TestServer(listener.app) as server:
        listener.url = str(server.make_url("/notify"))
        yield listener
