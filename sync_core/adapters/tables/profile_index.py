"""Names the partitions that may hold a profile, so that listing profiles reads no other row.

An entry is written before the profile is: one whose profile never came is harmless, a profile without one would be
forgotten. So an entry goes only after its whole partition did, and a partition that begins anew always writes it anew.
"""

from collections.abc import Mapping, Sequence

from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from sync_core.adapters.tables.connection import SYNC
from sync_core.adapters.tables.keys import partition_key
from sync_core.adapters.tables.reading import Reader
from sync_core.adapters.tables.trouble import translated
from sync_core.domain.resource import ResourceId

_PARTITION = "profiles"
_RESOURCE = "resource"


class ProfileIndex:
    """A partition of the table `sync` that no resource can have."""

    def __init__(self, client: TableClient) -> None:
        self._client = client
        self._reader = Reader(client, SYNC, ("RowKey", _RESOURCE))
        self._entered: set[str] = set()

    async def enter(self, resource: ResourceId, *, is_new: bool = False) -> None:
        """Name a resource's partition; again is fine. One that `is_new` is named whatever this worker remembers."""
        partition = partition_key(resource)
        if partition in self._entered and not is_new:
            return
        with translated(SYNC):
            entry = {"PartitionKey": _PARTITION, "RowKey": partition, _RESOURCE: resource}
            await self._client.upsert_entity(entry, UpdateMode.REPLACE)
        self._entered.add(partition)

    async def strike(self, resource: ResourceId) -> None:
        """Name a resource's partition no more; the client takes one that is gone for success."""
        partition = partition_key(resource)
        self._entered.discard(partition)
        with translated(SYNC):
            await self._client.delete_entity(_PARTITION, partition)

    async def partitions(self) -> Sequence[str]:
        """Every partition that was named."""
        return list(await self.named())

    async def named(self) -> Mapping[str, ResourceId]:
        """Every partition that was named, with its resource."""
        entries = await self._reader.query(f"PartitionKey eq '{_PARTITION}'")
        return {str(entry["RowKey"]): ResourceId(str(entry.get(_RESOURCE, ""))) for entry in entries}
