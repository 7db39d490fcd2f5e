"""The table `deletions` keeps the port's contract, and so does the fake; it stays small."""

from datetime import timedelta

import pytest

from sync_core.adapters.tables import deletions as module
from sync_core.adapters.tables.connection import DELETIONS, Tables
from sync_core.adapters.tables.deletions import TableDeletions
from tests.adapters.tables.counting import Counting
from tests.contracts.deletions_contract import ADA, HOUR, NOON, DeletionsContract
from tests.fakes.deletions import FakeDeletions


class TestFakeDeletions(DeletionsContract):
    @pytest.fixture
    def deletions(self) -> FakeDeletions:
        return FakeDeletions()

    @pytest.fixture
    def same_deletions(self, deletions: FakeDeletions) -> FakeDeletions:
        return deletions


@pytest.mark.services
class TestTableDeletions(DeletionsContract):
    @pytest.fixture
    def deletions(self, tables: Tables) -> TableDeletions:
        return TableDeletions(tables)

    @pytest.fixture
    def same_deletions(self, tables: Tables) -> TableDeletions:
        return TableDeletions(tables)


async def rows_in(tables: Tables) -> list[str]:
    return [entity["RowKey"] async for entity in tables.client(DELETIONS).list_entities()]


@pytest.mark.services
async def test_adding_costs_two_requests_and_a_third_once_an_hour(counted: Tables, wire: Counting) -> None:
    deletions = TableDeletions(counted)
    await deletions.add(ADA, 1, NOON, HOUR)
    assert wire.count() == 3
    for minute in range(5):
        await deletions.add(ADA, 1, NOON + timedelta(minutes=minute), HOUR)
        assert wire.count() == 2


@pytest.mark.services
async def test_what_is_old_is_swept_and_what_still_counts_is_not(tables: Tables) -> None:
    deletions = TableDeletions(tables)
    for hour in range(8):
        await deletions.add(ADA, 1, NOON + hour * HOUR, HOUR)
        await deletions.add(ADA, 1, NOON + hour * HOUR + timedelta(minutes=30), HOUR)
    assert await deletions.add(ADA, 0, NOON + 7.5 * HOUR, HOUR) == 2
    assert len(await rows_in(tables)) == 6


@pytest.mark.services
async def test_a_call_sweeps_a_bounded_number_and_the_next_goes_on(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_SWEPT", 3)
    deletions = TableDeletions(tables)
    for minute in range(7):
        await deletions.add(ADA, 1, NOON + timedelta(minutes=minute), HOUR)
    left = []
    for second in range(4):
        await deletions.add(ADA, 0, NOON + 24 * HOUR + timedelta(seconds=second), HOUR)
        left.append(len(await rows_in(tables)))
    assert left == [4, 1, 0, 0]


@pytest.mark.services
async def test_two_who_sweep_the_same_rows_do_not_disturb_each_other(tables: Tables) -> None:
    one, other = TableDeletions(tables), TableDeletions(tables)
    await one.add(ADA, 1, NOON, HOUR)
    later = NOON + 24 * HOUR
    old = [entity async for entity in tables.client(DELETIONS).list_entities()]
    await tables.client(DELETIONS).delete_entity(old[0])
    await one._delete((old[0]["PartitionKey"], [old[0]["RowKey"]]))
    assert await other.add(ADA, 2, later, HOUR) == 2
