"""The rows of one resource's partition, by the names that `protocol` gives them.

Each row knows its address: a family and what is unique within it. How an address becomes a key is the storage's
business; that `PENDING` families are found by one range query is its promise.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sync_core.domain.appointment import Appointment, AppointmentKey, Revision
from sync_core.domain.content import Content
from sync_core.domain.event import Event, EventId, EventKey
from sync_core.domain.identity import PairId
from sync_core.domain.link import Link
from sync_core.domain.plan import Operation, Plan
from sync_core.domain.profile import Profile
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.domain.window import Window

Address = tuple[str, ...]


class Family(StrEnum):
    PROFILE = "profile"
    LEASE = "lease"
    CURSOR = "cursor"
    DOING = "doing"
    BOARD_INBOX = "inbox-board"
    OUTLOOK_INBOX = "inbox-outlook"
    TODO = "todo"
    HELD = "held"
    LINK = "link"
    BY_EVENT = "by-event"
    BY_APPOINTMENT = "by-appointment"
    SEEN = "seen"
    JOURNAL = "journal"


PENDING = (
    Family.PROFILE,
    Family.LEASE,
    Family.CURSOR,
    Family.DOING,
    Family.BOARD_INBOX,
    Family.OUTLOOK_INBOX,
    Family.TODO,
    Family.HELD,
)


@dataclass(frozen=True, slots=True)
class ProfileRow:
    profile: Profile

    @property
    def address(self) -> Address:
        return (Family.PROFILE,)


@dataclass(frozen=True, slots=True)
class Lease:
    """The expiring, fenced right to run one resource; every write of a run replaces it.

    `commit_id` is fresh with each write, so that a run whose reply was lost can see whether it went in.
    `deletions` are the instants of inferred deletions within the last hour; `broken_runs` counts runs that ended in an
    unknown fault since the last good one; `paired` is how many links live as pairs.
    """

    holder: str = ""
    until: datetime | None = None
    commit_id: str = ""
    not_before: datetime | None = None
    deletions: tuple[datetime, ...] = ()
    broken_runs: int = 0
    paired: int = 0

    @property
    def address(self) -> Address:
        return (Family.LEASE,)


@dataclass(frozen=True, slots=True)
class BoardInbox:
    """A board state that was received: the full state, or None for "no longer here". Never replaced.

    `known_at` is when it was accepted, for measuring how long it waits.
    """

    key: AppointmentKey
    revision: Revision
    state: Appointment | None
    known_at: datetime | None = field(default=None, compare=False)

    @property
    def address(self) -> Address:
        return (Family.BOARD_INBOX, self.key.kind, self.key.id, f"{self.revision:020d}")

    @property
    def trace(self) -> Address:
        return self.address


class Hint(StrEnum):
    """What is known of an event that waits in the inbox; `UNLISTED` is missing from a whole listing of its series."""

    SEEN = "seen"
    REMOVED = "removed"
    CHECK = "check"
    LIST_AGAIN = "list-again"
    UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True)
class OutlookInbox:
    """The newest of one event: its state (`SEEN`), or only that it has to be looked at. `event` is set for `SEEN`.

    The row is replaced by newer states, so each writing has its own `mark`: who took up one state must neither
    consume nor wait on a later one. `known_at` is when a change of it was read, for measuring how long it waits.
    """

    key: EventKey
    calendar: CalendarRef
    hint: Hint
    id: EventId
    event: Event | None = None
    mark: str = ""
    known_at: datetime | None = field(default=None, compare=False)

    @property
    def address(self) -> Address:
        return (Family.OUTLOOK_INBOX, self.key)

    @property
    def trace(self) -> Address:
        """The address, with what tells this state of the row from a later one."""
        return (*self.address, self.mark)


class TodoReason(StrEnum):
    RESUME = "resume"
    WINDOW = "window"
    SETTINGS = "settings"
    RECHECK = "recheck"
    RELEASE = "release"
    REJECT = "reject"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Todo:
    """A reason to look again that is not a hint: at one pair, or, with none named, at every link in turn.

    `position` is the last link a walk has seen; `due_at` None means at once.
    """

    reason: TodoReason
    unique: str
    pair: PairId | None = None
    due_at: datetime | None = None
    position: Address | None = None

    @property
    def address(self) -> Address:
        return (Family.TODO, self.reason, self.unique)


@dataclass(frozen=True, slots=True)
class LinkRow:
    link: Link

    @property
    def address(self) -> Address:
        return (Family.LINK, self.link.pair)


def by_event_address(key: EventKey) -> Address:
    """Occurrences lie under their series, so that all of one series are found by a prefix."""
    return (Family.BY_EVENT, *key.split("~", 1))


@dataclass(frozen=True, slots=True)
class ByEvent:
    """Which pair an event belongs to; earlier births keep theirs as long as the link lives."""

    key: EventKey
    id: EventId
    calendar: CalendarRef
    pair: PairId

    @property
    def address(self) -> Address:
        return by_event_address(self.key)


@dataclass(frozen=True, slots=True)
class ByAppointment:
    """Which pair, born in Outlook, an appointment belongs to."""

    key: AppointmentKey
    pair: PairId

    @property
    def address(self) -> Address:
        return (Family.BY_APPOINTMENT, self.key.kind, self.key.id)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where reading a calendar resumes.

    `place` is empty before the first page. `is_full` while a full read (`round`) is under way. `read_at` is the start
    of the last round that reached its end. A calendar that refuses us has `refused_since`, tried at `next_try_at`.
    """

    calendar: CalendarRef
    window: Window
    place: str = ""
    round: int = 0
    page: int = 0
    is_full: bool = True
    read_at: datetime | None = None
    started_at: datetime | None = None
    refused_since: datetime | None = None
    next_try_at: datetime | None = None
    refusal: str = ""

    @property
    def address(self) -> Address:
        return (Family.CURSOR, self.calendar.mailbox, self.calendar.calendar)


