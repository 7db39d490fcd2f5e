"""Must-haves 2 and 3: versions, repeated POSTs, what may be written, how events are found."""

from typing import Any

import pytest

from simulators.graph.ids import make_change_key

from .client import ADA, MARKER, Client, event_body, moment
from .listener import until

EVENTS = f"/users/{ADA}/events"


async def test_a_created_event_has_graphs_defaults(graph: Client) -> None:
    event = await graph.create()
    assert event["@odata.etag"] == f'W/"{event["changeKey"]}"'
    assert event["@odata.context"].endswith("/events/$entity")
    expected: dict[str, Any] = {
        "importance": "normal",
        "sensitivity": "normal",
        "showAs": "busy",
        "isReminderOn": True,
        "reminderMinutesBeforeStart": 15,
        "responseRequested": True,
        "allowNewTimeProposals": True,
        "transactionId": None,
        "recurrence": None,
        "type": "singleInstance",
        "isOrganizer": True,
    }
    assert {name: event[name] for name in expected} == expected
    assert event["start"] == moment("2026-11-23T08:00:00.0000000")


@pytest.mark.parametrize(
    "path", ["/events", "/calendar/events", "/calendars/{0}/events", "/calendarGroups/g/calendars/{0}/events"]
)
async def test_every_path_shape_creates_and_reads(graph: Client, path: str) -> None:
    calendar = (await graph.get(f"/users/{ADA}/calendar")).body["id"]
    address = f"/users/{ADA}{path.format(calendar)}"
    created = await graph.ask("POST", address, body=event_body())
    assert created.status == 201
    event_address = f"{address}/{created.body['id']}"
    assert (await graph.get(event_address)).status == 200
    assert (await graph.ask("PATCH", event_address, body={"subject": "B"})).body["subject"] == "B"
    assert (await graph.ask("DELETE", event_address)).status == 204
    assert (await graph.get(event_address)).code == "ErrorItemNotFound"


async def test_each_change_gives_another_version_and_another_time(graph: Client) -> None:
    before = await graph.create()
    after = (await graph.ask("PATCH", f"{EVENTS}/{before['id']}", body={"showAs": "free"})).body
    assert after["changeKey"] != before["changeKey"]
    assert after["lastModifiedDateTime"] > before["lastModifiedDateTime"]
    assert (after["showAs"], after["subject"]) == ("free", "Pump service")


async def test_a_stale_if_match_is_a_conflict_and_changes_nothing(graph: Client) -> None:
    event = await graph.create()
    address = f"{EVENTS}/{event['id']}"
    stale = {"If-Match": event["@odata.etag"]}
    assert (await graph.ask("PATCH", address, body={"subject": "first"}, headers=stale)).status == 200
    for method, body in (("PATCH", {"subject": "second"}), ("DELETE", None)):
        reply = await graph.ask(method, address, body=body, headers=stale)
        assert (reply.status, reply.code) == (412, "ErrorIrresolvableConflict")
    assert (await graph.get(address)).body["subject"] == "first"


async def test_a_stale_if_match_may_be_ignored(graph: Client) -> None:
    await graph.switch(ignoreIfMatch=True)
    event = await graph.create()
    reply = await graph.ask("PATCH", f"{EVENTS}/{event['id']}", body={"subject": "B"}, headers={"If-Match": 'W/"x"'})
    assert reply.status == 200


async def test_the_server_touches_an_event_again_after_a_write_when_switched_so(graph: Client) -> None:
    await graph.switch(secondBumpMs=1)
    mailbox = graph.simulator.store.find_mailbox(ADA)
    event = await graph.create()
    stored = mailbox.events
    await until(lambda: make_change_key(mailbox.id, next(iter(stored.values())).version) != event["changeKey"])
    later = (await graph.get(f"{EVENTS}/{event['id']}")).body
    assert later["changeKey"] != event["changeKey"]
    assert later["subject"] == event["subject"]


async def test_a_repeated_post_with_the_same_content_finds_the_first_event(graph: Client) -> None:
    first = await graph.create(transactionId="t-1")
    again = await graph.create(transactionId="t-1")
    assert again["id"] == first["id"]
    assert len((await graph.get(EVENTS)).body["value"]) == 1
    assert (await graph.counters())["writes"]["total"] == 1


