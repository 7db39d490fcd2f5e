"""Reads entities by key and by ranges of keys.

Queries and their pages: https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination
"""

from collections.abc import Sequence
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables.aio import TableClient

from sync_core.adapters.tables.documents import FIRST_COLUMNS, is_split
from sync_core.adapters.tables.parallel import in_parallel
from sync_core.adapters.tables.trouble import is_absent, translated

LARGEST_PAGE = 1_000


class Found(dict[str, Any]):
    """An entity as it was read, with the storage's mark."""

    def __init__(self, entity: Any) -> None:
        super().__init__(entity)
        self.tag = str(entity.metadata["etag"])


class Reader:
    """Reads one table."""

    def __init__(self, client: TableClient, table: str) -> None:
        self._client = client
        self._table = table

    async def entity(self, partition: str, key: str) -> Found | None:
        """Read one entity; None if there is none."""
        with translated(self._table):
            try:
                return Found(await self._client.get_entity(partition, key))
            except ResourceNotFoundError as error:
                if is_absent(error):
                    return None
                raise

    async def entities(self, wanted: Sequence[tuple[str, str]]) -> list[Found | None]:
        """Read entities by partition and key, in the order given."""

        async def fetch(place: tuple[str, str]) -> Found | None:
            return await self.entity(*place)

        return await in_parallel(fetch, wanted)

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
        found = await self.query(query, limit)
        split = [str(entity["RowKey"]) for entity in found if is_split(entity)]
        if not split:
            return found
        # One that was replaced meanwhile is read as it is now, one that was deleted is left out: a range of several
        # pages is no more of one moment than that.
        whole = dict(zip(split, await self.entities([(partition, key) for key in split]), strict=True))
        complete = (whole.get(str(entity["RowKey"]), entity) for entity in found)
        return [entity for entity in complete if entity is not None]

    async def query(self, query: str, limit: int | None = None, columns: Sequence[str] = FIRST_COLUMNS) -> list[Found]:
        """Read what matches, page by page; an empty page need not be the last."""
        size = LARGEST_PAGE if limit is None else max(1, min(limit, LARGEST_PAGE))
        found: list[Found] = []
        with translated(self._table):
            pages = self._client.query_entities(query, results_per_page=size, select=list(columns)).by_page()
            async for page in pages:
                found += [Found(entity) async for entity in page]
                if limit is not None and len(found) >= limit:
                    return found[:limit]
        return found
