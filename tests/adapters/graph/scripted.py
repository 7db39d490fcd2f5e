"""A Graph that answers from a script, for what no simulator should do by itself."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

JsonObject = dict[str, Any]
Answering = Callable[[str, str, Any], "tuple[int, Any] | web.Response"]

EVENT: JsonObject = {
    "@odata.etag": 'W/"k1"',
    "id": "event-1",
    "type": "singleInstance",
    "createdDateTime": "2026-11-21T08:00:00.1234567Z",
    "lastModifiedDateTime": "2026-11-21T08:00:00.6234567Z",
    "subject": "there",
    "start": {"dateTime": "2026-11-23T08:00:00.0000000", "timeZone": "UTC"},
    "end": {"dateTime": "2026-11-23T09:00:00.0000000", "timeZone": "UTC"},
}


@dataclass
class ScriptedGraph:
    """Answers each request with what `answer(method, path, body)` returns; `seen` are the requests, in order."""

    answer: Answering
    seen: list[tuple[str, str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        application = web.Application()
        application.router.add_route("*", "/{tail:.*}", self._take)
        self.server = TestServer(application)

    @property
    def address(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    async def _take(self, request: web.Request) -> web.Response:
        text = await request.text()
        body = json.loads(text) if text else None
        self.seen.append((request.method, request.path_qs, body))
        self.headers.append(dict(request.headers))
        answer = self.answer(request.method, request.path_qs, body)
        if isinstance(answer, web.Response):
            return answer
        status, body = answer
        # An old Date: what is answered was made just before, by the service's clock.
        headers = {"Date": "Sat, 21 Nov 2026 08:00:02 GMT"}
        return web.json_response(body, status=status, headers=headers)


def batch(*answers: "tuple[str, int, Any]") -> tuple[int, JsonObject]:
    """What a `$batch` answers: id, status, body of each member."""
    return 200, {"responses": [{"id": name, "status": status, "body": body} for name, status, body in answers]}


def error(code: str, **extra: Any) -> JsonObject:
    return {"error": {"code": code, "message": "words nobody reads", **extra}}