@pytest.mark.parametrize("status", [400, 409])
async def test_a_repeated_post_with_other_content_names_the_first_event(graph: Client, status: int) -> None:
    await graph.switch(transactionConflict=str(status))
    first = await graph.create(transactionId="t-1")
    reply = await graph.ask("POST", EVENTS, body=event_body(transactionId="t-1", subject="another"))
    assert (reply.status, reply.code) == (status, "ErrorDuplicateTransactionId")
    assert reply.body["error"]["@event.existingEventId"] == first["id"]


async def test_a_transaction_id_is_remembered_after_deletion_unless_switched(graph: Client) -> None:
    first = await graph.create(transactionId="t-1")
    await graph.ask("DELETE", f"{EVENTS}/{first['id']}")
    assert (await graph.create(transactionId="t-1"))["id"] == first["id"]
    await graph.switch(transactionAfterDelete="forgotten")
    assert (await graph.create(transactionId="t-1"))["id"] != first["id"]


async def test_a_transaction_id_may_count_per_calendar_and_for_a_while_only(graph: Client) -> None:
    other = (await graph.control("POST", f"/mailboxes/{ADA}/calendars", {"name": "Other"}))["id"]
    elsewhere = f"/users/{ADA}/calendars/{other}/events"
    first = await graph.create(transactionId="t-1")
    assert (await graph.ask("POST", elsewhere, body=event_body(transactionId="t-1"))).body["id"] == first["id"]
    await graph.switch(transactionScope="calendar", transactionRetentionS=60)
    assert (await graph.ask("POST", elsewhere, body=event_body(transactionId="t-1"))).body["id"] != first["id"]
    await graph.control("POST", "/clock", {"seconds": 61})
    assert (await graph.create(transactionId="t-1"))["id"] != first["id"]


@pytest.mark.parametrize(
    "wrong", [{"colour": 1}, {"iCalUId": "x"}, {"transactionId": "t"}, {"allowNewTimeProposals": True}]
)
async def test_only_documented_properties_may_be_patched(graph: Client, wrong: dict[str, Any]) -> None:
    event = await graph.create()
    reply = await graph.ask("PATCH", f"{EVENTS}/{event['id']}", body=wrong)
    assert (reply.status, reply.code) == (400, "RequestBodyRead")


@pytest.mark.parametrize(
    "wrong",
    [
        {"unknown": 1},
        {"showAs": "nonsense"},
        {"subject": 7},
        {"categories": "Scheduler"},
        {"isAllDay": "no"},
        {"start": {"dateTime": "yesterday", "timeZone": "UTC"}},
        {"start": None},
        {"location": {"displayName": "x", "colour": "red"}},
    ],
)
async def test_wrong_bodies_are_refused(graph: Client, wrong: dict[str, Any]) -> None:
    assert (await graph.ask("POST", EVENTS, body=event_body(**wrong))).status == 400


async def test_a_deleted_event_is_gone_or_visible_in_no_calendar_as_switched(graph: Client) -> None:
    event = await graph.create()
    address = f"{EVENTS}/{event['id']}"
    assert (await graph.ask("DELETE", address)).status == 204
    assert (await graph.get(address)).code == "ErrorItemNotFound"
    await graph.switch(showsDeletedEvents=True)
    assert (await graph.get(address)).status == 200
    assert (await graph.get(f"{address}/calendar")).code == "ErrorItemNotFound"
    assert (await graph.get(f"/users/{ADA}/calendar/events/{event['id']}")).code == "ErrorItemNotFound"
    assert "calendar" not in (await graph.get(address, query={"$expand": "calendar"})).body
    assert (await graph.get(EVENTS)).body["value"] == []


