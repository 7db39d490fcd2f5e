"""Must-have 9: what Exchange does to what it is given: bodies, places, days, zones."""

import pytest

from .client import ADA, IMMUTABLE, Client, event_body, moment

EVENTS = f"/users/{ADA}/events"


async def test_bodies_come_back_as_whole_html_pages_or_as_text(graph: Client) -> None:
    event = await graph.create(body={"contentType": "text", "content": "a < b\nsecond"})
    assert event["body"]["contentType"] == "html"
    assert event["body"]["content"].startswith("<html><head>")
    assert "a &lt; b<br>" in event["body"]["content"]
    as_text = await graph.get(f"{EVENTS}/{event['id']}", prefer='outlook.body-content-type="text"')
    assert as_text.body["body"] == {"contentType": "text", "content": "a < b\r\nsecond"}
    assert as_text.headers["Preference-Applied"] == 'outlook.body-content-type="text"'
    assert event["bodyPreview"] == "a < b\r\nsecond"


async def test_html_is_wrapped_and_read_as_text(graph: Client) -> None:
    event = await graph.create(body={"contentType": "HTML", "content": "<p>One &amp; two</p><p>three</p>"})
    assert "<p>One &amp; two</p>" in event["body"]["content"]
    assert "</html>" in event["body"]["content"]
    assert event["bodyPreview"] == "One & two\r\nthree"


async def test_writing_location_replaces_locations_and_the_other_way_round(graph: Client) -> None:
    event = await graph.create(locations=[{"displayName": "A"}, {"displayName": "B"}])
    assert event["location"]["displayName"] == "A"
    patched = await graph.ask("PATCH", f"{EVENTS}/{event['id']}", body={"location": {"displayName": "C"}})
    assert [place["displayName"] for place in patched.body["locations"]] == ["C"]
    cleared = await graph.ask("PATCH", f"{EVENTS}/{event['id']}", body={"location": None})
    assert cleared.body["locations"] == []


async def test_subjects_are_cut_at_255(graph: Client) -> None:
    assert len((await graph.create(subject="x" * 300))["subject"]) == 255


async def test_all_day_needs_midnight_one_zone_and_a_day(graph: Client) -> None:
    good = {"isAllDay": True, "start": moment("2026-11-23T00:00:00"), "end": moment("2026-11-25T00:00:00")}
    assert (await graph.create(**good))["isAllDay"]
    off = await graph.ask("POST", EVENTS, body=event_body(isAllDay=True))
    assert off.code == "ErrorInvalidRequest"
    assert "midnight" in off.body["error"]["message"]
    for end in (moment("2026-11-23T00:00:00"), moment("2026-11-25T00:00:00", "Europe/Berlin")):
        assert (await graph.ask("POST", EVENTS, body=event_body(**{**good, "end": end}))).status == 400


async def test_all_day_events_stay_at_midnight_in_any_zone_unless_switched(graph: Client) -> None:
    zone = "W. Europe Standard Time"
    span = {"start": moment("2026-11-23T00:00:00", zone), "end": moment("2026-11-24T00:00:00", zone)}
    event = await graph.create(isAllDay=True, **span)
    assert event["start"] == moment("2026-11-23T00:00:00.0000000")
    assert event["originalStartTimeZone"] == zone
    await graph.switch(allDayFloats=False)
    shown = (await graph.get(f"{EVENTS}/{event['id']}")).body
    assert shown["start"] == moment("2026-11-22T23:00:00.0000000")


async def test_an_end_before_the_start_is_refused_and_no_length_is_fine(graph: Client) -> None:
    assert (await graph.ask("POST", EVENTS, body=event_body(end=moment("2026-11-23T07:00:00")))).status == 400
    assert (await graph.create(end=moment("2026-11-23T08:00:00")))["end"] == moment("2026-11-23T08:00:00.0000000")


@pytest.mark.parametrize("zone", ["W. Europe Standard Time", "Europe/Berlin"])
async def test_times_are_shown_in_the_zone_asked_for_under_its_name(graph: Client, zone: str) -> None:
    event = await graph.create(
        start=moment("2026-11-23T09:00:00", zone), end=moment("2026-11-23T11:00:00.1234567", zone)
    )
    assert event["start"] == moment("2026-11-23T08:00:00.0000000")
    shown = await graph.get(f"{EVENTS}/{event['id']}", prefer=f'{IMMUTABLE}, outlook.timezone="{zone}"')
    assert shown.body["start"] == moment("2026-11-23T09:00:00.0000000", zone)


async def test_unknown_zones_are_refused_in_bodies_and_in_prefer(graph: Client) -> None:
    reply = await graph.ask("POST", EVENTS, body=event_body(start=moment("2026-11-23T08:00:00", "Mars/Base")))
    assert (reply.status, reply.code) == (400, "TimeZoneNotSupportedException")
    event = await graph.create()
    reply = await graph.get(f"{EVENTS}/{event['id']}", prefer='outlook.timezone="Mars/Base"')
    assert reply.code == "TimeZoneNotSupportedException"


async def test_an_undocumented_iana_zone_is_refused_unless_switched(graph: Client) -> None:
    body = event_body(start=moment("2026-11-23T08:00:00", "Europe/Brussels"))
    assert (await graph.ask("POST", EVENTS, body=body)).code == "TimeZoneNotSupportedException"
    await graph.switch(takesAnyIanaZone=True)
    assert (await graph.ask("POST", EVENTS, body=body)).status == 201
