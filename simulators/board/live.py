"""Tells whoever watches, at once, what changes on the board (server-sent events).

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import contextlib
import json

from aiohttp import web

from simulators.board.journal import Json
from simulators.board.store import Store

_BACKLOG = 10_000
_HEARTBEAT_SECONDS = 15.0


class Live:
    """One queue per watcher; a watcher that falls behind is cut off and comes back with a fresh snapshot."""

    def __init__(self, store: Store) -> None:
        self._queues: set[asyncio.Queue[Json | None]] = set()
        store.watch(self._tell)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/_control/changes", self._stream)]

    async def end(self) -> None:
        """Let every stream run out, so that the server can stop."""
        for queue in self._queues:
            queue.put_nowait(None)

    def _tell(self, line: Json) -> None:
        told: list[Json] = [{"kind": change["collection"], **change} for change in line.get("changes", ())]
        if "status" in line:
            told.append({"kind": "status", **line["status"]})
        told += [{"kind": "proposal", "state": proposal} for proposal in line.get("proposals", ())]
        if "taken" in line:
            told.append({"kind": "taken", **line["taken"]})
        if line.get("reset"):
            told.append({"kind": "reset"})
        for queue in list(self._queues):
            if queue.qsize() + len(told) > _BACKLOG:
                self._queues.discard(queue)
                queue.put_nowait(None)
                continue
            for one in told:
                queue.put_nowait({**one, "at": line.get("at")})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self._queues.add(queue)
        try:
            await response.prepare(request)
            await response.write(b": the board is listening\n\n")
            while True:
                try:
                    one = await asyncio.wait_for(queue.get(), _HEARTBEAT_SECONDS)
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if one is None:
                    break
                await response.write(f"data: {json.dumps(one, ensure_ascii=False)}\n\n".encode())
        except ConnectionError:
            return response
        finally:
            self._queues.discard(queue)
        with contextlib.suppress(ConnectionError):
            await response.write_eof()
        return response
