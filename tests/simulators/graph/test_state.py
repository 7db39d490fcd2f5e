"""What was answered survives a kill: the state file, with a real program that is killed."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer

from simulators.graph.app import build_app
from simulators.graph.simulator import Simulator

from .client import ADA, Client, event_body, series_body
from .listener import Listener, until
from .test_subscriptions import in_minutes, subscribe

TOKEN = {"Authorization": "Bearer development-token", "Prefer": 'IdType="ImmutableId"'}


class Served:
    """The simulator in a program of its own."""

    def __init__(self, state: Path) -> None:
        self._state = state

    async def __aenter__(self) -> "Served":
        self._program = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "simulators.graph", "--port", "0", "--state", str(self._state),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self._program.stdout is not None
        async with asyncio.timeout(20):
            line = (await self._program.stdout.readline()).decode()
        assert line.startswith("graph ready at http://127.0.0.1:"), line
        self.url = line.split()[-1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._program.send_signal(signal.SIGKILL)
        await self._program.wait()


async def test_every_answered_create_is_there_after_a_kill(tmp_path: Path) -> None:
    answered: list[str] = []
    async with ClientSession(headers=TOKEN) as session:
        async with Served(tmp_path / "state.jsonl") as served:

            async def create(number: int) -> None:
                body = event_body(transactionId=f"t-{number}")
                async with session.post(f"{served.url}/v1.0/users/{ADA}/events", json=body) as reply:
                    answered.append((await reply.json())["id"])

            await asyncio.gather(*(create(number) for number in range(4)))
        with (tmp_path / "state.jsonl").open("ab") as file:
            file.write(b'{"kind":"event","cut short":"' + b"x" * 5000)
        async with Served(tmp_path / "state.jsonl") as served:
            url = f"{served.url}/v1.0/users/{ADA}/events"
            async with session.get(url) as reply:
                assert [event["id"] for event in (await reply.json())["value"]] == answered
            async with session.post(url, json=event_body(transactionId="t-0")) as reply:
                assert (await reply.json())["id"] in answered
            await create(4)
        async with (
            Served(tmp_path / "state.jsonl") as served,
            session.get(f"{served.url}/v1.0/users/{ADA}/events") as reply,
        ):
            assert [event["id"] for event in (await reply.json())["value"]] == answered


@pytest.fixture
async def restart(tmp_path: Path) -> AsyncIterator[Any]:
    """Return a function that starts the simulator on the same file, ending the one before."""
    running: list[TestClient[Any, Any]] = []

    async def start() -> Client:
        if running:
            await running.pop().close()
        simulator = Simulator(tmp_path / "state.jsonl")
        http = TestClient(TestServer(build_app(simulator)))
        await http.start_server()
        running.append(http)
        return Client(http, simulator)

    yield start
    await running.pop().close()


async def test_calendars_series_states_switches_clock_and_delta_tokens_are_as_they_were(restart: Any) -> None:
    graph: Client = await restart()
    await graph.control("POST", "/users", {"name": "gil", "state": "blocked"})
    other = await graph.control("POST", f"/mailboxes/{ADA}/calendars", {"name": "Other"})
    event = await graph.create(subject="first")
    moved = await graph.create(subject="moved")
    series = await graph.act("create", event=series_body())
    days = await graph.get(
        f"/users/{ADA}/events/{series['id']}/instances",
        query={"startDateTime": "2026-11-01", "endDateTime": "2026-12-01"},
    )
    await graph.act("patch", id=days.body["value"][0]["id"], event={"subject": "altered"})
    await graph.act("delete", id=days.body["value"][1]["id"])
    _, link = await graph.read_round()
    await graph.act("move", id=moved["id"], calendar=other["id"])
    await graph.ask("PATCH", f"/users/{ADA}/events/{event['id']}", body={"subject": "second"})
    await graph.switch(pageSize=7)
    await graph.control("POST", "/clock", {"seconds": 5000})
    before = await graph.control("GET", f"/mailboxes/{ADA}/events")

    graph = await restart()
    assert await graph.control("GET", f"/mailboxes/{ADA}/events") == before
    assert (await graph.get("/users/gil@tandem.example/calendar")).status == 403
    assert (await graph.control("GET", "/switches"))["pageSize"] == 7
    assert graph.simulator.clock.ahead_s == 5000
    entries, _ = await graph.read_round(link)
    assert {(entry["id"], "@removed" in entry) for entry in entries} == {(moved["id"], True), (event["id"], False)}
    again = await graph.get(
        f"/users/{ADA}/events/{series['id']}/instances",
        query={"startDateTime": "2026-11-01", "endDateTime": "2026-12-01"},
    )
    assert [day["subject"] for day in again.body["value"]] == ["altered", *["Pump service"] * 3]
    created = await graph.create()
    assert created["id"] not in {entry["id"] for entry in before["value"]}


async def test_undelivered_notifications_are_delivered_after_the_restart_and_settled_ones_are_not(
    restart: Any, listener: Listener
) -> None:
    graph: Client = await restart()
    made = (await subscribe(graph, listener.url, expirationDateTime=in_minutes(600))).body
    await graph.create()
    deliveries = graph.simulator.deliveries
    await until(lambda: listener.heard and deliveries.waiting() == 0)
    await graph.switch(notificationRetryMs=60_000)
    listener.statuses = [503]
    event = await graph.create()
    await until(lambda: not listener.statuses)
    graph = await restart()
    await until(lambda: len(listener.heard) == 2)
    assert listener.heard[1]["resourceData"]["id"] == event["id"]
    assert [each["id"] for each in (await graph.get("/subscriptions")).body["value"]] == [made["id"]]


async def test_reset_empties_the_file_too(restart: Any) -> None:
    graph: Client = await restart()
    await graph.create()
    await graph.control("POST", "/reset")
    await graph.create(subject="after")
    graph = await restart()
    listed = (await graph.control("GET", f"/mailboxes/{ADA}/events"))["value"]
    assert [event["subject"] for event in listed] == ["after"]
