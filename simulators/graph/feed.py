"""A live stream of what changes, as server-sent events, so that a page can follow.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import json

from aiohttp import web

from simulators.graph.model import show_whole
from simulators.graph.plain_events import show_plain
from simulators.graph.store import EventChange, Store

CORS = web.RequestKey("cors", dict[str, str])
"""Headers that open an answer to the page that asked."""
_HEARTBEAT_S = 15.0


class Feed:
    """Fans changes out to whoever listens."""

    def __init__(self, store: Store) -> None:
        self._open: set[asyncio.Queue[str | None]] = set()
        store.listeners.append(self._tell)

    def _tell(self, change: EventChange) -> None:
        if not self._open:
            return
        told = {
            "type": change.type,
            "mailbox": change.mailbox.owner.user_principal_name,
            "event": show_plain(change.mailbox, show_whole(change.event)),
        }
        for line in self._open:
            line.put_nowait(json.dumps(told))

    def close(self) -> None:
        for line in self._open:
            line.put_nowait(None)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Answer `GET /_control/changes` until the listener leaves or the simulator stops."""
        reply = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        line: asyncio.Queue[str | None] = asyncio.Queue()
        self._open.add(line)
        try:
            reply.headers.update(request.get(CORS, {}))
            await reply.prepare(request)
            await reply.write(b": listening\n\n")
            while True:
                try:
                    told = await asyncio.wait_for(line.get(), _HEARTBEAT_S)
                except TimeoutError:
                    await reply.write(b": still here\n\n")
                    continue
                if told is None:
                    break
                await reply.write(f"data: {told}\n\n".encode())
        except ConnectionError:
            pass
        finally:
            self._open.discard(line)
        return reply
