"""Appointments that a template is tried on: one that says everything, one that says nothing, whole days, an absence."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sync_core.domain.appointment import (
    Appointment,
    AppointmentKey,
    Customer,
    Hyperlink,
    Kind,
    Location,
    Revision,
    Work,
)
from sync_core.domain.look import Notes
from sync_core.domain.resource import ResourceId
from sync_core.domain.timespan import DaySpan, TimeSpan

ZONE = ZoneInfo("Europe/Berlin")
_MORNING = TimeSpan(datetime(2026, 11, 23, 9, 30, tzinfo=UTC), datetime(2026, 11, 23, 11, tzinfo=UTC))
_EARLIER = TimeSpan(datetime(2026, 11, 23, 8, tzinfo=UTC), datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
_DAYS = DaySpan(date(2026, 11, 23), date(2026, 11, 26))
_RESOURCES = (ResourceId("R-ben"),)

FULL = Appointment(
    key=AppointmentKey(Kind.TASK, "A-4711"),
    revision=Revision(7),
    span=_MORNING,
    resources=(*_RESOURCES, ResourceId("R-cleo")),
    subject="Boiler inspection",
    body="Bring the long ladder; the key is with the caretaker.\nThe boiler stands in the second cellar, on the left.",
    zone="Europe/Berlin",
    number="4711-3",
    category="Service",
    time_marker="Confirmed",
    status="planned",
    locked=True,
    location=Location("Harbour Baths", "Uferstraße 12, 20457 Hamburg", 53.5413, 9.9841),
    customer=Customer("Hamburg Baths", "Ada Lindqvist", "+49 (0)40 555 01 23", "ada@baths.example"),
    work=Work("ERP", "Service order", "SO-1042", "30"),
    links=(
        Hyperlink("Open on the board", "https://board.example/appointments/A-4711"),
        Hyperlink("Boiler manual", "https://manuals.example/boiler/g115"),
    ),
    fields=(("floor", -2), ("gate", "B"), ("is_urgent", False), ("remark", None)),
)
MINIMAL = Appointment(AppointmentKey(Kind.TASK, "A-1"), Revision(1), _MORNING, _RESOURCES)
WHOLE_DAYS = Appointment(
    AppointmentKey(Kind.TASK, "A-2"), Revision(1), _DAYS, _RESOURCES, "Fair", "<p>Hall <b>7</b></p>", body_is_html=True
)
ABSENCE = Appointment(AppointmentKey(Kind.UNAVAILABILITY, "U-1"), Revision(1), _DAYS, _RESOURCES, absence="vacation")

SAMPLES: tuple[tuple[Appointment, Notes], ...] = (
    (FULL, Notes(moved_from=_EARLIER, is_put_back=True)),
    (MINIMAL, Notes()),
    (WHOLE_DAYS, Notes(moved_from=_MORNING)),
    (ABSENCE, Notes(is_put_back=True)),
)
