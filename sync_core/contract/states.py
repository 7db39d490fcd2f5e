"""The full states a board tells: appointment, unavailability, working day, resource, and what is left of them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from sync_core.contract.scalars import (
    Day,
    Document,
    EndOfDay,
    Id,
    Instant,
    RevisionNumber,
    Scalar,
    Text64,
    Text100,
    Text128,
    Text255,
    Text320,
    Text1000,
    TimeOfDay,
    ZoneName,
)

ImportanceName = Literal["low", "normal", "high"]
ShowAsName = Literal["free", "tentative", "busy", "oof", "workingElsewhere"]
SensitivityName = Literal["normal", "personal", "private", "confidential"]
StatusName = Literal["planned", "tentative", "confirmed", "cancelled", "completed"]
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
AbsenceName = Literal["vacation", "sick", "training", "other"]
ResourceTypeName = Literal["person", "vehicle", "tool", "room", "other"]

# What a write of ours is marked with, by which a board tells whose write made a revision.
OWN_SYSTEM = "tandem"


class ResourceRef(Document):
    """Only `id` decides; the rest is for people."""

    id: Id
    email: Text320 = ""
    name: Text255 = ""
    type: ResourceTypeName | None = None


class Origin(Document):
    """Who made a change, where it was a system with a change id of its own."""

    system: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    change_id: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class Body(Document):
    content_type: Literal["text", "html"]
    content: Annotated[str, StringConstraints(max_length=65536)]


class Indicator(Document):
    id: Text128 = ""
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    color: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None


class Place(Document):
    name: Text255 = ""
    address: Text1000 = ""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None


class WorkRef(Document):
    source_app: Text64 = ""
    source_type: Text64 = ""
    job_id: Text128 = ""
    task_id: Text128 = ""


class LinkRef(Document):
    title: Text255 = ""
    href: Annotated[str, StringConstraints(max_length=2048, pattern=r"^https?://")]


class CustomerRef(Document):
    name: Text255 = ""
    contact: Text255 = ""
    phone: Text64 = ""
    email: Text320 = ""


class _State(Document):
    """What every state says: which one, how new, and who changed it."""

    id: Id
    revision: RevisionNumber
    origin: Origin | None = None
    updated: Instant | None = None
    updated_by: Text255 = ""


class _TimedState(_State):
    """Where `all_day` is set the days decide, otherwise the instants."""

    start: Instant
    end: Instant
    time_zone: ZoneName
    all_day: bool = False
    start_date: Day | None
    end_date: Day | None

    @model_validator(mode="before")
    @classmethod
    def _name_days(cls, document: object) -> object:
        """A default would be checked too, but its fault would be reported under another name than the contract's."""
        return {"startDate": None, "endDate": None, **document} if isinstance(document, dict) else document

    @field_validator("end")
    @classmethod
    def _ends_later(cls, end: datetime, info: ValidationInfo) -> datetime:
        start = info.data.get("start")
        if start is not None and end <= start:
            raise ValueError("must be later than start")
        return end

    @field_validator("start_date", "end_date")
    @classmethod
    def _names_days(cls, day: date | None, info: ValidationInfo) -> date | None:
        if day is None and info.data.get("all_day"):
            raise ValueError("is missing, and allDay needs it")
        return day

    @field_validator("end_date")
    @classmethod
    def _ends_on_later_day(cls, day: date | None, info: ValidationInfo) -> date | None:
        start = info.data.get("start_date")
        if day is not None and start is not None and day <= start:
            raise ValueError("must be later than startDate; the end is exclusive")
        return day


class AppointmentState(_TimedState):
    subject: Text1000
    resources: Annotated[list[ResourceRef], Field(max_length=50)]
    number: Text100 = ""
    body: Body | None = None
    category: Indicator | None = None
    time_marker: Indicator | None = None
    importance: ImportanceName = "normal"
    show_as: ShowAsName | None = None
    sensitivity: SensitivityName = "normal"
    status: StatusName = "planned"
    locked: bool = False
    location: Place = Place()
    work: WorkRef = WorkRef()
    links: Annotated[tuple[LinkRef, ...], Field(max_length=50, strict=False)] = ()
    customer: CustomerRef = CustomerRef()
    fields: Annotated[Mapping[FieldName, Scalar], Field(max_length=100, default_factory=dict)]


class UnavailabilityState(_TimedState):
    resource: ResourceRef
    kind: AbsenceName
    title: Text1000 = ""
    show_as: ShowAsName | None = None
    sensitivity: SensitivityName = "normal"
    location: Place = Place()


class WorkingDayState(_State):
    """Hours of one day by the local clock; `to` None is the end of the day."""

    resource: ResourceRef
    date: Day
    start: Annotated[TimeOfDay, Field(alias="from")]
    end: Annotated[EndOfDay, Field(alias="to")]
    time_zone: ZoneName
    standby: bool = False

    @field_validator("end")
    @classmethod
    def _ends_later(cls, end: EndOfDay, info: ValidationInfo) -> EndOfDay:
        start = info.data.get("start")
        if end is not None and start is not None and end <= start:
            raise ValueError("must be later than from")
        return end


class CalendarSync(Document):
    """What the planner wishes for: from the scheduler to Outlook, and back."""

    outbound: bool = True
    inbound: bool = True


class ResourceState(_State):
    """A resource as the board has it; whose calendars take part is an administrator's choice."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    email: Text320 = ""
    type: ResourceTypeName = "other"
    time_zone: ZoneName | None = None
    active: bool = True
    calendar_sync: CalendarSync = CalendarSync()


class Tombstone(_State):
    """What is left of something deleted."""
