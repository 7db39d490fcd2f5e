"""What is remembered of one appointment or event within one resource, and how both sides looked when they agreed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sync_core.domain.appointment import NO_REVISION, Appointment, AppointmentKey, Revision
from sync_core.domain.content import Content, Field
from sync_core.domain.event import EventKey, EventRef
from sync_core.domain.identity import PairId
from sync_core.domain.look import Notes


class Origin(StrEnum):
    """The side on which the pair was born; the worker owns what was born in Outlook."""

    BOARD = "board"
    OUTLOOK = "outlook"


class Condition(StrEnum):
    PAIRED = "paired"
    PROPOSED = "proposed"
    IDLE = "idle"
    DISMISSED = "dismissed"
    RELEASED = "released"
    TOMBSTONE = "tombstone"


@dataclass(frozen=True, slots=True)
class Link:
    """One pair's memory.

    `received` is the revision of the last state we read and alone decides what is old (0: none yet); `answered` is
    what the board replied to our last write, used only for `If-Match`. `board_state` is None where the appointment is
    not here. Each side is compared only with its own baseline; None means that side was never agreed upon.
    `generation` counts births of the event (or, for pairs born in Outlook, of the appointment). `notes` are what the
    event says of its history; `keeps_body` that its body is never written, `refused` the deletion an admin turned down,
    `proposed` the revision at which the planner was asked to take the resource off; `must_ask` that it is to be asked
    again about a later one. `left` are fields in which an edit of the worker's was left standing, `own` what is to be
    taken along of an event in a former calendar.
    """

    pair: PairId
    origin: Origin
    condition: Condition
    reason: str = ""
    appointment: AppointmentKey | None = None
    received: Revision = NO_REVISION
    answered: Revision | None = None
    board_state: Appointment | None = None
    board_base: Content | None = None
    event: EventRef | None = None
    event_key: EventKey | None = None
    outlook_base: Content | None = None
    outlook_version: str = ""
    outlook_modified_at: datetime | None = None
    generation: int = 0
    put_backs: tuple[datetime, ...] = ()
    notes: Notes = Notes()
    keeps_body: bool = False
    refused: str = ""
    proposed: Revision = NO_REVISION
    must_ask: bool = False
    left: frozenset[Field] = frozenset()
    own: Content | None = None
    ended_at: datetime | None = None

    @property
    def is_paired(self) -> bool:
        return self.condition is Condition.PAIRED

    @property
    def write_revision(self) -> Revision:
        """The revision that a write to the board is conditional on."""
        return max(self.received, self.answered or NO_REVISION)
