"""Posts notifications: gathered, in batches, again with growing waits while the endpoint fails, four hours at most.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import ClientError, ClientSession, ClientTimeout

from simulators.graph.counters import Counters
from simulators.graph.endpoint_health import EndpointHealth
from simulators.graph.faults import Faults
from simulators.graph.store import Store
from simulators.graph.wire import JsonObject

_GIVES_UP_AFTER = timedelta(hours=4)
_LONGEST_WAIT = timedelta(minutes=10)
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification waiting to be posted."""

    content: JsonObject
    queued_at: datetime


class Deliveries:
    """One line of waiting notifications and one posting task per address."""

    def __init__(self, store: Store, faults: Faults, counters: Counters) -> None:
        self._store = store
        self._faults = faults
        self._counters = counters
        self.health = EndpointHealth(store.clock, store.switches)
        self._waiting: dict[str, deque[Notification]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.session: ClientSession | None = None
        store.readers["delivered"] = lambda line: self._settle(line["url"], set(line["ids"]))

    def queue(self, url: str, content: JsonObject, at: datetime) -> None:
        """Line a notification up; its id tells it apart over repeats and restarts."""
        self._waiting.setdefault(url, deque()).append(Notification(content, at))
        self._start(url)

    def open(self, session: ClientSession) -> None:
        """Begin to post, also what a restart left over."""
        self.session = session
        for url in self._waiting:
            self._start(url)

    async def close(self) -> None:
        self.session = None
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def waiting(self) -> int:
        """Return how many are not delivered yet."""
        return sum(len(line) for line in self._waiting.values())

    def show(self) -> JsonObject:
        return {
            "waiting": {url: len(line) for url, line in self._waiting.items() if line},
            "endpoints": self.health.show(),
        }

    def forget(self) -> None:
        for line in self._waiting.values():
            line.clear()

    def _start(self, url: str) -> None:
        if self.session is not None and url not in self._tasks and self._waiting.get(url):
            self._tasks[url] = asyncio.create_task(self._post_all(url))

    async def _post_all(self, url: str) -> None:
        failures = 0
        try:
            while line := self._waiting[url]:
                switches = self._store.switches
                wait = timedelta(milliseconds=switches.notification_delay_ms)
                if failures:
                    wait = timedelta(milliseconds=switches.notification_retry_ms) * 2 ** min(failures - 1, 20)
                wait = min(wait, _LONGEST_WAIT) + self.health.delay(url)
                await self._store.clock.sleep_until(self._store.clock.now() + wait)
                batch = list(line)[:_BATCH]
                if not batch:
                    continue
                failures = 0 if await self._post(url, batch) else failures + 1
        finally:
            self._tasks.pop(url, None)

    async def _post(self, url: str, batch: list[Notification]) -> bool:
        """Post one batch; return whether it is settled: accepted, dropped, or too old."""
        now = self._store.clock.now()
        sent = [each for each in batch if each.queued_at + _GIVES_UP_AFTER > now and not self._is_dropped(url)]
        self._counters.notifications["dropped"] += len(batch) - len(sent)
        if not sent:
            self._finish(url, batch)
            return True
        if self._store.switches.reorder_notifications:
            sent.reverse()
        for _ in range(self._store.switches.notification_copies):
            if not await self._post_once(url, [each.content for each in sent]):
                self._counters.notifications["failed"] += len(sent)
                self._finish(url, [each for each in batch if each not in sent])
                return False
            self._counters.notifications["posted"] += len(sent)
        self._finish(url, batch)
        return True

    def _is_dropped(self, url: str) -> bool:
        return self.health.drops(url) or self._faults.take("dropNotification") is not None

    async def _post_once(self, url: str, contents: list[JsonObject]) -> bool:
        assert self.session is not None
        timeout = ClientTimeout(total=self._store.switches.notification_timeout_s)
        began = time.monotonic()
        try:
            async with self.session.post(
                url, json={"value": contents}, timeout=timeout, allow_redirects=False
            ) as reply:
                await reply.read()
                self.health.note(url, time.monotonic() - began)
                return 200 <= reply.status < 300
        except TimeoutError:
            self.health.note(url, time.monotonic() - began)
            return False
        except (ClientError, OSError):
            return False

    def _finish(self, url: str, settled: list[Notification]) -> None:
        ids = [each.content["id"] for each in settled]
        if ids:
            self._store.journal.append({"kind": "delivered", "url": url, "ids": ids})
            self._settle(url, set(ids))

    def _settle(self, url: str, ids: set[str]) -> None:
        line = self._waiting.get(url, deque())
        self._waiting[url] = deque(each for each in line if each.content["id"] not in ids)
