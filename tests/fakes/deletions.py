"""The table `deletions` in memory."""

from datetime import datetime, timedelta

from sync_core.domain.resource import ResourceId


class FakeDeletions:
    """`noted` may be looked at by tests."""

    def __init__(self) -> None:
        self.noted: list[tuple[datetime, ResourceId, int]] = []

    async def add(self, resource: ResourceId, count: int, at: datetime, within: timedelta) -> int:
        if count > 0:
            self.noted.append((at, resource, count))
        self.noted = [one for one in self.noted if one[0] > at - 2 * within]
        return sum(number for noted_at, _, number in self.noted if noted_at > at - within)
