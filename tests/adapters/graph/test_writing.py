"""What goes over the wire is documented, writable and never a mail."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from sync_core.adapters.graph.wire import MARKER_PROPERTY
from sync_core.adapters.graph.writing import changes_body, event_body
from sync_core.domain.content import ALL_FIELDS, Content, Field
from sync_core.domain.event import EventId, EventRef
from sync_core.domain.plan import CreateEvent, UpdateEvent
from sync_core.domain.resource import CalendarRef
from sync_core.domain.timespan import DaySpan, TimeSpan

NAMES = json.loads(Path(__file__).with_name("graph-v1-names.json").read_text("utf-8"))["types"]
# The table of what an update may carry, and the extended properties beside it.
WRITABLE = {
    *("attendees", "body", "categories", "end", "hideAttendees", "importance", "isAllDay", "isOnlineMeeting"),
    *("isReminderOn", "location", "locations", "onlineMeetingProvider", "recurrence", "reminderMinutesBeforeStart"),
    *("responseRequested", "sensitivity", "showAs", "start", "subject", "singleValueExtendedProperties"),
}
CALENDAR = CalendarRef("ada", "main")
SPAN = TimeSpan(datetime(2026, 11, 23, 8, tzinfo=UTC), datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
CONTENT = Content(SPAN, "Pump", "Site 7", "<p>x</p>", categories=("Blue",), reminder_minutes=15)


def created(content: Content = CONTENT) -> dict[str, Any]:
    return event_body(CreateEvent(CALENDAR, content, "birth-1", "connector|pair", 1, "planned"))


def changed(*fields: Field, content: Content = CONTENT) -> dict[str, Any]:
    ref = EventRef(CALENDAR, EventId("event-1"))
    return changes_body(UpdateEvent(ref, CONTENT, content, frozenset(fields), "", "planned"))


def names_known(body: dict[str, Any], type_name: str = "event") -> bool:
    """Are all property names of a body, at any depth, those of the published type?"""
    properties = NAMES[type_name]["properties"]
    for name, value in body.items():
        if name in NAMES[type_name].get("navigation", ()):
            continue
        if name not in properties:
            return False
        inner = properties[name].removeprefix("Collection(").removesuffix(")")
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict) and inner in NAMES and not names_known(part, inner):
                return False
    return True


def test_a_create_uses_only_names_of_the_published_type() -> None:
    body = created()
    assert names_known(body)
    assert names_known(body["singleValueExtendedProperties"][0], "singleValueLegacyExtendedProperty")
    assert not names_known({**body, "colour": "red"})
    assert not names_known({**body, "start": {"instant": "x"}})


def test_an_update_names_only_what_may_be_changed() -> None:
    assert names_known(changed(*ALL_FIELDS))
    assert set(changed(*ALL_FIELDS)) <= WRITABLE


def test_a_create_says_everything_that_graph_would_choose_otherwise() -> None:
    body = created(replace(CONTENT, reminder_minutes=None))
    assert body["isReminderOn"] is False
    assert body["responseRequested"] is False
    assert body["showAs"] == "busy"
    assert body["transactionId"] == "birth-1"
    assert body["singleValueExtendedProperties"] == [{"id": MARKER_PROPERTY, "value": "connector|pair"}]
    assert not {"attendees", "recurrence", "isOnlineMeeting"} & set(body)


@pytest.mark.parametrize(
    ("field", "members"),
    [
        (Field.TIME, {"isAllDay", "start", "end"}),
        (Field.SUBJECT, {"subject"}),
        (Field.LOCATION, {"location"}),
        (Field.BODY, {"body"}),
        (Field.SHOW_AS, {"showAs"}),
        (Field.SENSITIVITY, {"sensitivity"}),
        (Field.IMPORTANCE, {"importance"}),
        (Field.CATEGORIES, {"categories"}),
        (Field.REMINDER, {"isReminderOn", "reminderMinutesBeforeStart"}),
    ],
)
def test_an_update_carries_its_fields_and_nothing_else(field: Field, members: set[str]) -> None:
    assert set(changed(field)) == members


def test_a_reminder_is_taken_away_without_a_number() -> None:
    assert changed(Field.REMINDER, content=replace(CONTENT, reminder_minutes=None)) == {"isReminderOn": False}


def test_times_are_written_in_utc() -> None:
    assert changed(Field.TIME) == {
        "isAllDay": False,
        "start": {"dateTime": "2026-11-23T08:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-23T09:30:00", "timeZone": "UTC"},
    }


def test_whole_days_are_written_from_midnight_to_midnight() -> None:
    days = replace(CONTENT, span=DaySpan(date(2026, 11, 23), date(2026, 11, 25)))
    assert changed(Field.TIME, content=days) == {
        "isAllDay": True,
        "start": {"dateTime": "2026-11-23T00:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-25T00:00:00", "timeZone": "UTC"},
    }
