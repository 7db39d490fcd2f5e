"""Outlook's side: an entry in a calendar, as far as Tandem looks at it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from sync_core.domain.content import DOWN_FIELDS, Content, Field, Sensitivity, only
from sync_core.domain.resource import CalendarRef

EventId = NewType("EventId", str)
EventKey = NewType("EventKey", str)
PRIVATE_SUBJECT = "Private"


class EventKind(StrEnum):
    SINGLE = "single"
    OCCURRENCE = "occurrence"
    SERIES = "series"


class Response(StrEnum):
    """What the calendar's owner answered to an invitation; organiser and none count as accepted."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class EventRef:
    calendar: CalendarRef
    id: EventId


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a calendar.

    `version` is the opaque mark for `If-Match`; `modified_at` orders two states of one event. `transaction_id` is
    empty where no app set one; `marker` is None where it was not asked for. `masked` names fields whose words were
    taken out before anything was stored, so that their absence is no edit. `is_online`: its body carries the way
    into an online meeting. `refusal` says why an event of the worker's is not to be shown on the board.
    """

    ref: EventRef
    content: Content
    version: str
    modified_at: datetime
    kind: EventKind = EventKind.SINGLE
    transaction_id: str = ""
    marker: str | None = None
    series_id: EventId | None = None
    original_start_at: datetime | None = None
    is_organizer: bool = True
    has_attendees: bool = False
    is_cancelled: bool = False
    response: Response = Response.ACCEPTED
    masked: frozenset[Field] = frozenset()
    is_online: bool = False
    refusal: str = ""

    @property
    def key(self) -> EventKey:
        """Occurrences are known by their series and original start: their ids are not known to be stable."""
        if self.series_id and self.original_start_at:
            return EventKey(f"{self.series_id}~{self.original_start_at:%Y%m%dT%H%M%SZ}")
        return EventKey(self.ref.id)

    @property
    def is_writable(self) -> bool:
        """May a write to it never send mail? Only our own single events without attendees."""
        return self.is_organizer and not self.has_attendees and self.kind is EventKind.SINGLE


_WORDS = frozenset({Field.SUBJECT, Field.LOCATION, Field.BODY, Field.CATEGORIES})


def mask(event: Event) -> Event:
    """Take the words out of a private or confidential event; what are no words stays."""
    if event.content.sensitivity not in (Sensitivity.PRIVATE, Sensitivity.CONFIDENTIAL):
        return event
    bare = only(event.content, frozenset(Field) - _WORDS)
    return replace(event, content=replace(bare, subject=PRIVATE_SUBJECT), masked=_WORDS)


def strip_to_down(event: Event) -> Event:
    """Keep of a foreign event only what may be shown on the board."""
    return replace(event, content=only(event.content, DOWN_FIELDS))
