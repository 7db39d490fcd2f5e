"""What is read costs as many requests as the port promises, counted on the wire."""

import pytest

from sync_core.adapters.tables.connection import Tables
from sync_core.adapters.tables.placements import PARTITIONS, TablePlacements
from sync_core.adapters.tables.rows import TableRows
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import LinkRow
from tests.adapters.tables.counting import Counting
from tests.contracts.placements_contract import first, task
from tests.contracts.sample_rows import every_row, lease, link, profile, todo

ADA = ResourceId("ada")
pytestmark = pytest.mark.services


async def test_pending_is_one_request_and_a_commit_is_one(counted: Tables, wire: Counting) -> None:
    rows = TableRows(counted)
    tag = await rows.transact(ADA, lease("one"), None, every_row("a"))
    assert wire.count() == 1
    await rows.insert(ADA, [LinkRow(link(f"{number}")) for number in range(90)])
    assert wire.count() == 1
    pending = await rows.read_pending(ADA)
    large = [row for row in pending.rows if rows.weigh(row) > 60 * 1024]
    assert wire.count() == 1 + len(large)
    await rows.transact(ADA, lease("two"), tag, [profile(ADA)])
    await rows.transact(ADA, lease("three"), (await rows.read_pending(ADA)).lease_tag, [profile(ADA)])
    assert wire.count() <= 5 + len(large)


async def test_few_rows_are_read_by_their_keys_and_many_by_few_queries(counted: Tables, wire: Counting) -> None:
    rows = TableRows(counted)
    links = [LinkRow(link(f"{number:03d}")) for number in range(240)]
    await rows.insert(ADA, links)
    wire.count()
    assert len(await rows.get(ADA, [row.address for row in links[:10]])) == 10
    assert wire.count() == 10
    assert len(await rows.get(ADA, [*(row.address for row in links), todo("none").address])) == 240
    assert wire.count() == 21


async def test_a_batch_of_placements_costs_a_few_requests_per_partition(counted: Tables, wire: Counting) -> None:
    placements = TablePlacements(counted)
    keys = [task(f"A-{number}") for number in range(300)]
    await placements.write([first(key) for key in keys])
    assert wire.count() <= PARTITIONS
    read = await placements.read(keys)
    assert wire.count() <= PARTITIONS + 5
    await placements.settle(list(read.values()))
    assert wire.count() <= PARTITIONS
