"""What Tandem needs of the world, on one page. Docstrings are contracts: fakes and adapters pass the same suites.

Unless a method says otherwise it raises `TryAgain` when the other side does not answer or asks for time, and then it
is not known whether a write took effect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sync_core.domain.alert import Watch
from sync_core.domain.appointment import AppointmentKey, Owing, Placement, Revision
from sync_core.domain.choices import Choices, PrincipalLookup
from sync_core.domain.content import Content
from sync_core.domain.event import Event, EventId, EventKey
from sync_core.domain.identity import ConnectorId
from sync_core.domain.look import WordsOf
from sync_core.domain.overview import Overview, State
from sync_core.domain.plan import BoardOperation, EventOperation, Outcome
from sync_core.domain.profile import MailboxState
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.domain.secret import SecretTerm
from sync_core.domain.source import Heard, Source, SourceId, Standing
from sync_core.domain.stored import Address, Job, Lease, ProfileRow, Row
from sync_core.domain.subscription import Subscription
from sync_core.domain.trail import TrailEntry, TrailFilter
from sync_core.domain.window import Window


class Clock(Protocol):
    def now(self) -> datetime:
        """This instant, aware UTC."""


class Names(Protocol):
    def fresh(self) -> str:
        """A name nobody had before, of 32 hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Everything a run starts from. `lease_tag` is the storage's mark of the lease row, None where there is none."""

    lease: Lease | None
    lease_tag: str | None
    rows: tuple[Row, ...]


class ResourceRows(Protocol):
    """Table `sync`: one partition per resource."""

    async def read_pending(self, resource: ResourceId) -> Pending:
        """Read every row of the `PENDING` families by one range query; `rows` are without the lease."""

    async def get(self, resource: ResourceId, addresses: Sequence[Address]) -> Mapping[Address, Row]:
        """Read rows by address; those that do not exist are left out."""

    async def scan(
        self, resource: ResourceId, prefix: Address, after: Address | None = None, limit: int = 1000
    ) -> Sequence[Row]:
        """Read rows whose address begins with `prefix`, in one fixed order, from the first one behind `after`."""

    async def insert(self, resource: ResourceId, rows: Sequence[Row]) -> None:
        """Insert rows; one that exists already is left as it is. Not atomic. Needs no lease."""

    async def transact(
        self,
        resource: ResourceId,
        lease: Lease,
        lease_tag: str | None,
        puts: Sequence[Row] = (),
        deletes: Sequence[Address] = (),
    ) -> str:
        """Write the lease over the state `lease_tag` names (None: there is none yet) and all else, or nothing.

        `puts` replace. At most 90 operations besides the lease and 3 MiB. Returns the lease's new tag.

        Raises:
            VersionMoved: the lease is no longer the one named; nothing was written.
            TryAgain: no answer; whether it went in is told by reading the lease's `commit_id`.
            Refused: over a size limit; nothing was written.
        """

    def weigh(self, row: Row) -> int:
        """The bytes a row takes in a transaction. Pure.

        Raises:
            Refused: it is too large for any transaction.
        """

    async def list_profiles(self) -> Sequence[ProfileRow]:
        """Read the profile of every resource, whatever its state."""

    async def list_unlisted(self) -> Sequence[ResourceId]:
        """Every resource that had a profile and has none any more, while anything of it may be left."""

    async def erase(self, resource: ResourceId) -> None:
        """Delete every row of a resource, its lease among them, the profile last. Not atomic; a repeat completes it."""

    async def count_pairs(self) -> int:
        """How many pairs live, over all resources: the sum of what their leases tell."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A placement and what is owing for it, each with the storage's mark; None where there is none."""

    placement: Placement | None = None
    placement_tag: str | None = None
    owing: Owing | None = None
    owing_tag: str | None = None


class Placements(Protocol):
    """Table `placements`, some 64 partitions by hash of the appointment's key."""

    async def read(self, keys: Sequence[AppointmentKey]) -> Mapping[AppointmentKey, Placed]:
        """Read, for every key, `owing` and then the placement."""

    async def write(self, writes: Sequence[tuple[Placed, Placement, Owing]]) -> frozenset[AppointmentKey]:
        """Set placement and owing together where both are still as they were read.

        Returns the keys that were written; the others had moved. Work is grouped by partition.
        """

    async def settle(self, owed: Sequence[Placed]) -> None:
        """Delete each `owing` if it is still the one that was read; one that moved is left alone."""

    async def remove(self, placed: Sequence[Placed]) -> None:
        """Delete each placement, with what is owing for it, if it is still the one that was read; others are left."""

    async def list_owing(self, before: datetime, limit: int = 500) -> Sequence[AppointmentKey]:
        """The keys of what has been owing since before that instant."""


