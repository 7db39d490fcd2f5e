"""Must-have 4, the rest: calendarView, recurring events, their occurrences and exceptions."""

from typing import Any

import pytest

from .client import ADA, IMMUTABLE, WINDOW, Client, event_body, moment, series_body

EVENTS = f"/users/{ADA}/events"
VIEW = f"/users/{ADA}/calendarView"


async def make_series(graph: Client, body: dict[str, Any] | None = None) -> dict[str, Any]:
    reply = await graph.ask("POST", EVENTS, body=body or series_body())
    assert reply.status == 201, reply.body
    return reply.body


async def occurrences(graph: Client, master: dict[str, Any]) -> list[dict[str, Any]]:
    reply = await graph.get(f"{EVENTS}/{master['id']}/instances", query=WINDOW)
    assert reply.status == 200, reply.body
    return list(reply.body["value"])


def starts(events: list[dict[str, Any]]) -> list[str]:
    return [event["start"]["dateTime"][:16] for event in events]


async def test_the_list_has_the_master_and_the_view_its_occurrences(graph: Client) -> None:
    master = await make_series(graph)
    assert master["type"] == "seriesMaster"
    assert [event["id"] for event in (await graph.get(EVENTS)).body["value"]] == [master["id"]]
    shown = (await graph.get(VIEW, query=WINDOW)).body["value"]
    assert starts(shown) == [f"2026-11-{day}T08:00" for day in (23, 24, 25, 26, 27)]
    assert {event["type"] for event in shown} == {"occurrence"}
    assert {event["seriesMasterId"] for event in shown} == {master["id"]}
    assert len({event["iCalUId"] for event in shown}) == 5
    assert shown[0]["subject"] == "Pump service"


async def test_the_view_holds_what_overlaps_the_window_by_start(graph: Client) -> None:
    for start, end in (("22T23", "23T01"), ("23T08", "23T09"), ("24T00", "24T01"), ("22T23", "23T00")):
        span = {"start": moment(f"2026-11-{start}:00:00"), "end": moment(f"2026-11-{end}:00:00")}
        await graph.create(**span)
    window = {"startDateTime": "2026-11-23T00:00:00Z", "endDateTime": "2026-11-23T19:00:00-05:00"}
    assert starts((await graph.get(VIEW, query=window)).body["value"]) == ["2026-11-22T23:00", "2026-11-23T08:00"]


async def test_selecting_on_the_view_loses_the_times_of_change(graph: Client) -> None:
    await graph.create()
    query = {**WINDOW, "$select": "subject,lastModifiedDateTime"}
    shown = (await graph.get(VIEW, query=query)).body["value"][0]
    assert set(shown) == {"@odata.etag", "id", "subject"}


async def test_an_edited_occurrence_becomes_an_exception(graph: Client) -> None:
    master = await make_series(graph)
    second = (await occurrences(graph, master))[1]
    span = {"start": moment("2026-11-24T12:00:00"), "end": moment("2026-11-24T13:00:00")}
    changed = (await graph.ask("PATCH", f"{EVENTS}/{second['id']}", body={"subject": "Late", **span})).body
    assert (changed["type"], changed["id"], changed["originalStart"]) == (
        "exception",
        second["id"],
        "2026-11-24T08:00:00Z",
    )
    days = await occurrences(graph, master)
    assert starts(days)[1] == "2026-11-24T12:00"
    assert [day["subject"] for day in days] == ["Pump service", "Late", "Pump service", "Pump service", "Pump service"]


async def test_an_occurrence_may_not_cross_its_neighbour(graph: Client) -> None:
    master = await make_series(graph)
    second = (await occurrences(graph, master))[1]
    for day in (23, 25):
        span = {"start": moment(f"2026-11-{day}T20:00:00"), "end": moment(f"2026-11-{day}T21:00:00")}
        reply = await graph.ask("PATCH", f"{EVENTS}/{second['id']}", body=span)
        assert reply.code == "ErrorOccurrenceCrossingBoundary"


async def test_a_deleted_occurrence_is_missing_and_the_series_stays(graph: Client) -> None:
    master = await make_series(graph)
    third = (await occurrences(graph, master))[2]
    assert (await graph.ask("DELETE", f"{EVENTS}/{third['id']}")).status == 204
    assert (await graph.get(f"{EVENTS}/{third['id']}")).code == "ErrorItemNotFound"
    assert starts(await occurrences(graph, master)) == [f"2026-11-{day}T08:00" for day in (23, 24, 26, 27)]


async def test_delta_gives_master_and_sparse_occurrences_on_one_page(graph: Client) -> None:
    master = await make_series(graph)
    page = (await graph.get(f"{VIEW}/delta", query=WINDOW, prefer=f"{IMMUTABLE}, odata.maxpagesize=2")).body["value"]
    assert [entry["type"] for entry in page] == ["seriesMaster"] + ["occurrence"] * 5
    assert set(page[1]) == {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}
    assert page[0]["id"] == master["id"]


