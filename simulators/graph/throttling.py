"""The limits of a mailbox: requests at once, and requests per ten minutes.

https://learn.microsoft.com/graph/throttling-limits (Outlook service limits)
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from simulators.graph.clock import Clock
from simulators.graph.counters import Counters
from simulators.graph.errors import GraphRefusal
from simulators.graph.switches import Switches

_SPAN = timedelta(minutes=10)


def over_limit(retry_after: str | None, message: str) -> GraphRefusal:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return GraphRefusal(429, "ApplicationThrottled", message, headers=headers)


class Throttling:
    """Lets requests into mailboxes and turns away what is over a limit; one mailbox never affects another."""

    def __init__(self, clock: Clock, switches: Switches, counters: Counters) -> None:
        self._clock = clock
        self._switches = switches
        self._counters = counters
        self._inside: Counter[str] = Counter()
        self._recent: defaultdict[str, deque[datetime]] = defaultdict(deque)

    @contextmanager
    def enter(self, mailbox: str, name: str) -> Iterator[None]:
        """Hold a place in the mailbox. Raises: GraphRefusal, counting the refused request too, as Graph does."""
        recent, now = self._recent[mailbox], self._clock.now()
        while recent and recent[0] <= now - _SPAN:
            recent.popleft()
        recent.append(now)
        if len(recent) > self._switches.budget:
            raise over_limit(self._switches.retry_after, "Application is over its Request limit.")
        self._inside[mailbox] += 1
        try:
            seen = self._counters.max_concurrency
            seen[name] = max(seen[name], self._inside[mailbox])
            if self._inside[mailbox] > self._switches.max_concurrency:
                raise over_limit(self._switches.retry_after, "Application is over its MailboxConcurrency limit.")
            yield
        finally:
            self._inside[mailbox] -= 1

    def forget(self) -> None:
        """Start the ten minutes anew."""
        self._recent.clear()
