"""What was done for a resource is told newest first: what, why, from what to what, by which change."""

from datetime import timedelta
from typing import Any

from sync_core.domain.content import Content, Sensitivity, ShowAs
from sync_core.flows import journal
from sync_core.flows.offboard import OnLeaving, offboard
from tests.flows.crew import ADDRESS, ANNA
from tests.flows.stage import hours, now
from tests.web.admin.office import NEW, Office

SAID = {"name": "Anna", "mailbox": {"address": ADDRESS}, "direction": "both"}


async def moved() -> Office:
    """Anna with three jobs, the first of which was moved an hour later."""
    office = Office()
    assert (await office.call("PUT", "/resources/anna", SAID, etag=NEW)).status == 201
    assert (await office.call("POST", "/resources/anna/activate")).status == 202
    for number in range(3):
        office.crew.board.plan(office.crew.key(number), hours(30 + 2 * number), ANNA, subject=f"job {number}")
    office.crew.settle()
    office.crew.clock.advance(timedelta(hours=1))
    office.crew.board.plan(office.crew.key(0), hours(31), ANNA, subject="job 0")
    office.crew.settle()
    return office


async def told(office: Office, path: str, limit: int = 500, **query: str) -> list[dict[str, Any]]:
    """A list page by page."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await office.call("GET", path, limit=str(limit), **query, **cursor)
        assert page.status == 200, page.body
        assert len(page.body["value"]) <= limit
        found += page.body["value"]
        if page.body["nextCursor"] is None:
            return found
        cursor = {"cursor": page.body["nextCursor"]}


async def test_a_move_is_told_with_what_was_and_is_and_by_which_change() -> None:
    office = await moved()
    entry = (await told(office, "/resources/anna/journal"))[0]
    assert entry["what"] == "the event was changed"
    assert entry["appointment"] == {"id": office.crew.key(0).id, "kind": "task"}
    assert (entry["correlationId"], bool(entry["why"])) == ("c", True)
    assert entry["before"]["event"]["start"] < entry["after"]["event"]["start"]
    assert entry["after"]["event"]["subject"] == "job 0"
    assert (entry["after"]["board"], entry["lost"]) == (None, {"board": None, "event": None})


async def test_pages_may_end_within_a_commit_and_tell_each_entry_once_newest_first() -> None:
    office = await moved()
    whole = await told(office, "/resources/anna/journal")
    assert len(whole) >= 4
    assert [entry["at"] for entry in whole] == sorted((entry["at"] for entry in whole), reverse=True)
    for limit in (1, 2, 3):
        assert await told(office, "/resources/anna/journal", limit) == whole


async def test_the_journal_is_filtered_by_time() -> None:
    office = await moved()
    whole = await told(office, "/resources/anna/journal")
    at = whole[0]["at"]
    for limit in (1, 500):
        assert await told(office, "/resources/anna/journal", limit, **{"from": at}) == whole[:1]
        assert await told(office, "/resources/anna/journal", limit, to=at) == whole[1:]
        assert await told(office, "/resources/anna/journal", limit, **{"from": at, "to": at}) == []


async def test_a_history_tells_of_one_appointment_alone() -> None:
    office = await moved()
    path = f"/resources/anna/appointments/{office.crew.key(0).id}/history"
    for limit in (1, 500):
        assert [entry["what"] for entry in await told(office, path, limit)] == [
            "the event was changed",
            "the event was made",
        ]
    assert len(await told(office, f"{path}?kind=task")) == 2
    assert (await office.call("GET", f"{path}?kind=unavailability")).status == 404
    assert (await office.call("GET", "/resources/anna/appointments/none/history")).status == 404
    assert await told(office, path, to="2020-01-01T00:00:00Z") == []


async def test_a_history_reads_so_much_at_a_time_and_goes_on(monkeypatch: Any) -> None:
    monkeypatch.setattr(journal, "MOST_PAGES", 1)
    office = await moved()
    path = f"/resources/anna/appointments/{office.crew.key(1).id}/history"
    first = await office.call("GET", path)
    assert (first.body["value"], bool(first.body["nextCursor"])) == ([], True)
    assert [entry["what"] for entry in await told(office, path)] == ["the event was made"]
    cursor = (await office.call("GET", "/resources/anna/appointments/none/history")).body["nextCursor"]
    while cursor is not None:
        last = await office.call("GET", "/resources/anna/appointments/none/history", cursor=cursor)
        cursor = last.body.get("nextCursor")
    assert last.status == 404


async def test_the_history_of_a_block_is_that_of_the_event_behind_it_and_of_a_private_one_no_word_is_told() -> None:
    office = await moved()
    content = Content(hours(50), subject="dentist", show_as=ShowAs.BUSY, sensitivity=Sensitivity.PRIVATE)
    event = office.crew.outlook.worker_creates(office.crew.main, content)
    office.crew.settle()
    office.crew.pull(ANNA)
    office.crew.clock.advance(timedelta(hours=1))
    office.crew.outlook.worker_edits(event.ref, span=hours(52))
    office.crew.pull(ANNA)
    block = (await told(office, "/resources/anna/journal"))[0]["appointment"]
    assert block["kind"] == "unavailability"
    path = f"/resources/anna/appointments/{block['id']}/history"
    found = await told(office, path)
    assert [entry["what"] for entry in found] == ["the appointment was changed", "a block was put on the board"]
    assert {entry["after"]["board"]["subject"] for entry in found} == {"Private"}
    assert {entry["appointment"]["id"] for entry in found} == {block["id"]}
    assert "dentist" not in str(await told(office, "/resources/anna/journal"))
    now(offboard(office.crew.ports, ANNA, OnLeaving.KEEP))
    assert await told(office, path) == found


async def test_of_one_that_was_taken_off_the_list_the_journal_is_still_told_and_of_a_stranger_there_is_none() -> None:
    office = await moved()
    left = await office.call("POST", "/resources/anna/offboard", events="keep")
    whole = await told(office, "/resources/anna/journal")
    assert (await office.call("DELETE", "/resources/anna", etag=left.etag)).status == 204
    assert await told(office, "/resources/anna/journal") == whole
    for path in ("/resources/nobody/journal", "/resources/nobody/appointments/a/history"):
        assert (await office.call("GET", path)).status == 404


async def test_what_is_no_filter_and_no_cursor_is_refused() -> None:
    office = await moved()
    for query in ({"limit": "0"}, {"from": "2026-11-21"}, {"cursor": "W10"}):
        assert (await office.call("GET", "/resources/anna/journal", **query)).wrong == list(query)
    assert (await office.call("GET", "/resources/anna/appointments/a/history?kind=x")).wrong == ["kind"]
    assert (await office.call("GET", "/resources/anna/appointments/%0A/history")).wrong == ["appointment"]
