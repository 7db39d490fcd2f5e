"""What became of each side since it was last agreed upon."""

from dataclasses import dataclass
from enum import StrEnum

from sync_core.domain.appointment import Appointment, AppointmentKey, Revision
from sync_core.domain.content import Content
from sync_core.domain.event import Event
from sync_core.domain.identity import PairId
from sync_core.domain.link import Link
from sync_core.domain.look import Notes
from sync_core.domain.resource import CalendarRef, ResourceId


class Change(StrEnum):
    SAME = "same"
    EDITED = "edited"
    GONE = "gone"
    NEW = "new"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Unseen:
    """Nothing was read of this side; it deletes nothing and changes nothing."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The board says that the appointment is planned on this resource.

    `content` is what it looks like as an event, which says of its history what `notes` tell.
    """

    state: Appointment
    content: Content
    notes: Notes = Notes()


@dataclass(frozen=True, slots=True)
class NotHere:
    """The board says, under a revision, that the appointment is not planned on this resource."""

    revision: Revision


@dataclass(frozen=True, slots=True)
class Alive:
    """The event was read."""

    event: Event


@dataclass(frozen=True, slots=True)
class Vanished:
    """The event is proven gone while its mailbox answers."""


BoardView = Unseen | Planned | NotHere
OutlookView = Unseen | Alive | Vanished


@dataclass(frozen=True, slots=True)
class Pair:
    """Everything that is known of one pair at the moment of deciding.

    `board` is filled from the link's own memory where no newer state was read. `revenants` are living events of
    earlier births that somebody brought back. `main_calendar` is where a new event goes, None without a mailbox.
    """

    id: PairId
    resource: ResourceId
    key: AppointmentKey | None
    link: Link | None
    board: BoardView = Unseen()
    outlook: OutlookView = Unseen()
    revenants: tuple[Event, ...] = ()
    main_calendar: CalendarRef | None = None
