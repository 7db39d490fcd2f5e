"""The table `sync`: everything of one resource in one partition, so that one transaction changes it as a whole.

Group transactions: https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
"""

from collections.abc import Mapping, Sequence
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, ResourceExistsError
from azure.data.tables import UpdateMode

from sync_core.adapters.tables.connection import SYNC, Tables
from sync_core.adapters.tables.grouping import LARGEST_TRANSACTION, MOST_OPERATIONS, cut
from sync_core.adapters.tables.keys import EVERYTHING_RANGE, PENDING_RANGE, partition_key, prefix_range, row_key
from sync_core.adapters.tables.profile_index import ProfileIndex
from sync_core.adapters.tables.reading import Reader
from sync_core.adapters.tables.stored_rows import Entity, entity_of, read_row, write_row
from sync_core.adapters.tables.trouble import is_absent, is_contested, translate, translated
from sync_core.domain.errors import Refused, TryAgain, VersionMoved
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Address, Family, Lease, ProfileRow, Row
from sync_core.parallel import in_parallel
from sync_core.ports import Pending

# Up to here a read costs the same however much the partition holds.
FEW = 16
_LEASE_KEY = row_key((Family.LEASE,))
_PROFILE_KEY = row_key((Family.PROFILE,))
_NO_CONTENT = {"response_preference": "return-no-content"}
Operation = tuple[str, Entity, dict[str, Any]]


