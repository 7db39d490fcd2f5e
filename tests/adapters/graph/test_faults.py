"""Each fault that Graph is known for, and what the port makes of it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.adapters.graph.client import GraphClient
from sync_core.adapters.graph.connect import Graph
from sync_core.adapters.graph.outlook import GraphOutlook
from sync_core.domain.content import Field
from sync_core.domain.errors import CalendarRefused, CursorRefused, TryAgain
from sync_core.domain.plan import Denied, Done, Postponed, Unknown
from tests.adapters.graph.conftest import TOKEN, Waits, connect
from tests.adapters.graph.stages import GraphStage
from tests.contracts.outlook_contract import carry_out, create, find, make, read, update, words

pytestmark = pytest.mark.services


async def test_a_throttled_read_waits_as_long_as_it_is_asked_to(graph_stage: GraphStage, waits: Waits) -> None:
    await graph_stage.fault("throttle", retryAfter="3")
    assert (await read(graph_stage, "")).is_last
    assert waits == [3.0]


async def test_without_a_named_wait_the_waits_grow(graph_stage: GraphStage, waits: Waits) -> None:
    await graph_stage.fault("throttle", count=2)
    assert (await read(graph_stage, "")).is_last
    assert 0.15 <= waits[0] <= 0.45
    assert 0.3 <= waits[1] <= 0.9


async def test_a_long_wait_is_the_callers(graph_stage: GraphStage, waits: Waits) -> None:
    await graph_stage.fault("throttle", retryAfter="60")
    with pytest.raises(TryAgain) as caught:
        await read(graph_stage, "")
    assert caught.value.after == timedelta(seconds=60)
    assert waits == []


async def test_only_the_throttled_member_of_a_batch_is_sent_again(graph_stage: GraphStage, waits: Waits) -> None:
    await graph_stage.fault("throttle", operation="event.create", retryAfter="2")
    outcomes = await carry_out(graph_stage, *(create(graph_stage, words(f"n{n}"), f"b{n}") for n in range(3)))
    assert [type(outcome) for outcome in outcomes] == [Done] * 3
    assert waits == [2.0]
    assert (await graph_stage.counters())["requests"]["POST event.create"] == 4


async def test_a_member_with_a_long_wait_is_postponed_and_the_others_go_on(graph_stage: GraphStage) -> None:
    await graph_stage.fault("throttle", operation="event.create", retryAfter="120", every=3)
    outcomes = await carry_out(graph_stage, *(create(graph_stage, words(f"n{n}"), f"b{n}") for n in range(3)))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Done", "Done", "Postponed"]
    [postponed] = [outcome for outcome in outcomes if isinstance(outcome, Postponed)]
    assert postponed.after_seconds == 120


@pytest.mark.parametrize("count", [1, 3])
async def test_a_lost_reply_is_unknown_and_its_repeat_makes_nothing_twice(graph_stage: GraphStage, count: int) -> None:
    operations = [create(graph_stage, words(f"n{n}"), f"b{n}") for n in range(count)]
    await graph_stage.fault("lostReply", operation="event.create")
    outcomes = await carry_out(graph_stage, *operations)
    assert [type(outcome) for outcome in outcomes] == [Unknown] * count
    assert (await graph_stage.counters())["requests"]["POST event.create"] <= count
    assert [type(outcome) for outcome in await carry_out(graph_stage, *operations)] == [Done] * count
    assert await graph_stage.subjects(graph_stage.calendar) == [f"n{n}" for n in range(count)]


async def test_a_page_that_breaks_off_is_asked_for_again(graph_stage: GraphStage) -> None:
    await graph_stage.creates(words("there"))
    await graph_stage.fault("truncated")
    assert len((await read(graph_stage, "")).events) == 1


async def test_a_page_that_keeps_breaking_off_is_no_empty_page(graph_stage: GraphStage) -> None:
    await graph_stage.creates(words("there"))
    await graph_stage.fault("truncated", count=3)
    with pytest.raises(TryAgain):
        await read(graph_stage, "")


async def test_gone_for_a_place_means_a_full_read(graph_stage: GraphStage) -> None:
    place = (await read(graph_stage, "")).place
    await graph_stage.fault("deltaGone")
    with pytest.raises(CursorRefused):
        await read(graph_stage, place)


async def test_gone_for_a_read_that_just_began_means_later(graph_stage: GraphStage) -> None:
    await graph_stage.fault("deltaGone")
    with pytest.raises(TryAgain):
        await read(graph_stage, "")


@pytest.mark.parametrize("status", [400, 404, 410])
async def test_an_evicted_place_is_refused_whatever_its_status(graph_stage: GraphStage, status: int) -> None:
    await graph_stage.switch(evictedTokenStatus=status)
    place = (await read(graph_stage, "")).place
    await graph_stage.fault("deltaEvicted")
    with pytest.raises(CursorRefused):
        await read(graph_stage, place)


async def test_empty_doubled_and_unordered_pages_tell_the_same(graph_stage: GraphStage) -> None:
    await graph_stage.switch(emptyDeltaPages=True, duplicateDeltaEntries=True, unorderedDelta=True)
    for number in range(3):
        await graph_stage.creates(words(f"n{number}"))
    page = await read(graph_stage, "")
    assert sorted(event.content.subject for event in page.events) == ["n0", "n1", "n2"]
    assert page.removed == ()


async def test_a_duplicate_is_recognised_under_its_other_status(graph_stage: GraphStage) -> None:
    await graph_stage.switch(transactionConflict="409")
    event = await make(graph_stage, words("once"))
    [outcome] = await carry_out(graph_stage, create(graph_stage, words("other"), "birth-1"))
    assert isinstance(outcome, Done)
    assert outcome.is_found
    assert outcome.event
    assert outcome.event.ref == event.ref


async def test_where_versions_are_ignored_the_answer_shows_what_was_written(graph_stage: GraphStage) -> None:
    await graph_stage.switch(ignoreIfMatch=True)
    event = await make(graph_stage, words("ours"))
    await graph_stage.renames(event.ref, "theirs")
    [outcome] = await carry_out(graph_stage, update(event, words("again"), Field.SUBJECT))
    assert isinstance(outcome, Done)
    assert outcome.event
    assert outcome.event.content.subject == "again"


async def test_a_sporadic_conflict_without_a_version_is_tried_once_more(graph_stage: GraphStage) -> None:
    event = await make(graph_stage, words("ours"))
    await graph_stage.fault("error", operation="event.update", status=412, code="ErrorIrresolvableConflict")
    [outcome] = await carry_out(graph_stage, update(event, words("again"), Field.SUBJECT, version=""))
    assert isinstance(outcome, Done)


async def test_a_sporadic_conflict_on_a_read_is_no_conflict(graph_stage: GraphStage) -> None:
    await graph_stage.fault("error", status=412, code="ErrorIrresolvableConflict")
    assert (await read(graph_stage, "")).is_last


async def test_a_refusal_names_its_code_and_nothing_of_the_event(graph_stage: GraphStage) -> None:
    await graph_stage.fault(
        "error", operation="event.create", status=400, code="ErrorInvalidRequest", message="secret words"
    )
    [outcome] = await carry_out(graph_stage, create(graph_stage, words("secret words"), "b"))
    assert outcome == Denied("Graph does not take this event (ErrorInvalidRequest, status 400)")


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_broken_server_may_have_carried_it_out(graph_stage: GraphStage, status: int) -> None:
    await graph_stage.fault("error", operation="event.create", status=status)
    [outcome] = await carry_out(graph_stage, create(graph_stage, words("x"), "b"))
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("state", ["none", "deleted", "blocked"])
async def test_a_mailbox_without_licence_user_or_permission_refuses(graph_stage: GraphStage, state: str) -> None:
    ref = await graph_stage.creates(words("there"))
    await graph_stage.control("PUT", f"users/{graph_stage.calendar.mailbox}/state", {"state": state})
    with pytest.raises(CalendarRefused):
        await find(graph_stage, ref)
    with pytest.raises(CalendarRefused):
        await read(graph_stage, "")


async def test_an_event_in_deleted_items_is_gone_although_it_answers(graph_stage: GraphStage) -> None:
    await graph_stage.switch(showsDeletedEvents=True)
    ref = await graph_stage.creates(words("there"))
    await graph_stage.deletes(ref)
    assert await find(graph_stage, ref) is None


async def test_one_event_that_cannot_be_judged_is_left_out(graph_stage: GraphStage) -> None:
    refs = [await graph_stage.creates(words(f"n{n}")) for n in range(2)]
    await graph_stage.fault("error", operation="event.get", status=500)
    found = await graph_stage.outlook.look_up(graph_stage.calendar, [ref.id for ref in refs])
    assert len(found) == 1


async def test_the_limit_of_four_at_once_is_never_met(graph_stage: GraphStage) -> None:
    await graph_stage.switch(latencyMs=20)
    reads = [read(graph_stage, "") for _ in range(6)]
    writes = [
        carry_out(graph_stage, *(create(graph_stage, words("x"), f"{n}-{m}") for m in range(8))) for n in range(3)
    ]
    await asyncio.gather(*reads, *writes)
    counters = await graph_stage.counters()
    assert max(counters["maxConcurrency"].values()) <= 4
    assert "429" not in counters["statuses"]


async def test_writes_go_out_twenty_at_a_time(graph_stage: GraphStage) -> None:
    await carry_out(graph_stage, *(create(graph_stage, words("x"), f"b{n}") for n in range(60)))
    counters = await graph_stage.counters()
    assert (counters["httpRequests"], counters["batches"], counters["writes"]["total"]) == (3, 3, 60)


async def test_a_quiet_calendar_costs_one_request(graph_stage: GraphStage) -> None:
    place = (await read(graph_stage, "")).place
    await graph_stage.control("DELETE", "counters")
    await read(graph_stage, place)
    assert (await graph_stage.counters())["httpRequests"] == 1


async def test_a_server_that_is_not_there_carried_nothing_out(graph_stage: GraphStage, waits: Waits) -> None:
    nowhere = connect("http://127.0.0.1:9", waits)
    try:
        stage = GraphStage(nowhere, graph_stage.address, graph_stage.http, graph_stage.calendar.mailbox)
        [outcome] = await carry_out(stage, create(stage, words("x"), "b"))
        assert isinstance(outcome, Postponed)
        with pytest.raises(TryAgain):
            await read(stage, "")
    finally:
        await nowhere.aclose()


class _Rotating:
    """A token source whose first token has run out."""

    def __init__(self) -> None:
        self.tokens = ["stale", TOKEN]

    async def token(self) -> str:
        return self.tokens[0]

    def forget(self, refused: str) -> None:
        assert refused == self.tokens.pop(0)

    async def aclose(self) -> None:
        """Nothing to close."""


async def test_a_refused_token_is_renewed_once_within_the_call(graph_stage: GraphStage) -> None:
    client = GraphClient(graph_stage.address, _Rotating())
    try:
        stage = replace_outlook(graph_stage, GraphOutlook(client))
        [outcome] = await carry_out(stage, create(stage, words("x"), "b"))
        assert isinstance(outcome, Done)
    finally:
        await client.aclose()


def replace_outlook(stage: GraphStage, outlook: GraphOutlook) -> GraphStage:
    graph: Graph = replace(stage.graph, outlook=outlook)
    other = GraphStage(graph, stage.address, stage.http, stage.calendar.mailbox)
    other.calendar, other.other = stage.calendar, stage.other
    return other


async def test_what_has_no_turn_within_one_timeout_is_postponed_unsent(
    graph_stage: GraphStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync_core.adapters.graph.batch.TIMEOUT_SECONDS", 0.5)
    # Twenty members take five latencies.
    await graph_stage.switch(latencyMs=400)
    outcomes = await carry_out(graph_stage, *(create(graph_stage, words("x"), f"b{n}") for n in range(60)))
    assert [type(outcome) for outcome in outcomes] == [Unknown] * 20 + [Postponed] * 40
    assert (await graph_stage.counters())["batches"] <= 1
