"""A board that knows nothing of this code posts, and the route understands: two readings of one contract meet."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from devtools.processes import Parts
from sync_core.domain.appointment import AppointmentKey, Kind, Placement
from sync_core.web.http import Headers, Request
from sync_core.web.scheduler import Reception
from tests.web.posting import NEXT_SECRET, SECRET, STRANGER, Door

pytestmark = pytest.mark.services
PATIENCE = 15.0


class SystemClock:
    """The board signs with the real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Street:
    """A board, and a door it posts to."""

    def __init__(self, door: Door, board: str, session: aiohttp.ClientSession) -> None:
        self.door = door
        self.statuses: list[int] = []
        self._board = board
        self._session = session

    async def act(self, method: str, path: str, body: Any = None) -> Any:
        async with self._session.request(method, f"{self._board}/_control/{path}", json=body) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def until_known(self, key: AppointmentKey, revision: int) -> Placement:
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            placed = self.door.placements.placed.get(key)
            if placed and placed.placement and placed.placement.revision >= revision:
                return placed.placement
            await asyncio.sleep(0.02)
        raise AssertionError(f"{key} never came in revision {revision}; answers were {self.statuses}")


@pytest.fixture
async def street(parts: Parts) -> AsyncIterator[Street]:
    door = Door()
    reception = Reception(replace(door.ports, clock=SystemClock()), door.secrets_of)

    async def answer(request: web.Request) -> web.Response:
        response = await reception.receive(
            Request("POST", str(request.url), Headers(request.headers), dict(request.query), await request.read())
        )
        here.statuses.append(response.status)
        headers = {"Content-Type": response.content_type, **response.headers}
        return web.Response(status=response.status, body=response.body, headers=headers)

    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.router.add_post("/api/scheduler/events", answer)
    server = TestServer(app)
    await server.start_server()
    url = str(server.make_url("/api/scheduler/events"))
    command = [sys.executable, "-m", "simulators.board", "--port", "0", "--api-key", "k"]
    command += ["--webhook-url", url, "--webhook-secret", SECRET]
    board = await asyncio.to_thread(parts.start, "board", command)
    async with aiohttp.ClientSession() as session:
        here = Street(door, board.address, session)
        await here.act("PUT", "resources", [{"id": "R-ADA", "name": "Ada"}, {"id": "R-BEN", "name": "Ben"}])
        yield here
    await server.close()


async def test_what_a_planner_does_is_known_here(street: Street) -> None:
    times = {"start": "2026-11-23T08:00:00+01:00", "end": "2026-11-23T10:00:00+01:00", "timeZone": "Europe/Berlin"}
    task = {"id": "A-1", "subject": "Pump service", "resources": [{"id": "R-ADA"}], **times}
    await street.act("POST", "appointments", task)
    await street.act("POST", "appointments/A-1/assign", {"resources": ["R-BEN"]})
    planned = await street.until_known(AppointmentKey(Kind.TASK, "A-1"), 2)
    assert planned.state is not None
    assert (planned.state.subject, planned.state.resources) == ("Pump service", ("R-BEN",))
    await street.act("POST", "unavailabilities", {"id": "U-1", "resource": {"id": "R-ADA"}, "kind": "sick", **times})
    absence = await street.until_known(AppointmentKey(Kind.UNAVAILABILITY, "U-1"), 1)
    assert absence.state is not None
    assert absence.state.absence == "sick"
    await street.act("DELETE", "appointments/A-1")
    assert (await street.until_known(AppointmentKey(Kind.TASK, "A-1"), 3)).state is None
    assert set(street.statuses) == {202}


@pytest.mark.parametrize("mode", ["single", "batch"])
async def test_two_secrets_hold_during_a_rotation(street: Street, mode: str) -> None:
    times = {"start": "2026-11-23T08:00:00Z", "end": "2026-11-23T10:00:00Z", "timeZone": "UTC"}
    for number, secrets in enumerate([[SECRET, NEXT_SECRET], [NEXT_SECRET], [STRANGER, NEXT_SECRET]]):
        await street.act("PATCH", "webhooks", {"secrets": secrets, "mode": mode, "copies": 2})
        task = {"id": f"A-{number}", "subject": "x", "resources": [{"id": "R-ADA"}], **times}
        await street.act("POST", "appointments", task)
        await street.until_known(AppointmentKey(Kind.TASK, f"A-{number}"), 1)
    assert set(street.statuses) == {202}
