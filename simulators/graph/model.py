"""The things a mailbox holds, as values: calendars, events, altered occurrences, people.

https://learn.microsoft.com/graph/api/resources/event
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from simulators.graph.wire import JsonObject

MailboxState = Literal["active", "none", "unlicensed", "on-premises", "blocked", "deleted"]
EventType = Literal["singleInstance", "seriesMaster", "occurrence", "exception"]


@dataclass(frozen=True, slots=True)
class Person:
    """A directory user."""

    id: str
    user_principal_name: str
    display_name: str
    mail: str
    proxy_addresses: tuple[str, ...] = ()
    purpose: str = "user"
    time_zone: str = "W. Europe Standard Time"
    is_enabled: bool = True
    state: MailboxState = "active"


@dataclass(frozen=True, slots=True)
class Group:
    """A directory group; members are directory ids of users and of other groups."""

    id: str
    display_name: str
    members: tuple[str, ...] = ()
    visibility: str | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar folder; its id never changes."""

    number: int
    name: str
    version: int
    is_default: bool = False
    color: str = "auto"


@dataclass(frozen=True, slots=True)
class Alteration:
    """One occurrence that was edited by itself."""

    properties: JsonObject
    start_at: datetime
    end_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as the store keeps it; a change makes a new value, nothing is edited in place."""

    uid: int
    calendar: int
    placed: int
    version: int
    created_at: datetime
    modified_at: datetime
    start_at: datetime
    end_at: datetime
    properties: JsonObject
    """By their Graph names, complete: the writable ones, `isCancelled`, `responseStatus` and `onlineMeeting`."""
    extended: dict[str, str] = field(default_factory=dict)
    transaction_id: str | None = None
    posted_digest: str | None = None
    """Hash of the body that created it, to tell a repeated POST from another one."""
    organizer: JsonObject | None = None
    """None: the owner of the mailbox."""
    alterations: dict[date, Alteration] = field(default_factory=dict)
    cancelled: frozenset[date] = frozenset()
    is_deleted: bool = False
    """True: lies in Deleted Items."""

    @property
    def is_series(self) -> bool:
        return self.properties["recurrence"] is not None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader sees: an event, a series master, or one day of a series."""

    event: StoredEvent
    type: EventType
    start_at: datetime
    end_at: datetime
    properties: JsonObject
    version: int
    day: date | None = None
    original_start_at: datetime | None = None


def show_whole(event: StoredEvent) -> Shown:
    """Return the event itself; of a series, its master."""
    kind: EventType = "seriesMaster" if event.is_series else "singleInstance"
    return Shown(event, kind, event.start_at, event.end_at, event.properties, event.version)
