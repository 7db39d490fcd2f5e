"""Reads entities by key and by ranges of keys.

Queries and their pages: https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables.aio import TableClient

from sync_core.adapters.tables.documents import FIRST_COLUMNS, is_split
from sync_core.adapters.tables.keys import END
from sync_core.adapters.tables.trouble import is_absent, translated
from sync_core.parallel import in_parallel

LARGEST_PAGE = 1_000
# A filter takes 15 comparisons; three of them name the partition and the range.
MOST_KEYS = 12
LONGEST_FILTER = 4_000
Place = tuple[str, str]


class Found(dict[str, Any]):
    """An entity as it was read, with the storage's mark."""

    def __init__(self, entity: Any) -> None:
        super().__init__(entity)
        self.tag = str(entity.metadata["etag"])


class Reader:
    """Reads one table."""

    def __init__(self, client: TableClient, table: str, columns: Sequence[str] = FIRST_COLUMNS) -> None:
        self._client = client
        self._table = table
        self._columns = list(columns)

    async def entity(self, partition: str, key: str) -> Found | None:
        """Read one entity; None if there is none."""
        with translated(self._table):
            try:
                return Found(await self._client.get_entity(partition, key))
            except ResourceNotFoundError as error:
                if is_absent(error):
                    return None
                raise

    async def find(self, places: Sequence[Place], few: int) -> dict[Place, Found]:
        """Read entities by partition and key; those that do not exist are left out.

        Fewer than `few` neighbours (of one partition and the same beginning of the key) are read one by one. More are
        asked for by queries, which cost the client a tenth, but make the service walk all that lies between them: once
        in all, since each query walks a stretch of its own.
        """
        neighbours: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for partition, key in dict.fromkeys(places):
            neighbours[partition, "".join(key.split(END)[:2])].append(key)
        groups = [
            (partition, keys)
            for (partition, _), among in neighbours.items()
            for keys in ([[key] for key in among] if len(among) < few else _stretches(among))
        ]
        found = await in_parallel(self._pick, groups)
        return {
            (partition, str(entity["RowKey"])): entity
            for (partition, _), entities in zip(groups, found, strict=True)
            for entity in entities
        }

    async def _pick(self, group: tuple[str, Sequence[str]]) -> Sequence[Found]:
        partition, keys = group
        if len(keys) == 1:
            entity = await self.entity(partition, keys[0])
            return [entity] if entity else []
        between = f"RowKey ge '{keys[0]}' and RowKey le '{keys[-1]}'"
        these = " or ".join(f"RowKey eq '{key}'" for key in keys)
        return await self._complete(
            partition, await self.query(f"PartitionKey eq '{partition}' and {between} and ({these})")
        )

    async def range(
        self,
        partition: str,
        between: tuple[str, str],
        *,
        behind: str | None = None,
        limit: int | None = None,
        also: str = "",
    ) -> Sequence[Found]:
        """Read the entities of a partition from the first key up to but not including the second, in order of keys.

        `behind` begins after that key instead; `limit` ends after so many; `also` is one more condition of the filter.
        """
        start, end = between
        begin = f"RowKey gt '{behind}'" if behind is not None and behind >= start else f"RowKey ge '{start}'"
        # Keys are encoded, so that nothing in them can end the quotes.
        query = f"PartitionKey eq '{partition}' and {begin} and RowKey lt '{end}'" + (f" and {also}" if also else "")
        return await self._complete(partition, await self.query(query, limit))

    async def _complete(self, partition: str, found: Sequence[Found]) -> Sequence[Found]:
        """Read those of several pieces anew, as a whole.

        One that was replaced meanwhile is read as it is now, one that was deleted is left out: what several pages list
        is no more of one moment than that.
        """
        split = [str(entity["RowKey"]) for entity in found if is_split(entity)]
        if not split:
            return found
        whole = await self.find([(partition, key) for key in split], few=len(split) + 1)
        complete = ((whole.get((partition, str(one["RowKey"]))) if is_split(one) else one) for one in found)
        return [entity for entity in complete if entity is not None]

    async def query(self, query: str, limit: int | None = None, columns: Sequence[str] = FIRST_COLUMNS) -> list[Found]:
        """Read what matches, page by page; an empty page need not be the last."""
        size = LARGEST_PAGE if limit is None else max(1, min(limit, LARGEST_PAGE))
        found: list[Found] = []
        with translated(self._table):
            pages = self._client.query_entities(query, results_per_page=size, select=self._columns).by_page()
            async for page in pages:
                found += [Found(entity) async for entity in page]
                if limit is not None and len(found) >= limit:
                    return found[:limit]
        return found


def _stretches(keys: Sequence[str]) -> Iterator[list[str]]:
    stretch: list[str] = []
    for key in sorted(keys):
        if len(stretch) == MOST_KEYS or sum(map(len, stretch)) + len(key) > LONGEST_FILTER:
            yield stretch
            stretch = []
        stretch.append(key)
    yield stretch
