"""The table `placements`: the newest of each appointment, and beside it whom it has yet to be told to.

Both rows of an appointment lie in one partition, so that one transaction sets them; those that owe share a prefix,
so that what is owing is found without reading what is not.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import AzureError
from azure.data.tables import UpdateMode

from sync_core.adapters.tables.connection import PLACEMENTS, Tables
from sync_core.adapters.tables.documents import columns, document_of, text_of, weigh
from sync_core.adapters.tables.grouping import MOST_OPERATIONS, cut
from sync_core.adapters.tables.keys import END, encode, prefix_range
from sync_core.adapters.tables.parallel import in_parallel
from sync_core.adapters.tables.reading import Found, Reader
from sync_core.adapters.tables.trouble import is_contested, translate
from sync_core.domain.appointment import AppointmentKey, Owing, Placement
from sync_core.domain.errors import Refused
from sync_core.ports import Placed

PARTITIONS = 64
_OWING = f"o{END}"
_PLACED = f"p{END}"
_OWING_RANGE = prefix_range(_OWING)
_SINCE = "since"
_NO_CONTENT = {"response_preference": "return-no-content"}
Operation = tuple[str, dict[str, Any], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Work:
    """What is to be done about one appointment, in one transaction."""

    key: AppointmentKey
    partition: str
    operations: tuple[Operation, ...]


class TablePlacements:
    """`Placements` on Azure Table Storage."""

    def __init__(self, tables: Tables) -> None:
        self._client = tables.client(PLACEMENTS)
        self._reader = Reader(self._client, PLACEMENTS)

    async def read(self, keys: Sequence[AppointmentKey]) -> Mapping[AppointmentKey, Placed]:
        """Read what is owing, and after that the placement."""
        wanted = list(dict.fromkeys(keys))
        owing = await self._reader.entities([_owing_place(key) for key in wanted])
        placed = await self._reader.entities([_placement_place(key) for key in wanted])
        return {key: _placed(one, other) for key, one, other in zip(wanted, placed, owing, strict=True)}

    async def write(self, writes: Sequence[tuple[Placed, Placement, Owing]]) -> frozenset[AppointmentKey]:
        """Set both rows of each appointment under the marks they were read with."""
        if len({placement.key for _, placement, _ in writes}) != len(writes):
            raise Refused("an appointment is written once in a call")
        by_partition: defaultdict[str, list[tuple[_Work, int]]] = defaultdict(list)
        for read, placement, owing in writes:
            work, weight = _writing(read, placement, owing)
            by_partition[work.partition].append((work, weight))
        groups = [group for works in by_partition.values() for group in cut(works, MOST_OPERATIONS // 2)]
        written = await in_parallel(self._carry_out, groups)
        return frozenset(key for keys in written for key in keys)

    async def settle(self, owed: Sequence[Placed]) -> None:
        """Delete what is owing under the marks it was read with."""
        tags = {read.owing.key: read.owing_tag for read in owed if read.owing and read.owing_tag}
        by_partition: defaultdict[str, list[tuple[_Work, int]]] = defaultdict(list)
        for key, tag in tags.items():
            work = _settling(key, tag)
            by_partition[work.partition].append((work, 1))
        await in_parallel(self._carry_out, [group for works in by_partition.values() for group in cut(works)])

    async def list_owing(self, before: datetime, limit: int = 500) -> Sequence[AppointmentKey]:
        """Read what owes in every partition; where nothing does, an empty range answers."""
        old_enough = f"{_SINCE} lt '{_since(before)}'"

        async def oldest(partition: str) -> Sequence[Found]:
            return await self._reader.range(partition, _OWING_RANGE, also=old_enough, limit=limit)

        found = await in_parallel(oldest, [f"{number:02d}" for number in range(PARTITIONS)])
        owing = [_read_owing(entity) for entities in found for entity in entities]
        return [one.key for one in sorted(owing, key=lambda one: one.since_at)][:limit]

    async def _carry_out(self, group: Sequence[_Work]) -> list[AppointmentKey]:
        """Do a group at once, or else each of it alone; returns those that were done."""
        try:
            await self._client.submit_transaction([operation for work in group for operation in work.operations])
        except AzureError as error:
            if not is_contested(error):
                raise translate(error, PLACEMENTS) from error
            if len(group) == 1:
                return []
            alone = await in_parallel(self._carry_out, [[work] for work in group])
            return [key for keys in alone for key in keys]
        return [work.key for work in group]


def _partition(key: AppointmentKey) -> str:
    digest = hashlib.blake2b(f"{key.kind}/{key.id}".encode("utf-8", "surrogatepass"), digest_size=2).digest()
    return f"{int.from_bytes(digest) % PARTITIONS:02d}"


def _owing_place(key: AppointmentKey) -> tuple[str, str]:
    return _partition(key), _OWING + encode((key.kind, key.id))


def _placement_place(key: AppointmentKey) -> tuple[str, str]:
    return _partition(key), _PLACED + encode((key.kind, key.id))


def _since(instant: datetime) -> str:
    # Fixed width, so that texts compare as their instants do.
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def _read_owing(entity: Found) -> Owing:
    address = str(entity["RowKey"])
    owing: Owing = document_of(Owing).read(text_of(entity, address), address)
    return owing


def _placed(placement: Found | None, owing: Found | None) -> Placed:
    found: Placement | None = None
    if placement:
        address = str(placement["RowKey"])
        found = document_of(Placement).read(text_of(placement, address), address)
    return Placed(
        found, placement.tag if placement else None, _read_owing(owing) if owing else None, owing.tag if owing else None
    )


def _set(entity: dict[str, Any], tag: str | None) -> Operation:
    if tag is None:
        return "create", entity, _NO_CONTENT
    condition = {"etag": tag, "match_condition": MatchConditions.IfNotModified}
    return "update", entity, {"mode": UpdateMode.REPLACE, **condition}


def _writing(read: Placed, placement: Placement, owing: Owing) -> tuple[_Work, int]:
    partition, placed_key = _placement_place(placement.key)
    _, owing_key = _owing_place(placement.key)
    placed_text = document_of(Placement).write(placement)
    owing_text = document_of(Owing).write(owing)
    names = {"PartitionKey": partition}
    operations = (
        _set({**names, "RowKey": placed_key, **columns(placed_text)}, read.placement_tag),
        _set({**names, "RowKey": owing_key, _SINCE: _since(owing.since_at), **columns(owing_text)}, read.owing_tag),
    )
    weight = weigh(placed_text, placed_key) + weigh(owing_text, owing_key)
    return _Work(placement.key, partition, operations), weight


def _settling(key: AppointmentKey, tag: str) -> _Work:
    partition, owing_key = _owing_place(key)
    condition = {"etag": tag, "match_condition": MatchConditions.IfNotModified}
    return _Work(key, partition, (("delete", {"PartitionKey": partition, "RowKey": owing_key}, condition),))
