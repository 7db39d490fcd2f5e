"""Starting a board: what survives SIGKILL, and what is refused."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from simulators.board.journal import Journal
from simulators.board.store import Store
from tests.simulators.board.calling import KEY, RESOURCES, SECRET, Caller, Receiver


@asynccontextmanager
async def _started(state: Path, receiver: Receiver) -> AsyncIterator[tuple[Caller, asyncio.subprocess.Process]]:
    arguments = ["--port", "0", "--api-key", KEY, "--webhook-secret", SECRET, "--state", str(state)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulators.board",
        "--webhook-url",
        receiver.url,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        said = (await process.stdout.readline()).decode()
        assert said.startswith("board ready at http://127.0.0.1:")
        async with aiohttp.ClientSession() as session:
            yield Caller(said.split()[-1], session), process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@pytest.mark.services
async def test_a_killed_board_comes_back_with_its_plan_its_answers_and_its_debts(
    tmp_path: Path, receiver: Receiver
) -> None:
    state = tmp_path / "board" / "state.jsonl"
    async with _started(state, receiver) as (board, process):
        await board.control("PUT", "resources?announce=false", RESOURCES)
        await board.control("PATCH", "webhooks", {"paused": True})
        await board.plan(id="A-1")
        await board.plan(id="A-2")
        first = await board.write(
            "PATCH", "/v1/appointments/A-1", {"subject": "Mine"}, If_Match='"1"', Idempotency_Key="k"
        )
        await board.control("DELETE", "appointments/A-2")
        await board.control("PATCH", "appointments/A-1", {"number": "SO-9"})
        about = {"appointment": {"id": "A-1", "revision": 3}, "resource": {"id": "R-ADA"}}
        question = {**about, "kind": "unplan", "reason": "The worker deleted it."}
        await board.write("PUT", "/v1/proposals/P-1", question)
        before = await board.control("GET", "board")
        process.send_signal(signal.SIGKILL)
        await process.wait()
    assert receiver.attempts == []
    async with _started(state, receiver) as (board, process):
        await receiver.until(lambda: len(receiver.events) == 5)
        assert await board.control("GET", "board") == before
        again = await board.write(
            "PATCH", "/v1/appointments/A-1", {"subject": "Mine"}, If_Match='"1"', Idempotency_Key="k"
        )
        assert again.body == first.body
        left_behind = {**question, "appointment": {"id": "A-1", "revision": 2}}
        declined = await board.write("PUT", "/v1/proposals/P-2", left_behind, Idempotency_Key="k-2")
        assert declined.body["state"] == "declined"
        assert (await board.plan(id="A-2"))["revision"] == 3
        process.terminate()
        assert await process.wait() == 0


def test_a_line_torn_by_the_kill_never_happened(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    journal = Journal(path)
    journal.append({"numbers": 1001})
    journal.append({"numbers": 1002})
    journal.close()
    path.write_bytes(path.read_bytes()[:-5])
    store = Store(Journal(path))
    assert store.contents.numbers == 1001
    store.commit({"numbers": 1003})
    store.close()
    assert Store(Journal(path)).contents.numbers == 1003


async def test_a_port_that_is_taken_is_one_clear_sentence(board: Caller) -> None:
    port = board.url.rsplit(":", 1)[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators.board", "--api-key", KEY, "--port", port, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 1
    assert said.decode().startswith(f"board cannot listen on port {port}: ")
    assert len(said.splitlines()) == 1


async def test_a_secret_that_is_none_is_refused_at_start() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators.board", "--api-key", KEY, "--webhook-secret", "plain", stderr=-1
    )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert b"whsec_" in said
