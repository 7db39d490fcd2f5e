"""Finding equal events: what it costs, and what it does with calendars that have no end."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from sync_core.domain.content import Content, Field
from sync_core.domain.errors import TryAgain
from sync_core.domain.plan import Done
from sync_core.domain.resource import CalendarRef
from sync_core.domain.timespan import TimeSpan
from tests.adapters.graph.conftest import Waits, connect
from tests.adapters.graph.scripted import EVENT, JsonObject, ScriptedGraph, batch, error
from tests.adapters.graph.stages import GraphStage
from tests.contracts.outlook_contract import carry_out, find, hours, make, update, words

EIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)
MONDAY = TimeSpan(EIGHT, EIGHT + timedelta(hours=1))


async def ask(script: ScriptedGraph, waits: Waits, *contents: Content) -> list[str | None]:
    await script.server.start_server()
    graph = connect(script.address, waits)
    try:
        found = await graph.outlook.find_equal(CalendarRef("ada", "main"), contents)
        return [event.ref.id if event else None for event in found]
    finally:
        await graph.aclose()
        await script.server.close()


@pytest.mark.services
async def test_a_batch_of_near_contents_costs_one_read_and_one_for_what_was_found(graph_stage: GraphStage) -> None:
    contents = [words(f"n{number}", day=number) for number in range(1, 16)]
    for content in contents[:3]:
        await graph_stage.creates(content)
    found = await graph_stage.outlook.find_equal(graph_stage.calendar, contents)
    assert [event is not None for event in found] == [True] * 3 + [False] * 12
    requests = (await graph_stage.counters())["requests"]
    assert requests == {"GET view.list": 1, "GET event.get": 3}


@pytest.mark.services
async def test_pages_are_followed_to_their_end(graph_stage: GraphStage) -> None:
    for number in range(260):
        await graph_stage.creates(Content(TimeSpan(hours(1, 9).start_at, hours(1, 10).end_at), f"n{number}"))
    ref = await graph_stage.creates(words("last", day=2))
    [event] = await graph_stage.outlook.find_equal(graph_stage.calendar, [words("last", day=2)])
    assert event
    assert event.ref == ref


@pytest.mark.services
async def test_writing_an_online_meeting_without_its_body_leaves_the_way_into_it(graph_stage: GraphStage) -> None:
    event = await make(graph_stage, words("ours"))
    await graph_stage.makes_online(event.ref)
    online = await find(graph_stage, event.ref)
    assert online
    [outcome] = await carry_out(graph_stage, update(online, words("moved", day=2), Field.TIME, Field.SUBJECT))
    assert isinstance(outcome, Done)
    assert (await graph_stage.does("touch", id=event.ref.id))["onlineMeetingIntact"] is True


async def test_a_calendar_without_end_is_read_no_further_than_is_bearable(waits: Waits) -> None:
    def answer(method: str, path: str, body: object) -> tuple[int, JsonObject]:
        return 200, {"value": [EVENT], "@odata.nextLink": f"{script.address}/v1.0/users/ada/on"}

    script = ScriptedGraph(answer)
    assert await ask(script, waits, Content(MONDAY, "there")) == [None]
    assert 2 <= len(script.seen) <= 50


async def test_views_hold_every_span_with_a_day_on_both_sides_and_leave_out_long_gaps(waits: Waits) -> None:
    script = ScriptedGraph(lambda method, path, body: (200, {"value": []}))
    spans = [TimeSpan(EIGHT + timedelta(days=day), EIGHT + timedelta(days=day, hours=1)) for day in (40, 0, 13, 1)]
    await ask(script, waits, *(Content(span, "a") for span in spans))
    views = [parse_qs(urlsplit(path).query) for _, path, _ in script.seen]
    assert [(view["startDateTime"][0], view["endDateTime"][0]) for view in views] == [
        ("2026-11-22T08:00:00Z", "2026-12-07T09:00:00Z"),
        ("2027-01-01T08:00:00Z", "2027-01-03T09:00:00Z"),
    ]


async def test_what_changed_since_it_was_listed_is_judged_as_it_is_now(waits: Waits) -> None:
    def answer(method: str, path: str, body: object) -> tuple[int, JsonObject]:
        listed = [EVENT, {**EVENT, "id": "event-2"}, {**EVENT, "id": "event-3"}]
        if path.endswith("$batch"):
            renamed = {**EVENT, "id": "event-2", "subject": "other"}
            return batch(("0", 200, EVENT), ("1", 200, renamed), ("2", 404, error("ErrorItemNotFound")))
        return 200, {"value": listed}

    assert await ask(ScriptedGraph(answer), waits, Content(MONDAY, "there")) == ["event-1"]


async def test_what_could_not_be_fetched_is_asked_for_later(waits: Waits) -> None:
    def answer(method: str, path: str, body: object) -> tuple[int, JsonObject]:
        if "/events/" in path:
            return 504, error("UnknownError")
        return 200, {"value": [EVENT]}

    with pytest.raises(TryAgain):
        await ask(ScriptedGraph(answer), waits, Content(MONDAY, "there"))


async def test_an_event_in_an_unknown_zone_is_no_equal_and_stops_nobody(waits: Waits) -> None:
    odd = {**EVENT, "id": "odd", "start": {"dateTime": "2026-11-23T08:00:00", "timeZone": "tzone://Microsoft/Custom"}}

    def answer(method: str, path: str, body: object) -> tuple[int, JsonObject]:
        return 200, EVENT if "/events/" in path else {"value": [odd, EVENT]}

    assert await ask(ScriptedGraph(answer), waits, Content(MONDAY, "there")) == ["event-1"]
