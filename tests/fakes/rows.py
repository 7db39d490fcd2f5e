"""The table `sync` in memory: partitions of rows, fenced by the lease like the real one."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from pydantic import TypeAdapter

from sync_core.domain.errors import Refused, VersionMoved
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import PENDING, Address, Family, Lease, ProfileRow, Row
from sync_core.ports import Pending

LARGEST_ROW = 900 * 1024
LARGEST_TRANSACTION = 3 * 1024 * 1024
MOST_OPERATIONS = 90


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


class FakeRows:
    """`partitions` may be looked at by tests; `writes` counts the calls that changed something."""

    def __init__(self) -> None:
        self.partitions: dict[ResourceId, dict[Address, Row]] = {}
        self.writes = 0
        self._tags: dict[ResourceId, int] = {}
        self._last_tag = 0

    def all_rows(self, resource: ResourceId) -> list[Row]:
        """Every row of a partition in the order of a scan, the lease included."""
        partition = self.partitions.get(resource, {})
        return [partition[address] for address in sorted(partition)]

    async def read_pending(self, resource: ResourceId) -> Pending:
        rows = [row for row in self.all_rows(resource) if row.address[0] in PENDING]
        lease = next((row for row in rows if isinstance(row, Lease)), None)
        tag = str(self._tags[resource]) if lease else None
        return Pending(lease, tag, tuple(row for row in rows if not isinstance(row, Lease)))

    async def get(self, resource: ResourceId, addresses: Sequence[Address]) -> Mapping[Address, Row]:
        partition = self.partitions.get(resource, {})
        return {address: partition[address] for address in addresses if address in partition}

    async def scan(
        self, resource: ResourceId, prefix: Address, after: Address | None = None, limit: int = 1000
    ) -> Sequence[Row]:
        found = [
            row
            for row in self.all_rows(resource)
            if row.address[: len(prefix)] == prefix and (after is None or row.address > after)
        ]
        return found[:limit]

    async def insert(self, resource: ResourceId, rows: Sequence[Row]) -> None:
        for row in rows:
            self.weigh(row)
        partition = self.partitions.setdefault(resource, {})
        missing = {row.address: row for row in reversed(rows) if row.address not in partition}
        if missing:
            partition.update(missing)
            self.writes += 1

    async def transact(
        self,
        resource: ResourceId,
        lease: Lease,
        lease_tag: str | None,
        puts: Sequence[Row] = (),
        deletes: Sequence[Address] = (),
    ) -> str:
        self._check(lease, puts, deletes)
        partition = self.partitions.setdefault(resource, {})
        current = str(self._tags[resource]) if resource in self._tags else None
        if current != lease_tag:
            raise VersionMoved("the lease is another worker's")
        for address in deletes:
            if address not in partition:
                raise Refused(f"a row that is to be deleted is not there: {'/'.join(address)}")
        for address in deletes:
            del partition[address]
        partition.update((row.address, row) for row in (lease, *puts))
        self._last_tag += 1
        self._tags[resource] = self._last_tag
        self.writes += 1
        return str(self._last_tag)

    def _check(self, lease: Lease, puts: Sequence[Row], deletes: Sequence[Address]) -> None:
        addresses = {lease.address, *(row.address for row in puts), *deletes}
        if len(addresses) != 1 + len(puts) + len(deletes):
            raise Refused("a transaction names each row once")
        if len(puts) + len(deletes) > MOST_OPERATIONS:
            raise Refused(f"a transaction takes {MOST_OPERATIONS} operations besides the lease")
        if sum(self.weigh(row) for row in (lease, *puts)) > LARGEST_TRANSACTION:
            raise Refused("a transaction takes 3 MiB")

    def weigh(self, row: Row) -> int:
        weight = 2 * len(_adapter(cast(Any, type(row))).dump_json(row)) + 1024
        if weight > LARGEST_ROW:
            raise Refused(f"a row is too large to be stored: {'/'.join(row.address)}")
        return weight

    async def list_profiles(self) -> Sequence[ProfileRow]:
        return [
            row
            for resource in sorted(self.partitions)
            for row in self.partitions[resource].values()
            if isinstance(row, ProfileRow)
        ]

    async def list_unlisted(self) -> Sequence[ResourceId]:
        listed = {row.profile.resource for row in await self.list_profiles()}
        # Of one that nobody enlisted there is an inbox, and no lease.
        fenced = {resource for resource, rows in self.partitions.items() if (Family.LEASE,) in rows}
        return sorted(fenced - listed)

    async def erase(self, resource: ResourceId) -> None:
        if self.partitions.pop(resource, None) is not None:
            self.writes += 1
        self._tags.pop(resource, None)

    async def count_pairs(self) -> int:
        rows = [row for partition in self.partitions.values() for row in partition.values()]
        return sum(row.paired for row in rows if isinstance(row, Lease))
