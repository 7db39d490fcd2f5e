"""A clock that only moves when it is told to."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move on (a negative length moves back, as a skewed clock does) and return the new instant."""
        self._now += by
        return self._now
