"""A person, vehicle, tool or room that is planned on, and how it takes part."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from zoneinfo import ZoneInfo

from sync_core.domain.window import Window, window_around

ResourceId = NewType("ResourceId", str)


class Direction(StrEnum):
    """Which way changes travel: *up* is scheduler to Outlook."""

    UP = "up"
    DOWN = "down"
    BOTH = "both"
    NONE = "none"

    @property
    def writes_outlook(self) -> bool:
        return self in (Direction.UP, Direction.BOTH)

    @property
    def writes_board(self) -> bool:
        return self in (Direction.DOWN, Direction.BOTH)


class Participation(StrEnum):
    WAITING = "waiting"
    ACTIVE = "active"
    OFFBOARDED = "offboarded"


@dataclass(frozen=True, slots=True)
class CalendarRef:
    """One calendar of one mailbox. `mailbox` is a directory object id or principal name; `calendar` its Graph id."""

    mailbox: str
    calendar: str


@dataclass(frozen=True, slots=True)
class CalendarUse:
    """A calendar of a resource and its own direction; None follows the resource."""

    ref: CalendarRef
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """How one resource takes part. `zone` is an IANA name; no calendars means: planned on, but nothing to keep."""

    resource: ResourceId
    name: str
    zone: str
    direction: Direction
    calendars: tuple[CalendarUse, ...]
    participation: Participation = Participation.ACTIVE
    days_back: int = 30
    days_ahead: int = 180
    pull_every: timedelta = timedelta(minutes=30)

    @property
    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def window(self, now: datetime) -> Window:
        return window_around(now, self.days_back, self.days_ahead)

    def direction_of(self, use: CalendarUse) -> Direction:
        return use.direction or self.direction

    @property
    def main_calendar(self) -> CalendarUse | None:
        """The calendar that receives *up*: the first; None for a resource without a mailbox."""
        return self.calendars[0] if self.calendars else None
