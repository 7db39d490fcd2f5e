"""What is to be done about one pair, with the reason for each step; data, so that it can be shown and stored."""

from dataclasses import dataclass
from enum import StrEnum

from sync_core.domain.appointment import AppointmentKey, Revision
from sync_core.domain.content import Content, Field
from sync_core.domain.event import Event, EventId, EventRef
from sync_core.domain.identity import PairId
from sync_core.domain.link import Condition, Link
from sync_core.domain.look import Notes
from sync_core.domain.resource import CalendarRef, ResourceId


@dataclass(frozen=True, slots=True)
class CreateEvent:
    """A new event. `transaction_id` names this birth; a repeat under it makes no second event.

    `board` is what the board holds, where the event takes something of the worker's own along.
    """

    calendar: CalendarRef
    content: Content
    transaction_id: str
    marker: str
    generation: int
    reason: str
    is_put_back: bool = False
    notes: Notes = Notes()
    board: Content | None = None


@dataclass(frozen=True, slots=True)
class UpdateEvent:
    """Write the named fields of `content`; `before` is the event as last seen, `version` its mark, empty for any.

    `marker`, where given, is written with it: it makes an event ours that somebody else made. `notes`, where given,
    are what the event says of its history from then on. `board` is what the board holds of those fields, where that is
    not what is written: an event may keep categories of the worker's own beside it.
    """

    ref: EventRef
    before: Content
    content: Content
    fields: frozenset[Field]
    version: str
    reason: str
    is_put_back: bool = False
    marker: str = ""
    notes: Notes | None = None
    board: Content | None = None


@dataclass(frozen=True, slots=True)
class DeleteEvent:
    """Remove an event we made. `leaves` is the pair's condition afterwards.

    `heir` is the living event that takes over, `board` what counts as agreed on the board's side then. `own` is what of
    it is taken along to another calendar.
    """

    ref: EventRef
    before: Content | None
    version: str
    reason: str
    leaves: Condition = Condition.TOMBSTONE
    heir: Event | None = None
    board: Content | None = None
    own: Content | None = None


@dataclass(frozen=True, slots=True)
class CreateAppointment:
    """Put a block on the board under an id derived from this birth."""

    key: AppointmentKey
    resource: ResourceId
    content: Content
    generation: int
    idempotency_key: str
    reason: str
    is_put_back: bool = False


@dataclass(frozen=True, slots=True)
class UpdateAppointment:
    """Write the named fields, conditional on `revision`."""

    key: AppointmentKey
    resource: ResourceId
    before: Content | None
    content: Content
    fields: frozenset[Field]
    revision: Revision
    idempotency_key: str
    reason: str
    is_put_back: bool = False


@dataclass(frozen=True, slots=True)
class DeleteAppointment:
    """Remove a block that was born in Outlook, conditional on `revision`; `leaves` is the pair's condition then.

    `shown` is what the event looked like, for one that lives on without a block.
    """

    key: AppointmentKey
    resource: ResourceId
    before: Content | None
    revision: Revision
    idempotency_key: str
    reason: str
    leaves: Condition = Condition.TOMBSTONE
    shown: Content | None = None


@dataclass(frozen=True, slots=True)
class Unplan:
    """Take this resource off; `remaining` keep theirs, as of `revision`. None remaining un-plans the appointment."""

    key: AppointmentKey
    resource: ResourceId
    remaining: tuple[ResourceId, ...]
    before: Content | None
    revision: Revision
    idempotency_key: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProposeUnplan:
    """Ask the planner to take this resource off, since the worker deleted the event; `is_withdrawn` takes it back.

    `proposal` names the question: a repeat under it replaces. The appointment changes only by a new revision.
    """

    key: AppointmentKey
    resource: ResourceId
    proposal: str
    revision: Revision
    idempotency_key: str
    reason: str
    is_withdrawn: bool = False


EventOperation = CreateEvent | UpdateEvent | DeleteEvent
BoardOperation = CreateAppointment | UpdateAppointment | DeleteAppointment | Unplan | ProposeUnplan
Operation = EventOperation | BoardOperation


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides edited one field to different values; the loser's words are kept in the journal."""

    field: Field
    winner: str


class Verdict(StrEnum):
    """What the decision came to, in a word for logs and counters."""

    SETTLED = "settled"
    OPERATES = "operates"
    SKIPPED = "skipped"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Plan:
    """One pair's way from here.

    `link` is what is remembered even if every operation fails: the board's newest state, the condition, and the
    baselines of fields on which both sides agree without a write. `lost_event` and `lost_appointment` are content that
    is about to be overwritten by the other side's; it goes to the journal before anything is sent.
    """

    pair: PairId
    verdict: Verdict
    reason: str
    link: Link | None
    operations: tuple[Operation, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    lost_event: Content | None = None
    lost_appointment: Content | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """It took effect. `event` is the event as answered; `revision` what the board answered, None if it said none.

    `is_found` marks an event that may have been made by an earlier try and edited since: its words are no answer.
    """

    event: Event | None = None
    is_found: bool = False
    revision: Revision | None = None
    answer: Content | None = None


@dataclass(frozen=True, slots=True)
class BornDead:
    """The create was answered with an event that no longer lives: it counts as made, and its end is decided anew."""

    event_id: EventId


@dataclass(frozen=True, slots=True)
class Moved:
    """It was changed since we looked; nothing was written."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The target answers as if it did not exist; nothing was written, and whether it is gone is to be tested."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """It certainly took no effect and may be tried again; `after_seconds` is what the other side asked for."""

    reason: str
    after_seconds: float = 0


@dataclass(frozen=True, slots=True)
class Denied:
    """This one operation will not be taken as it stands; the pair waits with these words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer came: it may or may not have taken effect, so its announcement stays until that is found out."""

    reason: str


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """The mailbox is no longer the resource's and does not answer: its event stays there, and nothing waits for it."""

    reason: str


Outcome = Done | BornDead | Moved | Missing | Postponed | Denied | Unknown | LeftBehind
