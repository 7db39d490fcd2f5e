"""Must-have 6: subscriptions, both handshakes, deliveries over real HTTP, lifecycle events."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from .client import ADA, BEN, Client, Reply, event_body
from .listener import Listener, until

RESOURCE = f"/users/{ADA}/events"


def in_minutes(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


async def subscribe(graph: Client, url: str, **changes: Any) -> Reply:
    body = {
        "changeType": "created,updated,deleted",
        "resource": RESOURCE,
        "notificationUrl": url,
        "expirationDateTime": in_minutes(3 * 24 * 60),
        "clientState": "s3cret",
        **changes,
    }
    return await graph.ask("POST", "/subscriptions", body={name: value for name, value in body.items() if value})


async def test_both_addresses_are_validated_and_keep_their_query(graph: Client, listener: Listener) -> None:
    url = f"{listener.url}?code=key"
    reply = await subscribe(graph, url, lifecycleNotificationUrl=url)
    assert reply.status == 201
    assert reply.body["@odata.context"].endswith("$metadata#subscriptions/$entity")
    assert len(listener.tokens) == 2
    assert listener.queries[0]["code"] == "key"
    assert ": " in listener.tokens[0]


@pytest.mark.parametrize(
    "answer",
    [
        lambda token: web.Response(text=token, status=202),
        lambda token: web.Response(text=token, content_type="text/html"),
        lambda token: web.Response(text="wrong"),
        lambda token: web.Response(status=403),
    ],
    ids=["202", "html", "other text", "forbidden"],
)
async def test_a_wrong_handshake_creates_nothing(graph: Client, listener: Listener, answer: Any) -> None:
    listener.handshake = answer
    reply = await subscribe(graph, listener.url)
    assert (reply.status, reply.code) == (400, "ValidationError")
    assert (await graph.get("/subscriptions")).body["value"] == []


async def test_a_handshake_out_of_time_or_reach_creates_nothing(graph: Client, listener: Listener) -> None:
    await graph.switch(handshakeTimeoutS=0.05)
    silent = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    reply = await subscribe(graph, f"http://127.0.0.1:{port}/")
    assert (reply.code, reply.body["error"]["message"]) == (
        "ValidationError",
        "Subscription validation request timed out.",
    )
    silent.close()
    assert (await subscribe(graph, f"http://127.0.0.1:{port}/")).code == "ValidationError"


async def test_the_same_combination_twice_is_a_conflict(graph: Client, listener: Listener) -> None:
    first = await subscribe(graph, listener.url)
    again = await subscribe(graph, listener.url, changeType="deleted,created,updated")
    assert again.status == 409
    assert first.body["id"] in again.body["error"]["message"]
    assert (await subscribe(graph, listener.url, changeType="deleted")).status == 201


async def test_lifetimes_have_a_floor_and_a_cap(graph: Client, listener: Listener) -> None:
    raised = (await subscribe(graph, listener.url, expirationDateTime=in_minutes(1))).body
    assert raised["expirationDateTime"] > in_minutes(44)
    reply = await subscribe(graph, listener.url, changeType="created", expirationDateTime=in_minutes(10_090))
    assert reply.status == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"resource": f"/users/{ADA}/events/one"},
        {"resource": "/me/events"},
        {"changeType": "created,moved"},
        {"notificationUrl": "http://elsewhere.example/"},
        {"clientState": "x" * 129},
        {"includeResourceData": True},
        {"expirationDateTime": None},
        {"colour": "red"},
    ],
)
async def test_wrong_subscriptions_are_refused(graph: Client, listener: Listener, wrong: dict[str, Any]) -> None:
    assert (await subscribe(graph, listener.url, **wrong)).status == 400


async def test_the_quota_of_a_mailbox_ends(graph: Client, listener: Listener) -> None:
    await graph.switch(subscriptionQuota=1)
    assert (await subscribe(graph, listener.url)).status == 201
    assert (await subscribe(graph, listener.url, changeType="created")).status == 403
    assert (await subscribe(graph, listener.url, resource=f"/users/{BEN}/events")).status == 201


async def test_a_subscription_is_read_renewed_listed_and_deleted(graph: Client, listener: Listener) -> None:
    made = (await subscribe(graph, listener.url)).body
    address = f"/subscriptions/{made['id']}"
    later = in_minutes(5 * 24 * 60)
    renewed = await graph.ask("PATCH", address, body={"expirationDateTime": later})
    assert (renewed.status, renewed.body["expirationDateTime"][:16]) == (200, later[:16])
    assert (await graph.get(address)).body["resource"] == RESOURCE
    assert [each["id"] for each in (await graph.get("/subscriptions")).body["value"]] == [made["id"]]
    assert (await graph.ask("PATCH", address, body={"lifecycleNotificationUrl": listener.url})).status == 400
    assert (await graph.ask("DELETE", address)).status == 204
    assert (await graph.get(address)).status == 404


async def test_an_expired_subscription_is_gone_and_silent(graph: Client, listener: Listener) -> None:
    made = (await subscribe(graph, listener.url, expirationDateTime=in_minutes(60))).body
    await graph.control("POST", "/clock", {"seconds": 3601})
    await graph.create()
    assert (await graph.counters())["notificationsWaiting"] == 0
    assert (await graph.ask("PATCH", f"/subscriptions/{made['id']}", body={})).status == 404


async def test_changes_are_told_with_client_state_and_the_id_format_of_the_subscription(
    graph: Client, listener: Listener
) -> None:
    made = (await subscribe(graph, listener.url)).body
    event = await graph.create()
    await graph.act("patch", id=event["id"], event={"subject": "B"})
    await graph.act("delete", id=event["id"])
    await until(lambda: len(listener.heard) == 3)
    assert [each["changeType"] for each in listener.heard] == ["created", "updated", "deleted"]
    first = listener.heard[0]
    assert (first["subscriptionId"], first["clientState"]) == (made["id"], "s3cret")
    mailbox = graph.simulator.store.find_mailbox(ADA)
    assert first["resource"] == f"Users/{mailbox.id}/Events/{event['id']}"
    assert first["resourceData"]["id"] == event["id"]
    assert first["resourceData"]["@odata.etag"] == event["@odata.etag"]
    assert "subject" not in first["resourceData"]


async def test_changes_of_one_moment_come_in_one_post(graph: Client, listener: Listener) -> None:
    await subscribe(graph, listener.url)
    await graph.switch(notificationDelayMs=100)
    for _ in range(5):
        await graph.create()
    await until(lambda: listener.heard)
    assert [len(post) for post in listener.posts] == [5]


async def test_only_what_was_subscribed_to_is_told(graph: Client, listener: Listener) -> None:
    other = (await graph.control("POST", f"/mailboxes/{ADA}/calendars", {"name": "Other"}))["id"]
    await subscribe(graph, listener.url, changeType="created", resource=f"users/{ADA}/calendars/{other}/events")
    event = await graph.create()
    await graph.create(BEN)
    moved = await graph.act("move", id=event["id"], calendar=other)
    await graph.act("touch", id=event["id"])
    await until(lambda: listener.heard)
    assert [each["resourceData"]["id"] for each in listener.heard] == [moved["id"]]
    assert (await graph.counters())["notificationsWaiting"] == 0


@pytest.mark.parametrize(("switched", "expected"), [(False, 2), (True, 1)])
async def test_the_mailbox_path_may_cover_the_default_calendar_only(
    graph: Client, listener: Listener, switched: bool, expected: int
) -> None:
    await graph.switch(notifyDefaultCalendarOnly=switched)
    await graph.control("POST", f"/mailboxes/{ADA}/calendars", {"name": "Other"})
    await subscribe(graph, listener.url)
    for calendar in ("Calendar", "Other"):
        await graph.act("create", calendar=calendar, event=event_body())
    await until(lambda: len(listener.heard) == expected)
    assert (await graph.counters())["notificationsWaiting"] == 0


async def test_a_failing_endpoint_hears_again_with_growing_waits(graph: Client, listener: Listener) -> None:
    await graph.switch(notificationRetryMs=1)
    await subscribe(graph, listener.url)
    listener.statuses = [500, 503, 404]
    await graph.create()
    await until(lambda: listener.heard)
    counted = (await graph.counters())["notifications"]
    assert (counted["failed"], counted["posted"]) == (3, 1)


async def test_a_notification_is_given_up_after_four_hours(graph: Client, listener: Listener) -> None:
    await graph.switch(notificationRetryMs=60_000)
    await subscribe(graph, listener.url)
    listener.statuses = [500] * 1000
    await graph.create()
    await until(lambda: len(listener.statuses) < 1000)
    await graph.control("POST", "/clock", {"seconds": 4 * 3600})
    deliveries = graph.simulator.deliveries
    await until(lambda: deliveries.waiting() == 0)
    assert (await graph.counters())["notifications"]["dropped"] == 1
    assert listener.heard == []


async def test_notifications_come_twice_reversed_or_not_at_all_when_switched_so(
    graph: Client, listener: Listener
) -> None:
    await graph.switch(notificationCopies=2, reorderNotifications=True, notificationDelayMs=50)
    await subscribe(graph, listener.url)
    event = await graph.create()
    await graph.act("touch", id=event["id"])
    await until(lambda: len(listener.heard) == 4)
    assert [each["changeType"] for each in listener.heard] == ["updated", "created"] * 2
    await graph.fault("dropNotification")
    await graph.act("touch", id=event["id"])
    deliveries = graph.simulator.deliveries
    await until(lambda: deliveries.waiting() == 0)
    assert len(listener.heard) == 4


async def test_an_endpoint_that_often_answers_late_loses_notifications_for_a_while(
    graph: Client, listener: Listener
) -> None:
    await subscribe(graph, listener.url)
    health = graph.simulator.deliveries.health
    for seconds in [0.1] * 8 + [5.0] * 2:
        health.note(listener.url, seconds)
    await graph.create()
    deliveries = graph.simulator.deliveries
    await until(lambda: deliveries.waiting() == 0)
    assert listener.heard == []
    await graph.control("POST", "/clock", {"seconds": 601})
    await graph.create()
    await until(lambda: listener.heard)


@pytest.mark.parametrize("event", ["missed", "subscriptionRemoved", "reauthorizationRequired"])
async def test_lifecycle_events_are_told_on_demand(graph: Client, listener: Listener, event: str) -> None:
    made = (await subscribe(graph, listener.url, lifecycleNotificationUrl=listener.url)).body
    await graph.control("POST", f"/subscriptions/{made['id']}/lifecycle", {"event": event})
    await until(lambda: listener.heard)
    told = listener.heard[0]
    assert (told["lifecycleEvent"], told["subscriptionId"], told["clientState"]) == (event, made["id"], "s3cret")
    living = [each["id"] for each in (await graph.get("/subscriptions")).body["value"]]
    assert living == ([] if event == "subscriptionRemoved" else [made["id"]])


@pytest.mark.parametrize("way", ["PATCH", "reauthorize"])
async def test_changes_are_lost_until_a_paused_subscription_is_authorized_again(
    graph: Client, listener: Listener, way: str
) -> None:
    made = (await subscribe(graph, listener.url, lifecycleNotificationUrl=listener.url)).body
    pause = {"event": "reauthorizationRequired", "pauses": True}
    await graph.control("POST", f"/subscriptions/{made['id']}/lifecycle", pause)
    await until(lambda: listener.heard)
    await graph.create()
    assert (await graph.counters())["notificationsWaiting"] == 0
    if way == "PATCH":
        body = {"expirationDateTime": in_minutes(600)}
        assert (await graph.ask("PATCH", f"/subscriptions/{made['id']}", body=body)).status == 200
    else:
        assert (await graph.ask("POST", f"/subscriptions/{made['id']}/reauthorize")).status == 204
    await graph.create()
    await until(lambda: len(listener.heard) == 2)


@pytest.mark.parametrize(("state", "status"), [("none", 404), ("blocked", 403), ("deleted", 404)])
async def test_unreachable_mailboxes_cannot_be_subscribed_to(
    graph: Client, listener: Listener, state: str, status: int
) -> None:
    await graph.control("PUT", f"/users/{ADA}/state", {"state": state})
    assert (await subscribe(graph, listener.url)).status == status
