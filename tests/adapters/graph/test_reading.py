"""Graph's way of telling an event, line by line."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from sync_core.adapters.graph.reading import EPOCH, read_event, read_instant
from sync_core.adapters.graph.wire import WireEvent
from sync_core.domain.content import Content, Field, Sensitivity, ShowAs, differing, normalise
from sync_core.domain.errors import Refused
from sync_core.domain.event import Event, EventKind, Response
from sync_core.domain.resource import CalendarRef
from sync_core.domain.timespan import DaySpan, TimeSpan
from tests.adapters.graph.scripted import EVENT

CALENDAR = CalendarRef("ada", "main")
SERIES = {"pattern": {"type": "daily"}, "range": {"type": "noEnd"}}


def read(**changes: Any) -> Event:
    return read_event(WireEvent.model_validate({**EVENT, **changes}), CALENDAR)


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def zoned(text: str, zone: str) -> dict[str, str]:
    return {"dateTime": text, "timeZone": zone}


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        (("2026-11-23T08:00:00.0000000", "UTC"), ("2026-11-23T09:30:00.0000000", "UTC"), (at(8), at(9, 30))),
        (("2026-11-23T08:00:00", "Europe/Berlin"), ("2026-11-23T09:00:00", "Europe/Berlin"), (at(7), at(8))),
        (
            ("2026-11-23T08:00:00", "W. Europe Standard Time"),
            ("2026-11-23T03:00:00", "Eastern Standard Time"),
            (at(7), at(8)),
        ),
        (("2026-11-23T08:00:00+02:00", "UTC"), ("2026-11-23T09:00:00Z", "UTC"), (at(6), at(9))),
        (("2026-11-23T08:00:00", "UTC"), ("2026-11-23T08:00:00", "UTC"), (at(8), at(8))),
        (("2026-11-23T08:00:00", "UTC"), ("2026-11-23T07:00:00", "UTC"), (at(8), at(8))),
    ],
    ids=["seven digits", "IANA zone", "Windows zones", "offsets", "no length", "end before start"],
)
def test_times(start: tuple[str, str], end: tuple[str, str], span: tuple[datetime, datetime]) -> None:
    assert read(start=zoned(*start), end=zoned(*end)).content.span == TimeSpan(*span)


@pytest.mark.parametrize("zone", ["UTC", "Tonga Standard Time", "tzone://Microsoft/Custom"])
def test_of_whole_days_only_the_dates_count(zone: str) -> None:
    event = read(
        isAllDay=True,
        start=zoned("2026-11-23T00:00:00.0000000", zone),
        end=zoned("2026-11-25T00:00:00.0000000", zone),
    )
    assert event.content.span == DaySpan(date(2026, 11, 23), date(2026, 11, 25))


@pytest.mark.parametrize("end", ["2026-11-23T00:00:00", "2026-11-22T00:00:00"])
def test_whole_days_hold_at_least_one(end: str) -> None:
    event = read(isAllDay=True, start=zoned("2026-11-23T00:00:00", "UTC"), end=zoned(end, "UTC"))
    assert event.content.span == DaySpan(date(2026, 11, 23), date(2026, 11, 24))


@pytest.mark.parametrize("zone", ["tzone://Microsoft/Custom", "Mars Standard Time", "../../etc/passwd", ""])
def test_a_zone_nobody_knows_is_refused_by_name(zone: str) -> None:
    with pytest.raises(Refused, match="time zone"):
        read(start=zoned("2026-11-23T08:00:00", zone))


def test_an_unreadable_time_is_refused_without_repeating_it() -> None:
    with pytest.raises(Refused, match=r"^the time of event event-1 cannot be read$"):
        read(start=zoned("soon", "UTC"))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2017-04-15T03:00:51.245372Z", datetime(2017, 4, 15, 3, 0, 51, 245372, tzinfo=UTC)),
        ("2017-04-15T03:00:50.7579581Z", datetime(2017, 4, 15, 3, 0, 50, 757958, tzinfo=UTC)),
        ("2017-04-15T03:00:50Z", datetime(2017, 4, 15, 3, 0, 50, tzinfo=UTC)),
        ("2026-11-27T08:00:00+05:30", datetime(2026, 11, 27, 2, 30, tzinfo=UTC)),
    ],
)
def test_instants(text: str, instant: datetime) -> None:
    assert read_instant(text) == instant


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"type": "singleInstance"}, EventKind.SINGLE),
        ({"type": "occurrence", "seriesMasterId": "m"}, EventKind.OCCURRENCE),
        ({"type": "exception", "seriesMasterId": "m"}, EventKind.OCCURRENCE),
        ({"type": "seriesMaster", "recurrence": SERIES}, EventKind.SERIES),
        ({"type": "singleInstance", "recurrence": SERIES}, EventKind.SERIES),
        ({}, EventKind.SINGLE),
    ],
)
def test_kinds(members: dict[str, Any], kind: EventKind) -> None:
    assert read(**members).kind is kind


@pytest.mark.parametrize(
    ("answer", "response"),
    [
        ("none", Response.ACCEPTED),
        ("organizer", Response.ACCEPTED),
        ("accepted", Response.ACCEPTED),
        ("tentativelyAccepted", Response.TENTATIVE),
        ("notResponded", Response.TENTATIVE),
        ("declined", Response.DECLINED),
    ],
)
def test_answers_to_invitations(answer: str, response: Response) -> None:
    assert read(responseStatus={"response": answer, "time": "0001-01-01T00:00:00Z"}).response is response


def test_every_show_as_is_known_and_a_new_one_does_not_break() -> None:
    for member in ShowAs:
        assert read(showAs=member.value).content.show_as is member
    assert read(showAs="unknownFutureValue").content.show_as is ShowAs.UNKNOWN


def test_a_sensitivity_nobody_knows_counts_as_private() -> None:
    assert read(sensitivity="secretFutureValue").content.sensitivity is Sensitivity.PRIVATE
    assert read(sensitivity=None).content.sensitivity is Sensitivity.NORMAL


@pytest.mark.parametrize(
    ("is_on", "minutes", "told"), [(True, 15, 15), (True, 0, 0), (False, 15, None), (True, None, None)]
)
def test_a_reminder_counts_while_it_is_on(is_on: bool, minutes: int | None, told: int | None) -> None:
    event = read(isReminderOn=is_on, reminderMinutesBeforeStart=minutes)
    assert event.content.reminder_minutes == told


def test_meetings_of_others_are_told_as_such() -> None:
    event = read(isOrganizer=False, attendees=[{"emailAddress": {"address": "a@b.example"}}], isCancelled=True)
    assert (event.is_organizer, event.has_attendees, event.is_cancelled, event.is_writable) == (
        False,
        True,
        True,
        False,
    )


def test_a_sparse_occurrence_has_its_time_its_series_and_its_version() -> None:
    sparse = {key: EVENT[key] for key in ("id", "@odata.etag", "start", "end")}
    event = read_event(WireEvent.model_validate({**sparse, "type": "occurrence", "seriesMasterId": "master"}), CALENDAR)
    assert event.content == Content(TimeSpan(at(8), at(9)))
    assert (event.kind, event.series_id, event.version) == (EventKind.OCCURRENCE, "master", 'W/"k1"')
    assert event.modified_at == EPOCH


def test_nulls_and_unknown_members_do_not_break() -> None:
    nulls = dict.fromkeys(
        ("subject", "body", "location", "categories", "attendees", "transactionId", "showAs", "importance"), None
    )
    event = read(**nulls, occurrenceId="new", isFancy=True)
    assert event.content.subject == ""
    assert event.transaction_id == ""


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Customer: A &lt;b&gt; &amp; C</p>\n<p>Call</p>", "Customer: A <b> & C\r\n\r\nCall"),
        ('<p><a href="https://example.com/?a=1">Job 7</a></p>', "Job 7 <https://example.com/?a=1>\r\n"),
        ('<div>first<br>second</div><a href="tel:+12">+12</a>', "first\r\nsecond\r\n+12<tel:+12>"),
    ],
)
def test_a_body_means_the_same_as_html_as_a_page_and_as_text(html: str, text: str) -> None:
    head = '<head>\r\n<meta content="x"><style>p {}</style></head>'
    wrapped = f'<html>{head}\r\n<body lang="en">\r\n{html}\r\n</body></html>'
    sent = normalise(Content(TimeSpan(at(8), at(9)), subject="there", body=html))
    for body in (
        {"contentType": "html", "content": html},
        {"contentType": "html", "content": wrapped},
        {"contentType": "text", "content": text},
    ):
        assert Field.BODY not in differing(sent, read(body=body).content)


def test_a_text_body_can_be_written_back_as_html() -> None:
    body = read(body={"contentType": "text", "content": "a <b>\r\nc & d"}).content.body
    assert body == "a &lt;b&gt;<br>\nc &amp; d"


def test_the_marker_is_ours_whatever_the_case_of_its_id() -> None:
    properties = [
        {"id": "String {00000000-0000-0000-0000-000000000000} Name Other", "value": "not ours"},
        {"id": "String {6C1F1E2A-3B0F-4B55-9C9B-5A1D8F0A7E21} Name TandemMarker", "value": "connector|pair"},
    ]
    assert read(singleValueExtendedProperties=properties).marker == "connector|pair"
    assert read(singleValueExtendedProperties=properties[:1]).marker == ""
    assert read().marker is None


def test_content_is_normalised() -> None:
    event = read(subject="  Pump\u00a0 service ", location={"displayName": " Site  7"}, categories=["b", "a", "b"])
    assert (event.content.subject, event.content.location) == ("Pump service", "Site 7")
    assert event.content.categories == ("a", "b")
