"""A webhook of our own that notifications are posted to."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

JsonObject = dict[str, Any]


class Listener:
    """Answers handshakes and collects notifications, in ways a test may change."""

    def __init__(self) -> None:
        self.url = ""
        self.tokens: list[str] = []
        self.queries: list[dict[str, str]] = []
        self.posts: list[list[JsonObject]] = []
        self.statuses: list[int] = []
        """Answers to the next posts; afterwards 202."""
        self.handshake: Callable[[str], web.Response] = lambda token: web.Response(text=token)
        self.app = web.Application()
        self.app.router.add_post("/{path:.*}", self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        self.queries.append(dict(request.query))
        if "validationToken" in request.query:
            token = request.query["validationToken"]
            self.tokens.append(token)
            return self.handshake(token)
        status = self.statuses.pop(0) if self.statuses else 202
        if status == 202:
            self.posts.append((await request.json())["value"])
        return web.Response(status=status)

    @property
    def heard(self) -> list[JsonObject]:
        return [notification for post in self.posts for notification in post]


async def until(condition: Callable[[], object], seconds: float = 5) -> None:
    """Wait for a condition that another task brings about; fail after the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)
