"""The HTTP surface: Graph v1.0, the token endpoint, and the control API beside them."""

import json
import re
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from aiohttp import web
from pydantic import ValidationError

from simulators.graph.control import Control
from simulators.graph.errors import GraphRefusal, LostReply, bad_request
from simulators.graph.feed import CORS
from simulators.graph.gate import unavailable
from simulators.graph.preferences import read_preference
from simulators.graph.simulator import Simulator
from simulators.graph.tokens import show_instance, show_openid
from simulators.graph.wire import Answer, Call

_LARGEST_BODY = 8 * 1024 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_KEYED = re.compile(r"(users|groups|calendars|calendarGroups|events|subscriptions)\('([^']*)'\)")
_Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Surface:
    """Translates between HTTP and the simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def graph(self, request: web.Request) -> web.StreamResponse:
        """Answer everything under `/v1.0`."""
        simulator = self._simulator
        simulator.counters.http_requests += 1
        request_id = request.headers.get("client-request-id") or str(uuid.uuid4())
        try:
            answer = await self._answer(request)
        except GraphRefusal as refusal:
            answer = refusal.to_answer(simulator.clock.now(), request_id)
            simulator.counters.statuses[answer.status] += 1
        except LostReply:
            simulator.counters.lost_replies += 1
            _hang_up(request)
            return web.Response(status=500)
        if simulator.switches.date_skew_s:
            skewed_at = datetime.now(UTC) + timedelta(seconds=simulator.switches.date_skew_s)
            answer.headers["Date"] = format_datetime(skewed_at, usegmt=True)
        return await _send(request, answer, request_id)

    async def _answer(self, request: web.Request) -> Answer:
        simulator = self._simulator
        if not simulator.tokens.accepts(request.headers.get("Authorization", "")):
            raise GraphRefusal(
                401, "InvalidAuthenticationToken", "Access token is missing, invalid or expired.",
                headers={"WWW-Authenticate": "Bearer"},
            )  # fmt: skip
        body = await _read_body(request)
        root = f"{request.scheme}://{request.host}/v1.0"
        path = _KEYED.sub(r"\1/\2", request.rel_url.raw_path.removeprefix("/v1.0").strip("/"))
        if path == "$batch":
            if request.method != "POST":
                raise GraphRefusal(405, "Request_BadRequest", "Specified HTTP method is not allowed.")
            if fault := simulator.faults.take("unavailable", None, "batch"):
                raise unavailable(fault.retry_after)
            return await simulator.batch.answer(body, root)
        headers = {name.lower(): value for name, value in request.headers.items()}
        preference = read_preference(", ".join(request.headers.getall("Prefer", [])))
        segments = tuple(unquote(segment) for segment in path.split("/"))
        call = Call(request.method, segments, dict(request.query), headers, body, root, preference)
        return await simulator.gate.answer(call)

    async def front_page(self, request: web.Request) -> web.StreamResponse:
        """Tell a person who opens the address in a browser where things are."""
        return web.Response(
            text="Simulated Microsoft Graph\n\n"
            "/v1.0/…                       Graph v1.0, bearer development-token\n"
            "/{tenant}/oauth2/v2.0/token   tokens for client credentials\n"
            "/_control/users               who there is; simulators/graph/README.md lists the rest\n"
        )

    async def token(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        answer = self._simulator.tokens.issue(request.match_info["tenant"], form)
        return web.json_response(answer.body, status=answer.status)

    async def openid(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(show_openid(_base(request), request.match_info["tenant"]))

    async def instance(self, request: web.Request) -> web.StreamResponse:
        endpoint = urlsplit(request.query.get("authorization_endpoint", ""))
        tenant = endpoint.path.strip("/").partition("/")[0] or "common"
        return web.json_response(show_instance(_base(request), request.host, tenant))


def _base(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


async def _read_body(request: web.Request) -> Any:
    content = await request.read()
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError:
        raise bad_request("Unable to read JSON request payload.", "RequestBodyRead") from None


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()


async def _send(request: web.Request, answer: Answer, request_id: str) -> web.StreamResponse:
    headers = {"request-id": request_id, "client-request-id": request_id, **answer.headers}
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    content = json.dumps(answer.body, separators=(",", ":")).encode()
    headers["Content-Type"] = "application/json;odata.metadata=minimal;odata.streaming=true;charset=utf-8"
    if not answer.is_truncated:
        return web.Response(status=answer.status, headers=headers, body=content)
    reply = web.StreamResponse(status=answer.status, headers=headers)
    reply.content_length = len(content)
    await reply.prepare(request)
    await reply.write(content[: len(content) // 2])
    _hang_up(request)
    return reply


@web.middleware
async def control_border(request: web.Request, handler: _Next) -> web.StreamResponse:
    """Open the control API to pages of other loopback ports, and put its refusals into words."""
    if not request.path.startswith("/_control"):
        return await handler(request)
    origin = request.headers.get("Origin", "")
    cors = {}
    if urlsplit(origin).hostname in _LOOPBACK:
        cors = {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
            "Access-Control-Allow-Headers": "Content-Type",
            "Vary": "Origin",
        }
    request[CORS] = cors
    reply: web.StreamResponse
    try:
        reply = web.Response(status=204) if request.method == "OPTIONS" else await handler(request)
    except ValidationError as wrong:
        reply = web.json_response({"error": json.loads(wrong.json(include_url=False))}, status=400)
    except GraphRefusal as refusal:
        reply = web.json_response({"error": {"code": refusal.code, "message": refusal.message}}, status=refusal.status)
    except json.JSONDecodeError:
        reply = web.json_response({"error": "The body is not JSON."}, status=400)
    if not reply.prepared:
        reply.headers.update(cors)
    return reply


def build_app(simulator: Simulator) -> web.Application:
    """Return the web application; it opens and closes the simulator with itself."""
    app = web.Application(middlewares=[control_border], client_max_size=_LARGEST_BODY)
    surface = Surface(simulator)
    app.add_routes(Control(simulator).routes())
    app.router.add_get("/", surface.front_page)
    app.router.add_post("/{tenant}/oauth2/v2.0/token", surface.token)
    app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", surface.openid)
    app.router.add_get("/{tenant}/discovery/instance", surface.instance)
    app.router.add_route("*", "/v1.0/{path:.*}", surface.graph)

    async def open_and_close(_: web.Application) -> Any:
        await simulator.open()
        yield
        await simulator.close()

    async def stop_listening(_: web.Application) -> None:
        simulator.feed.close()

    app.cleanup_ctx.append(open_and_close)
    app.on_shutdown.append(stop_listening)
    return app
