"""Events in plain words, for tests and pages that look into the simulator from the side."""

from simulators.graph.bodies import show_text
from simulators.graph.event_output import response_of
from simulators.graph.ids import EventKey, make_calendar_id, make_change_key, make_event_id
from simulators.graph.mailboxes import Mailbox
from simulators.graph.model import Shown
from simulators.graph.online import is_intact
from simulators.graph.timezones import read_date_time
from simulators.graph.wire import JsonObject


def show_plain(mailbox: Mailbox, shown: Shown) -> JsonObject:
    """Show an event: instants in UTC, of all-day events dates with the end exclusive, ids always immutable."""
    event, properties = shown.event, shown.properties
    if properties["isAllDay"]:
        start, end = (read_date_time(properties[name]["dateTime"]).date() for name in ("start", "end"))
        moved = shown.day - start if shown.day and shown.type == "occurrence" else start - start
        span = (start + moved).isoformat(), (end + moved).isoformat()
    else:
        span = shown.start_at.strftime("%Y-%m-%dT%H:%M:%SZ"), shown.end_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    calendar = mailbox.calendars.get(event.calendar)
    return {
        "id": make_event_id(mailbox.id, EventKey(event.uid, None, shown.day)),
        "defaultId": make_event_id(mailbox.id, EventKey(event.uid, event.placed, shown.day)),
        "changeKey": make_change_key(mailbox.id, shown.version),
        "subject": properties["subject"],
        "body": show_text(properties["body"]["contentType"], properties["body"]["content"]),
        "start": span[0],
        "end": span[1],
        "allDay": properties["isAllDay"],
        "calendar": make_calendar_id(mailbox.id, event.calendar),
        "calendarName": calendar.name if calendar else None,
        "transactionId": event.transaction_id,
        "categories": properties["categories"],
        "showAs": properties["showAs"],
        "sensitivity": properties["sensitivity"],
        "importance": properties["importance"],
        "location": properties["location"]["displayName"],
        "isReminderOn": properties["isReminderOn"],
        "isOrganizer": event.organizer is None,
        "attendees": [attendee["emailAddress"]["address"] for attendee in properties["attendees"]],
        "isCancelled": properties.get("isCancelled", False),
        "response": response_of(shown)["response"],
        "isOnlineMeeting": properties["isOnlineMeeting"],
        "onlineMeetingIntact": is_intact(properties),
        "type": shown.type,
        "series": make_event_id(mailbox.id, EventKey(event.uid, None)) if shown.day else None,
        "extended": event.extended,
        "deleted": event.is_deleted,
    }
