"""What the set-up check asks of tables: whether each is there, what time it is, when timers turned."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from azure.data.tables import TableServiceClient

from sync_core.adapters.tables.connection import DELETIONS, PLACEMENTS, Tables
from sync_core.adapters.tables.proofs import TableInspection, TableTurns
from sync_core.domain.errors import TryAgain
from sync_core.domain.turns import Timer, Turns

AT = datetime(2026, 11, 21, 8, tzinfo=UTC)
NOBODY = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=c2VjcmV0;"
    "TableEndpoint=http://127.0.0.1:9/devstoreaccount1;"
)


@pytest.mark.services
async def test_tables_that_are_missing_are_named(tables: Tables, storage: str, unique: str) -> None:
    inspection = TableInspection(tables)
    assert await inspection.find_missing() == []
    with TableServiceClient.from_connection_string(storage) as service:
        for table in (DELETIONS, PLACEMENTS):
            service.delete_table(unique + table)
    assert await inspection.find_missing() == [PLACEMENTS, DELETIONS]


@pytest.mark.services
async def test_the_storages_own_clock_is_read(tables: Tables) -> None:
    told_at = await TableInspection(tables).read_clock()
    assert told_at is not None
    assert abs(told_at - datetime.now(UTC)) < timedelta(seconds=10)


@pytest.mark.services
async def test_each_timer_has_its_own_turn_and_none_overwrites_anothers(tables: Tables) -> None:
    turns = TableTurns(tables)
    assert await turns.read() == Turns()
    await turns.note(Timer.PULL, AT)
    await turns.note(Timer.TIDY, AT + timedelta(hours=1))
    await turns.note(Timer.PULL, AT + timedelta(minutes=5))
    assert await turns.read() == Turns(AT + timedelta(minutes=5), None, AT + timedelta(hours=1))


@pytest.fixture
async def away() -> AsyncIterator[Tables]:
    tables = Tables.from_connection_string(NOBODY, retry_total=0)
    yield tables
    await tables.aclose()


async def test_a_storage_that_is_away_is_not_taken_for_one_without_tables(away: Tables) -> None:
    with pytest.raises(TryAgain, match="cannot be reached"):
        await TableInspection(away).find_missing()
    with pytest.raises(TryAgain):
        await TableInspection(away).read_clock()