async def test_extended_properties_are_stored_not_echoed_and_expanded(graph: Client) -> None:
    event = await graph.create(singleValueExtendedProperties=[{"id": MARKER, "value": "c|p"}])
    assert "singleValueExtendedProperties" not in event
    expand = f"singleValueExtendedProperties($filter=id eq '{MARKER}')"
    shown = (await graph.get(f"{EVENTS}/{event['id']}", query={"$expand": expand})).body
    assert shown["singleValueExtendedProperties"] == [{"id": MARKER, "value": "c|p"}]
    patch = {"subject": "B"}
    await graph.ask("PATCH", f"{EVENTS}/{event['id']}", body=patch)
    again = (await graph.get(f"{EVENTS}/{event['id']}", query={"$expand": expand})).body
    assert again["singleValueExtendedProperties"] == [{"id": MARKER, "value": "c|p"}]


async def test_events_are_found_by_extended_property_whatever_the_case_of_its_value(graph: Client) -> None:
    other = (await graph.control("POST", f"/mailboxes/{ADA}/calendars", {"name": "Other"}))["id"]
    event = await graph.create(singleValueExtendedProperties=[{"id": MARKER, "value": "Conn|Pair"}])
    await graph.create(singleValueExtendedProperties=[{"id": MARKER, "value": "Conn|Else"}])
    text = f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARKER}' and ep/value eq 'conn|pAIR')"
    found = (await graph.get(EVENTS, query={"$filter": text})).body["value"]
    assert [each["id"] for each in found] == [event["id"]]
    assert (await graph.get(f"/users/{ADA}/calendars/{other}/events", query={"$filter": text})).body["value"] == []
    wrong_name = text.replace("TandemMarker", "tandemmarker")
    assert (await graph.get(EVENTS, query={"$filter": wrong_name})).body["value"] == []


async def test_a_client_learns_the_calendar_of_an_event(graph: Client) -> None:
    other = await graph.control("POST", f"/mailboxes/{ADA}/calendars", {"name": "Other"})
    event = await graph.create()
    await graph.act("move", id=event["id"], calendar="Other")
    assert (await graph.get(f"{EVENTS}/{event['id']}/calendar")).body["id"] == other["id"]
    expanded = await graph.get(f"{EVENTS}/{event['id']}", query={"$expand": "calendar"})
    assert expanded.body["calendar"]["name"] == "Other"


async def test_an_event_is_not_found_under_another_calendars_path_unless_switched(graph: Client) -> None:
    other = (await graph.control("POST", f"/mailboxes/{ADA}/calendars", {"name": "Other"}))["id"]
    event = await graph.create()
    address = f"/users/{ADA}/calendars/{other}/events/{event['id']}"
    assert (await graph.get(address)).code == "ErrorItemNotFound"
    await graph.switch(calendarPathIsChecked=False)
    assert (await graph.get(address)).status == 200


async def test_lists_are_paged_selected_ordered_and_filtered(graph: Client) -> None:
    for hour in (12, 9, 15):
        await graph.create(
            subject=f"at {hour}", start=moment(f"2026-11-23T{hour:02}:00:00"), end=moment("2026-11-23T16:00:00")
        )
    query = {"$orderby": "start/dateTime desc", "$select": "subject", "$top": "2"}
    first = (await graph.get(EVENTS, query=query)).body
    assert [each["subject"] for each in first["value"]] == ["at 15", "at 12"]
    assert set(first["value"][0]) == {"id", "subject", "@odata.etag"}
    assert [each["subject"] for each in (await graph.get(first["@odata.nextLink"])).body["value"]] == ["at 9"]
    found = await graph.get(
        EVENTS, query={"$filter": "startswith(subject,'AT 1') and start/dateTime lt '2026-11-23T13:00'"}
    )
    assert [each["subject"] for each in found.body["value"]] == ["at 12"]
    assert (await graph.get(EVENTS, query={"$filter": "nonsense"})).status == 400


async def test_mail_is_counted_when_an_app_writes_attendees(graph: Client) -> None:
    await graph.create()
    assert (await graph.counters())["mails"] == 0
    event = await graph.create(attendees=[{"emailAddress": {"address": "eve@example.org"}}])
    assert event["attendees"][0]["status"]["response"] == "none"
    await graph.ask("DELETE", f"{EVENTS}/{event['id']}")
    assert (await graph.counters())["mails"] == 2
