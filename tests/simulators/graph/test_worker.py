"""What a worker and the organizers of his meetings do in Outlook, and what Graph then shows of it."""

from typing import Any

import pytest

from .client import ADA, WINDOW, Client, JsonObject, event_body, moment, series_body

ORGANIZER = {"emailAddress": {"name": "Gil", "address": "gil@example.org"}}
SPAN = "from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z"


async def shown(graph: Client, event_id: str) -> JsonObject:
    reply = await graph.get(f"/users/{ADA}/events/{event_id}")
    assert reply.status == 200, reply.body
    return reply.body


async def days(graph: Client) -> list[JsonObject]:
    """Everything within the window, by start."""
    listed = (await graph.control("GET", f"/mailboxes/{ADA}/events?{SPAN}"))["value"]
    return sorted(listed, key=lambda event: str(event["start"]))


async def test_an_invitation_is_unanswered_until_the_worker_answers(graph: Client) -> None:
    made = await graph.act("create", event=event_body(showAs="tentative"), organizer=ORGANIZER)
    assert made["response"] == "notResponded"
    for action, response, show_as in (
        ("tentativelyAccept", "tentativelyAccepted", "tentative"),
        ("accept", "accepted", "busy"),
        ("decline", "declined", "free"),
    ):
        await graph.act(action, id=made["id"])
        event = await shown(graph, made["id"])
        assert (event["responseStatus"]["response"], event["showAs"]) == (response, show_as)
    assert (await graph.counters())["mails"] == 0


async def test_who_declines_may_let_it_go(graph: Client) -> None:
    made = await graph.act("create", event=event_body(), organizer=ORGANIZER)
    await graph.act("decline", id=made["id"], removes=True)
    assert (await graph.get(f"/users/{ADA}/events/{made['id']}")).status == 404


async def test_an_invitation_that_is_called_off_stays_and_says_so(graph: Client) -> None:
    made = await graph.act("create", event=event_body(), organizer=ORGANIZER)
    await graph.act("cancel", id=made["id"])
    event = await shown(graph, made["id"])
    assert (event["isCancelled"], event["showAs"], event["subject"]) == (True, "free", "Canceled: Pump service")


async def test_one_occurrence_is_declined_or_called_off_by_itself(graph: Client) -> None:
    await graph.act("create", event=series_body(), organizer=ORGANIZER)
    listed = await days(graph)
    await graph.act("decline", id=listed[1]["id"])
    await graph.act("cancel", id=listed[2]["id"])
    after = await days(graph)
    assert [event["response"] for event in after] == ["notResponded", "declined", *["notResponded"] * 3]
    assert [event["isCancelled"] for event in after] == [False, False, True, False, False]
    assert [event["type"] for event in after][1:3] == ["exception", "exception"]


@pytest.mark.parametrize("action", ["accept", "tentativelyAccept", "decline", "cancel"])
async def test_ones_own_event_is_neither_answered_nor_called_off(graph: Client, action: str) -> None:
    made = await graph.create()
    body = {"action": action, "id": made["id"]}
    async with graph.http.post(f"/_control/mailboxes/{ADA}/events", json=body) as reply:
        assert reply.status == 400


async def test_a_series_is_split_into_one_that_ends_and_one_that_goes_on(graph: Client) -> None:
    master = await graph.act("create", event=series_body())
    listed = await days(graph)
    following = await graph.act("split", id=listed[2]["id"], event={"subject": "Later pumps"})
    assert following["id"] != master["id"]
    after = await days(graph)
    assert [event["subject"] for event in after] == ["Pump service"] * 2 + ["Later pumps"] * 3
    assert [event["start"] for event in after] == [event["start"] for event in listed]
    assert [event["series"] for event in after] == [master["id"]] * 2 + [following["id"]] * 3
    old = await shown(graph, str(master["id"]))
    assert old["recurrence"]["range"]["endDate"] == "2026-11-24"


