"""Lists are cut into pages, and nobody is hidden or doubled by a change between two of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.simulators.board.calling import Answer, Caller

DAY = "from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z"


async def _list(board: Caller, query: str, path: str = "appointments") -> Answer:
    return await board.api("GET", f"/v1/{path}?{query}")


async def test_each_appointment_is_listed_once_over_all_pages(board: Caller) -> None:
    many = [{"id": f"A-{n:02}", "start": "2026-11-23T08:00:00Z", "resources": ["R-ADA"]} for n in range(7)]
    await board.control("POST", "appointments", many)
    seen: list[str] = []
    cursor = ""
    for expected in (3, 3, 1):
        page = await _list(board, f"{DAY}&limit=3{cursor}")
        assert len(page.body["appointments"]) == expected
        seen += [one["id"] for one in page.body["appointments"]]
        # One that was already seen goes, and an offset would now skip somebody.
        await board.control("DELETE", f"appointments/{seen[-expected]}")
        cursor = f"&cursor={quote(page.body['nextCursor'] or '')}"
    assert page.body["nextCursor"] is None
    assert seen == [one["id"] for one in many]


async def test_the_span_is_half_open(board: Caller) -> None:
    await board.plan(id="ends-at-the-start", start="2026-11-22T23:00:00Z")
    await board.plan(id="starts-at-the-end", start="2026-11-24T00:00:00Z")
    await board.plan(id="reaches-in", start="2026-11-22T23:30:00Z")
    assert [one["id"] for one in (await _list(board, DAY)).body["appointments"]] == ["reaches-in"]


async def test_only_the_named_resources_are_listed(board: Caller) -> None:
    await board.plan(id="A-1", resources=["R-ADA"])
    await board.plan(id="A-2", resources=["R-BEN", "R-VAN"])
    await board.plan(id="A-3", resources=[])
    absence = {"id": "U-1", "start": "2026-11-23T08:00:00Z", "resource": "R-BEN"}
    await board.control("POST", "unavailabilities", absence)
    both = (await _list(board, f"{DAY}&resource=R-VAN&resource=R-ADA")).body["appointments"]
    assert [one["id"] for one in both] == ["A-1", "A-2"]
    assert (await _list(board, f"{DAY}&resource=R-ADA", "unavailabilities")).body["unavailabilities"] == []
    assert len((await _list(board, f"{DAY}&resource=R-BEN", "unavailabilities")).body["unavailabilities"]) == 1


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=2026-11-23T00:00:00Z", "/to"),
        ("from=2026-11-23&to=2026-11-24", "/from"),
        ("from=2026-11-24T00:00:00Z&to=2026-11-23T00:00:00Z", "/to"),
        (f"{DAY}&limit=0", "/limit"),
        (f"{DAY}&limit=501", "/limit"),
        (f"{DAY}&cursor=made-up", "/cursor"),
    ],
)
async def test_a_wrong_parameter_is_named(board: Caller, query: str, pointer: str) -> None:
    answer = await _list(board, query)
    assert (answer.status, [error["pointer"] for error in answer.body["errors"]]) == (422, [pointer])


async def test_a_cursor_fits_only_the_question_it_came_from(board: Caller) -> None:
    for n in range(2):
        await board.plan(id=f"A-{n}")
    page: dict[str, Any] = (await _list(board, f"{DAY}&limit=1")).body
    assert (await _list(board, f"{DAY}&limit=1&resource=R-BEN&cursor={quote(page['nextCursor'])}")).status == 422
