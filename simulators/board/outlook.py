"""Passes `/outlook/…` on to the control API of the simulated Outlook, so that the page speaks to one origin only."""

from __future__ import annotations

import aiohttp
from aiohttp import web
from yarl import URL

from simulators.board.problems import ProblemError


class Outlook:
    """A door to `<graph url>/_control/…`, streams included."""

    def __init__(self, session: aiohttp.ClientSession, graph_url: str | None) -> None:
        self._session = session
        self._graph_url = graph_url.rstrip("/") if graph_url else None

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", "/outlook/{tail:.*}", self._pass_on)]

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        if self._graph_url is None:
            raise ProblemError(503, "unavailable", "The board was started without --graph-url.")
        # Passed on letter by letter: an event id may hold characters that a second encoding would change.
        url = URL(self._graph_url + "/_control" + request.raw_path.removeprefix("/outlook"), encoded=True)
        headers = {name: request.headers[name] for name in ("Content-Type", "Accept") if name in request.headers}
        # A stream has no end, so only connecting is limited.
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5)
        passed: web.StreamResponse | None = None
        try:
            async with self._session.request(
                request.method, url, data=await request.read(), headers=headers, timeout=timeout
            ) as answer:
                passed = web.StreamResponse(status=answer.status)
                for name in ("Content-Type", "Cache-Control"):
                    if name in answer.headers:
                        passed.headers[name] = answer.headers[name]
                await passed.prepare(request)
                async for chunk in answer.content.iter_any():
                    await passed.write(chunk)
                await passed.write_eof()
                return passed
        except (aiohttp.ClientConnectionError, ConnectionError) as error:
            if passed is not None and passed.prepared:
                return passed  # Either end left in the middle of a stream; there is nobody to tell.
            raise ProblemError(503, "unavailable", "The simulated Outlook does not answer.") from error
