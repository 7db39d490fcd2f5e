"""The control API: what a worker does, what a page needs, how to start over."""

import asyncio
import json

import pytest

from .client import ADA, MARKER, WINDOW, Client, event_body, moment, series_body

EVENTS = f"/users/{ADA}/events"


async def listed(graph: Client, query: str = "") -> list[dict[str, object]]:
    return list((await graph.control("GET", f"/mailboxes/{ADA}/events{query}"))["value"])


async def test_events_are_listed_in_plain_words(graph: Client) -> None:
    event = await graph.create(
        transactionId="t",
        categories=["Scheduler"],
        location={"displayName": "Site 7"},
        singleValueExtendedProperties=[{"id": MARKER, "value": "c|p"}],
    )
    (plain,) = await listed(graph)
    expected = {
        "id": event["id"],
        "subject": "Pump service",
        "start": "2026-11-23T08:00:00Z",
        "end": "2026-11-23T10:00:00Z",
        "allDay": False,
        "calendarName": "Calendar",
        "transactionId": "t",
        "categories": ["Scheduler"],
        "showAs": "busy",
        "location": "Site 7",
        "extended": {MARKER: "c|p"},
        "deleted": False,
    }
    assert {name: plain[name] for name in expected} == expected


async def test_all_day_events_are_listed_with_dates_and_series_with_their_days(graph: Client) -> None:
    await graph.create(isAllDay=True, start=moment("2026-11-23T00:00:00"), end=moment("2026-11-24T00:00:00"))
    await graph.ask("POST", EVENTS, body=series_body())
    whole_day = (await listed(graph))[0]
    assert (whole_day["start"], whole_day["end"]) == ("2026-11-23", "2026-11-24")
    within = await listed(graph, "?from=2026-11-23T00:00:00Z&to=2026-11-25T00:00:00Z")
    assert [each["type"] for each in within] == ["singleInstance", "occurrence", "occurrence"]


async def test_the_worker_edits_deletes_brings_back_and_removes_for_good(graph: Client) -> None:
    event = await graph.create()
    address = f"{EVENTS}/{event['id']}"
    await graph.act("patch", id=event["id"], event={"subject": "mine", "sensitivity": "private"})
    assert (await graph.get(address)).body["sensitivity"] == "private"
    await graph.act("delete", id=event["id"])
    assert (await listed(graph))[0]["deleted"] is True
    _, link = await graph.read_round()
    back = await graph.act("undelete", id=event["id"])
    assert back["id"] == event["id"]
    assert (await graph.get(address)).body["subject"] == "mine"
    assert [entry["id"] for entry in (await graph.read_round(link))[0]] == [event["id"]]
    await graph.act("purge", id=event["id"])
    assert await listed(graph) == []
    assert (await graph.get(address)).code == "ErrorItemNotFound"
    assert (await graph.counters())["writes"]["total"] == 1


async def test_a_copy_has_the_marker_but_neither_the_id_nor_the_transaction(graph: Client) -> None:
    marker = [{"id": MARKER, "value": "c|p"}]
    event = await graph.create(transactionId="t", singleValueExtendedProperties=marker)
    copied = await graph.act("copy", id=event["id"])
    assert copied["id"] != event["id"]
    assert (copied["extended"], copied["transactionId"]) == ({MARKER: "c|p"}, None)
    await graph.switch(copiesKeepTransactionId=True)
    assert (await graph.act("copy", id=event["id"]))["transactionId"] == "t"


async def test_an_invitation_belongs_to_someone_else(graph: Client) -> None:
    organizer = {"emailAddress": {"name": "Eve", "address": "eve@example.org"}}
    attendees = [{"emailAddress": {"address": ADA}}]
    event = await graph.act("create", event=event_body(attendees=attendees), organizer=organizer)
    shown = (await graph.get(f"{EVENTS}/{event['id']}")).body
    assert (shown["isOrganizer"], shown["organizer"]) == (False, organizer)
    assert shown["attendees"][0]["emailAddress"]["address"] == ADA


