"""Answers that Graph gave somewhere, or that only an attacker would give."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web

from sync_core.adapters.graph.connect import Graph
from sync_core.domain.content import Field
from sync_core.domain.errors import CursorRefused, Refused, TryAgain
from sync_core.domain.event import EventId, EventRef
from sync_core.domain.plan import BornDead, CreateEvent, DeleteEvent, Denied, Done, Unknown, UpdateEvent
from sync_core.domain.resource import CalendarRef
from tests.adapters.graph.conftest import Waits, connect
from tests.adapters.graph.scripted import EVENT, Answering, ScriptedGraph, batch, error
from tests.contracts.outlook_contract import MARKER, WINDOW, words

CALENDAR = CalendarRef("ada", "main")
CREATE = CreateEvent(CALENDAR, words("there"), "birth-1", MARKER, 1, "planned")
Start = Callable[[Answering], Awaitable[tuple[Graph, ScriptedGraph]]]


@pytest.fixture
async def start(waits: Waits) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def begin(answer: Answering) -> tuple[Graph, ScriptedGraph]:
            scripted = ScriptedGraph(answer)
            await scripted.server.start_server()
            stack.push_async_callback(scripted.server.close)
            graph = connect(scripted.address, waits)
            stack.push_async_callback(graph.aclose)
            return graph, scripted

        yield begin


def page(*events: Any, **links: str) -> tuple[int, dict[str, Any]]:
    return 200, {"value": list(events), **{f"@odata.{name}": link for name, link in links.items()}}


@pytest.mark.parametrize(
    "link",
    [
        "https://graph.microsoft.com.evil.example/v1.0/users/ada/delta",
        "http://127.0.0.1:1/v1.0/users/ada/delta",
        "//evil.example/v1.0/x",
        "http://[broken/v1.0/",
    ],
)
async def test_a_next_page_on_another_host_is_not_followed(start: Start, link: str) -> None:
    graph, _ = await start(lambda *_: page(nextLink=link))
    with pytest.raises(Refused, match="another host"):
        await graph.outlook.read_changes(CALENDAR, WINDOW, "")


async def test_a_place_of_another_endpoint_is_refused_without_a_request(start: Start) -> None:
    graph, scripted = await start(lambda *_: page(deltaLink="x"))
    with pytest.raises(CursorRefused):
        await graph.outlook.read_changes(CALENDAR, WINDOW, "https://graph.microsoft.com/v1.0/users/ada/delta?x")
    assert scripted.seen == []


async def test_a_redirect_is_not_followed(start: Start) -> None:
    graph, scripted = await start(lambda *_: web.Response(status=302, headers={"Location": "/v1.0/elsewhere"}))
    with pytest.raises(Refused):
        await graph.outlook.read_changes(CALENDAR, WINDOW, "")
    assert len(scripted.seen) == 1


@pytest.mark.parametrize("body", [b'{"value": [{"id": "a"', b"", b'{"value": []}'])
async def test_half_an_answer_is_no_empty_page(start: Start, body: bytes) -> None:
    graph, _ = await start(lambda *_: web.Response(body=body, content_type="application/json"))
    with pytest.raises(TryAgain):
        await graph.outlook.read_changes(CALENDAR, WINDOW, "")


async def test_the_last_of_several_states_in_one_page_counts(start: Start) -> None:
    removed = {"id": "event-1", "@removed": {"reason": "deleted"}}
    states = [EVENT, removed, {**EVENT, "id": "event-2"}, {**EVENT, "subject": "again"}, {**removed, "id": "event-2"}]
    graph, scripted = await start(lambda *_: page(*states, deltaLink=f"{scripted.address}/v1.0/users/d"))
    told = await graph.outlook.read_changes(CALENDAR, WINDOW, "")
    assert [(event.ref.id, event.content.subject) for event in told.events] == [("event-1", "again")]
    assert told.removed == ("event-2",)


async def test_what_is_told_without_its_time_is_to_be_fetched(start: Start) -> None:
    graph, scripted = await start(
        lambda *_: page({"id": "event-9", "type": "occurrence"}, deltaLink=f"{scripted.address}/v1.0/users/d")
    )
    assert (await graph.outlook.read_changes(CALENDAR, WINDOW, "")).removed == ("event-9",)


async def test_an_event_in_a_custom_zone_is_told_as_unreadable_by_its_zone_and_stops_no_other(start: Start) -> None:
    odd = {**EVENT, "start": {"dateTime": "2026-11-23T08:00:00", "timeZone": "tzone://Microsoft/Custom"}}
    other = {**EVENT, "id": "event-2"}
    graph, scripted = await start(lambda *_: page(odd, other, deltaLink=f"{scripted.address}/v1.0/users/d"))
    told = await graph.outlook.read_changes(CALENDAR, WINDOW, "")
    assert [event.ref.id for event in told.events] == ["event-2"]
    assert [event_id for event_id, _ in told.unreadable] == ["event-1"]
    assert "event-1 is in the time zone 'tzone://Microsoft/Custom'" in told.unreadable[0][1]


async def test_an_answer_of_another_shape_names_the_place_and_no_content(start: Start) -> None:
    graph, _ = await start(lambda *_: page({**EVENT, "subject": ["secret words"]}, deltaLink="x"))
    with pytest.raises(Refused) as caught:
        await graph.outlook.read_changes(CALENDAR, WINDOW, "")
    assert "value.0.subject" in caught.value.reason
    assert "secret" not in caught.value.reason


async def test_every_request_asks_for_immutable_ids_utc_and_text(start: Start) -> None:
    graph, scripted = await start(lambda *_: page(deltaLink=f"{scripted.address}/v1.0/users/d"))
    await graph.outlook.read_changes(CALENDAR, WINDOW, "")
    assert scripted.headers[0]["Prefer"] == (
        'IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="text", odata.maxpagesize=2'
    )
    assert "$select" not in scripted.seen[0][1]
    await graph.outlook.carry_out("ada", [CREATE, CREATE])
    for member in scripted.seen[1][2]["requests"]:
        assert member["headers"]["Prefer"].startswith('IdType="ImmutableId", outlook.timezone="UTC"')


async def test_a_batch_answers_in_any_order_and_what_it_leaves_out_is_unknown(start: Start) -> None:
    ref = EventRef(CALENDAR, EventId("event-1"))
    delete = DeleteEvent(ref, None, "", "unplanned")
    update = UpdateEvent(ref, words("a"), words("b"), frozenset({Field.SUBJECT}), "", "planned")
    graph, _ = await start(lambda *_: batch(("2", 200, EVENT), ("0", 204, None)))
    outcomes = await graph.outlook.carry_out("ada", [delete, delete, update])
    assert outcomes[0] == Done()
    assert isinstance(outcomes[1], Unknown)
    assert isinstance(outcomes[2], Done)
    assert outcomes[2].event


async def test_a_batch_that_breaks_off_leaves_all_unknown(start: Start) -> None:
    graph, _ = await start(lambda *_: web.Response(text='{"responses": [{"id": "0"', content_type="application/json"))
    assert [type(one) for one in await graph.outlook.carry_out("ada", [CREATE, CREATE])] == [Unknown, Unknown]


async def test_no_attendee_and_no_mail_is_ever_asked_for(start: Start) -> None:
    graph, scripted = await start(lambda *_: (201, {**EVENT, "transactionId": "birth-1"}))
    await graph.outlook.carry_out("ada", [CREATE])
    [(_, _, body)] = scripted.seen
    assert "attendees" not in body
    assert body["responseRequested"] is False
    assert body["isReminderOn"] is False


async def test_a_fresh_birth_is_done_by_one_request(start: Start) -> None:
    graph, scripted = await start(lambda *_: (201, {**EVENT, "transactionId": "birth-1"}))
    [outcome] = await graph.outlook.carry_out("ada", [CREATE])
    assert isinstance(outcome, Done)
    assert not outcome.is_found
    assert len(scripted.seen) == 1


class Births:
    """Answers creates with one thing, look-ups and searches with another."""

    def __init__(self, created: tuple[int, Any], looked_up: Any = None, marked: tuple[str, ...] = ()) -> None:
        self.created, self.looked_up, self.marked = created, looked_up, marked
        self.events = {
            "event-1": {**EVENT, "transactionId": "someone-else"},
            "event-2": {**EVENT, "id": "event-2", "transactionId": "birth-1"},
        }

    def __call__(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if path.endswith("$batch"):
            members = body["requests"]
            return batch(*((m["id"], *self(m["method"], m["url"], m.get("body"))) for m in members))
        if method == "POST":
            return self.created
        if "$filter=singleValue" in path:
            return page(*({"id": each} for each in self.marked))
        if path.endswith("/calendar?$select=id") or "/calendars/main?" in path:
            return 200, {"id": "main"}
        found = next((event for each, event in self.events.items() if f"/events/{each}?" in path), None)
        if found is None:
            return 404, error("ErrorItemNotFound")
        property_id = "String {6c1f1e2a-3b0f-4b55-9c9b-5a1d8f0a7e21} Name TandemMarker"
        return 200, {**found, "singleValueExtendedProperties": [{"id": property_id, "value": MARKER}]}


async def test_a_create_that_is_answered_with_anothers_event_finds_ours(start: Start) -> None:
    births = Births((201, {**EVENT, "transactionId": "someone-else"}), marked=("event-1", "event-2"))
    graph, _ = await start(births)
    [outcome] = await graph.outlook.carry_out("ada", [CREATE])
    assert isinstance(outcome, Done)
    assert outcome.event
    assert (outcome.event.ref.id, outcome.is_found) == ("event-2", True)


async def test_a_create_that_is_answered_with_anothers_event_is_unknown_without_ours(start: Start) -> None:
    graph, _ = await start(Births((201, EVENT)))
    [outcome] = await graph.outlook.carry_out("ada", [CREATE])
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("status", [400, 409])
async def test_a_duplicate_without_an_id_is_found_by_its_marker(start: Start, status: int) -> None:
    graph, _ = await start(Births((status, error("ErrorDuplicateTransactionId")), marked=("event-1", "event-2")))
    [outcome] = await graph.outlook.carry_out("ada", [CREATE])
    assert isinstance(outcome, Done)
    assert outcome.event
    assert outcome.event.ref.id == "event-2"


async def test_a_duplicate_that_cannot_be_found_waits_for_a_person(start: Start) -> None:
    graph, _ = await start(Births((409, error("errorDuplicateTransactionID"))))
    [outcome] = await graph.outlook.carry_out("ada", [CREATE])
    assert isinstance(outcome, Denied)


async def test_a_duplicate_that_names_a_dead_event_was_born_dead(start: Start) -> None:
    graph, _ = await start(Births((400, error("ErrorDuplicateTransactionId", **{"@event.existingEventId": "dead"}))))
    assert await graph.outlook.carry_out("ada", [CREATE]) == [BornDead(EventId("dead"))]


@pytest.mark.parametrize(
    "late", [{"lastModifiedDateTime": "2026-11-21T08:00:05Z"}, {"createdDateTime": "2026-11-21T07:59:00Z"}]
)
async def test_a_create_that_is_answered_with_an_older_event_is_checked(start: Start, late: dict[str, str]) -> None:
    graph, _ = await start(Births((201, {**EVENT, "id": "event-2", "transactionId": "birth-1", **late})))
    [outcome] = await graph.outlook.carry_out("ada", [CREATE])
    assert isinstance(outcome, Done)
    assert outcome.is_found


async def test_a_deleted_folder_that_passes_for_a_calendar_proves_an_event_gone(start: Start) -> None:
    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        if path.endswith("$batch"):
            return batch(*((m["id"], *answer(m["method"], m["url"], None)) for m in body["requests"]))
        if path.endswith("/calendar?$select=id"):
            return 200, {"id": "deleted-items"}
        if "/calendars/deleted-items?" in path:
            return 404, error("ErrorItemNotFound")
        return 200, ({"id": "main"} if "/calendars/" in path else EVENT)

    graph, _ = await start(answer)
    assert await graph.outlook.look_up(CALENDAR, [EventId("event-1")]) == {"event-1": None}


async def test_an_unknown_segment_is_no_proof_of_gone(start: Start) -> None:
    def answer(_method: str, _path: str, body: Any) -> tuple[int, Any]:
        return batch(
            *(
                (m["id"], 200, {"id": "main"})
                if "/calendars/" in m["url"]
                else (m["id"], 404, error("ResourceNotFound"))
                for m in body["requests"]
            )
        )

    graph, _ = await start(answer)
    assert await graph.outlook.look_up(CALENDAR, [EventId("event-1")]) == {}


async def test_ids_and_markers_cannot_break_out_of_an_address(start: Start) -> None:
    graph, scripted = await start(lambda *_: page())
    await graph.outlook.find_marked(CalendarRef("a/b#c?d@x", "m/n"), "it's & more")
    [(_, path, _)] = scripted.seen
    assert path.startswith("/v1.0/users/a%2Fb%23c%3Fd@x/calendars/m%2Fn/events?$filter=")
    assert "it%27%27s%20%26%20more" in path
    assert json.dumps(path).count("&") == 1
