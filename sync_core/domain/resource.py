"""A person, vehicle, tool or room that is planned on, and the calendars it may have."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

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


def direction_that(writes_outlook: bool, writes_board: bool) -> Direction:
    """The direction that writes to these sides."""
    if writes_outlook:
        return Direction.BOTH if writes_board else Direction.UP
    return Direction.DOWN if writes_board else Direction.NONE


@dataclass(frozen=True, slots=True)
class CalendarRef:
    """One calendar of one mailbox. `mailbox` is a directory object id or principal name; `calendar` its Graph id."""

    mailbox: str
    calendar: str
