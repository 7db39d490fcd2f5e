"""How one resource takes part: its calendars, its zone, and what was chosen otherwise for it than for the tenant."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sync_core.domain.choices import Overrides
from sync_core.domain.resource import CalendarRef, Direction, ResourceId


class Participation(StrEnum):
    """Where a resource stands. One that is leaving still has events of ours in its calendar to be removed.

    For one that is paused everything stays where it is: nothing is read, decided or written until it is resumed.
    """

    WAITING = "waiting"
    ACTIVE = "active"
    PAUSED = "paused"
    LEAVING = "leaving"
    OFFBOARDED = "offboarded"


class MailboxState(StrEnum):
    """What is known of a resource's mailbox; `NONE` for one that has none, which is no trouble."""

    NONE = "none"
    READY = "ready"
    SHARED = "shared"
    ROOM = "room"
    MISSING = "missing"
    AMBIGUOUS = "ambiguous"
    UNLICENSED = "unlicensed"
    ON_PREMISES = "on-premises"
    BLOCKED = "blocked"

    @property
    def answers(self) -> bool:
        return self in (MailboxState.READY, MailboxState.SHARED, MailboxState.ROOM)


@dataclass(frozen=True, slots=True)
class CalendarUse:
    """A calendar of a resource and its own direction; None follows the resource."""

    ref: CalendarRef
    direction: Direction | None = None
    overrides: Overrides = Overrides()


@dataclass(frozen=True, slots=True)
class CalendarWish:
    """A calendar that an admin named: of which mailbox (an address; empty for the resource's own), under which name.

    An empty `name` is the mailbox's default calendar. `is_made` has Tandem make it where there is none of that name.
    """

    name: str = ""
    address: str = ""
    direction: Direction | None = None
    overrides: Overrides = Overrides()
    is_main: bool = False
    is_made: bool = False


@dataclass(frozen=True, slots=True)
class MailboxSearch:
    """What came of looking for a resource's mailbox; `tries` failed ones in a row since `since_at`, the next one at
    `again_at`.
    """

    state: MailboxState = MailboxState.NONE
    reason: str = ""
    tries: int = 0
    again_at: datetime | None = None
    since_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """How one resource takes part. `zone` is an IANA name, empty for the tenant's; `direction` None follows the tenant.

    The first calendar is the main one, which receives *up*; none means: planned on, but nothing to keep. `former` are
    calendars that were its main one and may still hold events of ours. `address` and `wishes` are what an admin said,
    from which `calendars` were found; `group` names the resource's group for rules. `narrowed` is the most that the
    board wishes for (None: all), by its state of revision `told_revision`; `is_off_board` once the board removed it.
    `is_enlisted` tells one that waits because an admin said so from one that only the board named; one that
    `is_to_be_erased` has nothing left of it once it is off-boarded.
    """

    resource: ResourceId
    name: str
    zone: str
    direction: Direction | None
    calendars: tuple[CalendarUse, ...]
    participation: Participation = Participation.ACTIVE
    overrides: Overrides = Overrides()
    group: str = ""
    address: str = ""
    wishes: tuple[CalendarWish, ...] = ()
    mailbox: MailboxSearch = MailboxSearch()
    former: tuple[CalendarRef, ...] = ()
    is_in_pilot_group: bool = False
    narrowed: Direction | None = None
    told_revision: int = 0
    is_off_board: bool = False
    is_enlisted: bool = False
    is_to_be_erased: bool = False

    @property
    def main_calendar(self) -> CalendarUse | None:
        """The calendar that receives *up*: the first; None for a resource without a mailbox."""
        return self.calendars[0] if self.calendars else None
