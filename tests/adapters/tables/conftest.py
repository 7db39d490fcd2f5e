"""Tables that no other test has."""

from collections.abc import AsyncIterator

import pytest

from sync_core.adapters.tables.connection import Tables


@pytest.fixture
async def tables(storage: str, unique: str) -> AsyncIterator[Tables]:
    connected = Tables.from_connection_string(storage, prefix=unique)
    await connected.prepare()
    yield connected
    await connected.aclose()
