"""The page, in a real browser: what is planned is drawn, and a hand that drags reaches the board and Outlook.

Runs only where a Chromium is installed (`apt-get install chromium`).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from simulators.board.application import Options, build_application
from tests.simulators.board.browsing import Page, browsing, find_chromium
from tests.simulators.board.calling import KEY, Caller, serving

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.services,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium here to look at the page with"),
]

DAY = "2026-11-23"
ADA = "ada@tandem.example"
BEN = "ben@tandem.example"
TEAM = [
    {"id": "R-ADA", "name": "Ada Ahlberg", "email": ADA},
    {"id": "R-BEN", "name": "Ben Brandt", "email": BEN},
    {"id": "R-VAN", "name": "Van 3", "type": "vehicle"},
]


@dataclass(frozen=True, slots=True)
class Desk:
    """The page, and the two sides behind it."""

    page: Page
    board: Caller

    async def outlook(self, user: str, act: dict[str, Any] | None = None) -> Any:
        path = f"{self.board.url}/outlook/mailboxes/{user}/events"
        async with self.board.session.request("POST" if act else "GET", path, json=act) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def place_of(self, panel: str, title: str) -> dict[str, float]:
        """Give the middle and the width of one entry, once it is drawn."""
        entries = f"[...document.querySelectorAll('#{panel} .ec-event')]"
        drawn = f"{entries}.find((one) => one.textContent.includes('{title}'))"
        await self.page.until(f"Boolean({drawn})")
        found: dict[str, float] = await self.page.evaluate(
            f"(() => {{ const r = {drawn}.getBoundingClientRect();"
            " return {x: r.x + r.width / 2, y: r.y + r.height / 2, width: r.width}; })()"
        )
        return found

    async def middle_of_row(self, panel: str, name: str) -> float:
        found: float = await self.page.evaluate(
            f"(() => {{ const row = [...document.querySelectorAll('#{panel} .ec-row-head')]"
            f".find((one) => one.textContent.includes('{name}'));"
            " const r = row.getBoundingClientRect(); return r.y + r.height / 2; })()"
        )
        return found

    async def event(self, user: str, subject: str) -> Any:
        return next(one for one in (await self.outlook(user))["value"] if one["subject"] == subject)

    async def appointment(self, key: str) -> Any:
        plan = await self.board.control("GET", "board")
        return next(one for one in plan["appointments"] if one["id"] == key)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk() -> AsyncIterator[Desk]:
    outlook = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators.graph", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    assert outlook.stdout is not None
    try:
        graph_url = (await outlook.stdout.readline()).decode().split()[-1]
        application = await build_application(Options(api_key=KEY, graph_url=graph_url))
        async with serving(application) as url, aiohttp.ClientSession() as session:
            board = Caller(url, session)
            await board.control("PUT", "resources", TEAM)
            async with browsing(f"{url}/?day={DAY}") as page:
                # The second stream is live only after its first look, so nothing that follows can be missed.
                live = "document.querySelectorAll('.pulse.live').length === 2"
                await page.until(live)
                yield Desk(page, board)
                assert page.complaints == [], "the page complained on its console"
    finally:
        outlook.terminate()
        await outlook.wait()


async def test_what_is_planned_is_drawn_on_every_row_it_is_planned_on(desk: Desk) -> None:
    await desk.board.plan(id="A-1", subject="Pump service", start=f"{DAY}T08:00:00+01:00", resources=["R-ADA", "R-VAN"])
    drawn = "[...document.querySelectorAll('#board .ec-event')].filter((one) => one.textContent.includes('Pump'))"
    await desk.page.until(f"{drawn}.length === 2")
    assert "08:00" in await desk.page.evaluate(f"{drawn}[0].textContent")


async def test_words_are_shown_as_words_and_never_as_markup(desk: Desk) -> None:
    await desk.board.plan(id="A-x", subject="<img src=x onerror=alert(1)>", start=f"{DAY}T18:00:00+01:00")
    await desk.place_of("board", "<img")
    assert await desk.page.evaluate("document.querySelectorAll('.ec-event img').length") == 0


async def test_dragging_an_appointment_moves_it_in_time_and_to_another_row(desk: Desk) -> None:
    await desk.board.plan(id="A-2", subject="Filter change", start=f"{DAY}T11:00:00+01:00", minutes=120)
    place = await desk.place_of("board", "Filter change")
    there = (place["x"] + place["width"], await desk.middle_of_row("board", "Ben Brandt"))
    await desk.page.drag((place["x"], place["y"]), there)
    async with asyncio.timeout(10):
        while (moved := await desk.appointment("A-2"))["revision"] == 1:
            pass
    assert (moved["start"], moved["end"]) == (f"{DAY}T13:00:00+01:00", f"{DAY}T15:00:00+01:00")
    assert [one["id"] for one in moved["resources"]] == ["R-BEN"]


async def test_the_keyboard_opens_an_entry_and_changes_its_time(desk: Desk) -> None:
    await desk.board.plan(id="A-4", subject="Meter reading", start=f"{DAY}T06:00:00+01:00", resources=["R-BEN"])
    await desk.place_of("board", "Meter reading")
    entry = "[...document.querySelectorAll('#board .ec-event')].find((one) => one.textContent.includes('Meter'))"
    await desk.page.evaluate(f"{entry}.focus()")
    await desk.page.press_enter()
    await desk.page.until("document.getElementById('sheet').open")
    await desk.page.evaluate(f"document.querySelector('#sheet [name=end]').value = '{DAY}T07:30'")
    await desk.page.press_enter()
    await desk.page.until("!document.getElementById('sheet').open")
    changed = await desk.appointment("A-4")
    assert (changed["end"], changed["revision"]) == (f"{DAY}T07:30:00+01:00", 2)
    # The change drew the entry anew, and the keyboard is still there.
    await desk.page.until(f"{entry} === document.activeElement && document.activeElement.innerText.includes('07:30')")


async def test_dragging_on_empty_space_creates(desk: Desk) -> None:
    await desk.board.plan(subject="One hour", start=f"{DAY}T06:00:00+01:00", resources=["R-VAN"])
    hour = await desk.place_of("board", "One hour")
    right = hour["x"] + 1.2 * hour["width"]
    await desk.page.drag((right, hour["y"]), (right + hour["width"], hour["y"]))
    await desk.page.until("document.getElementById('sheet').open")
    await desk.page.evaluate("document.querySelector('#sheet [name=subject]').value = 'Tyre change'")
    await desk.page.evaluate("document.getElementById('sheet-save').click()")
    await desk.place_of("board", "Tyre change")
    plan = await desk.board.control("GET", "board")
    (made,) = [one for one in plan["appointments"] if one["subject"] == "Tyre change"]
    assert [one["id"] for one in made["resources"]] == ["R-VAN"]


async def test_a_worker_drags_in_outlook_and_nobody_elses_calendar_is_touched(desk: Desk) -> None:
    span = {"dateTime": f"{DAY}T08:00:00", "timeZone": "UTC"}, {"dateTime": f"{DAY}T10:00:00", "timeZone": "UTC"}
    own = {"subject": "Dentist", "start": span[0], "end": span[1]}
    await desk.outlook(ADA, {"action": "create", "event": own})
    place = await desk.place_of("outlook", "Dentist")
    await desk.page.drag((place["x"], place["y"]), (place["x"] + place["width"], place["y"]))
    async with asyncio.timeout(10):
        while (moved := await desk.event(ADA, "Dentist"))["start"] == f"{DAY}T08:00:00Z":
            pass
    assert (moved["start"], moved["end"]) == (f"{DAY}T10:00:00Z", f"{DAY}T12:00:00Z")
    place = await desk.place_of("outlook", "Dentist")
    await desk.page.drag((place["x"], place["y"]), (place["x"], await desk.middle_of_row("outlook", "Ben Brandt")))
    await desk.page.until("document.getElementById('journeys').innerText.includes('cannot move')")
    assert (await desk.event(ADA, "Dentist"))["start"] == f"{DAY}T10:00:00Z"


async def report(desk: Desk, appointment: str, state: str, **words: str) -> None:
    told = {"resource": {"id": "R-ADA"}, "revision": 1, "state": state, "at": f"{DAY}T07:00:00Z", **words}
    answer = await desk.board.write("PUT", f"/v1/appointments/{appointment}/sync-status", told)
    assert answer.status == 200


async def propose(desk: Desk, appointment: str, resource: str) -> None:
    about = {"appointment": {"id": appointment, "revision": 1}, "resource": {"id": resource}}
    wish = {**about, "kind": "unplan", "reason": "The worker deleted it in Outlook."}
    assert (await desk.board.write("PUT", f"/v1/proposals/P-{appointment}-{resource}", wish)).status == 201


def entries(title: str) -> str:
    return f"[...document.querySelectorAll('#board .ec-event')].filter((one) => one.textContent.includes('{title}'))"


async def test_what_was_reported_is_marked_with_its_reason_on_the_row_it_is_about(desk: Desk) -> None:
    await desk.board.plan(id="A-r", subject="Reported", start=f"{DAY}T14:00:00+01:00", resources=["R-ADA", "R-BEN"])
    await report(desk, "A-r", "held", detail="The mailbox has no licence.")
    marks = f"{entries('Reported')}.flatMap((one) => [...one.querySelectorAll('.mark')].map((mark) => mark.title))"
    await desk.page.until(f"{marks}.join() === 'Held for Ada Ahlberg: The mailbox has no licence.'")
    await desk.page.until(f"{entries('Reported')}.filter((one) => one.classList.contains('held')).length === 1")
    later = {"resource": {"id": "R-ADA"}, "revision": 1, "state": "delivered", "at": f"{DAY}T08:00:00Z"}
    await desk.board.write("PUT", "/v1/appointments/A-r/sync-status", later)
    await desk.page.until(f"""{marks}.join() === "In Ada Ahlberg's calendar" """)
    await desk.board.control("PATCH", "appointments/A-r", {"number": "SO-2"})
    await desk.page.until(f"""{marks}.join() === "In Ada Ahlberg's calendar, but not yet the last change" """)


async def test_a_locked_appointment_shows_a_lock_and_a_cancelled_one_is_struck_through(desk: Desk) -> None:
    await desk.board.plan(id="A-l", subject="Burst main", start=f"{DAY}T17:00:00+01:00", locked=True)
    await desk.page.until(f"{entries('Burst main')}.some((one) => one.querySelector('.mark.locked')?.title)")
    await desk.board.control("PATCH", "appointments/A-l", {"locked": False, "status": "cancelled"})
    struck = "getComputedStyle(one.querySelector('.head b')).textDecorationLine === 'line-through'"
    await desk.page.until(f"{entries('Burst main')}.some((one) => {struck} && !one.querySelector('.mark'))")


async def test_a_planner_accepts_a_proposal_where_it_is_shown(desk: Desk) -> None:
    await desk.board.plan(
        id="A-p", subject="Boiler", start=f"{DAY}T11:00:00+01:00", minutes=180, resources=["R-BEN", "R-VAN"]
    )
    await propose(desk, "A-p", "R-BEN")
    await desk.page.until(f"{entries('Boiler')}.filter((one) => one.classList.contains('asked')).length === 1")
    asked = await desk.page.evaluate("document.querySelector('.question em').textContent")
    assert asked == "Ben deleted this: un\u2011plan?"
    await desk.page.until("!document.getElementById('asks').hidden")
    await desk.page.evaluate("document.querySelector('.question .accept').click()")
    await desk.page.until(f"{entries('Boiler')}.length === 1 && !document.querySelector('#board .asked')")
    assert [one["id"] for one in (await desk.appointment("A-p"))["resources"]] == ["R-VAN"]
    assert await desk.page.evaluate("document.getElementById('asks').hidden")
    assert not await desk.page.evaluate("document.getElementById('sheet').open")


async def test_a_planner_keeps_what_a_worker_deleted(desk: Desk) -> None:
    await desk.board.plan(id="A-k", subject="Valve", start=f"{DAY}T14:00:00+01:00", minutes=60, resources=["R-BEN"])
    await propose(desk, "A-k", "R-BEN")
    await desk.page.until(f"{entries('Valve')}.some((one) => one.querySelector('.question .keep'))")
    await desk.page.evaluate(f"{entries('Valve')}[0].click()")
    await desk.page.until("document.getElementById('sheet-asked').textContent.startsWith('Ben deleted this')")
    await desk.page.evaluate("document.getElementById('sheet-decline').click()")
    await desk.page.until("!document.querySelector('#board .asked') && !document.getElementById('sheet').open")
    kept = await desk.appointment("A-k")
    assert ([one["id"] for one in kept["resources"]], kept["revision"]) == (["R-BEN"], 2)


async def test_one_of_two_rows_is_handed_over_and_the_other_stays(desk: Desk) -> None:
    await desk.board.plan(
        id="A-h", subject="Handover", start=f"{DAY}T06:00:00+01:00", minutes=120, resources=["R-BEN", "R-VAN"]
    )
    await desk.page.until(f"{entries('Handover')}.length === 2")
    place = await desk.place_of("board", "Handover")
    await desk.page.drag((place["x"], place["y"]), (place["x"], await desk.middle_of_row("board", "Ada Ahlberg")))
    async with asyncio.timeout(10):
        while (moved := await desk.appointment("A-h"))["revision"] == 1:
            pass
    assert [one["id"] for one in moved["resources"]] in (["R-ADA", "R-VAN"], ["R-BEN", "R-ADA"])
    assert moved["start"] == f"{DAY}T06:00:00+01:00"


async def test_a_change_that_is_seen_on_the_other_side_is_named_with_its_time(desk: Desk) -> None:
    await desk.board.plan(id="A-3", subject="Leak detection", start=f"{DAY}T16:00:00+01:00", resources=["R-BEN"])
    told = "document.getElementById('journeys').innerText"
    await desk.page.until(f"/Leak detection · created on the board → on its way/.test({told})")
    span = {"dateTime": f"{DAY}T15:00:00", "timeZone": "UTC"}, {"dateTime": f"{DAY}T16:00:00", "timeZone": "UTC"}
    event = {"subject": "Leak detection", "start": span[0], "end": span[1]}
    await desk.outlook(BEN, {"action": "create", "event": event})
    await desk.page.until(
        f"/Leak detection · created on the board → seen in Outlook after \\d+(\\.\\d)? s/.test({told})"
    )
