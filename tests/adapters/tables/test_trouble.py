"""Replies that are lost, storage that is silent, busy, missing or closed to us: each told as what a caller can do."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from azure.core.exceptions import ServiceResponseError
from azure.core.pipeline.transport import AioHttpTransport

from sync_core.adapters.tables.claims import TableClaims
from sync_core.adapters.tables.connection import SYNC, Tables
from sync_core.adapters.tables.placements import TablePlacements
from sync_core.adapters.tables.rows import TableRows
from sync_core.adapters.tables.subscription_rows import TableSubscriptionRows
from sync_core.domain.errors import Misconfigured, Refused, TryAgain, VersionMoved
from sync_core.domain.resource import CalendarRef, ResourceId
from tests.contracts.placements_contract import first, task
from tests.contracts.sample_rows import NOW, lease, profile, todo
from tests.contracts.subscription_rows_contract import subscription

ADA = ResourceId("ada")
KEY = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;TableEndpoint="


class Lossy(AioHttpTransport):  # type: ignore[misc]
    """Throws away replies to transactions, or stops the requests before they are sent."""

    def __init__(self) -> None:
        super().__init__()
        self.replies_to_lose = 0
        self.requests_to_lose = 0

    async def send(self, request: Any, **options: Any) -> Any:
        if request.url.endswith("$batch") and self.requests_to_lose:
            self.requests_to_lose -= 1
            raise ServiceResponseError("lost on the way there")
        response = await super().send(request, **options)
        if request.url.endswith("$batch") and self.replies_to_lose:
            self.replies_to_lose -= 1
            raise ServiceResponseError("lost on the way back")
        return response


@pytest.fixture
def lossy() -> Lossy:
    return Lossy()


@pytest.fixture
async def far_tables(storage: str, unique: str, lossy: Lossy) -> AsyncIterator[Tables]:
    connected = Tables.from_connection_string(storage, unique, transport=lossy)
    await connected.prepare()
    yield connected
    await connected.aclose()


@pytest.mark.services
@pytest.mark.parametrize("lost", [1, 2, 9])
async def test_a_commit_whose_replies_are_lost_counts_as_what_it_is(
    far_tables: Tables, lossy: Lossy, lost: int
) -> None:
    rows = TableRows(far_tables)
    tag = await rows.transact(ADA, lease("first"), None)
    lossy.replies_to_lose = lost
    tag = await rows.transact(ADA, lease("second"), tag, [todo("a")])
    lossy.replies_to_lose = 0
    pending = await rows.read_pending(ADA)
    assert (pending.lease, pending.lease_tag, pending.rows) == (lease("second"), tag, (todo("a"),))


@pytest.mark.services
async def test_a_commit_that_never_arrives_writes_nothing_and_may_be_tried_again(
    far_tables: Tables, lossy: Lossy
) -> None:
    rows = TableRows(far_tables)
    tag = await rows.transact(ADA, lease("first"), None)
    lossy.requests_to_lose = 99
    with pytest.raises(TryAgain):
        await rows.transact(ADA, lease("second"), tag, [todo("a")])
    lossy.requests_to_lose = 0
    assert (await rows.read_pending(ADA)).lease_tag == tag
    assert await rows.transact(ADA, lease("second"), tag, [todo("a")])


@pytest.mark.services
async def test_a_worker_that_was_overtaken_while_its_commit_was_lost_is_told_so(
    far_tables: Tables, lossy: Lossy
) -> None:
    rows = TableRows(far_tables)
    tag = await rows.transact(ADA, lease("first"), None)
    await rows.transact(ADA, lease("thief"), tag)
    lossy.requests_to_lose = 99
    with pytest.raises(VersionMoved):
        await rows.transact(ADA, lease("second"), tag, [todo("a")])


@pytest.mark.services
async def test_after_a_lost_reply_a_repeat_ends_where_the_first_would_have(far_tables: Tables, lossy: Lossy) -> None:
    rows, placements, key = TableRows(far_tables), TablePlacements(far_tables), task("A-1")

    async def lose_reply(call: Callable[[], Awaitable[object]]) -> object:
        lossy.replies_to_lose = 1
        with pytest.raises(TryAgain):
            await call()
        return await call()

    await lose_reply(lambda: rows.insert(ADA, [todo("a"), todo("b")]))
    assert set((await rows.read_pending(ADA)).rows) == {todo("a"), todo("b")}
    assert await lose_reply(lambda: placements.write([first(key)])) == frozenset()
    placed = (await placements.read([key]))[key]
    assert (placed.placement, placed.owing) == first(key)[1:]
    await lose_reply(lambda: placements.settle([placed]))
    assert (await placements.read([key]))[key].owing is None
    assert await placements.list_owing(NOW + timedelta(days=1)) == []


@pytest.mark.services
async def test_of_two_workers_who_race_for_a_lease_one_wins_each_time(tables: Tables) -> None:
    one, two = TableRows(tables), TableRows(tables)
    tag: str | None = None
    for turn in range(8):
        attempts = (
            rows.transact(ADA, lease(f"{number}-{turn}", f"{number}"), tag, [todo(f"{number}-{turn}")])
            for number, rows in enumerate((one, two))
        )
        answers = await asyncio.gather(*attempts, return_exceptions=True)
        assert {type(answer) for answer in answers} == {VersionMoved, str}
        pending = await one.read_pending(ADA)
        assert pending.lease is not None
        assert answers[int(pending.lease.holder)] == pending.lease_tag
        assert len(pending.rows) == turn + 1
        tag = pending.lease_tag


@pytest.mark.services
async def test_a_missing_table_is_never_taken_for_missing_rows(storage: str, unique: str) -> None:
    tables = Tables.from_connection_string(storage, unique)
    rows, placements = TableRows(tables), TablePlacements(tables)
    calendar = CalendarRef("box", "calendar")
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: rows.read_pending(ADA),
        lambda: rows.get(ADA, [todo("a").address]),
        lambda: rows.scan(ADA, ("link",)),
        lambda: rows.insert(ADA, [todo("a")]),
        lambda: rows.insert(ADA, [todo("a"), todo("b")]),
        lambda: rows.transact(ADA, lease("a"), None),
        lambda: rows.transact(ADA, lease("a"), None, [profile(ADA)]),
        rows.list_profiles,
        lambda: placements.read([task("a")]),
        lambda: placements.write([first(task("a"))]),
        lambda: placements.list_owing(NOW),
        lambda: TableClaims(tables).claim(calendar, ADA),
        lambda: TableClaims(tables).release(calendar, ADA),
        lambda: TableSubscriptionRows(tables).get("a"),
        lambda: TableSubscriptionRows(tables).put(subscription("a")),
        TableSubscriptionRows(tables).list,
    ]
    for call in calls:
        with pytest.raises(Misconfigured, match="does not exist"):
            await call()
    await tables.aclose()


async def test_storage_that_does_not_answer_asks_to_try_again_and_soon() -> None:
    tables = Tables.from_connection_string(f"{KEY}http://127.0.0.1:9/a;")
    begun = time.monotonic()
    for call in (TableRows(tables).read_pending(ADA), TableRows(tables).transact(ADA, lease("a"), None, [todo("a")])):
        with pytest.raises(TryAgain, match="cannot be reached"):
            await call
    assert time.monotonic() - begun < 15
    await tables.aclose()


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (503, "ServerBusy", TryAgain),
        (500, "OperationTimedOut", TryAgain),
        (403, "AuthorizationPermissionMismatch", Misconfigured),
        (400, "PropertyValueTooLarge", Refused),
    ],
)
async def test_what_the_service_refuses_is_told_by_what_can_be_done(
    status: int, code: str, error: type[Exception]
) -> None:
    async def refuse(request: web.Request) -> web.Response:
        body = {"odata.error": {"code": code, "message": {"lang": "en-US", "value": "topsecret"}}}
        return web.json_response(body, status=status)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", refuse)
    async with TestServer(app) as server:
        tables = Tables.from_connection_string(f"{KEY}{server.make_url('/a')};", retry_total=0)
        for call in (
            TableRows(tables).read_pending(ADA),
            TableRows(tables).get(ADA, [todo("a").address]),
            TableRows(tables).transact(ADA, lease("a"), None),
            TablePlacements(tables).write([first(task("a"))]),
        ):
            with pytest.raises(error) as told:
                await call
            assert "topsecret" not in str(told.value)
            assert str(status) in str(told.value)
        await tables.aclose()


async def test_the_wait_that_the_service_asks_for_is_passed_on() -> None:
    from azure.core.exceptions import HttpResponseError

    from sync_core.adapters.tables.trouble import translate

    class Answer:
        status_code, reason, headers = 503, "busy", {"Retry-After": "7"}

    told = translate(HttpResponseError(response=Answer()), SYNC)  # type: ignore[arg-type]
    assert isinstance(told, TryAgain)
    assert told.after == timedelta(seconds=7)


@pytest.mark.services
async def test_a_session_that_is_shared_stays_open(storage: str, unique: str) -> None:
    async with ClientSession() as session:
        tables = Tables.from_connection_string(storage, unique, session)
        await tables.prepare()
        await TableRows(tables).insert(ADA, [todo("a"), todo("b")])
        assert len((await TableRows(tables).read_pending(ADA)).rows) == 2
        await tables.aclose()
        assert not session.closed


@pytest.mark.services
async def test_no_log_tells_whose_rows_were_touched(tables: Tables, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await TableRows(tables).insert(ResourceId("ada@tandem.example"), [todo("a")])
        await TableRows(tables).get(ResourceId("ada@tandem.example"), [todo("a").address])
    assert "ada" not in caplog.text
