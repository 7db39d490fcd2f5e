"""What may happen to an event, whoever does it: made, changed, deleted, brought back, moved, copied.

https://learn.microsoft.com/graph/api/resources/event
"""

from dataclasses import replace
from datetime import date, datetime

from simulators.graph.errors import GraphRefusal, bad_request, event_not_found
from simulators.graph.event_input import check_span, read_extended, read_properties
from simulators.graph.mailboxes import Mailbox
from simulators.graph.model import Alteration, Calendar, StoredEvent
from simulators.graph.online import open_meeting
from simulators.graph.places import no_location
from simulators.graph.recurrence import is_day_of, neighbours, original_span
from simulators.graph.store import Store
from simulators.graph.timezones import find_zone, show_local
from simulators.graph.wire import JsonObject

_DEFAULTS: JsonObject = {
    "attendees": [],
    "body": {"contentType": "html", "content": ""},
    "categories": [],
    "hideAttendees": False,
    "importance": "normal",
    "isAllDay": False,
    "isCancelled": False,
    "isOnlineMeeting": False,
    "isReminderOn": True,
    "onlineMeeting": None,
    "onlineMeetingProvider": "unknown",
    "recurrence": None,
    "reminderMinutesBeforeStart": 15,
    "responseRequested": True,
    "responseStatus": None,
    "sensitivity": "normal",
    "showAs": "busy",
    "subject": "",
    "allowNewTimeProposals": True,
}


