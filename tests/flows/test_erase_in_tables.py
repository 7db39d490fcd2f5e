"""The storage itself is searched after somebody was erased: every row of every table, the keys and columns, too."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.adapters.tables.claims import TableClaims
from sync_core.adapters.tables.connection import ALL_TABLES, DELETIONS, TRAIL, Tables
from sync_core.adapters.tables.deletions import TableDeletions
from sync_core.adapters.tables.keys import encode_part
from sync_core.adapters.tables.overview import TableOverviews
from sync_core.adapters.tables.placements import TablePlacements
from sync_core.adapters.tables.rows import TableRows
from sync_core.adapters.tables.subscription_rows import TableSubscriptionRows
from sync_core.adapters.tables.trail import TableTrail
from sync_core.domain.appointment import Owing
from sync_core.domain.stored import Lease
from sync_core.flows.erase import erase
from sync_core.flows.offboard import OnLeaving, offboard
from sync_core.flows.profiles import find_profile
from sync_core.flows.taking_part import take_off
from sync_core.ports import Placed, Ports
from tests.adapters.tables.conftest import tables
from tests.flows.crew import ADDRESS, ANNA, Crew
from tests.flows.test_erase import busy

__all__ = ["tables"]
pytestmark = pytest.mark.services

WORDS = (ADDRESS, "anna-id", "boiler", "dentist")


async def moved(crew: Crew, tables: Tables) -> Ports:
    """The same world, with what is stored in real tables."""
    ports = replace(
        crew.ports,
        rows=TableRows(tables),
        placements=TablePlacements(tables),
        overviews=TableOverviews(tables),
        claims=TableClaims(tables),
        subscription_rows=TableSubscriptionRows(tables),
        trail=TableTrail(tables),
        deletions=TableDeletions(tables),
    )
    for resource, partition in crew.rows.partitions.items():
        leases = [row for row in partition.values() if isinstance(row, Lease)]
        await ports.rows.insert(resource, [row for row in partition.values() if not isinstance(row, Lease)])
        for lease in leases:
            await ports.rows.transact(resource, lease, None)
    for placed in crew.placements.placed.values():
        assert placed.placement is not None
        owing = Owing(placed.placement.key, placed.placement.revision, placed.placement.resources, crew.clock.now())
        await ports.placements.write([(Placed(), placed.placement, owing)])
        await ports.placements.settle(list((await ports.placements.read([placed.placement.key])).values()))
    for overview in crew.overviews.rows.values():
        await ports.overviews.put(overview)
    for calendar, owner in crew.owners.items():
        await ports.claims.claim(calendar, owner)
    for subscription in await crew.ports.subscription_rows.list():
        await ports.subscription_rows.put(subscription)
    await ports.trail.write(crew.trail.newest_first())
    await ports.deletions.add(ANNA, 3, crew.clock.now(), timedelta(hours=1))
    return ports


async def found(tables: Tables, words: Collection[str], leaving_out: Collection[str] = ()) -> dict[str, list[str]]:
    """In which rows of which tables any of these words stands, in whatever case or writing."""
    hits: dict[str, list[str]] = {}
    wanted = {writing.casefold() for word in words for writing in (word, encode_part(word))}
    for table in ALL_TABLES:
        async for entity in tables.client(table).list_entities():
            text = "".join(f"{name}={value};" for name, value in sorted(entity.items())).casefold()
            if table not in leaving_out and any(word in text for word in wanted):
                hits.setdefault(table, []).append(text)
    return hits


async def named(tables: Tables) -> list[str]:
    """The rows that name them, but what is shared with Bert, who was erased by whom, and a number for two hours."""
    rows = [row for each in (await found(tables, [ANNA], leaving_out=(TRAIL, DELETIONS))).values() for row in each]
    return [row for row in rows if "roof" not in row]


async def test_no_row_of_any_table_holds_a_word_of_who_was_erased(tables: Tables) -> None:
    ports = await moved(busy(), tables)
    before = await found(tables, WORDS)
    assert {*before} == {"sync", "placements", "subscriptions", "calendars", "trail"}
    erased = await erase(ports, ANNA, OnLeaving.KEEP)
    assert erased is not None
    assert erased.is_done
    assert await found(tables, WORDS) == {}
    assert await named(tables) == []
    assert await erase(ports, ANNA, OnLeaving.KEEP) is None


async def test_nor_of_one_who_was_taken_off_the_list_before(tables: Tables) -> None:
    ports = await moved(busy(), tables)
    await offboard(ports, ANNA, OnLeaving.KEEP)
    profile = await find_profile(ports, ANNA)
    assert profile is not None
    await take_off(ports, ANNA, profile)
    assert "sync" in await found(tables, WORDS)
    erased = await erase(ports, ANNA, OnLeaving.KEEP)
    assert erased is not None
    assert erased.is_done
    assert await found(tables, WORDS) == {}
    assert await named(tables) == []