class TableRows:
    """`ResourceRows` on Azure Table Storage."""

    def __init__(self, tables: Tables) -> None:
        self._client = tables.client(SYNC)
        self._reader = Reader(self._client, SYNC)
        self._index = ProfileIndex(self._client)

    async def read_pending(self, resource: ResourceId) -> Pending:
        """Read what a run starts from."""
        lease: Lease | None = None
        tag: str | None = None
        rows: list[Row] = []
        for entity in await self._reader.range(partition_key(resource), PENDING_RANGE):
            row = read_row(entity)
            if isinstance(row, Lease):
                lease, tag = row, entity.tag
            else:
                rows.append(row)
        return Pending(lease, tag, tuple(rows))

    async def get(self, resource: ResourceId, addresses: Sequence[Address]) -> Mapping[Address, Row]:
        """Read rows by address."""
        partition = partition_key(resource)
        places = {address: (partition, row_key(address)) for address in addresses}
        found = await self._reader.find(list(places.values()), FEW)
        return {address: read_row(found[place]) for address, place in places.items() if place in found}

    async def scan(
        self, resource: ResourceId, prefix: Address, after: Address | None = None, limit: int = 1000
    ) -> Sequence[Row]:
        """Read rows in the order of their keys, which is that of their addresses unless a part is very long."""
        between = prefix_range(row_key(prefix)) if prefix else EVERYTHING_RANGE
        behind = row_key(after) if after is not None else None
        found = await self._reader.range(partition_key(resource), between, behind=behind, limit=limit)
        return [read_row(entity) for entity in found]

    async def insert(self, resource: ResourceId, rows: Sequence[Row]) -> None:
        """Insert rows, those that exist excepted, in groups that mostly go in at once."""
        partition = partition_key(resource)
        written = {row.address: write_row(row) for row in reversed(rows)}
        if any(isinstance(row, ProfileRow) for row in rows):
            await self._index.enter(resource)
        weighed = [(entity_of(partition, key, text), weight) for key, text, weight in reversed(written.values())]
        await in_parallel(self._insert_group, cut(weighed))

    async def _insert_group(self, entities: Sequence[Entity]) -> None:
        if len(entities) == 1:
            await self._insert_one(entities[0])
            return
        try:
            await self._client.submit_transaction([("create", entity, _NO_CONTENT) for entity in entities])
        except AzureError as error:
            if not is_contested(error):
                raise translate(error, SYNC) from error
            # One that exists undoes the whole group, and the answer names only the first.
            await in_parallel(self._insert_one, entities)

    async def _insert_one(self, entity: Entity) -> None:
        with translated(SYNC):
            try:
                await self._client.create_entity(entity)
            except ResourceExistsError:
                return

    async def transact(
        self,
        resource: ResourceId,
        lease: Lease,
        lease_tag: str | None,
        puts: Sequence[Row] = (),
        deletes: Sequence[Address] = (),
    ) -> str:
        """Commit under the lease."""
        partition = partition_key(resource)
        operations = _operations(partition, lease, lease_tag, puts, deletes)
        if any(isinstance(row, ProfileRow) for row in puts):
            # A partition that begins anew may have been erased, and its name with it, by another worker.
            await self._index.enter(resource, is_new=lease_tag is None)
        try:
            answers = await self._client.submit_transaction(operations)
        except (AzureError, OSError, TimeoutError) as error:
            return await self._find_out(partition, lease, lease_tag, error)
        return str(answers[0]["etag"])

    async def _find_out(self, partition: str, lease: Lease, lease_tag: str | None, error: Exception) -> str:
        """Decide by the lease row what became of a transaction that was not answered well.

        A repeat by the client's own retries is refused if its first try went in, so a refusal proves nothing either.
        """
        stored = await self._reader.entity(partition, _LEASE_KEY)
        row = read_row(stored) if stored else None
        if stored and isinstance(row, Lease) and lease.commit_id and row.commit_id == lease.commit_id:
            return stored.tag
        if (stored.tag if stored else None) != lease_tag:
            raise VersionMoved("the lease is another worker's") from error
        if isinstance(error, AzureError) and is_absent(error):
            raise Refused("a row that is to be deleted is not there; nothing was written") from error
        if isinstance(error, AzureError):
            raise translate(error, SYNC) from error
        raise TryAgain(f"table {SYNC} cannot be reached") from error

    def weigh(self, row: Row) -> int:
        """The bytes a row takes in a transaction."""
        return write_row(row)[2]

    async def list_profiles(self) -> Sequence[ProfileRow]:
        """Read the profiles that the index names; an entry without a profile is one whose commit never came."""
        partitions = await self._index.partitions()
        found = await self._reader.find([(partition, _PROFILE_KEY) for partition in partitions], FEW)
        rows = [read_row(entity) for entity in found.values()]
        return [row for row in rows if isinstance(row, ProfileRow)]

    async def list_unlisted(self) -> Sequence[ResourceId]:
        """Those that the index names without a profile."""
        named = await self._index.named()
        found = await self._reader.find([(partition, _PROFILE_KEY) for partition in named], FEW)
        listed = {partition for partition, _ in found}
        return [resource for partition, resource in named.items() if resource and partition not in listed]

    async def erase(self, resource: ResourceId) -> None:
        """Delete a partition in groups, what a repeat would be found by in the last one, and its name in the index."""
        partition = partition_key(resource)
        keys = [str(one["RowKey"]) for one in await self._reader.range(partition, EVERYTHING_RANGE)]
        last = [key for key in keys if key in (_LEASE_KEY, _PROFILE_KEY)]
        others = [key for key in keys if key not in last]
        groups = [others[begin : begin + MOST_OPERATIONS] for begin in range(0, len(others), MOST_OPERATIONS)]
        await in_parallel(lambda group: self._delete_group(partition, group), groups)
        if last:
            await self._delete_group(partition, last)
        await self._index.strike(resource)
        if await self._reader.entity(partition, _PROFILE_KEY) is not None:
            await self._index.enter(resource, is_new=True)  # somebody enlisted it in between

    async def _delete_group(self, partition: str, keys: Sequence[str]) -> None:
        try:
            await self._client.submit_transaction(
                [("delete", {"PartitionKey": partition, "RowKey": key}, {}) for key in keys]
            )
        except AzureError as error:
            if not is_absent(error):
                raise translate(error, SYNC) from error
            if len(keys) > 1:  # another worker deleted one of them meanwhile, which undoes the whole group
                for key in keys:
                    await self._delete_group(partition, [key])

    async def count_pairs(self) -> int:
        """Sum up the leases of everybody the index names."""
        partitions = await self._index.partitions()
        found = await self._reader.find([(partition, _LEASE_KEY) for partition in partitions], FEW)
        leases = [read_row(entity) for entity in found.values()]
        return sum(lease.paired for lease in leases if isinstance(lease, Lease))


def _operations(
    partition: str, lease: Lease, lease_tag: str | None, puts: Sequence[Row], deletes: Sequence[Address]
) -> list[Operation]:
    if len(puts) + len(deletes) > MOST_OPERATIONS:
        raise Refused(f"a transaction takes {MOST_OPERATIONS} operations besides the lease")
    written = [write_row(row) for row in (lease, *puts)]
    gone = [row_key(address) for address in deletes]
    if len({*(key for key, _, _ in written), *gone}) != len(written) + len(gone):
        raise Refused("a transaction names each row once")
    if sum(weight for _, _, weight in written) > LARGEST_TRANSACTION:
        raise Refused("a transaction takes 3 MiB")
    entities = [entity_of(partition, key, text) for key, text, _ in written]
    return [
        _fence(entities[0], lease_tag),
        *(("upsert", entity, {"mode": UpdateMode.REPLACE}) for entity in entities[1:]),
        *(("delete", {"PartitionKey": partition, "RowKey": key}, {}) for key in gone),
    ]


def _fence(entity: Entity, tag: str | None) -> Operation:
    if tag is None:
        return "create", entity, _NO_CONTENT
    condition = {"etag": tag, "match_condition": MatchConditions.IfNotModified}
    return "update", entity, {"mode": UpdateMode.REPLACE, **condition}
