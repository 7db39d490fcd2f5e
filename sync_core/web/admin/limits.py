"""How often one caller may call: a bucket of tokens for each, in the memory of one instance.

https://learn.microsoft.com/azure/architecture/patterns/rate-limiting-pattern
"""

import time
from collections.abc import Callable
from math import ceil

# Ten a second and a hundred at once: activating thousands one by one stays minutes, and a script that runs wild takes
# a small part of what an instance can do, so that notifications and webhooks beside it are still answered in time.
CALLS_PER_MINUTE = 600
BURST = 100
# So many callers are remembered; a tenant has few admins, and whoever is not admitted is never counted.
MOST_CALLERS = 1000


class Limits:
    """Counts admitted calls by the caller's object id; one per instance."""

    def __init__(
        self,
        per_minute: int = CALLS_PER_MINUTE,
        burst: int = BURST,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_second = per_minute / 60
        self._burst = burst
        self._monotonic = monotonic
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait_of(self, caller: str) -> int:
        """Count one call; returns 0 if it may be made, else after how many seconds the next one may."""
        now = self._monotonic()
        left = min(self._left(caller, now), self._burst)
        if left < 1:
            return max(1, ceil((1 - left) / self._per_second))
        if caller not in self._buckets and len(self._buckets) >= MOST_CALLERS:
            self._forget_rested(now)
        self._buckets[caller] = (left - 1, now)
        return 0

    def _left(self, caller: str, now: float) -> float:
        tokens, at = self._buckets.get(caller, (float(self._burst), now))
        return tokens + (now - at) * self._per_second

    def _forget_rested(self, now: float) -> None:
        """Whoever could call as if for the first time need not be remembered; else the longest silent one goes."""
        rested = [caller for caller in self._buckets if self._left(caller, now) >= self._burst]
        for caller in rested or [min(self._buckets, key=lambda each: self._buckets[each][1])]:
            del self._buckets[caller]
