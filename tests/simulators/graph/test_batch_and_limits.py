"""Must-have 7: `$batch`, the limits of a mailbox, and faults on demand."""

import asyncio

import pytest
from aiohttp import ClientError

from .client import ADA, BEN, WINDOW, Client, event_body, member

EVENTS = f"/users/{ADA}/events"


def creates(count: int, user: str = ADA) -> list[dict[str, object]]:
    return [
        member(str(n), "POST", f"/users/{user}/events", event_body(transactionId=f"{user}-{n}")) for n in range(count)
    ]


async def test_twenty_members_are_answered_each_by_its_id_in_any_order(graph: Client) -> None:
    reply = await graph.ask("POST", "/$batch", body={"requests": creates(20)})
    answers = reply.body["responses"]
    assert {answer["status"] for answer in answers} == {201}
    assert sorted(int(answer["id"]) for answer in answers) == list(range(20))
    assert [int(answer["id"]) for answer in answers] != list(range(20))
    assert all(answer["body"]["transactionId"] == f"{ADA}-{answer['id']}" for answer in answers)


@pytest.mark.parametrize(
    "requests",
    [
        creates(21),
        [*creates(1), *creates(1)],
        [{"method": "GET", "url": "/users"}],
        [{"id": "1", "method": "POST", "url": EVENTS, "body": {}}],
        [{"id": "1", "method": "GET", "url": "https://elsewhere.example/users"}],
        [{"id": "1", "method": "GET", "url": "/users", "dependsOn": ["2"]}],
        [],
    ],
    ids=["too many", "same id", "no id", "no content type", "absolute", "unknown dependency", "empty"],
)
async def test_a_malformed_batch_is_refused_whole(graph: Client, requests: list[dict[str, object]]) -> None:
    assert (await graph.ask("POST", "/$batch", body={"requests": requests})).status == 400
    assert (await graph.counters())["writes"]["total"] == 0


async def test_members_have_headers_of_their_own(graph: Client) -> None:
    event = await graph.create()
    answers = await graph.batch(
        member("a", "GET", f"{EVENTS}/{event['id']}", headers={"Prefer": 'IdType="ImmutableId"'}),
        member("b", "GET", f"{EVENTS}/{event['id']}"),
        member("c", "DELETE", f"{EVENTS}/{event['id']}", headers={"If-Match": "stale"}),
    )
    assert answers["a"]["body"]["id"] == event["id"] != answers["b"]["body"]["id"]
    assert answers["c"]["status"] == 412


async def test_members_that_depend_on_a_failed_one_fail(graph: Client) -> None:
    answers = await graph.batch(
        member("1", "GET", f"{EVENTS}/nonsense"),
        member("2", "GET", "/users", dependsOn=["1"]),
        member("3", "GET", "/users", dependsOn=["2"]),
    )
    assert [answers[name]["status"] for name in "123"] == [400, 424, 424]


async def test_a_throttled_member_does_not_hurt_the_others(graph: Client) -> None:
    await graph.fault("throttle", count=2, retryAfter="7")
    answers = await graph.batch(*creates(5))
    throttled = [answer for answer in answers.values() if answer["status"] == 429]
    assert [answer["headers"]["Retry-After"] for answer in throttled] == ["7", "7"]
    assert throttled[0]["body"]["error"]["code"] == "ApplicationThrottled"
    assert sum(answer["status"] == 201 for answer in answers.values()) == 3


async def test_members_run_four_at_once(graph: Client) -> None:
    await graph.switch(latencyMs=1)
    answers = await graph.batch(*creates(20))
    assert {answer["status"] for answer in answers.values()} == {201}
    counted = await graph.counters()
    assert counted["maxConcurrency"] == {ADA: 4}
    assert (counted["batches"], counted["batchMembers"], counted["httpRequests"]) == (1, 20, 1)


