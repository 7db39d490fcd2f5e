"""Cutting work to what one transaction takes: few enough operations, small enough rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sync_core.domain.stored import Address, Row
from sync_core.ports import ResourceRows

MOST_OPERATIONS = 85
MOST_BYTES = 2_500_000


@dataclass(slots=True)
class Chunk:
    puts: list[Row] = field(default_factory=list)
    deletes: list[Address] = field(default_factory=list)
    weight: int = 0

    def has_room(self, operations: int, weight: int) -> bool:
        taken = len(self.puts) + len(self.deletes)
        return taken + operations <= MOST_OPERATIONS and self.weight + weight <= MOST_BYTES


def chunked(
    rows: ResourceRows, puts: Iterable[Row], deletes: Iterable[Address], room_for: Sequence[Row] = ()
) -> list[Chunk]:
    """Cut puts and deletes into chunks, at least one; each leaves room for the rows of `room_for`."""
    spare = sum(rows.weigh(row) for row in room_for)
    chunks = [Chunk(weight=spare)]
    for row in puts:
        weight = rows.weigh(row)
        if not chunks[-1].has_room(1 + len(room_for), weight):
            chunks.append(Chunk(weight=spare))
        chunks[-1].puts.append(row)
        chunks[-1].weight += weight
    for address in deletes:
        if not chunks[-1].has_room(1 + len(room_for), 0):
            chunks.append(Chunk(weight=spare))
        chunks[-1].deletes.append(address)
    return chunks