@dataclass(frozen=True, slots=True)
class Sighting:
    """The events that one page of a full read named."""

    calendar: CalendarRef
    round: int
    page: int
    keys: tuple[EventKey, ...]

    @property
    def address(self) -> Address:
        return (
            Family.SEEN,
            self.calendar.mailbox,
            self.calendar.calendar,
            f"{self.round:06d}",
            f"{self.page:06d}",
        )


@dataclass(frozen=True, slots=True)
class Intent:
    """One pair of an announcement: what was remembered, is planned, is consumed, and what each side held before.

    `consumes` are traces of inbox rows and addresses of todos. `is_inferred` and `is_stated` tell which brake counts it
    once it took effect.
    """

    plan: Plan
    link_before: Link | None
    consumes: tuple[Address, ...]
    board_before: Content | None
    event_before: Content | None
    is_inferred: bool = False
    is_stated: bool = False


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a batch is about to do outside, written down first."""

    batch: str
    at: datetime
    correlation_id: str
    intents: tuple[Intent, ...]

    @property
    def address(self) -> Address:
        return (Family.DOING, self.batch)


@dataclass(frozen=True, slots=True)
class Held:
    """What waits for a person or a change, with words.

    `rows` are traces of the inbox rows that were there when it was held: it is tried again once there are others.
    `about` is the pair that a second event is taken for a copy of, which goes on.
    """

    subject: str
    since_at: datetime
    what: str
    why: str
    remedy: str
    pair: PairId | None = None
    rows: tuple[Address, ...] = ()
    about: PairId | None = None

    @property
    def address(self) -> Address:
        return (Family.HELD, self.subject)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What was done to one pair, why, from what to what; `lost_*` is content that lost against the other side."""

    at: datetime
    pair: PairId
    what: str
    why: str
    correlation_id: str
    operation: Operation | None = None
    board_before: Content | None = None
    event_before: Content | None = None
    lost_event: Content | None = None
    lost_appointment: Content | None = None


@dataclass(frozen=True, slots=True)
class JournalPage:
    """The entries of one commit. `order` sorts newest first."""

    at: datetime
    unique: str
    entries: tuple[JournalEntry, ...]

    @property
    def address(self) -> Address:
        newest_first = 10**14 - int(self.at.timestamp() * 1000)
        return (Family.JOURNAL, f"{newest_first:015d}", self.unique)


Row = (
    ProfileRow
    | Lease
    | BoardInbox
    | OutlookInbox
    | Todo
    | LinkRow
    | ByEvent
    | ByAppointment
    | Cursor
    | Sighting
    | Announcement
    | Held
    | JournalPage
)


@dataclass(frozen=True, slots=True)
class Job:
    """The queue message: a bell for one resource. `is_hint` marks one that may be answered by "nothing new".

    `traceparent` joins the run to the trace of whoever rang, empty where there is none.
    """

    resource: ResourceId
    rung_at: datetime
    reason: str
    correlation_id: str
    attempt: int = 0
    is_hint: bool = False
    traceparent: str = field(default="", compare=False)
