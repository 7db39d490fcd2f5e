"""What becomes of an invitation: the worker answers it, and its organizer calls it off.

https://learn.microsoft.com/graph/api/resources/responsestatus
"""

from dataclasses import replace
from datetime import date
from typing import Literal

from simulators.graph.errors import bad_request
from simulators.graph.event_store import EventStore
from simulators.graph.mailboxes import Mailbox
from simulators.graph.model import StoredEvent
from simulators.graph.recurrence import show_occurrence
from simulators.graph.store import Store
from simulators.graph.timezones import show_instant
from simulators.graph.wire import JsonObject

Answer = Literal["accepted", "tentativelyAccepted", "declined"]
# What Outlook shows others of an invitation after its answer; one that is declined and kept blocks nobody.
_SHOW_AS: dict[Answer, str] = {"accepted": "busy", "tentativelyAccepted": "tentative", "declined": "free"}


class Invitations:
    """Answers and cancels events that somebody else organizes; with a day, one occurrence of a series."""

    def __init__(self, store: Store, events: EventStore) -> None:
        self._store = store
        self._events = events

    def answer(self, mailbox: Mailbox, event: StoredEvent, answer: Answer, day: date | None) -> StoredEvent:
        """Note the worker's answer. Raises: GraphRefusal when nobody invited him."""
        status = {"response": answer, "time": show_instant(self._store.clock.now())}
        return self._alter(mailbox, event, {"responseStatus": status, "showAs": _SHOW_AS[answer]}, day)

    def cancel(self, mailbox: Mailbox, event: StoredEvent, day: date | None) -> StoredEvent:
        """The organizer calls it off: it stays in the calendar, marked. Raises: GraphRefusal when nobody invited."""
        properties = show_occurrence(event, day).properties if day else event.properties
        changes = {"isCancelled": True, "showAs": "free", "subject": f"Canceled: {properties['subject']}"}
        return self._alter(mailbox, event, changes, day)

    def _alter(self, mailbox: Mailbox, event: StoredEvent, changes: JsonObject, day: date | None) -> StoredEvent:
        if event.organizer is None:
            raise bad_request("The worker is the organizer of this event.", "ErrorInvalidRequest")
        if day is not None:
            return self._events.change_occurrence(mailbox, event, day, changes)
        return self._store.put_event(mailbox, replace(event, properties={**event.properties, **changes}))
