"""The table `placements` in memory: each key's placement and what is owing for it, both under their marks."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sync_core.domain.appointment import AppointmentKey, Owing, Placement
from sync_core.domain.errors import Refused
from sync_core.ports import Placed


class FakePlacements:
    """`placed` may be looked at by tests."""

    def __init__(self) -> None:
        self.placed: dict[AppointmentKey, Placed] = {}
        self._last_tag = 0

    async def read(self, keys: Sequence[AppointmentKey]) -> Mapping[AppointmentKey, Placed]:
        return {key: self.placed.get(key, Placed()) for key in keys}

    async def write(self, writes: Sequence[tuple[Placed, Placement, Owing]]) -> frozenset[AppointmentKey]:
        if len({placement.key for _, placement, _ in writes}) != len(writes):
            raise Refused("an appointment is written once in a call")
        written = set()
        for read, placement, owing in writes:
            now = self.placed.get(placement.key, Placed())
            if (now.placement_tag, now.owing_tag) == (read.placement_tag, read.owing_tag):
                self.placed[placement.key] = Placed(placement, self._tag(), owing, self._tag())
                written.add(placement.key)
        return frozenset(written)

    async def settle(self, owed: Sequence[Placed]) -> None:
        for read in owed:
            if read.owing is None:
                continue
            now = self.placed.get(read.owing.key, Placed())
            if now.owing_tag is not None and now.owing_tag == read.owing_tag:
                self.placed[read.owing.key] = Placed(now.placement, now.placement_tag)

    async def remove(self, placed: Sequence[Placed]) -> None:
        for read in placed:
            key = read.placement.key if read.placement else None
            if key is not None and self.placed.get(key, Placed()).placement_tag == read.placement_tag:
                del self.placed[key]

    async def list_owing(self, before: datetime, limit: int = 500) -> Sequence[AppointmentKey]:
        owing = [placed.owing for placed in self.placed.values() if placed.owing and placed.owing.since_at < before]
        return [one.key for one in sorted(owing, key=lambda one: (one.since_at, one.key.kind, one.key.id))][:limit]

    def _tag(self) -> str:
        self._last_tag += 1
        return str(self._last_tag)
