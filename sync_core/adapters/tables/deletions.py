"""The table `deletions`: what the board had us delete lately, one row for each run that did, in partitions by hour.

Rows are only inserted and summed, never changed, so that nobody waits for anybody:
https://learn.microsoft.com/azure/storage/tables/table-storage-design-patterns#log-tail-pattern.
"""

import uuid
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from azure.core.exceptions import AzureError, ResourceExistsError

from sync_core.adapters.tables.connection import DELETIONS, Tables
from sync_core.adapters.tables.grouping import cut
from sync_core.adapters.tables.keys import AFTER_END, END, encode
from sync_core.adapters.tables.reading import Reader
from sync_core.adapters.tables.trouble import is_contested, translate, translated
from sync_core.domain.errors import TryAgain
from sync_core.domain.resource import ResourceId
from sync_core.parallel import in_parallel

_COUNT = "count"
_RESOURCE = "resource"
_COLUMNS = ("PartitionKey", "RowKey", _COUNT)
# What one call clears away at most; there is always a next one.
MOST_SWEPT = 200


class TableDeletions:
    """`Deletions` on Azure Table Storage."""

    def __init__(self, tables: Tables) -> None:
        self._client = tables.client(DELETIONS)
        self._reader = Reader(self._client, DELETIONS, _COLUMNS)
        self._swept = ""

    async def add(self, resource: ResourceId, count: int, at: datetime, within: timedelta) -> int:
        """Insert a row of its own, then sum: of two at the same time, at least the later one sees both.

        Rows are cleared away once they are older than twice `within`. A call that is repeated counts twice.
        """
        if count > 0:
            await self._insert(resource, count, at)
        since = at - within
        recent = f"PartitionKey ge '{_hour(since)}' and RowKey ge '{_stamp(since)}{AFTER_END}'"
        noted = sum(int(entity[_COUNT]) for entity in await self._reader.query(recent))
        try:
            await self._sweep(_hour(since - within))
        except TryAgain:
            # The sum is known; what is left lying is swept by the next.
            return noted
        return noted

    async def _insert(self, resource: ResourceId, count: int, at: datetime) -> None:
        key = f"{_stamp(at)}{END}{uuid.uuid4().hex}"
        entity = {"PartitionKey": _hour(at), "RowKey": key, _RESOURCE: encode((resource,)), _COUNT: count}
        with translated(DELETIONS):
            try:
                await self._client.create_entity(entity)
            except ResourceExistsError:
                # No other can have that key: it is the client's own repeat of a try that went in.
                return

    async def _sweep(self, before: str) -> None:
        """Delete what lies before that hour, looking only where the hour moved on or something was left."""
        if before <= self._swept:
            return
        old = await self._reader.query(f"PartitionKey lt '{before}'", MOST_SWEPT)
        by_hour: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for entity in old:
            by_hour[str(entity["PartitionKey"])].append((str(entity["RowKey"]), 1))
        await in_parallel(self._delete, [(hour, keys) for hour, rows in by_hour.items() for keys in cut(rows)])
        if len(old) < MOST_SWEPT:
            self._swept = before

    async def _delete(self, group: tuple[str, list[str]]) -> None:
        hour, keys = group
        try:
            await self._client.submit_transaction(
                [("delete", {"PartitionKey": hour, "RowKey": key}, {}) for key in keys]
            )
        except AzureError as error:
            # Another sweeps the same rows: they are as good as gone.
            if not is_contested(error):
                raise translate(error, DELETIONS) from error


def _hour(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H")


def _stamp(instant: datetime) -> str:
    # Fixed width, so that keys sort as their instants do.
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%S%f")
