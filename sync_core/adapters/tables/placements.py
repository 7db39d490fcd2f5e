"""The table `placements`: the newest of each appointment, and beside it whom it has yet to be told to.

Both rows of an appointment lie in one partition, and one transaction always changes both. So the placement's row can
carry a copy of what is owing, and one read tells both as of one moment; the rows that owe share a prefix, so that they
are found without reading those that do not.
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
from sync_core.adapters.tables.documents import FIRST_COLUMNS, columns, document_of, text_of, weigh
from sync_core.adapters.tables.grouping import MOST_OPERATIONS, cut
from sync_core.adapters.tables.keys import END, encode, prefix_range
from sync_core.adapters.tables.reading import Found, Reader
from sync_core.adapters.tables.trouble import is_contested, translate
from sync_core.domain.appointment import AppointmentKey, Owing, Placement
from sync_core.domain.errors import Refused
from sync_core.parallel import in_parallel
from sync_core.ports import Placed

PARTITIONS = 64
_OWING = f"o{END}"
_PLACED = f"p{END}"
_OWING_RANGE = prefix_range(_OWING)
_SINCE = "since"
# Beside the placement's document: what is owing, empty where nothing is, a mark where it is too long for a property.
_OWED = "owed"
_ELSEWHERE = "elsewhere"
_LONGEST_COPY = 15_000
# Partitions are small, so that even two of their rows are cheaper by a query.
_FEW = 2
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
        self._reader = Reader(self._client, PLACEMENTS, (*FIRST_COLUMNS, _OWED))

    async def read(self, keys: Sequence[AppointmentKey]) -> Mapping[AppointmentKey, Placed]:
        """Read placements with what is owing for them."""
        places = {key: _placement_place(key) for key in keys}
        found = await self._reader.find(list(places.values()), _FEW)
        distant = {key: _owing_place(key) for key, place in places.items() if _is_elsewhere(found.get(place))}
        owing = await self._reader.find(list(distant.values()), _FEW) if distant else {}
        return {key: _placed(found.get(place), owing.get(_owing_place(key))) for key, place in places.items()}

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
        await in_parallel(
            self._carry_out, [group for works in by_partition.values() for group in cut(works, MOST_OPERATIONS // 2)]
        )

    async def remove(self, placed: Sequence[Placed]) -> None:
        """Delete both rows of each appointment under the mark it was read with."""
        by_partition: defaultdict[str, list[tuple[_Work, int]]] = defaultdict(list)
        for read in placed:
            if read.placement is not None and read.placement_tag is not None:
                work = _removing(read.placement.key, read.placement_tag, is_owing=read.owing is not None)
                by_partition[work.partition].append((work, 1))
        await in_parallel(
            self._carry_out, [group for works in by_partition.values() for group in cut(works, MOST_OPERATIONS // 2)]
        )

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


def _is_elsewhere(placement: Found | None) -> bool:
    return placement is not None and placement.get(_OWED) == _ELSEWHERE


def _placed(placement: Found | None, distant: Found | None) -> Placed:
    if placement is None:
        return Placed()
    address = str(placement["RowKey"])
    found: Placement = document_of(Placement).read(text_of(placement, address), address)
    owing: Owing | None = None
    if _is_elsewhere(placement):
        # Read after the placement: it is gone if settled meanwhile, and a newer one if overtaken. Either way the
        # placement's mark has moved, too, and nothing can be written or settled with what is told here.
        owing = _read_owing(distant) if distant else None
    elif placement.get(_OWED):
        owing = document_of(Owing).read(placement[_OWED], address)
    # One mark serves for both rows, since neither changes without the other.
    return Placed(found, placement.tag, owing, placement.tag if owing else None)


def _writing(read: Placed, placement: Placement, owing: Owing) -> tuple[_Work, int]:
    partition, placed_key = _placement_place(placement.key)
    _, owing_key = _owing_place(placement.key)
    placed_text = document_of(Placement).write(placement)
    owing_text = document_of(Owing).write(owing)
    copy = owing_text if len(owing_text) <= _LONGEST_COPY else _ELSEWHERE
    names = {"PartitionKey": partition}
    placed_entity = {**names, "RowKey": placed_key, **columns(placed_text), _OWED: copy}
    owing_entity = {**names, "RowKey": owing_key, **columns(owing_text), _SINCE: _since(owing.since_at)}
    operations: tuple[Operation, ...] = (
        ("create", placed_entity, _NO_CONTENT)
        if read.placement_tag is None
        else ("update", placed_entity, {"mode": UpdateMode.REPLACE, **_if_still(read.placement_tag)}),
        ("upsert", owing_entity, {"mode": UpdateMode.REPLACE}),
    )
    weight = weigh(placed_text, placed_key) + 2 * weigh(owing_text, owing_key)
    return _Work(placement.key, partition, operations), weight


def _settling(key: AppointmentKey, tag: str) -> _Work:
    partition, placed_key = _placement_place(key)
    _, owing_key = _owing_place(key)
    names = {"PartitionKey": partition}
    operations: tuple[Operation, ...] = (
        ("update", {**names, "RowKey": placed_key, _OWED: ""}, {"mode": UpdateMode.MERGE, **_if_still(tag)}),
        ("delete", {**names, "RowKey": owing_key}, {}),
    )
    return _Work(key, partition, operations)


def _removing(key: AppointmentKey, tag: str, *, is_owing: bool) -> _Work:
    partition, placed_key = _placement_place(key)
    names = {"PartitionKey": partition}
    operations: list[Operation] = [("delete", {**names, "RowKey": placed_key}, _if_still(tag))]
    if is_owing:
        operations.append(("delete", {**names, "RowKey": _owing_place(key)[1]}, {}))
    return _Work(key, partition, tuple(operations))


def _if_still(tag: str) -> dict[str, Any]:
    return {"etag": tag, "match_condition": MatchConditions.IfNotModified}