async def test_an_endless_series_goes_on_endless_after_a_split(graph: Client) -> None:
    body: dict[str, Any] = series_body()
    body["recurrence"]["range"] = {"type": "noEnd", "startDate": "2026-11-23"}
    await graph.act("create", event=body)
    listed = await days(graph)
    span = {"start": moment("2026-11-26T12:00:00"), "end": moment("2026-11-26T13:00:00")}
    await graph.act("split", id=listed[3]["id"], event=span)
    after = await days(graph)
    assert len(after) == len(listed) == 8
    assert [str(event["start"])[11:16] for event in after] == ["08:00"] * 3 + ["12:00"] * 5


async def test_a_split_tells_delta_of_both_series(graph: Client) -> None:
    master = await graph.act("create", event=series_body())
    _, link = await graph.read_round()
    following = await graph.act("split", id=(await days(graph))[2]["id"])
    entries, _ = await graph.read_round(link)
    assert {entry["id"] for entry in entries if entry["type"] == "seriesMaster"} == {master["id"], following["id"]}


async def test_a_series_cannot_be_split_where_nothing_goes_before(graph: Client) -> None:
    await graph.act("create", event=series_body())
    body = {"action": "split", "id": (await days(graph))[0]["id"]}
    async with graph.http.post(f"/_control/mailboxes/{ADA}/events", json=body) as reply:
        assert reply.status == 400


async def test_an_event_becomes_a_meeting_and_a_series_by_a_patch(graph: Client) -> None:
    made = await graph.create()
    await graph.act("patch", id=made["id"], event={"attendees": [ORGANIZER]})
    await graph.act("patch", id=made["id"], event={"recurrence": series_body()["recurrence"]})
    event = await shown(graph, made["id"])
    assert event["attendees"][0]["emailAddress"]["address"] == "gil@example.org"
    assert event["type"] == "seriesMaster"


async def test_an_online_meeting_has_its_address_in_the_body_for_good(graph: Client) -> None:
    text = {"contentType": "text", "content": "Bring <tools>"}
    made = await graph.act("create", event=event_body(isOnlineMeeting=True, body=text))
    assert (made["isOnlineMeeting"], made["onlineMeetingIntact"]) == (True, True)
    event = await shown(graph, made["id"])
    assert event["onlineMeetingProvider"] == "teamsForBusiness"
    assert event["onlineMeeting"]["joinUrl"] in event["body"]["content"]
    assert "Bring &lt;tools&gt;" in event["body"]["content"]
    await graph.act("patch", id=made["id"], event={"isOnlineMeeting": False, "subject": "Other"})
    after = await graph.act("touch", id=made["id"])
    assert (after["isOnlineMeeting"], after["onlineMeetingIntact"], after["subject"]) == (True, True, "Other")


async def test_writing_its_body_without_the_address_damages_an_online_meeting(graph: Client) -> None:
    made = await graph.create()
    opened = await graph.act("patch", id=made["id"], event={"isOnlineMeeting": True})
    assert opened["onlineMeetingIntact"] is True
    event = await shown(graph, made["id"])
    kept = {"contentType": "html", "content": event["body"]["content"].replace("<body>", "<body>Agenda ")}
    await graph.ask("PATCH", f"/users/{ADA}/events/{made['id']}", body={"body": kept})
    assert (await graph.act("touch", id=made["id"]))["onlineMeetingIntact"] is True
    bare = {"contentType": "html", "content": "Agenda"}
    await graph.ask("PATCH", f"/users/{ADA}/events/{made['id']}", body={"body": bare})
    assert (await graph.act("touch", id=made["id"]))["onlineMeetingIntact"] is False


async def test_what_is_no_online_meeting_can_lose_nothing(graph: Client) -> None:
    await graph.create()
    [event] = await days(graph)
    assert (event["isOnlineMeeting"], event["onlineMeetingIntact"], event["response"]) == (False, None, "organizer")


async def test_the_view_shows_answers_and_cancellations_too(graph: Client) -> None:
    made = await graph.act("create", event=event_body(), organizer=ORGANIZER)
    await graph.act("accept", id=made["id"])
    [event] = (await graph.get(f"/users/{ADA}/calendarView", query=WINDOW)).body["value"]
    assert (event["responseStatus"]["response"], event["isCancelled"]) == ("accepted", False)