async def test_a_change_to_one_occurrence_sends_the_series_again_without_the_deleted_one(graph: Client) -> None:
    master = await make_series(graph)
    _, link = await graph.read_round()
    days = await occurrences(graph, master)
    await graph.act("delete", id=days[0]["id"])
    await graph.act("patch", id=days[1]["id"], event={"subject": "Other"})
    entries, link = await graph.read_round(link)
    assert [entry["type"] for entry in entries] == ["seriesMaster", "exception", *["occurrence"] * 3]
    assert not any("@removed" in entry for entry in entries)
    await graph.act("delete", id=master["id"])
    entries, _ = await graph.read_round(link)
    assert [(entry["id"], "@removed" in entry) for entry in entries] == [(master["id"], True)]


async def test_moving_the_series_forgets_its_exceptions(graph: Client) -> None:
    master = await make_series(graph)
    await graph.act("delete", id=(await occurrences(graph, master))[0]["id"])
    span = {"start": moment("2026-11-23T14:00:00"), "end": moment("2026-11-23T15:00:00")}
    await graph.ask("PATCH", f"{EVENTS}/{master['id']}", body=span)
    assert starts(await occurrences(graph, master)) == [f"2026-11-{day}T14:00" for day in (23, 24, 25, 26, 27)]


async def test_a_weekly_series_keeps_its_wall_clock_over_the_change_of_the_clocks(graph: Client) -> None:
    zone = "W. Europe Standard Time"
    pattern = {"type": "weekly", "interval": 2, "daysOfWeek": ["monday", "friday"], "firstDayOfWeek": "monday"}
    limit = {"type": "endDate", "startDate": "2026-10-12", "endDate": "2026-11-13"}
    span = {"start": moment("2026-10-12T09:00:00", zone), "end": moment("2026-10-12T10:00:00", zone)}
    master = await make_series(graph, event_body(recurrence={"pattern": pattern, "range": limit}, **span))
    window = {"startDateTime": "2026-10-01T00:00:00Z", "endDateTime": "2026-12-01T00:00:00Z"}
    days = (await graph.get(f"{EVENTS}/{master['id']}/instances", query=window)).body["value"]
    assert starts(days) == [
        "2026-10-12T07:00",
        "2026-10-16T07:00",
        "2026-10-26T08:00",
        "2026-10-30T08:00",
        "2026-11-09T08:00",
        "2026-11-13T08:00",
    ]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31}, ["2026-01-31", "2026-02-28", "2026-03-31"]),
        (
            {"type": "relativeMonthly", "interval": 2, "daysOfWeek": ["tuesday"], "index": "last"},
            ["2026-01-27", "2026-03-31", "2026-05-26"],
        ),
        (
            {"type": "absoluteYearly", "interval": 1, "dayOfMonth": 5, "month": 2},
            ["2026-02-05", "2027-02-05", "2028-02-05"],
        ),
    ],
)
async def test_other_patterns_fall_on_their_days(graph: Client, pattern: dict[str, Any], expected: list[str]) -> None:
    limit = {"type": "numbered", "startDate": "2026-01-01", "numberOfOccurrences": 3}
    span = {"start": moment("2026-01-01T09:00:00"), "end": moment("2026-01-01T10:00:00")}
    master = await make_series(graph, event_body(recurrence={"pattern": pattern, "range": limit}, **span))
    window = {"startDateTime": "2025-01-01T00:00:00Z", "endDateTime": "2030-01-01T00:00:00Z"}
    days = (await graph.get(f"{EVENTS}/{master['id']}/instances", query=window)).body["value"]
    assert [day["start"]["dateTime"][:10] for day in days] == expected


async def test_an_endless_all_day_series_shows_dates(graph: Client) -> None:
    limit = {"type": "noEnd", "startDate": "2020-01-01"}
    recurrence = {"pattern": {"type": "daily", "interval": 1}, "range": limit}
    span = {"start": moment("2020-01-01T00:00:00"), "end": moment("2020-01-02T00:00:00")}
    await make_series(graph, event_body(recurrence=recurrence, isAllDay=True, **span))
    window = {"startDateTime": "2026-11-23T00:00:00Z", "endDateTime": "2026-11-25T00:00:00Z"}
    shown = (await graph.get(VIEW, query=window)).body["value"]
    assert starts(shown) == ["2026-11-23T00:00", "2026-11-24T00:00"]
    assert shown[0]["end"]["dateTime"][:16] == "2026-11-24T00:00"


async def test_a_daily_pattern_without_interval_is_the_famous_500(graph: Client) -> None:
    body = series_body()
    del body["recurrence"]["pattern"]["interval"]
    reply = await graph.ask("POST", EVENTS, body=body)
    assert (reply.status, reply.code) == (500, "ErrorInternalServerError")
