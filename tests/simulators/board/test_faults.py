"""Faults that are switched on hit the calls they name, as often as they were told to."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from tests.simulators.board.calling import Caller

CAPABILITIES = "/v1/capabilities"


@pytest.mark.parametrize(
    ("kind", "status", "code"), [("unavailable", 503, "unavailable"), ("throttle", 429, "throttled")]
)
async def test_a_board_in_trouble_says_when_to_come_back(board: Caller, kind: str, status: int, code: str) -> None:
    await board.control("POST", "faults", {"kind": kind, "times": 2, "retry_after": 7})
    for _ in range(2):
        answer = await board.api("GET", CAPABILITIES)
        assert (answer.status, answer.body["code"], answer.headers["retry-after"]) == (status, code, "7")
    assert (await board.api("GET", CAPABILITIES)).status == 200


async def test_a_lost_reply_comes_after_the_work_and_its_repeat_gets_the_answer(board: Caller) -> None:
    await board.plan(id="A-1")
    await board.control("POST", "faults", {"kind": "lost_reply", "method": "PATCH", "times": 1})
    with pytest.raises(aiohttp.ClientConnectionError):
        await board.write("PATCH", "/v1/appointments/A-1", {"subject": "Mine"}, If_Match='"1"', Idempotency_Key="k")
    assert (await board.api("GET", "/v1/appointments/A-1")).body["subject"] == "Mine"
    again = await board.write("PATCH", "/v1/appointments/A-1", {"subject": "Mine"}, If_Match='"1"', Idempotency_Key="k")
    assert (again.status, again.body["revision"]) == (200, 2)


async def test_a_lost_request_did_nothing(board: Caller) -> None:
    await board.plan(id="A-1")
    await board.control("POST", "faults", {"kind": "lost_request", "method": "PATCH"})
    with pytest.raises(aiohttp.ClientConnectionError):
        await board.write("PATCH", "/v1/appointments/A-1", {"subject": "Mine"}, If_Match='"1"')
    assert (await board.api("GET", "/v1/appointments/A-1")).body["revision"] == 1


async def test_every_third_call_can_be_hit(board: Caller) -> None:
    await board.control("POST", "faults", {"kind": "unavailable", "every": 3})
    assert [(await board.api("GET", CAPABILITIES)).status for _ in range(6)] == [200, 200, 503, 200, 200, 503]
    await board.control("DELETE", "faults")
    assert [(await board.api("GET", CAPABILITIES)).status for _ in range(3)] == [200, 200, 200]


async def test_a_slow_board_outlasts_an_impatient_caller(board: Caller) -> None:
    await board.control("POST", "faults", {"kind": "slow", "seconds": 60})
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await board.api("GET", CAPABILITIES)
    await board.control("DELETE", "faults")


async def test_calls_are_counted_by_operation_and_status(board: Caller) -> None:
    await board.plan(id="A-1")
    await board.api("GET", "/v1/appointments/A-1")
    await board.api("GET", "/v1/appointments/none")
    counted = await board.control("GET", "counters")
    assert counted["calls"] == {"GET /v1/appointments/{id}": {"200": 1, "404": 1}}


async def test_an_unknown_fault_is_refused(board: Caller) -> None:
    async with board.session.post(f"{board.url}/_control/faults", json={"kind": "sulk"}) as answer:
        assert answer.status == 422
