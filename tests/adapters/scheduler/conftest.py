"""A real board for the adapter: a process on a free port, emptied for every test."""

import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from devtools.processes import Parts
from sync_core.adapters.scheduler import SchedulerBoard, connect_scheduler
from sync_core.domain.appointment import AppointmentKey, Kind, Revision
from sync_core.domain.resource import ResourceId
from sync_core.domain.timespan import DaySpan, Span, TimeSpan
from tests.contracts.board_contract import Shown
from tests.fakes.board import Fault
from tests.fakes.clock import FakeClock

API_KEY = "key-for-tests"
_LISTS = {Kind.TASK: "appointments", Kind.UNAVAILABILITY: "unavailabilities"}
_ABILITIES = {
    "read": ("readAppointments",),
    "idempotency_keys": ("idempotencyKeys",),
    "proposals": ("proposals",),
}
_KINDS = {Fault.POSTPONED: "throttle", Fault.LOST_REQUEST: "lost_request", Fault.LOST_REPLY: "lost_reply"}


@pytest.fixture(scope="module")
def board_address() -> Iterator[str]:
    """The address of a board that runs as long as the module's tests."""
    with Parts() as parts:
        command = [sys.executable, "-m", "simulators.board", "--port", "0", "--api-key", API_KEY]
        yield parts.start("board", command).address


async def api_key() -> str:
    return API_KEY


class RealBench:
    """The adapter, and the planner through the board's control interface."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address = address
        self.clock = FakeClock(datetime(2026, 11, 21, 9, tzinfo=UTC))
        self.scheduler = connect_scheduler(address, api_key, self.clock)
        self._session = session

    @property
    def board(self) -> SchedulerBoard:
        return self.scheduler.board

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        async with self._session.request(method, f"{self.address}/_control/{path}", json=body) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def plan(self, key: AppointmentKey, span: Span, *resources: ResourceId, subject: str = "") -> Revision:
        body: dict[str, Any] = {"id": key.id, **_times(span), "timeZone": "Europe/Berlin"}
        if key.kind is Kind.TASK:
            body |= {"subject": subject, "resources": [{"id": resource} for resource in resources]}
        else:
            body |= {"title": subject, "resource": {"id": resources[0]}, "kind": "sick"}
        return Revision((await self.control("POST", _LISTS[key.kind], body))["revision"])

    async def rename(self, key: AppointmentKey, subject: str) -> Revision:
        name = "subject" if key.kind is Kind.TASK else "title"
        return await self._change(key, {name: subject})

    async def place(self, key: AppointmentKey, name: str, address: str) -> Revision:
        return await self._change(key, {"location": {"name": name, "address": address}})

    async def delete(self, key: AppointmentKey) -> None:
        await self.control("DELETE", _path(key))

    async def look(self, key: AppointmentKey) -> Shown | None:
        shown = await self.control("GET", "board")
        found = [one for one in shown[_LISTS[key.kind]] if one["id"] == key.id]
        return _shown(found[0]) if found else None

    async def fail_once(self, how: Fault) -> None:
        for method in ("PUT", "PATCH"):
            await self.control("POST", "faults", {"kind": _KINDS[how], "method": method, "times": 1})

    async def fail(self) -> None:
        await self.control("POST", "faults", {"kind": "unavailable"})

    async def switch_off(self, *abilities: str) -> None:
        off = {name: False for ability in abilities for name in _ABILITIES[ability]}
        await self.control("PATCH", "capabilities", off)
        self.clock.advance(timedelta(minutes=6))

    async def round_to_quarters(self) -> None:
        await self.control("PATCH", "capabilities", {"timeStepMinutes": 15})

    async def reports(self) -> Sequence[tuple[str, str, str]]:
        statuses = (await self.control("GET", "board"))["statuses"]
        return [(key, resource, one["state"]) for key, per in statuses.items() for resource, one in per.items()]

    async def proposals(self) -> Sequence[tuple[str, str, str, str]]:
        shown = (await self.control("GET", "board"))["proposals"]
        return [(one["id"], one["appointment"]["id"], one["resource"]["id"], one["state"]) for one in shown]

    async def decide(self, proposal: str, is_accepted: bool) -> None:
        await self.control("POST", f"proposals/{quote(proposal, safe='')}/{'accept' if is_accepted else 'decline'}")

    async def calls(self) -> dict[str, dict[str, int]]:
        """How often each route answered with each status."""
        counted: dict[str, dict[str, int]] = (await self.control("GET", "counters"))["calls"]
        return counted

    async def _change(self, key: AppointmentKey, patch: dict[str, Any]) -> Revision:
        return Revision((await self.control("PATCH", _path(key), patch))["revision"])


@pytest.fixture
async def real_bench(board_address: str) -> AsyncIterator[RealBench]:
    async with aiohttp.ClientSession() as session:
        bench = RealBench(board_address, session)
        await bench.control("POST", "reset")
        resources = [{"id": "R-ADA", "name": "Ada"}, {"id": "R-BEN", "name": "Ben"}]
        await bench.control("PUT", "resources?announce=false", resources)
        yield bench
        await bench.scheduler.aclose()


def _path(key: AppointmentKey) -> str:
    return f"{_LISTS[key.kind]}/{quote(key.id, safe='')}"


def _times(span: Span) -> dict[str, Any]:
    assert isinstance(span, TimeSpan)
    return {"start": span.start_at.isoformat(), "end": span.end_at.isoformat()}


def _shown(state: dict[str, Any]) -> Shown:
    resources = [one["id"] for one in state.get("resources", [state.get("resource")])]
    place = state.get("location") or {}
    if state.get("allDay"):
        span: Span = DaySpan(date.fromisoformat(state["startDate"]), date.fromisoformat(state["endDate"]))
    else:
        span = TimeSpan(datetime.fromisoformat(state["start"]), datetime.fromisoformat(state["end"]))
    return Shown(
        state["revision"],
        span,
        tuple(resources),
        state.get("subject", state.get("title", "")),
        place.get("name", ""),
        place.get("address", ""),
        state.get("kind", ""),
    )
