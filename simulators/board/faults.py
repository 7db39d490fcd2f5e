"""Lets the board's API misbehave on request: unavailable, throttled, slow, or silent after the work is done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, fields

from aiohttp import web

from simulators.board.journal import Json
from simulators.board.problems import ProblemError, WrongField, invalid

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
KINDS = ("unavailable", "throttle", "lost_reply", "lost_request", "slow")


@dataclass(slots=True)
class Fault:
    """Strikes every n-th matching call, `times` times (None: until it is taken away)."""

    kind: str
    method: str | None = None
    path: str = "/v1/"
    times: int | None = None
    every: int = 1
    retry_after: int = 1
    seconds: float = 1.0
    seen: int = 0
    struck: int = 0

    def strikes(self, method: str, path: str) -> bool:
        """Count a call and say whether this fault hits it."""
        if not path.startswith(self.path) or self.method not in (None, method):
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        self.struck += 1
        return True


class Faults:
    """The faults that are switched on, in the order in which they were."""

    def __init__(self) -> None:
        self._active: list[Fault] = []

    def add(self, wanted: Json) -> None:
        """Switch one on.

        Raises:
            ProblemError: an unknown kind or member.
        """
        names = {entry.name for entry in fields(Fault)} - {"seen", "struck"}
        errors = [WrongField(f"/{name}", "is no member of a fault") for name in wanted if name not in names]
        if wanted.get("kind") not in KINDS:
            errors.append(WrongField("/kind", "must be one of " + ", ".join(KINDS)))
        if errors:
            raise invalid(errors)
        self._active.append(Fault(**wanted))

    def clear(self) -> None:
        self._active.clear()

    def shown(self) -> list[Json]:
        return [asdict(fault) for fault in self._active]

    async def pass_through(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a call through to its handler, as far as the faults allow.

        Raises:
            ProblemError: 429 or 503.
        """
        hitting = [fault for fault in self._active if fault.strikes(request.method, request.path)]
        for fault in hitting:
            wait = {"Retry-After": str(fault.retry_after)}
            match fault.kind:
                case "unavailable":
                    raise ProblemError(503, "unavailable", "The board cannot answer at the moment.", headers=wait)
                case "throttle":
                    raise ProblemError(429, "throttled", "Too many calls.", headers=wait)
                case "slow":
                    await asyncio.sleep(fault.seconds)
                case "lost_request":
                    return _cut(request)
        answer = await handler(request)
        return _cut(request) if any(fault.kind == "lost_reply" for fault in hitting) else answer


def _cut(request: web.Request) -> web.Response:
    """Break the connection, so that the caller cannot know what became of its call."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
