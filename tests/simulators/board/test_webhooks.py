"""The board's webhooks: what they tell, how they are signed, and how they behave and misbehave."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import aiohttp
import pytest
from standardwebhooks import WebhookVerificationError

from simulators.board.application import Options, build_application
from tests.simulators.board.calling import KEY, NEW_SECRET, RESOURCES, SECRET, Caller, Receiver, serving


async def _until(receiver: Receiver, count: int) -> list[dict[str, Any]]:
    await receiver.until(lambda: len(receiver.events) >= count)
    return receiver.events


async def _all_taken(board: Caller, receiver: Receiver) -> None:
    """Wait until the board, too, knows that nothing is pending."""
    await receiver.until(lambda: bool(receiver.taken))
    async with asyncio.timeout(10):
        while (await board.control("GET", "counters"))["pending"]:
            pass


async def test_a_delivery_is_signed_so_that_the_published_library_accepts_it(board: Caller, receiver: Receiver) -> None:
    await board.plan(id="A-1", subject="Übergabe · 12 €")
    (event,) = await _until(receiver, 1)
    (delivery,) = receiver.taken
    delivery.verify(SECRET)
    with pytest.raises(WebhookVerificationError):
        delivery.verify(NEW_SECRET)
    assert delivery.id == event["id"]
    assert delivery.kind == "application/cloudevents+json"


async def test_during_a_rotation_both_secrets_fit(board: Caller, receiver: Receiver) -> None:
    await board.control("PATCH", "webhooks", {"secrets": [NEW_SECRET, SECRET]})
    await board.plan()
    await _until(receiver, 1)
    receiver.taken[0].verify(SECRET)
    receiver.taken[0].verify(NEW_SECRET)


async def test_no_secret_is_ever_shown(board: Caller) -> None:
    shown = await board.control("GET", "webhooks")
    assert shown["secrets"] == 1
    assert SECRET.removeprefix("whsec_") not in str(shown)


async def test_each_act_of_the_planner_is_told_with_the_full_state(board: Caller, receiver: Receiver) -> None:
    await board.plan(id="A-1")
    acts: list[tuple[str, str, Any]] = [
        ("POST", "appointments/A-1/move", {"start": "2026-11-23T10:00:00+01:00"}),
        ("PATCH", "appointments/A-1", {"end": "2026-11-23T12:30:00+01:00"}),
        ("POST", "appointments/A-1/assign", {"resources": ["R-ADA", "R-BEN"]}),
        ("POST", "appointments/A-1/unplan", {"resource": "R-ADA"}),
        ("POST", "appointments/A-1/unplan", {}),
        ("DELETE", "appointments/A-1", None),
    ]
    for method, path, body in acts:
        await board.control(method, path, body)
    events = sorted(await _until(receiver, 7), key=lambda event: str(event["sequence"]))
    states = [event["data"]["appointment"] for event in events]
    assert [state["revision"] for state in states] == [1, 2, 3, 4, 5, 6, 7]
    assert [event["type"].rsplit(".", 1)[1] for event in events] == ["created", *["updated"] * 5, "deleted"]
    assert (states[1]["start"], states[1]["end"]) == ("2026-11-23T10:00:00+01:00", "2026-11-23T11:00:00+01:00")
    assert states[2]["end"] == "2026-11-23T12:30:00+01:00"
    assert [[one["id"] for one in state["resources"]] for state in states[3:6]] == [["R-ADA", "R-BEN"], ["R-BEN"], []]
    assert all(state["origin"] is None for state in states)


PLACE = {"name": "Waterworks North", "address": "Kanalstraße 12", "latitude": 53.55, "longitude": 10.0}
MEMBERS: list[tuple[str, Any]] = [
    ("status", "tentative"),
    ("status", "cancelled"),
    ("locked", True),
    ("category", {"name": "Maintenance", "color": "#2b7a78"}),
    ("timeMarker", {"name": "Fixed", "color": "#c92a2a"}),
    ("importance", "high"),
    ("showAs", "workingElsewhere"),
    ("sensitivity", "confidential"),
    ("customer", {"name": "Stadtwerke Nord", "contact": "Jo Petersen", "phone": "+49 40 555 0134"}),
    ("location", PLACE),
    ("links", [{"title": "Work order", "href": "https://erp.example/orders/SO-2207"}]),
    ("fields", {"keyBox": "B 14", "floors": 2}),
    ("work", {"sourceApp": "ERP", "sourceType": "ServiceOrder", "jobId": "SO-2207", "taskId": "3"}),
    ("number", "SO-2207-3"),
    ("subject", "مضخة 🚰 Übergabe"),
    ("body", {"contentType": "text", "content": "Replace the seal."}),
    ("body", {"contentType": "html", "content": "<p>Replace the <b>seal</b>.</p>"}),
]


@pytest.mark.parametrize(("name", "value"), MEMBERS)
async def test_every_member_reaches_the_webhook_planned_and_changed(
    board: Caller, receiver: Receiver, name: str, value: object
) -> None:
    await board.plan(id="A-1", **{name: value})
    await board.plan(id="A-2")
    await board.control("PATCH", "appointments/A-2", {name: value})
    events = sorted(await _until(receiver, 3), key=lambda event: str(event["sequence"]))
    states = [event["data"]["appointment"] for event in events]
    assert (states[0][name], states[2][name]) == (value, value)


async def test_an_optional_member_is_taken_away_again(board: Caller, receiver: Receiver) -> None:
    await board.plan(id="A-1", location=PLACE, category={"name": "Maintenance"})
    await board.control("PATCH", "appointments/A-1", {"location": None, "category": None})
    events = sorted(await _until(receiver, 2), key=lambda event: str(event["sequence"]))
    assert not {"location", "category"} & set(events[1]["data"]["appointment"])


async def test_an_appointment_is_handed_over_with_and_without_another_time(board: Caller, receiver: Receiver) -> None:
    await board.plan(id="A-1", resources=["R-ADA"])
    await board.control("POST", "appointments/A-1/assign", {"resources": ["R-BEN"]})
    later = {"start": "2026-11-23T13:00:00+01:00", "resources": ["R-ADA"]}
    await board.control("POST", "appointments/A-1/move", later)
    await board.control(
        "PATCH", "appointments/A-1", {"allDay": True, "startDate": "2026-11-24", "endDate": "2026-11-26"}
    )
    events = sorted(await _until(receiver, 4), key=lambda event: str(event["sequence"]))
    states = [event["data"]["appointment"] for event in events]
    assert [state["resources"][0]["id"] for state in states] == ["R-ADA", "R-BEN", "R-ADA", "R-ADA"]
    assert [state["start"][:16] for state in states] == [
        "2026-11-23T08:00",
        "2026-11-23T08:00",
        "2026-11-23T13:00",
        "2026-11-24T00:00",
    ]


async def test_every_type_of_event_keeps_to_the_contract(board: Caller, receiver: Receiver) -> None:
    absence = {"id": "U-1", "resource": "R-ADA", "kind": "vacation"}
    await board.control(
        "POST", "unavailabilities", {**absence, "allDay": True, "startDate": "2026-11-24", "endDate": "2026-11-26"}
    )
    await board.control("PATCH", "unavailabilities/U-1", {"title": "Vacation"})
    await board.control("DELETE", "unavailabilities/U-1")
    day = {"id": "W-1", "resource": "R-ADA", "date": "2026-11-28", "from": "08:00", "to": "12:00", "standby": True}
    await board.control("POST", "working-days", day)
    await board.control("DELETE", "working-days/W-1")
    await board.control("PUT", "resources", [{**RESOURCES[0], "name": "Ada Lovelace"}, RESOURCES[1]])
    await board.plan(id="A-1")
    await board.control("PATCH", "appointments/A-1", {"subject": "Valve"})
    await board.control("DELETE", "appointments/A-1")
    await board.control("POST", "ping")
    await _until(receiver, 11)
    expected = {
        f"scheduler.{kind}.{act}": 1
        for kind in ("unavailability", "appointment")
        for act in ("created", "updated", "deleted")
    }
    others = ("working_day.assigned", "working_day.removed", "resource.updated", "resource.removed", "ping")
    assert receiver.types() == Counter({**expected, **{f"scheduler.{other}": 1 for other in others}})


async def test_a_write_by_the_api_is_told_as_an_echo_with_its_origin(board: Caller, receiver: Receiver) -> None:
    await board.plan(id="A-1")
    answer = await board.write("PATCH", "/v1/appointments/A-1", {"subject": "Mine"}, If_Match='"1"')
    events = await _until(receiver, 2)
    (echo,) = [event for event in events if event["type"] == "scheduler.appointment.updated"]
    assert echo["data"]["appointment"] == answer.body
    assert echo["data"]["appointment"]["origin"]["system"] == "tandem"


async def test_a_board_without_echo_tells_only_what_the_planner_did(board: Caller, receiver: Receiver) -> None:
    await board.control("PATCH", "webhooks", {"echo": False})
    await board.plan(id="A-1")
    await board.write("PATCH", "/v1/appointments/A-1", {"subject": "Mine"}, If_Match='"1"')
    await board.control("PATCH", "appointments/A-1", {"subject": "Planner's"})
    events = await _until(receiver, 2)
    assert sorted(event["data"]["appointment"]["revision"] for event in events) == [1, 3]


async def test_a_board_that_returns_no_origin_says_null(board: Caller, receiver: Receiver) -> None:
    await board.control("PATCH", "capabilities", {"originEchoed": False})
    await board.plan(id="A-1")
    await board.write("PATCH", "/v1/appointments/A-1", {"subject": "Mine"}, If_Match='"1"')
    assert all(event["data"]["appointment"]["origin"] is None for event in await _until(receiver, 2))


async def test_many_appointments_travel_in_one_batch(board: Caller, receiver: Receiver) -> None:
    await board.control("PATCH", "webhooks", {"mode": "batch"})
    many = [{"start": "2026-11-23T08:00:00+01:00", "resources": ["R-ADA"]} for _ in range(150)]
    await board.control("POST", "appointments", many)
    await _until(receiver, 150)
    (delivery,) = receiver.taken
    delivery.verify(SECRET)
    assert delivery.kind == "application/cloudevents-batch+json"
    assert len({event["data"]["appointment"]["id"] for event in receiver.events}) == 150


async def test_a_refused_delivery_comes_again_with_the_same_id_until_it_is_taken(
    board: Caller, receiver: Receiver
) -> None:
    receiver.answers = [(503, {}), (401, {}), (500, {})]
    await board.plan()
    await _until(receiver, 1)
    assert len(receiver.attempts) == 4
    assert len({delivery.id for delivery in receiver.attempts}) == 1
    await _all_taken(board, receiver)
    assert (await board.control("GET", "counters"))["deliveries"] == {
        "attempts": 4,
        "503": 1,
        "401": 1,
        "500": 1,
        "202": 1,
    }


async def test_a_wait_that_the_receiver_asks_for_is_kept(board: Caller, receiver: Receiver) -> None:
    receiver.answers = [(503, {"Retry-After": "600"})]
    await board.plan()
    await receiver.until(lambda: len(receiver.attempts) == 1)
    pending: dict[str, Any] = {"attempts": 0}
    while not pending["attempts"]:
        (pending,) = (await board.control("GET", "deliveries"))["pending"]
    assert (pending["attempts"], pending["last"], pending["types"]) == (1, 503, ["scheduler.appointment.created"])
    assert receiver.taken == []
    await board.control("POST", "deliveries/retry")
    await _until(receiver, 1)


async def test_what_can_never_be_taken_is_set_aside(board: Caller, receiver: Receiver) -> None:
    receiver.answers = [(400, {})]
    await board.plan(id="A-1")
    await receiver.until(lambda: len(receiver.attempts) == 1)
    await board.plan(id="A-2")
    await _all_taken(board, receiver)
    assert [one["status"] for one in (await board.control("GET", "deliveries"))["refused"]] == [400]
    assert len(receiver.attempts) == 2


async def test_copies_in_any_order_are_the_same_delivery(board: Caller, receiver: Receiver) -> None:
    await board.control("PATCH", "webhooks", {"copies": 3, "spread_seconds": 0.5})
    for n in range(10):
        await board.plan(id=f"A-{n}")
    await receiver.until(lambda: len(receiver.taken) == 30)
    assert set(Counter(delivery.id for delivery in receiver.taken).values()) == {3}
    assert [event["sequence"] for event in receiver.events] != sorted(event["sequence"] for event in receiver.events)


async def test_a_paused_sender_keeps_and_a_silent_one_forgets(board: Caller, receiver: Receiver) -> None:
    await board.control("PATCH", "webhooks", {"silent": True})
    await board.plan(id="forgotten")
    await board.control("PATCH", "webhooks", {"silent": False, "paused": True})
    await board.plan(id="kept")
    assert (await board.control("GET", "counters"))["pending"] == 1
    assert receiver.attempts == []
    await board.control("PATCH", "webhooks", {"paused": False})
    assert [event["data"]["appointment"]["id"] for event in await _until(receiver, 1)] == ["kept"]


async def test_a_planner_can_send_everything_again(board: Caller, receiver: Receiver) -> None:
    await board.control("PATCH", "webhooks", {"silent": True})
    await board.plan(id="A-1")
    await board.control("PATCH", "webhooks", {"silent": False})
    assert await board.control("POST", "resend") == {"events": 4}
    await _until(receiver, 4)
    assert receiver.types() == {"scheduler.appointment.updated": 1, "scheduler.resource.updated": 3}


async def test_reset_drops_what_is_pending(board: Caller, receiver: Receiver) -> None:
    await board.control("PATCH", "webhooks", {"paused": True})
    await board.plan()
    await board.control("POST", "reset")
    assert (await board.control("GET", "counters"))["pending"] == 0
    assert (await board.control("GET", "board"))["appointments"] == []
    await board.control("POST", "ping")
    assert [event["type"] for event in await _until(receiver, 1)] == ["scheduler.ping"]


async def test_without_an_address_events_wait_for_one(receiver: Receiver) -> None:
    options = Options(api_key=KEY)
    async with serving(await build_application(options)) as url, aiohttp.ClientSession() as session:
        board = Caller(url, session)
        await board.control("POST", "ping")
        await board.control("PATCH", "webhooks", {"url": receiver.url, "secrets": [SECRET]})
        await _until(receiver, 1)


@pytest.mark.parametrize(
    "wrong", [{"secrets": ["plain"]}, {"mode": "both"}, {"copies": "3"}, {"typo": True}, {"silent": 1}]
)
async def test_a_wrong_switch_is_refused_and_sets_nothing(board: Caller, wrong: dict[str, Any]) -> None:
    before = await board.control("GET", "webhooks")
    async with board.session.patch(f"{board.url}/_control/webhooks", json={**wrong, "echo": False}) as answer:
        assert answer.status == 422
    assert await board.control("GET", "webhooks") == before
