"""Per calendar, what changed last, in order: the replica that delta reads, which may lag behind the store.

https://learn.microsoft.com/graph/delta-query-overview ("Processing delays")
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from simulators.graph.model import StoredEvent

_SLACK = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """The newest change of one event as far as this calendar is concerned."""

    sequence: int
    event: StoredEvent
    is_here: bool
    """False: deleted, or gone to another calendar."""


class CalendarLog:
    """Keeps the last entry of each event, ordered by sequence; older ones are skipped and swept up later."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._order: list[tuple[int, int]] = []
        self._waiting: deque[tuple[datetime, Entry]] = deque()

    def write(self, entry: Entry, visible_at: datetime) -> None:
        """Note a change; readers see it from `visible_at` on, never before an earlier one."""
        self._waiting.append((visible_at, entry))

    def catch_up(self, now: datetime) -> None:
        """Let everything show whose time has come."""
        while self._waiting and self._waiting[0][0] <= now:
            entry = self._waiting.popleft()[1]
            self._entries[entry.event.uid] = entry
            self._order.append((entry.sequence, entry.event.uid))
        if len(self._order) > 2 * len(self._entries) + _SLACK:
            self._order = [mark for mark in self._order if self._entries[mark[1]].sequence == mark[0]]

    @property
    def newest(self) -> int:
        """Sequence of the newest visible change, 0 when there is none."""
        return self._order[-1][0] if self._order else 0

    def after(self, sequence: int) -> Iterator[Entry]:
        """Yield the visible entries newer than `sequence`, oldest first."""
        for position in range(bisect_right(self._order, (sequence, 1 << 62)), len(self._order)):
            mark, uid = self._order[position]
            entry = self._entries[uid]
            if entry.sequence == mark:
                yield entry
