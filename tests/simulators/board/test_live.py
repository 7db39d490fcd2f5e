"""Whoever watches the board is told of each change, and reaches Outlook through the same door."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from simulators.board.application import Options, build_application
from tests.simulators.board.calling import KEY, Caller, Receiver, serving


class Stream:
    """Reads server-sent events one by one."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            async for line in self._answer.content:
                if line.startswith(b"data: "):
                    told: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
                    return told
        raise AssertionError("the stream ended")


@asynccontextmanager
async def _watching(board: Caller, path: str = "/_control/changes") -> AsyncIterator[Stream]:
    async with board.session.get(board.url + path) as answer:
        assert answer.content_type == "text/event-stream"
        # The first comment arrives once the watcher is on the list, so nothing after it can be missed.
        await answer.content.readline()
        yield Stream(answer)


async def test_each_change_is_told_with_its_maker(board: Caller, receiver: Receiver) -> None:
    await board.control("PATCH", "webhooks", {"paused": True})
    async with _watching(board) as stream:
        await board.plan(id="A-1")
        created = await stream.next()
        assert (created["kind"], created["id"], created["revision"], created["by"]) == (
            "appointment",
            "A-1",
            1,
            "planner",
        )
        assert created["state"]["subject"] == "Pump service"
        await board.write("PATCH", "/v1/appointments/A-1", {"subject": "Mine"}, If_Match='"1"')
        assert (await stream.next())["by"] == "api"
        await board.control("DELETE", "appointments/A-1")
        assert (await stream.next())["state"] is None
        await board.control("POST", "reset")
        assert (await stream.next())["kind"] == "reset"
        await board.control("POST", "ping")
        assert (await stream.next())["kind"] == "taken"


async def test_calls_to_outlook_are_passed_on_whole() -> None:
    async def echo(request: web.Request) -> web.Response:
        told = {"method": request.method, "path": request.raw_path, "body": (await request.read()).decode()}
        return web.json_response(told, status=409)

    outlook = web.Application()
    outlook.router.add_route("*", "/{tail:.*}", echo)
    async with serving(outlook) as graph_url, aiohttp.ClientSession() as session:
        options = Options(api_key=KEY, graph_url=graph_url)
        async with serving(await build_application(options)) as url:
            address = URL(f"{url}/outlook/mailboxes/ada%40x/events/a%2Fb?a=%3D", encoded=True)
            answer = await session.post(address, data="{}")
            told = await answer.json()
    assert answer.status == 409
    assert told == {"method": "POST", "path": "/_control/mailboxes/ada%40x/events/a%2Fb?a=%3D", "body": "{}"}


async def test_without_an_outlook_the_door_says_so(board: Caller) -> None:
    async with board.session.get(f"{board.url}/outlook/mailboxes") as answer:
        assert answer.status == 503
        assert "--graph-url" in (await answer.json())["detail"]
