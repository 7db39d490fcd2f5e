"""The table `trail`: entries by month, newest first, each beside short rows by who did it and on which resource.

https://learn.microsoft.com/azure/storage/tables/table-storage-design-guidelines-for-query
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from azure.core.exceptions import AzureError
from azure.data.tables import UpdateMode

from sync_core.adapters.tables.connection import TRAIL, Tables
from sync_core.adapters.tables.documents import columns, document_of, text_of, weigh
from sync_core.adapters.tables.grouping import MOST_OPERATIONS, cut
from sync_core.adapters.tables.keys import encode_part
from sync_core.adapters.tables.reading import LARGEST_PAGE, Found, Place, Reader
from sync_core.adapters.tables.trail_keys import (
    EVERYTHING,
    MONTHS,
    between,
    by_resource,
    by_who,
    key_of,
    month_of,
    month_of_key,
)
from sync_core.adapters.tables.trouble import is_absent, translate, translated
from sync_core.domain.resource import ResourceId
from sync_core.domain.trail import TrailEntry, TrailFilter, blanked
from sync_core.parallel import in_parallel
from sync_core.ports import TrailPage

_WHO, _SHORT_ROWS = "who", ("byWho", "byResource")
_PLACES = ("PartitionKey", "RowKey", *_SHORT_ROWS)
_SHORT_WEIGHT = 2_048
# Short rows lie apart from one another in their months: each entry that they name is read for itself.
_ONE_BY_ONE = LARGEST_PAGE + 1
Entity = dict[str, Any]


class TableTrail:
    """`Trail` on Azure Table Storage. Short rows come first and go first: one without its entry is passed over."""

    def __init__(self, tables: Tables) -> None:
        self._client = tables.client(TRAIL)
        self._reader = Reader(self._client, TRAIL)
        self._places = Reader(self._client, TRAIL, _PLACES)

    async def write(self, entries: Sequence[TrailEntry]) -> None:
        """Write the short rows, and then the entries."""
        newest = {key_of(entry): entry for entry in entries}
        await self._put((row, _SHORT_WEIGHT) for entry in newest.values() for row in _short_rows(entry))
        await self._put(map(_entity_of, newest.values()))

    async def strike(self, entry: TrailEntry) -> None:
        """Remove the entry, and then its short rows."""
        key = key_of(entry)
        await self._delete([(month_of(entry.at), key)])
        await self._delete([(row["PartitionKey"], key) for row in _short_rows(entry)])

    async def page(self, wanted: TrailFilter, limit: int = 100, place: str | None = None) -> TrailPage:
        """Read one stretch of the short rows that fit best, or of month after month back in time."""
        limit = max(1, min(limit, LARGEST_PAGE))
        month = month_of_key(place) if place is not None else None
        if wanted.resource is not None or wanted.who is not None:
            return await self._page_by_short_rows(wanted, limit, place)
        if month is None:
            month = month_of(wanted.end_at) if wanted.end_at else await self._month_behind(MONTHS[0])
        oldest = month_of(wanted.begin_at) if wanted.begin_at else MONTHS[1]
        found: list[Found] = []
        while month is not None and month <= oldest and len(found) < limit:
            found += await self._reader.range(month, between(wanted), behind=place, limit=limit - len(found))
            month = await self._month_behind(month) if len(found) < limit else None
        goes_on = str(found[-1]["RowKey"]) if len(found) >= limit else None
        return TrailPage(tuple(map(_read, found)), goes_on)

    async def _page_by_short_rows(self, wanted: TrailFilter, limit: int, place: str | None) -> TrailPage:
        also, partition = "", by_who(wanted.who or "")
        if wanted.resource is not None:
            partition = by_resource(wanted.resource)
            also = f"{_WHO} eq '{encode_part(wanted.who)}'" if wanted.who is not None else ""
        keys = await self._keys_in(partition, between(wanted), place, limit, also)
        entries = [entry for entry in await self._entries(keys) if wanted.fits(entry)]
        return TrailPage(tuple(entries), keys[-1] if len(keys) >= limit else None)

    async def _keys_in(
        self, partition: str, span: tuple[str, str], behind: str | None, limit: int, also: str = ""
    ) -> list[str]:
        found = await self._reader.range(partition, span, behind=behind, limit=limit, also=also)
        return [str(row["RowKey"]) for row in found]

    async def _entries(self, keys: Sequence[str]) -> list[TrailEntry]:
        places = [(month_of_key(key), key) for key in keys]
        found = await self._reader.find(places, _ONE_BY_ONE)
        return [_read(found[place]) for place in places if place in found]

    async def _month_behind(self, month: str) -> str | None:
        """The next older month that has any entry."""
        query = f"PartitionKey gt '{month}' and PartitionKey lt '{MONTHS[1]}'"
        found = await self._places.query(query, 1)
        return str(found[0]["PartitionKey"]) if found else None

    async def forget(self, resource: ResourceId) -> int:
        """Blank the entries that the resource's short rows name."""
        count, behind = 0, None
        while keys := await self._keys_in(by_resource(resource), EVERYTHING, behind, LARGEST_PAGE):
            telling = [entry for entry in await self._entries(keys) if entry.tells_words]
            await self._put(_entity_of(blanked(entry)) for entry in telling)
            count, behind = count + len(telling), keys[-1]
        return count

    async def bury(self, before: datetime) -> int:
        """Remove what is older, the entries last, since a repeat finds the rest by them."""
        count = 0
        months = f"PartitionKey ge '{month_of(before)}' and PartitionKey lt '{MONTHS[1]}'"
        older = f"RowKey ge '{between(TrailFilter(end_at=before))[0]}'"
        while found := await self._places.query(f"{months} and {older}", LARGEST_PAGE):
            short = [(one.get(name), str(one["RowKey"])) for one in found for name in _SHORT_ROWS]
            await self._delete([(partition, key) for partition, key in short if partition])
            await self._delete([(str(one["PartitionKey"]), str(one["RowKey"])) for one in found])
            count += len(found)
        return count

    async def _put(self, weighed: Iterable[tuple[Entity, int]]) -> None:
        by_partition: defaultdict[str, list[tuple[Entity, int]]] = defaultdict(list)
        for entity, weight in weighed:
            by_partition[entity["PartitionKey"]].append((entity, weight))
        await in_parallel(self._put_group, [group for each in by_partition.values() for group in cut(each)])

    async def _put_group(self, entities: Sequence[Entity]) -> None:
        replacing = {"mode": UpdateMode.REPLACE}
        with translated(TRAIL):
            await self._client.submit_transaction([("upsert", entity, replacing) for entity in entities])

    async def _delete(self, places: Sequence[Place]) -> None:
        by_partition: defaultdict[str, list[Place]] = defaultdict(list)
        for place in places:
            by_partition[place[0]].append(place)
        groups = [
            each[begin : begin + MOST_OPERATIONS]
            for each in by_partition.values()
            for begin in range(0, len(each), MOST_OPERATIONS)
        ]
        await in_parallel(self._delete_group, groups)

    async def _delete_group(self, places: Sequence[Place]) -> None:
        entities = [{"PartitionKey": partition, "RowKey": key} for partition, key in places]
        try:
            await self._client.submit_transaction([("delete", entity, {}) for entity in entities])
        except AzureError as error:
            if not is_absent(error):
                raise translate(error, TRAIL) from error
            if len(places) > 1:  # one that is gone already undoes the whole group
                for place in places:
                    await self._delete_group([place])


def _entity_of(entry: TrailEntry) -> tuple[Entity, int]:
    key, text = key_of(entry), document_of(TrailEntry).write(entry)
    short = dict(zip(_SHORT_ROWS, (row["PartitionKey"] for row in _short_rows(entry)), strict=False))
    return {"PartitionKey": month_of(entry.at), "RowKey": key, **columns(text), **short}, weigh(text, key)


def _short_rows(entry: TrailEntry) -> list[Entity]:
    """The one by who did it, and then the one of its resource, if it has any."""
    partitions = [by_who(entry.who), *([by_resource(entry.resource)] if entry.resource is not None else [])]
    return [{"PartitionKey": each, "RowKey": key_of(entry), _WHO: encode_part(entry.who)} for each in partitions]


def _read(entity: Found) -> TrailEntry:
    address = str(entity["RowKey"])
    entry: TrailEntry = document_of(TrailEntry).read(text_of(entity, address), address)
    return entry