class Bells(Protocol):
    async def ring(self, jobs: Sequence[Job], delay: timedelta = timedelta(0)) -> None:
        """Put jobs on the queue, to be seen after `delay` (at most seven days)."""


@dataclass(frozen=True, slots=True)
class ChangePage:
    """One page of a delta read. `place` is where to go on; `is_last` when the round is at its end.

    `events` hold series masters and occurrences as Graph lists them; the last of several states of one event counts.
    `unreadable` are events that cannot be understood, each with the reason, such as a time zone nobody knows.
    """

    events: tuple[Event, ...]
    removed: tuple[EventId, ...]
    place: str
    is_last: bool
    unreadable: tuple[tuple[EventId, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Occurrences:
    """What a series lists. `unreadable` are occurrences that cannot be understood, each with the reason.

    `is_whole` is False where one of those could not even be named: then nothing that is missing is known to be gone.
    """

    events: tuple[Event, ...]
    unreadable: tuple[tuple[EventKey, str], ...] = ()
    is_whole: bool = True


class Outlook(Protocol):
    """Calendars and events. All reads ask for immutable ids and UTC. Short throttling is waited for inside.

    Every method raises `CalendarRefused` when the mailbox or calendar does not answer us.
    """

    async def read_changes(self, calendar: CalendarRef, window: Window, place: str) -> ChangePage:
        """Read one page of changes; an empty `place` begins a full read of the window.

        Raises:
            CursorRefused: the place is gone.
        """

    async def look_up(self, calendar: CalendarRef, ids: Sequence[EventId]) -> Mapping[EventId, Event | None]:
        """Fetch events by id anywhere in the calendar's mailbox, each with its marker and its present calendar.

        None only where the event is proven gone: unknown to the mailbox, or in no calendar of it, while the same
        calendar answered in the same call. An id that could not be judged is left out.
        """

    async def find_equal(self, calendar: CalendarRef, contents: Sequence[Content]) -> Sequence[Event | None]:
        """For each content, a single event of that calendar with the same time and subject that somebody else made.

        Each with its marker asked for; None where there is none, or more than one. Meetings are none.
        """

    async def find_marked(self, calendar: CalendarRef, marker: str) -> Sequence[Event]:
        """The events of that calendar that carry exactly this marker, each fetched with it."""

    async def list_instances(self, calendar: CalendarRef, series: EventId, window: Window) -> Occurrences | None:
        """The occurrences of a series within the window, filled from the series; None if the series is proven gone."""

    async def carry_out(self, mailbox: str, operations: Sequence[EventOperation]) -> Sequence[Outcome]:
        """Carry out operations on one mailbox, in any order; one outcome each, in the order given.

        A create whose `transactionId` was used answers with the event of that birth; `Done` with another
        `transactionId` than the announced one never happens. `Missing` answers an update or delete whose target does
        not exist. Raises nothing but `CalendarRefused`, and then nothing took effect; where only some operations met
        such a refusal, those are `Postponed`.
        """


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this scheduler can do beyond taking blocks; set-up reports what is missing."""

    can_read: bool = False
    takes_proposals: bool = False
    takes_reports: bool = False
    has_idempotency_keys: bool = False


@dataclass(frozen=True, slots=True)
class BoardPage:
    """One page of a board read; `place` is None after the last."""

    placements: tuple[Placement, ...]
    place: str | None


class Board(Protocol):
    """The scheduler, behind the neutral contract."""

    async def capabilities(self) -> Capabilities:
        """What it can do; may be remembered for minutes."""

    async def carry_out(self, operations: Sequence[BoardOperation]) -> Sequence[Outcome]:
        """Carry out operations in the order given; one outcome each. Raises nothing.

        `Done.revision` is the board's answer, `Done.answer` the state it answered with, as event content.
        """

    async def read_window(self, window: Window, resource: ResourceId | None, place: str | None) -> BoardPage:
        """Read what is planned in a window, all resources or one; `place` None begins.

        Raises:
            Refused: this board cannot be read.
        """

    async def report(
        self, key: AppointmentKey, resource: ResourceId, state: str, reason: str, revision: Revision | None = None
    ) -> None:
        """Tell the board whether that revision of an appointment reached its worker: `delivered` or `held`.

        Ignored where it takes no reports. A lost one is no loss of anybody's data.
        """


class Subscriptions(Protocol):
    """Graph's subscriptions: rare calls."""

    async def create(self, subscription: Subscription, expires_at: datetime) -> Subscription:
        """Create it, replacing any that stands in its way; returns it with its id and its true expiry."""

    async def renew(self, subscription: Subscription, expires_at: datetime) -> Subscription | None:
        """Extend it (which reauthorises it, too); None if Graph does not know it any more."""

    async def delete(self, subscription: Subscription) -> None:
        """Remove it; one that is gone already is fine."""


class SubscriptionRows(Protocol):
    """Table `subscriptions`."""

    async def get(self, slot: str) -> Subscription | None:
        """Read one by its slot."""

    async def put(self, subscription: Subscription) -> None:
        """Write one, replacing what its slot held."""

    async def delete(self, slot: str) -> None:
        """Remove one; one that is gone already is fine."""

    async def list(self) -> Sequence[Subscription]:
        """Read all."""


class CalendarClaims(Protocol):
    """Table `calendars`: a calendar belongs to one resource."""

    async def claim(self, calendar: CalendarRef, resource: ResourceId) -> ResourceId:
        """Claim a calendar; returns whose it is, which is another's where that one came first."""

    async def release(self, calendar: CalendarRef, resource: ResourceId) -> None:
        """Give a claim back; ignored where it is another's."""

    async def find_owner(self, calendar: CalendarRef) -> ResourceId | None:
        """Whose a calendar is; None where it is nobody's. Claims nothing."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox that was looked up: its directory id (or principal name, where look-up is off) and its calendars.

    `state` is `READY`, or `SHARED` or `ROOM` where the mailbox tells that of itself.
    """

    id: str
    default_calendar: str
    calendars: Mapping[str, str]
    state: MailboxState = MailboxState.READY


class Directory(Protocol):
    """Users, their calendars and groups: rare calls."""

    async def find_mailbox(self, address: str, lookup: PrincipalLookup = PrincipalLookup.DIRECTORY) -> Mailbox:
        """Find a mailbox; `calendars` maps names to ids.

        With look-up off the address is the principal name and no directory is asked; otherwise it may be a mail
        address, a proxy address or a principal name, and the mailbox is known by its object id.

        Raises:
            MailboxRefused: there is none, or it does not answer us; it tells the state.
        """

    async def create_calendar(self, mailbox: str, name: str) -> str:
        """Make a calendar of that name and return its id; one that is there already is returned.

        Raises:
            CalendarRefused: the mailbox does not answer us.
        """

    async def is_member(self, group: str, mailbox: str) -> bool:
        """Is the mailbox's user in that Entra group, or in one inside it?

        Raises:
            Refused: we may not ask, or there is no such group.
        """


@dataclass(frozen=True, slots=True)
class Tenant:
    """The tenant's choices and the storage's mark of their row; None while nobody has chosen anything."""

    choices: Choices = Choices()
    tag: str | None = None


class TenantRow(Protocol):
    """Table `settings`: one row."""

    async def read(self) -> Tenant:
        """Read the choices; the defaults where there is no row."""

    async def write(self, choices: Choices, tag: str | None) -> str:
        """Write them over the row that `tag` names (None: there is none yet); returns the new tag.

        Raises:
            VersionMoved: somebody else chose meanwhile; nothing was written.
        """


class Deletions(Protocol):
    """Table `deletions`: how much the board had us delete lately, over all resources, approximately."""

    async def add(self, resource: ResourceId, count: int, at: datetime, within: timedelta) -> int:
        """Note so many deletions and return all that were noted since `within` before `at`, these among them."""


class Wording(Protocol):
    """Templates."""

    def words_of(self, choices: Choices) -> WordsOf:
        """How appointments are put into words by these choices; what is missing is empty, never an error. Pure."""


class Sources(Protocol):
    """Table `sources`: how each sender of webhooks proves itself, and what was last heard of it."""

    async def list(self) -> Sequence[Standing]:
        """Read all, by id; the default source is always among them, as `Source(DEFAULT_SOURCE)` while it has no row."""

    async def put(self, source: Source, tag: str | None) -> str:
        """Write one over the row that `tag` names (None: there is none yet); returns the new tag.

        Raises:
            VersionMoved: somebody else wrote it meanwhile; nothing was written.
        """

    async def delete(self, source: SourceId, tag: str) -> None:
        """Remove the one that `tag` names, with what was heard of it; one that is gone already is fine.

        Raises:
            VersionMoved: somebody else wrote it meanwhile; nothing was removed.
        """

    async def note(self, source: SourceId, heard: Heard) -> None:
        """Write what was heard; what is None stays as it was."""


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """Some rows in one fixed order; `place` is where to go on, None after the last."""

    overviews: tuple[Overview, ...]
    place: str | None


class Overviews(Protocol):
    """Table `overview`: what runs leave behind of each resource, the last writer wins; and which alerts stand."""

    async def get(self, resource: ResourceId) -> Overview | None:
        """Read one resource's row."""

    async def put(self, overview: Overview) -> None:
        """Write one, replacing what was there."""

    async def delete(self, resource: ResourceId) -> None:
        """Remove one; one that is gone already is fine."""

    async def page(
        self, state: State | None = None, search: str = "", limit: int = 1000, place: str | None = None
    ) -> OverviewPage:
        """Read rows, from the first one or from `place` on; the cost follows what is returned.

        `search` is how the resource's id or a word of its name begins, in any case. At most 1,000 rows; fewer than
        `limit` may come before the end.

        Raises:
            Refused: the place is none of ours.
        """

    async def page_held(self, after: ResourceId | None = None, limit: int = 1000) -> Sequence[Overview]:
        """Read at most so many rows of resources that have something held, in one fixed order, from behind `after` on.

        Nothing of `after` need be there. Fewer than `limit` (at most 1,000) come only at the end.
        """

    async def read_watch(self) -> Watch:
        """Read which alerts stand; none where there is no row."""

    async def keep_watch(self, watch: Watch) -> None:
        """Write which alerts stand, replacing what was there."""


class Secrets(Protocol):
    """What is known of secrets; their values stay where they are."""

    async def terms(self, names: Sequence[str] = ()) -> Sequence[SecretTerm]:
        """What is known of every secret that the environment names and of `names` besides, each once, in that order.

        `VALID` is one that is there; what the calendar makes of it is the caller's to judge. May be remembered for an
        hour, but never that one is missing. What is remembered serves where nobody answers.
        """


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some entries, newest first; `place` is where to go on, None after the last."""

    entries: tuple[TrailEntry, ...]
    place: str | None


class Trail(Protocol):
    """Table `trail`: what admins did. An entry is there as a whole or not at all."""

    async def write(self, entries: Sequence[TrailEntry]) -> None:
        """Write entries, each in place of the one of its instant and name. Not atomic over several."""

    async def strike(self, entry: TrailEntry) -> None:
        """Remove one, as if it had never been; one that is gone already is fine."""

    async def page(self, wanted: TrailFilter, limit: int = 100, place: str | None = None) -> TrailPage:
        """Read entries, from the newest or from `place` on; the cost follows what is returned.

        Fewer than `limit` may come before the end.

        Raises:
            Refused: the place is none of ours.
        """

    async def forget(self, resource: ResourceId) -> int:
        """Blank every entry of a resource that tells its words; returns how many that were. A repeat completes it."""

    async def bury(self, before: datetime) -> int:
        """Remove what is older than that instant; returns how many. Not atomic; a repeat completes it."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything a flow may need, built once by bootstrap and handed in. `connector` names this deployment."""

    connector: ConnectorId
    clock: Clock
    names: Names
    rows: ResourceRows
    placements: Placements
    bells: Bells
    outlook: Outlook
    board: Board
    subscriptions: Subscriptions
    subscription_rows: SubscriptionRows
    claims: CalendarClaims
    directory: Directory
    tenant: TenantRow
    deletions: Deletions
    wording: Wording
    sources: Sources
    overviews: Overviews
    secrets: Secrets
    trail: Trail