async def test_a_touch_changes_the_version_only(graph: Client) -> None:
    event = await graph.create()
    await graph.act("touch", id=event["id"])
    later = (await graph.get(f"{EVENTS}/{event['id']}")).body
    volatile = {"changeKey", "@odata.etag", "lastModifiedDateTime"}
    assert {name for name in event if event[name] != later[name]} == volatile


async def test_counters_say_what_the_traffic_was(graph: Client) -> None:
    event = await graph.create()
    await graph.ask("PATCH", f"{EVENTS}/{event['id']}", body={"subject": "B"})
    await graph.get(f"{EVENTS}/nonsense")
    counted = await graph.counters()
    assert counted["requests"] == {"POST event.create": 1, "PATCH event.update": 1, "GET event.get": 1}
    assert counted["writes"] == {"total": 2, "event.create": 1, "event.update": 1}
    assert counted["statuses"] == {"201": 1, "200": 1, "400": 1}
    assert (counted["httpRequests"], counted["byMailbox"]) == (3, {ADA: 3})
    await graph.control("DELETE", "/counters")
    assert (await graph.counters())["httpRequests"] == 0


async def test_reset_starts_over_and_kills_old_tokens(graph: Client) -> None:
    event = await graph.create()
    _, link = await graph.read_round()
    await graph.control("POST", "/users", {"name": "gil"})
    await graph.switch(latencyMs=1)
    await graph.fault("unavailable", count=-1)
    await graph.control("POST", "/reset")
    assert await listed(graph) == []
    assert (await graph.get("/users/gil@tandem.example")).status == 404
    assert (await graph.control("GET", "/switches"))["latencyMs"] == 0
    assert (await graph.get(link)).code == "SyncStateNotFound"
    assert (await graph.get(f"{EVENTS}/{event['id']}")).code == "ErrorItemNotFound"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/switches", {"latency": 1}),
        ("PATCH", "/switches", {"pageSize": 0, "latencyMs": 5}),
        ("PATCH", "/switches", []),
        ("POST", "/faults", {"kind": "earthquake"}),
        ("POST", f"/mailboxes/{ADA}/events", {"action": "dance"}),
        ("POST", f"/mailboxes/{ADA}/events", {"action": "delete"}),
        ("POST", f"/mailboxes/{ADA}/events", {"action": "create", "event": {"subject": "no time"}}),
        ("PUT", f"/users/{ADA}/state", {"state": "asleep"}),
    ],
)
async def test_wrong_orders_are_refused_with_words_and_change_nothing(
    graph: Client, method: str, path: str, body: object
) -> None:
    async with graph.http.request(method, f"/_control{path}", json=body) as reply:
        assert reply.status == 400
        assert (await reply.json())["error"]
    assert (await graph.control("GET", "/switches"))["latencyMs"] == 0


@pytest.mark.parametrize(("origin", "is_open"), [("http://127.0.0.1:7082", True), ("https://evil.example", False)])
async def test_pages_of_loopback_origins_may_use_the_control_api(graph: Client, origin: str, is_open: bool) -> None:
    for method in ("GET", "OPTIONS"):
        async with graph.http.request(method, "/_control/users", headers={"Origin": origin}) as reply:
            assert reply.status == (200 if method == "GET" else 204)
            assert reply.headers.get("Access-Control-Allow-Origin") == (origin if is_open else None)


async def test_changes_are_streamed_live(graph: Client) -> None:
    async with graph.http.get("/_control/changes", headers={"Origin": "http://localhost:7082"}) as stream:
        assert stream.headers["Access-Control-Allow-Origin"] == "http://localhost:7082"
        assert await stream.content.readline() == b": listening\n"
        event = await graph.create()
        async with asyncio.timeout(5):
            while not (line := await stream.content.readline()).startswith(b"data: "):
                pass
    told = json.loads(line.removeprefix(b"data: "))
    assert (told["type"], told["mailbox"], told["event"]["id"]) == ("created", ADA, event["id"])


async def test_a_private_series_of_the_worker_is_read_like_any_other(graph: Client) -> None:
    await graph.act("create", event=series_body(sensitivity="private"))
    shown = (await graph.get(f"/users/{ADA}/calendarView", query=WINDOW)).body["value"]
    assert {each["sensitivity"] for each in shown} == {"private"}
