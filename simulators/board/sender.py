"""Sends what is pending to the webhook's address, again and again until it is taken.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import aiohttp

from simulators.board.journal import Json
from simulators.board.signing import sign
from simulators.board.store import Store
from simulators.board.switches import WebhookSwitches

# Repeating these unchanged cannot help; a real sender stops and tells its operator.
_HOPELESS = (400, 413, 415)
_AT_ONCE = 8


class Sender:
    """One task per pending delivery. Deliveries may overtake each other; the contract says that order is no matter."""

    def __init__(self, store: Store, switches: WebhookSwitches, session: aiohttp.ClientSession) -> None:
        self._store = store
        self._switches = switches
        self._session = session
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._hurry = asyncio.Event()
        self._attempts: dict[str, Json] = {}
        self.counted: Counter[str] = Counter()

    def start(self) -> None:
        """Take up what an earlier life left behind, and from now on whatever the store gets."""
        self._store.watch(self._notice)
        self._notice({"deliveries": list(self._store.contents.deliveries.values())})

    async def stop(self) -> None:
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def retry_now(self) -> None:
        """End every waiting, be it a back-off, a pause or a missing address, and look again."""
        self._hurry.set()
        self._hurry = asyncio.Event()

    def pending(self) -> list[Json]:
        """List what was not taken yet, oldest first, with what came of the last attempt."""
        none: Json = {"attempts": 0, "last": None, "nextAt": None}
        return [
            {
                "id": key,
                "types": [event["type"] for event in delivery["events"]],
                "subjects": [event.get("subject") for event in delivery["events"]],
                **self._attempts.get(key, none),
            }
            for key, delivery in self._store.contents.deliveries.items()
        ]

    def _notice(self, line: Json) -> None:
        if line.get("reset"):
            for task in self._under_way.values():
                task.cancel()
            self._attempts.clear()
        for delivery in line.get("deliveries", ()):
            key = delivery["id"]
            task = asyncio.get_running_loop().create_task(self._deliver(delivery))
            self._under_way[key] = task
            task.add_done_callback(partial(self._forget, key))
        for key in line.get("dropped", ()):
            if key in self._under_way:
                self._under_way[key].cancel()

    def _forget(self, key: str, _: asyncio.Task[None]) -> None:
        self._under_way.pop(key, None)

    async def _deliver(self, delivery: Json) -> None:
        extra = [self._post_late(delivery) for _ in range(self._switches.copies - 1)]
        status, *_ = await asyncio.gather(self._repeat_until_settled(delivery), *extra)
        self._attempts.pop(delivery["id"], None)
        if status in _HOPELESS:
            self._store.commit({"refused": [{"id": delivery["id"], "status": status}]})
        else:
            taken = {"id": delivery["id"], "events": [event["id"] for event in delivery["events"]]}
            self._store.commit({"delivered": [delivery["id"]], "taken": taken})

    async def _repeat_until_settled(self, delivery: Json) -> int:
        attempt = 0
        while True:
            attempt += 1
            status, retry_after = await self._post_late(delivery)
            if 200 <= status < 300 or status in _HOPELESS:
                return status
            grown = self._switches.retry_first_seconds * 2.0 ** min(attempt - 1, 30)
            wait = max(min(grown, self._switches.retry_most_seconds) * random.uniform(0.5, 1.0), retry_after)
            next_at = datetime.now(UTC) + timedelta(seconds=wait)
            self._attempts[delivery["id"]] = {"attempts": attempt, "last": status, "nextAt": next_at.isoformat()}
            await self._wait(wait)

    async def _post_late(self, delivery: Json) -> tuple[int, float]:
        """Post once, after the delays that are switched on; 0 stands for no answer."""
        delay = self._switches.late_seconds + random.uniform(0.0, self._switches.spread_seconds)
        if delay > 0:
            await asyncio.sleep(delay)
        while self._switches.paused or self._switches.url is None:
            await self._wait(None)
        async with self._slots:
            return await self._post(delivery, self._switches.url)

    async def _post(self, delivery: Json, url: str) -> tuple[int, float]:
        content: Any = delivery["events"] if delivery["batch"] else delivery["events"][0]
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        kind = "application/cloudevents-batch+json" if delivery["batch"] else "application/cloudevents+json"
        headers = sign(self._switches.secrets, delivery["id"], int(time.time()), body)
        timeout = aiohttp.ClientTimeout(total=self._switches.timeout_seconds)
        self.counted["attempts"] += 1
        try:
            async with self._session.post(
                url, data=body, headers={**headers, "content-type": f"{kind}; charset=utf-8"}, timeout=timeout
            ) as answer:
                await answer.read()
                status, wait = answer.status, answer.headers.get("retry-after", "")
        except (aiohttp.ClientError, TimeoutError):
            self.counted["no answer"] += 1
            return 0, 0.0
        self.counted[str(status)] += 1
        return status, float(wait) if wait.isdigit() else 0.0

    async def _wait(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), seconds)
