"""A board, a caller who knows its key, and a receiver of its webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from simulators.board.application import Options, build_application
from tests.simulators.board.calling import KEY, RESOURCES, SECRET, Caller, Receiver, receiving, serving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def board(receiver: Receiver) -> AsyncIterator[Caller]:
    options = Options(api_key=KEY, webhook_url=receiver.url, webhook_secrets=(SECRET,))
    async with serving(await build_application(options)) as url, aiohttp.ClientSession() as session:
        caller = Caller(url, session)
        await caller.control("PATCH", "webhooks", {"retry_first_seconds": 0.01, "retry_most_seconds": 0.05})
        await caller.control("PUT", "resources?announce=false", RESOURCES)
        yield caller
