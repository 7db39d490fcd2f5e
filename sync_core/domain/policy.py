"""The choices an admin has, as one value that the decision is made under."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sync_core.domain.content import Field
from sync_core.domain.identity import ConnectorId
from sync_core.domain.resource import Direction
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

    PLANNER = "planner"
    WORKER = "worker"
    SHARED = "shared"


class OnDeletion(StrEnum):
    """What follows when the worker deletes an event of ours."""

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
    """The rules of one resource on one day. `zone` says where midnight is for whole days; `connector` signs births."""

    connector: ConnectorId
    direction: Direction
    window: Window
    zone: ZoneInfo
    winner: Winner = Winner.SCHEDULER
    on_deletion: OnDeletion = OnDeletion.RESTORE
    on_closed: OnClosed = OnClosed.PUT_BACK
    on_block_edited: OnClosed = OnClosed.PUT_BACK
    owners: "Mapping[Field, Owner]" = field(default_factory=lambda: OWNERS)
    most_put_backs: int = 3
    put_backs_within: timedelta = timedelta(hours=1)
