"""A mailbox: its owner, its calendars, its events, and what may be looked up in it."""

from collections import deque
from dataclasses import dataclass, field

from simulators.graph.calendar_log import CalendarLog
from simulators.graph.errors import GraphRefusal, event_not_found, malformed_id, user_not_found
from simulators.graph.ids import EventKey, read_calendar_id, read_event_id
from simulators.graph.model import Calendar, Person, StoredEvent
from simulators.graph.wire import JsonObject


@dataclass(slots=True)
class Mailbox:
    """Everything of one user; changed only by `Store`."""

    owner: Person
    calendars: dict[int, Calendar] = field(default_factory=dict)
    events: dict[int, StoredEvent] = field(default_factory=dict)
    transactions: dict[str, list[int]] = field(default_factory=dict)
    """transactionId → uids of the events created with it, oldest first."""
    logs: dict[int, CalendarLog] = field(default_factory=dict)
    token_epoch: int = 0
    """Delta tokens of an earlier epoch are evicted."""
    sent_pages: dict[int, deque[list[JsonObject]]] = field(default_factory=dict)
    """The newest delta pages as they were sent, by calendar, for replays."""

    @property
    def id(self) -> str:
        return self.owner.id

    @property
    def default_calendar(self) -> Calendar:
        return next(calendar for calendar in self.calendars.values() if calendar.is_default)

    def check_reachable(self) -> None:
        """Raises: GraphRefusal when calendars of this mailbox cannot be used, in the words for its state."""
        state = self.owner.state
        if state == "deleted":
            raise user_not_found(self.owner.id)
        if state in ("none", "unlicensed", "on-premises"):
            raise GraphRefusal(404, "MailboxNotEnabledForRESTAPI", "REST API is not yet supported for this mailbox.")
        if state == "blocked":
            raise GraphRefusal(403, "ErrorAccessDenied", "Access to OData is disabled.")

    def find_calendar(self, calendar_id: str | None) -> Calendar:
        """Return the calendar with this id, the default one for None.

        Raises: GraphRefusal when the id is malformed or names no calendar.
        """
        if calendar_id is None:
            return self.default_calendar
        number = read_calendar_id(self.id, calendar_id)
        if number is None:
            raise malformed_id()
        calendar = self.calendars.get(number)
        if calendar is None:
            raise event_not_found()
        return calendar

    def find_event(self, event_id: str, *, shows_deleted: bool = False) -> tuple[StoredEvent, EventKey]:
        """Return the event an id of either format names.

        Raises: GraphRefusal for malformed ids, unknown events, default ids from before a move, and deleted events
        unless `shows_deleted`.
        """
        key = read_event_id(self.id, event_id)
        if key is None:
            raise malformed_id()
        event = self.events.get(key.uid)
        if event is None or (key.placed is not None and key.placed != event.placed):
            raise event_not_found()
        if event.is_deleted and not shows_deleted:
            raise event_not_found()
        return event, key

    def living_events(self, calendar: Calendar | None = None) -> list[StoredEvent]:
        """Return the events that are not deleted, oldest first; of every calendar for None."""
        return [
            event
            for event in self.events.values()
            if not event.is_deleted and (calendar is None or event.calendar == calendar.number)
        ]
