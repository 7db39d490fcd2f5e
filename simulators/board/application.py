"""Puts the board together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

from simulators.board.api import Api
from simulators.board.control import Control
from simulators.board.decisions import Decisions
from simulators.board.faults import Faults, Handler
from simulators.board.front import front_routes
from simulators.board.journal import Journal
from simulators.board.live import Live
from simulators.board.outlook import Outlook
from simulators.board.planner import Planner
from simulators.board.planning import Planning
from simulators.board.problems import ProblemError
from simulators.board.sender import Sender
from simulators.board.store import Store
from simulators.board.switches import BoardSwitches, WebhookSwitches

_LARGEST_BODY = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Options:
    """How a board is started."""

    api_key: str = field(repr=False)
    webhook_url: str | None = None
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    graph_url: str | None = None
    state: Path | None = None
    time_zone: str = "Europe/Berlin"


async def build_application(options: Options) -> web.Application:
    """Build the board; its sender starts and ends with the application."""
    store = Store(Journal(options.state) if options.state else None)
    board = BoardSwitches(time_zone=options.time_zone)
    webhooks = WebhookSwitches(url=options.webhook_url, secrets=list(options.webhook_secrets))
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    planning = Planning(store, board, webhooks)
    sender = Sender(store, webhooks, session)
    faults = Faults()
    live = Live(store)
    api = Api(store, planning, board, options.api_key)
    control = Control(store=store, planning=planning, board=board, webhooks=webhooks, sender=sender, faults=faults)

    @web.middleware
    async def answer_with_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            answer = await handler(request)
        except ProblemError as problem:
            answer = problem.answer()
        except web.HTTPClientError as refusal:
            code = "too_large" if refusal.status == 413 else "not_found" if refusal.status == 404 else "invalid"
            answer = ProblemError(refusal.status, code, refusal.reason).answer()
        control.count(request, answer.status)
        return answer

    @web.middleware
    async def guard_the_api(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith("/v1/"):
            return await handler(request)

        async def let_in(entering: web.Request) -> web.StreamResponse:
            api.check_key(entering)
            return await handler(entering)

        return await faults.pass_through(request, let_in)

    async def run(_: web.Application) -> AsyncIterator[None]:
        sender.start()
        yield
        await sender.stop()
        await session.close()
        store.close()

    async def end_streams(_: web.Application) -> None:
        await live.end()

    application = web.Application(client_max_size=_LARGEST_BODY, middlewares=[answer_with_problems, guard_the_api])
    application.cleanup_ctx.append(run)
    application.on_shutdown.append(end_streams)
    planner = Planner(store, planning, board)
    for part in (api, planner, Decisions(store, planning), control, live, Outlook(session, options.graph_url)):
        application.add_routes(part.routes())
    application.add_routes(front_routes())
    return application
