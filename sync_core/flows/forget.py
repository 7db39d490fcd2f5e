"""Forget what is stored of one resource: placements while links name them, a journal in its time, or every row."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import timedelta

from sync_core.domain.appointment import AppointmentKey
from sync_core.domain.choices import Choices
from sync_core.domain.link import Link, Origin
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import (
    Address,
    BoardInbox,
    ByAppointment,
    Cursor,
    Family,
    Held,
    JournalPage,
    LinkRow,
    OutlookInbox,
    ProfileRow,
    Row,
)
from sync_core.flows.batches import MOST_OPERATIONS
from sync_core.ports import Placed, Ports

_NAMES = {
    ProfileRow: "profile",
    LinkRow: "links",
    JournalPage: "journal entries",
    BoardInbox: "appointments that waited",
    OutlookInbox: "events that waited",
    Held: "what was held",
    Cursor: "places in calendars",
}


async def count_rows(ports: Ports, resource: ResourceId) -> Mapping[str, int]:
    """How much is stored of a resource in its own partition, by words for an admin."""
    counts: Counter[str] = Counter()
    async for row in _every_row(ports, resource):
        name = next((name for kind, name in _NAMES.items() if isinstance(row, kind)), "")
        counts[name] += len(row.entries) if isinstance(row, JournalPage) else 1
    counts.pop("", None)  # what only serves finding the rest
    return counts


async def old_journal(ports: Ports, resource: ResourceId, choices: Choices) -> list[Address]:
    """The addresses of a resource's journal that is older than the tenant keeps it; only those are read."""
    before = ports.clock.now() - timedelta(days=choices.journal_days)
    found: list[Address] = []
    # The journal lies newest first; pages of the same millisecond lie behind this address.
    after: Address = JournalPage(before, "", ()).address[:2]
    while pages := await ports.rows.scan(resource, (Family.JOURNAL,), after):
        found += [row.address for row in pages if isinstance(row, JournalPage) and row.at < before]
        after = pages[-1].address
    return found


async def count_placements(ports: Ports, resource: ResourceId) -> int:
    """How many appointments are planned on this resource and on nobody else."""
    return len(await _its_own(ports, resource))


async def forget_placements(ports: Ports, resource: ResourceId) -> int:
    """Remove every appointment that is planned on this resource and on nobody else; returns how many.

    One that others share is theirs as well and stays. One that moves meanwhile is left, too: it is told anew then.
    """
    return await _remove(ports, await _its_own(ports, resource))


async def forget_blocks(ports: Ports, resource: ResourceId, links: Iterable[Link]) -> int:
    """Remove what the board said of the worker's own events, which these links name for the last time."""
    keys = [link.appointment for link in links if link.origin is Origin.OUTLOOK and link.appointment is not None]
    return await _remove(ports, await _planned_on_nobody_else(ports, resource, keys))


async def _remove(ports: Ports, own: Sequence[Placed]) -> int:
    for begin in range(0, len(own), MOST_OPERATIONS):
        await ports.placements.remove(own[begin : begin + MOST_OPERATIONS])
    return len(own)


async def _its_own(ports: Ports, resource: ResourceId) -> list[Placed]:
    keys: dict[AppointmentKey, None] = {}
    async for row in _every_row(ports, resource):
        if isinstance(row, BoardInbox | ByAppointment):
            keys[row.key] = None
        elif isinstance(row, LinkRow) and row.link.appointment is not None:
            keys[row.link.appointment] = None
    return await _planned_on_nobody_else(ports, resource, list(keys))


async def _planned_on_nobody_else(ports: Ports, resource: ResourceId, keys: Sequence[AppointmentKey]) -> list[Placed]:
    found = await ports.placements.read(keys) if keys else {}
    return [one for one in found.values() if one.placement and one.placement.resources == (resource,)]


async def _every_row(ports: Ports, resource: ResourceId) -> AsyncIterator[Row]:
    after: Address | None = None
    while rows := await ports.rows.scan(resource, (), after):
        for row in rows:
            yield row
        after = rows[-1].address
