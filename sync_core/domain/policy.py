"""The choices an admin has, as one value that the decision is made under."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sync_core.domain.content import Field
from sync_core.domain.identity import ConnectorId
from sync_core.domain.look import Look
from sync_core.domain.resource import CalendarRef, Direction
from sync_core.domain.rules import Rule
from sync_core.domain.window import Window

if TYPE_CHECKING:
    from collections.abc import Mapping


class Winner(StrEnum):
    """Who prevails where both sides edited one field to different values."""

    SCHEDULER = "scheduler"
    OUTLOOK = "outlook"
    NEWEST = "newest"


class Owner(StrEnum):
    """Whose a field is on an event we made: the planner's, the worker's, or shared by merging."""

    PLANNER = "scheduler"
    WORKER = "worker"
    SHARED = "merge"


class OnDeletion(StrEnum):
    """What follows when the worker deletes an event of ours; a board that takes no proposals has it restored."""

    PROPOSE = "propose"
    RESTORE = "restore"
    UNPLAN = "unplan"


class OnClosed(StrEnum):
    """What follows when an edit meets a closed direction."""

    PUT_BACK = "put_back"
    LEAVE = "leave"


OWNERS: "Mapping[Field, Owner]" = MappingProxyType(
    {
        Field.TIME: Owner.SHARED,
        Field.SUBJECT: Owner.SHARED,
        Field.LOCATION: Owner.SHARED,
        Field.BODY: Owner.PLANNER,
        Field.SHOW_AS: Owner.PLANNER,
        Field.SENSITIVITY: Owner.WORKER,
        Field.IMPORTANCE: Owner.PLANNER,
        Field.CATEGORIES: Owner.WORKER,
        Field.REMINDER: Owner.WORKER,
    }
)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules for one pair on one day. `zone` says where midnight is for whole days; `connector` signs births.

    `former` are calendars that received *up* before and are to be cleared; `takes_calendar` is False for an event that
    lies in a calendar without a part in this. `is_leaving`: everything we made is to be removed.
    """

    connector: ConnectorId
    direction: Direction
    window: Window
    zone: ZoneInfo
    winner: Winner = Winner.SCHEDULER
    on_deletion: OnDeletion = OnDeletion.RESTORE
    on_closed: OnClosed = OnClosed.PUT_BACK
    on_block_edited: OnClosed = OnClosed.PUT_BACK
    owners: "Mapping[Field, Owner]" = field(default_factory=lambda: OWNERS)
    look: Look = Look()
    rules: tuple[Rule, ...] = ()
    group: str = ""
    takes_proposals: bool = False
    closes_after_end: bool = False
    former: frozenset[CalendarRef] = frozenset()
    takes_calendar: bool = True
    is_leaving: bool = False
    most_put_backs: int = 3
    put_backs_within: timedelta = timedelta(hours=1)