async def test_the_fifth_request_at_once_is_refused_and_other_mailboxes_are_not(graph: Client) -> None:
    await graph.switch(latencyMs=50)
    replies = await asyncio.gather(*(graph.get(EVENTS) for _ in range(6)), graph.get(f"/users/{BEN}/events"))
    refused = [reply for reply in replies if reply.status == 429]
    assert len(refused) == 2
    assert all((reply.code, reply.headers["Retry-After"]) == ("ApplicationThrottled", "1") for reply in refused)
    assert replies[-1].status == 200
    assert (await graph.counters())["maxConcurrency"][ADA] > 4


@pytest.mark.parametrize("retry_after", ["0", None])
async def test_the_budget_of_ten_minutes_refills_with_time(graph: Client, retry_after: str | None) -> None:
    await graph.switch(budget=3, retryAfter=retry_after)
    assert [(await graph.get(EVENTS)).status for _ in range(4)] == [200, 200, 200, 429]
    assert (await graph.get(EVENTS)).headers.get("Retry-After") == retry_after
    await graph.control("POST", "/clock", {"seconds": 601})
    assert (await graph.get(EVENTS)).status == 200


async def test_503_lasts_until_cleared_and_covers_whole_batches(graph: Client) -> None:
    await graph.fault("unavailable", count=-1, retryAfter="2")
    assert (await graph.get(EVENTS)).headers["Retry-After"] == "2"
    assert (await graph.ask("POST", "/$batch", body={"requests": creates(2)})).status == 503
    await graph.control("DELETE", "/faults?kind=unavailable")
    assert (await graph.get(EVENTS)).status == 200


async def test_a_batch_counts_as_one_request_for_503(graph: Client) -> None:
    await graph.fault("unavailable", every=2, count=-1)
    answers = await graph.batch(*creates(5))
    assert {answer["status"] for answer in answers.values()} == {201}
    assert (await graph.ask("POST", "/$batch", body={"requests": creates(5)})).status == 503


async def test_503_for_one_mailbox_hits_its_members_only(graph: Client) -> None:
    await graph.fault("unavailable", mailbox=BEN)
    answers = await graph.batch(member("a", "GET", EVENTS), member("b", "GET", f"/users/{BEN}/events"))
    assert (answers["a"]["status"], answers["b"]["status"]) == (200, 503)


async def test_any_error_can_be_asked_for(graph: Client) -> None:
    await graph.fault("error", status=504, code="UnknownError", operation="view.delta")
    assert (await graph.get(EVENTS)).status == 200
    reply = await graph.get(f"/users/{ADA}/calendarView/delta", query=WINDOW)
    assert (reply.status, reply.code) == (504, "UnknownError")


async def test_every_nth_create_is_stored_and_its_reply_lost(graph: Client) -> None:
    await graph.fault("lostReply", operation="event.create", every=3, count=-1)
    await graph.create(transactionId="1")
    await graph.create(transactionId="2")
    with pytest.raises(ClientError):
        await graph.create(transactionId="3")
    await graph.create(transactionId="3")
    counted = await graph.counters()
    assert (counted["lostReplies"], counted["writes"]["event.create"]) == (1, 3)


async def test_a_repeat_that_finds_the_event_is_no_create_and_not_lost_again(graph: Client) -> None:
    await graph.fault("lostReply", operation="event.create", count=-1)
    with pytest.raises(ClientError):
        await graph.create(transactionId="1")
    assert (await graph.create(transactionId="1"))["transactionId"] == "1"


async def test_a_lost_member_loses_the_reply_of_its_batch(graph: Client) -> None:
    await graph.fault("lostReply", operation="event.create")
    with pytest.raises(ClientError):
        await graph.batch(*creates(3))
    assert len((await graph.get(EVENTS)).body["value"]) == 3
    answers = await graph.batch(*creates(3))
    assert {answer["status"] for answer in answers.values()} == {201}
    assert len((await graph.get(EVENTS)).body["value"]) == 3


async def test_slowness_is_felt_by_whom_it_is_meant_for(graph: Client) -> None:
    loop = asyncio.get_running_loop()
    await graph.fault("slow", ms=60, mailbox=ADA)
    began = loop.time()
    await graph.get(f"/users/{BEN}/events")
    assert loop.time() - began < 0.06
    await graph.get(EVENTS)
    assert loop.time() - began >= 0.06
