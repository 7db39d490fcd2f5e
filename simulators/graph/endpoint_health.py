"""Watches how fast endpoints answer: slow ones get notifications later, very slow ones lose them for a while.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks (throttling of slow endpoints)
"""

from collections import defaultdict, deque
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from simulators.graph.clock import Clock
from simulators.graph.switches import Switches
from simulators.graph.wire import JsonObject

_SPAN = timedelta(minutes=10)
_SLOW_SHARE, _DROP_SHARE = 0.10, 0.15
_SLOW_AFTER_S = 2.9
_DELAY = timedelta(seconds=10)
_ENOUGH = 10
"""Fewer answers than this say nothing about an endpoint."""


class EndpointHealth:
    """Keeps the answers of the last ten minutes per host."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._answers: defaultdict[str, deque[tuple[datetime, bool]]] = defaultdict(deque)

    def note(self, url: str, seconds: float) -> None:
        """Remember how long an answer took, a timeout included."""
        self._answers[_host(url)].append((self._clock.now(), seconds >= _SLOW_AFTER_S))

    def delay(self, url: str) -> timedelta:
        """Return how much later notifications go out because the endpoint is slow."""
        return _DELAY if _SLOW_SHARE < self._share(url) <= _DROP_SHARE else timedelta(0)

    def drops(self, url: str) -> bool:
        """Is the endpoint so slow that its notifications are thrown away?"""
        return self._share(url) > _DROP_SHARE

    def show(self) -> JsonObject:
        return {host: {"answers": len(answers)} for host, answers in self._answers.items()}

    def _share(self, url: str) -> float:
        answers = self._answers[_host(url)]
        while answers and answers[0][0] <= self._clock.now() - _SPAN:
            answers.popleft()
        if len(answers) < _ENOUGH or not self._switches.watch_slow_endpoints:
            return 0
        return sum(is_slow for _, is_slow in answers) / len(answers)


def _host(url: str) -> str:
    return urlsplit(url).netloc
