"""The table `overview` keeps the port's contract, and so does the fake; its cost follows what is returned."""

import asyncio
import time

import pytest

from sync_core.adapters.tables.connection import OVERVIEW, Tables
from sync_core.adapters.tables.overview import TableOverviews, entity_of
from sync_core.domain.overview import State
from sync_core.domain.resource import ResourceId
from tests.adapters.tables.counting import Counting
from tests.contracts.overview_contract import OverviewsContract, all_pages, overview
from tests.fakes.overview import FakeOverviews

MANY = 5_000


class TestFakeOverviews(OverviewsContract):
    @pytest.fixture
    def overviews(self) -> FakeOverviews:
        return FakeOverviews()


@pytest.mark.services
class TestTableOverviews(OverviewsContract):
    @pytest.fixture
    def overviews(self, tables: Tables) -> TableOverviews:
        return TableOverviews(tables)


async def fill(tables: Tables) -> None:
    """Write five thousand rows, of which every thousandth is held."""
    by_partition: dict[str, list[dict[str, object]]] = {}
    for number in range(MANY):
        state = State.HELD if number % 1000 == 0 else State.ACTIVE
        entity = entity_of(overview(f"r{number:04d}", f"Name{number} Family{number}", state))
        by_partition.setdefault(entity["PartitionKey"], []).append(entity)
    client = tables.client(OVERVIEW)
    gate = asyncio.Semaphore(4)

    async def write(entities: list[dict[str, object]]) -> None:
        async with gate:
            await client.submit_transaction([("upsert", entity) for entity in entities])

    groups = [rows[start : start + 100] for rows in by_partition.values() for start in range(0, len(rows), 100)]
    await asyncio.gather(*map(write, groups))


@pytest.mark.services
async def test_of_five_thousand_rows_a_call_costs_what_it_returns(counted: Tables, wire: Counting) -> None:
    overviews = TableOverviews(counted)
    await fill(counted)
    wire.count()
    assert await overviews.get(ResourceId("r0042")) is not None
    assert wire.count() == 1
    await overviews.put(overview("r0042"))
    assert wire.count() == 1
    first = await overviews.page(limit=100)
    assert len(first.overviews) == 100
    assert wire.count() == 1
    second = await overviews.page(limit=100, place=first.place)
    assert {row.resource for row in first.overviews}.isdisjoint(row.resource for row in second.overviews)
    assert wire.count() == 1
    assert len((await overviews.page(State.HELD)).overviews) == 5
    assert wire.count() <= 2
    assert [row.resource for row in (await overviews.page(search="family4711")).overviews] == ["r4711"]
    assert wire.count() <= 2
    assert len(await all_pages(overviews, limit=1000)) == MANY
    assert wire.count() <= 6


@pytest.mark.services
async def test_a_page_is_no_slower_for_rows_that_it_does_not_return(tables: Tables) -> None:
    overviews = TableOverviews(tables)
    await overviews.put(overview("r0000"))
    few = await fastest(overviews)
    await fill(tables)
    # Both are a few milliseconds; a scan of all would be hundreds.
    assert await fastest(overviews) < few + 0.1


async def fastest(overviews: TableOverviews) -> float:
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        await overviews.page(limit=1)
        taken.append(time.perf_counter() - began)
    return min(taken)
