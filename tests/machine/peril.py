"""Ports that may fail at any await: before a call takes effect, after it, or by losing its reply."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Generator
from dataclasses import dataclass, field
from typing import Any

from sync_core.domain.errors import TryAgain

# One for all: a new one for each of a hundred thousand calls would take longer than what they do.
_LOOP = asyncio.new_event_loop()


class Crash(BaseException):
    """The worker is gone: nothing of it runs on, not even its error handling."""


class _Step(Awaitable[None]):
    def __await__(self) -> Generator[None, None, None]:
        yield


@dataclass
class Worker:
    """One process. It stops for a moment before and after each call of a port; there it can be overtaken or killed.

    `crash_at` and `lose_at` count those moments, from 1; 0 is never.
    """

    crash_at: int = 0
    lose_at: int = 0
    moments: int = 0
    is_dead: bool = False
    trace: list[str] = field(default_factory=list)

    async def pause(self, where: str) -> None:
        if self.is_dead:
            raise Crash(where)
        self.moments += 1
        self.trace.append(where)
        if self.moments == self.crash_at:
            self.is_dead = True
            raise Crash(where)
        await _Step()
        if self.is_dead:
            raise Crash(where)

    def loses_reply(self) -> bool:
        return self.lose_at > 0 and self.moments >= self.lose_at


class Perilous:
    """A port seen through a worker. Its plain methods and attributes are the port's own."""

    def __init__(self, port: Any, worker: Worker, *, may_lose: frozenset[str] = frozenset()) -> None:
        self._port = port
        self._worker = worker
        self._may_lose = may_lose

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        return self._wrapped(name, method) if inspect.iscoroutinefunction(method) else method

    def _wrapped(self, name: str, method: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        async def call(*args: Any, **named: Any) -> Any:
            where = f"{type(self._port).__name__}.{name}"
            await self._worker.pause(f"before {where}")
            result = await method(*args, **named)
            await self._worker.pause(f"after {where}")
            if name in self._may_lose and self._worker.loses_reply():
                self._worker.lose_at = 0
                raise TryAgain("the reply was lost")
            return result

        return call


def drive(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that only pauses to its end, also amid another."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _LOOP.run_until_complete(coroutine)
    while True:  # no loop runs within a running one, and none is needed by what only pauses
        try:
            coroutine.send(None)
        except StopIteration as end:
            return end.value
