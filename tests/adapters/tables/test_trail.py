"""The table `trail` keeps the port's contract, and so does the fake; a page costs what it returns."""

import pytest

from sync_core.adapters.tables.connection import TRAIL, Tables
from sync_core.adapters.tables.trail import TableTrail
from sync_core.adapters.tables.trail_keys import month_of
from sync_core.domain.trail import TrailFilter
from tests.adapters.tables.counting import Counting
from tests.contracts.trail_contract import ANNA, DAY, NOON, TrailContract, all_pages, entry
from tests.fakes.trail import FakeTrail


class TestFakeTrail(TrailContract):
    @pytest.fixture
    def trail(self) -> FakeTrail:
        return FakeTrail()


@pytest.mark.services
class TestTableTrail(TrailContract):
    @pytest.fixture
    def trail(self, tables: Tables) -> TableTrail:
        return TableTrail(tables)


@pytest.mark.services
@pytest.mark.timeout(120)
async def test_of_thousands_of_entries_a_page_costs_what_it_returns(counted: Tables, wire: Counting) -> None:
    trail = TableTrail(counted)
    await trail.write([entry(number, f"r{number % 50}", f"w{number % 5}", days=number / 10) for number in range(3_000)])
    await trail.write([entry(9_999, "anna", "rare", days=250.05)])
    wire.count()
    assert len((await trail.page(TrailFilter(), 100)).entries) == 100
    assert wire.count() <= 4
    assert [one.who for one in (await trail.page(TrailFilter(resource=ANNA))).entries] == ["rare"]
    assert wire.count() == 2
    assert [one.who for one in (await trail.page(TrailFilter(who="rare"))).entries] == ["rare"]
    assert wire.count() == 2
    week = TrailFilter(NOON - 207 * DAY, NOON - 200 * DAY)
    assert len(await all_pages(trail, week, limit=500)) == 70
    assert wire.count() <= 4
    assert await trail.bury(NOON - 100 * DAY) == 2_000
    assert len(await all_pages(trail, limit=1_000)) == 1_001


@pytest.mark.services
async def test_an_entry_whose_writing_broke_off_is_not_there(tables: Tables) -> None:
    trail = TableTrail(tables)
    await trail.write([entry(1), entry(2)])
    client = tables.client(TRAIL)
    whole = [one async for one in client.query_entities(f"PartitionKey eq '{month_of(NOON)}'")]
    await client.delete_entity(month_of(NOON), whole[0]["RowKey"])
    for wanted in (TrailFilter(who="ada"), TrailFilter(resource=ANNA)):
        assert await all_pages(trail, wanted, limit=1) == [entry(2)]