class EventStore:
    """Carries out changes to events on top of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(
        self,
        mailbox: Mailbox,
        calendar: Calendar,
        body: JsonObject,
        *,
        transaction_id: str | None = None,
        posted_digest: str | None = None,
        organizer: JsonObject | None = None,
    ) -> StoredEvent:
        """Make an event from a request body. Raises: GraphRefusal."""
        given = read_properties(body, creates=True)
        if "start" not in given or "end" not in given:
            raise bad_request("The event needs a start and an end.", "ErrorPropertyValidationFailure")
        place = no_location()
        properties = {**_DEFAULTS, "location": place, "locations": [], **given}
        start_at, end_at = self._check(properties)
        now = self._store.clock.now()
        uid = self._store.next_version()
        if properties["isOnlineMeeting"]:
            properties = open_meeting(properties, uid)
        event = StoredEvent(
            uid=uid,
            calendar=calendar.number,
            placed=1,
            version=0,
            created_at=now,
            modified_at=now,
            start_at=start_at,
            end_at=end_at,
            properties=properties,
            extended={name: value for name, value in read_extended(body).items() if value is not None},
            transaction_id=transaction_id,
            posted_digest=posted_digest,
            organizer=organizer,
        )
        return self._store.put_event(mailbox, event)

    def change(self, mailbox: Mailbox, event: StoredEvent, body: JsonObject, day: date | None = None) -> StoredEvent:
        """Change an event, or one occurrence of a series when `day` is given. Raises: GraphRefusal."""
        given = read_properties(body, creates=False)
        extended = read_extended(body)
        if day is not None:
            return self.change_occurrence(mailbox, event, day, given)
        opens_meeting = given.get("isOnlineMeeting") and not event.properties["isOnlineMeeting"]
        if event.properties["isOnlineMeeting"]:
            # Once set it cannot be changed or cleared; Graph ignores the attempt without a word.
            given = {k: v for k, v in given.items() if k not in ("isOnlineMeeting", "onlineMeetingProvider")}
        properties = {**event.properties, **given}
        if opens_meeting:
            properties = open_meeting(properties, event.uid)
        start_at, end_at = self._check(properties)
        merged = {name: value for name, value in {**event.extended, **extended}.items() if value}
        changed = replace(event, properties=properties, start_at=start_at, end_at=end_at, extended=merged)
        if given.keys() & {"start", "end", "recurrence"}:
            changed = replace(changed, alterations={}, cancelled=frozenset())
        return self._store.put_event(mailbox, changed)

    def _check(self, properties: JsonObject) -> tuple[datetime, datetime]:
        return check_span(properties, takes_any_iana=self._store.switches.takes_any_iana_zone)

    def change_occurrence(self, mailbox: Mailbox, event: StoredEvent, day: date, given: JsonObject) -> StoredEvent:
        """Give one day of a series properties of its own, which are in their stored shape. Raises: GraphRefusal."""
        check_occurrence(event, day)
        if given.get("recurrence"):
            raise bad_request("An occurrence cannot recur.", "ErrorPropertyValidationFailure")
        before = event.alterations.get(day)
        if before:
            start, end = before.properties["start"], before.properties["end"]
        else:
            zone_name = event.properties["start"]["timeZone"]
            zone = find_zone(zone_name, takes_any_iana=True)
            start, end = (
                {"dateTime": show_local(moment.astimezone(zone)), "timeZone": zone_name}
                for moment in original_span(event, day)
            )
        own = {**(before.properties if before else {}), "start": start, "end": end, **given}
        start_at, end_at = self._check({**event.properties, **own})
        earlier, later = neighbours(event, day)
        if (earlier and start_at.date() <= earlier) or (later and start_at.date() >= later):
            raise GraphRefusal(
                400,
                "ErrorOccurrenceCrossingBoundary",
                "Modified occurrence is crossing or overlapping adjacent occurrence.",
            )
        altered = Alteration(own, start_at, end_at, self._store.next_version())
        return self._store.put_event(mailbox, replace(event, alterations={**event.alterations, day: altered}))

    def delete(self, mailbox: Mailbox, event: StoredEvent, day: date | None = None) -> StoredEvent:
        """Move the event to Deleted Items; of a series with `day`, remove that occurrence only."""
        if day is None:
            return self._store.put_event(mailbox, replace(event, is_deleted=True, placed=event.placed + 1))
        check_occurrence(event, day)
        left = {other: altered for other, altered in event.alterations.items() if other != day}
        return self._store.put_event(mailbox, replace(event, cancelled=event.cancelled | {day}, alterations=left))

    def undelete(self, mailbox: Mailbox, event: StoredEvent) -> StoredEvent:
        """Bring an event back from Deleted Items into its calendar, the default one if that is gone."""
        if not event.is_deleted:
            return event
        home = mailbox.calendars.get(event.calendar, mailbox.default_calendar).number
        back = replace(event, is_deleted=False, calendar=home, placed=event.placed + 1)
        return self._store.put_event(mailbox, back)

    def move(self, mailbox: Mailbox, event: StoredEvent, calendar: Calendar) -> StoredEvent:
        """Move the event to another calendar of the mailbox; its default id changes."""
        moved = replace(event, calendar=calendar.number, placed=event.placed + 1)
        return self._store.put_event(mailbox, moved)

    def copy(self, mailbox: Mailbox, event: StoredEvent, calendar: Calendar) -> StoredEvent:
        """Copy the event as Outlook does: another id, extended properties and all."""
        now = self._store.clock.now()
        keeps = self._store.switches.copies_keep_transaction_id
        copied = replace(
            event,
            uid=self._store.next_version(),
            calendar=calendar.number,
            placed=1,
            created_at=now,
            transaction_id=event.transaction_id if keeps else None,
            posted_digest=None,
            is_deleted=False,
        )
        return self._store.put_event(mailbox, copied)

    def touch(self, mailbox: Mailbox, event: StoredEvent) -> StoredEvent:
        """Raise the version without changing anything, as a reminder that fires does."""
        return self._store.put_event(mailbox, event)


def check_occurrence(event: StoredEvent, day: date) -> None:
    """Raises: GraphRefusal when the series has no living occurrence for that day."""
    if not event.is_series or day in event.cancelled or not is_day_of(event, day):
        raise event_not_found()
