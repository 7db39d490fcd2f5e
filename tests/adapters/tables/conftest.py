"""Tables that no other test has."""

from collections.abc import AsyncIterator

import pytest

from sync_core.adapters.tables.connection import Tables
from tests.adapters.tables.counting import Counting


@pytest.fixture
async def tables(storage: str, unique: str) -> AsyncIterator[Tables]:
    connected = Tables.from_connection_string(storage, prefix=unique)
    await connected.prepare()
    yield connected
    await connected.aclose()


@pytest.fixture
def wire() -> Counting:
    return Counting()


@pytest.fixture
async def counted(storage: str, unique: str, wire: Counting) -> AsyncIterator[Tables]:
    connected = Tables.from_connection_string(storage, unique, transport=wire)
    await connected.prepare()
    wire.count()
    yield connected
    await connected.aclose()
