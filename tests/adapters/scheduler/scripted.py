"""A server that answers by a script and remembers what it was asked: for what a healthy board never does."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

CAPABILITIES: dict[str, Any] = {
    "contract": "1.0",
    "product": {"name": "Scripted", "version": "1"},
    "source": "https://board.example",
    "timeZone": "Europe/Berlin",
    "capabilities": {
        "readAppointments": True,
        "readUnavailabilities": True,
        "writeAppointments": True,
        "deleteAppointments": True,
        "writeUnavailabilities": True,
        "deleteUnavailabilities": True,
        "syncStatus": True,
        "proposals": True,
        "conditionalWrites": True,
        "idempotencyKeys": True,
        "originEchoed": True,
    },
    "writableAppointmentFields": [
        "subject",
        "start",
        "end",
        "timeZone",
        "allDay",
        "startDate",
        "endDate",
        "location",
        "resources",
        "showAs",
        "sensitivity",
        "importance",
    ],
}


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; `is_cut` breaks the connection instead, `never` leaves the caller waiting."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_cut: bool = False
    never: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


class ScriptedBoard:
    """`replies` are given out in turn to every call but that for capabilities; the last one is given for ever."""

    def __init__(self) -> None:
        self.capabilities = CAPABILITIES
        self.replies: list[Reply] = [Reply(404)]
        self.asked: list[Asked] = []
        self._server: TestServer | None = None

    async def start(self) -> str:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._server = TestServer(app)
        await self._server.start_server()
        return str(self._server.make_url("/")).rstrip("/")

    async def stop(self) -> None:
        if self._server:
            await self._server.close()

    @property
    def writes(self) -> list[Asked]:
        return [one for one in self.asked if one.method != "GET"]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        self.asked.append(Asked(request.method, request.raw_path, request.headers, body))
        if request.path.endswith("/v1/capabilities"):
            return web.json_response(self.capabilities)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if reply.never:
            await asyncio.Event().wait()  # ends with the caller, who gives up and closes
        if reply.is_cut and request.transport is not None:
            request.transport.abort()
        return web.json_response(reply.body, status=reply.status, headers=reply.headers)
