"""The simulator's time: the real clock plus a distance that tests may move forward, so that hours pass at once."""

import asyncio
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the simulated instant and lets tasks wait for one."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)
        self._moved = asyncio.Event()

    @property
    def ahead_s(self) -> float:
        """Distance to the real clock, in seconds."""
        return self._ahead.total_seconds()

    def now(self) -> datetime:
        """Return the simulated instant, aware, in UTC."""
        return datetime.now(UTC) + self._ahead

    def move_to(self, ahead_s: float) -> None:
        """Set the distance to the real clock and wake everyone who waits for an instant."""
        self._ahead = timedelta(seconds=ahead_s)
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep_until(self, at: datetime) -> None:
        """Wait until the simulated instant `at`, also when the clock is moved meanwhile."""
        while (left := (at - self.now()).total_seconds()) > 0:
            moved = self._moved
            try:
                await asyncio.wait_for(moved.wait(), left)
            except TimeoutError:
                continue
