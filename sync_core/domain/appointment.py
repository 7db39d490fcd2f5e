"""The board's side: a task, an unavailability or an exceptional working day, with everything the board said of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from sync_core.domain.content import Importance, Sensitivity, ShowAs
from sync_core.domain.resource import ResourceId
from sync_core.domain.timespan import Span

Revision = NewType("Revision", int)
NO_REVISION = Revision(0)


class Kind(StrEnum):
    TASK = "task"
    UNAVAILABILITY = "unavailability"
    WORKING_DAY = "working_day"


@dataclass(frozen=True, slots=True)
class AppointmentKey:
    """The kind belongs to the key: ids of different kinds may collide."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Location:
    name: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    name: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """Where the job lives in the back office."""

    source_app: str = ""
    source_type: str = ""
    job_id: str = ""
    task_id: str = ""


@dataclass(frozen=True, slots=True)
class Hyperlink:
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class Appointment:
    """The full state under one revision. `resources` is complete: who is not named is not planned.

    `zone` is the IANA zone it was planned in, empty where the board named none. `absence` is the kind of an
    unavailability (vacation, sick, training, other). `is_our_write` where a write of ours, and not a planner, made
    this revision. Empty text means the board said nothing.
    """

    key: AppointmentKey
    revision: Revision
    span: Span
    resources: tuple[ResourceId, ...]
    subject: str = ""
    body: str = ""
    body_is_html: bool = False
    zone: str = ""
    number: str = ""
    category: str = ""
    time_marker: str = ""
    importance: Importance = Importance.NORMAL
    show_as: ShowAs | None = None
    sensitivity: Sensitivity = Sensitivity.NORMAL
    status: str = ""
    locked: bool = False
    absence: str = ""
    location: Location = Location()
    customer: Customer = Customer()
    work: Work = Work()
    links: tuple[Hyperlink, ...] = ()
    fields: tuple[tuple[str, str | int | float | bool | None], ...] = ()
    updated_at: datetime | None = None
    is_our_write: bool = False

    def same_state(self, other: "Appointment") -> bool:
        """Is it the same state, whatever revision it is told under, and whoever brought it about?"""
        told = replace(self, revision=other.revision, updated_at=other.updated_at, is_our_write=other.is_our_write)
        return told == other


@dataclass(frozen=True, slots=True)
class Placement:
    """The newest that is known of an appointment: its state, or None once it was deleted."""

    key: AppointmentKey
    revision: Revision
    state: Appointment | None

    @property
    def resources(self) -> tuple[ResourceId, ...]:
        return self.state.resources if self.state else ()


@dataclass(frozen=True, slots=True)
class Owing:
    """Resources that have yet to be told of a placement; it names the revision it belongs to."""

    key: AppointmentKey
    revision: Revision
    resources: tuple[ResourceId, ...]
    since_at: datetime
