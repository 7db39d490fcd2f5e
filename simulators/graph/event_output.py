"""Shows an event as Graph answers it, for one caller's preferences.

https://learn.microsoft.com/graph/api/event-get
"""

from datetime import UTC, tzinfo

from simulators.graph.bodies import preview, show_html, show_text
from simulators.graph.ids import EventKey, make_calendar_id, make_change_key, make_event_id, make_ical_uid
from simulators.graph.mailboxes import Mailbox
from simulators.graph.model import Calendar, Person, Shown
from simulators.graph.preferences import Preference
from simulators.graph.switches import Switches
from simulators.graph.timezones import find_zone, read_date_time, show_instant, show_local
from simulators.graph.wire import JsonObject

_UNSET = "0001-01-01T00:00:00Z"


class EventView:
    """Shows events of one mailbox the way one request prefers them."""

    def __init__(self, mailbox: Mailbox, preference: Preference, switches: Switches) -> None:
        self.mailbox = mailbox
        self.preference = preference
        self._custom_zone = switches.custom_zone
        self.zone: tzinfo = find_zone(preference.zone, takes_any_iana=switches.takes_any_iana_zone)
        self._floats = switches.all_day_floats
        self._immutable = preference.wants_immutable_ids and not switches.ignore_immutable_ids

    def id_of(self, shown: Shown) -> str:
        placed = None if self._immutable else shown.event.placed
        return make_event_id(self.mailbox.id, EventKey(shown.event.uid, placed, shown.day))

    def master_id_of(self, shown: Shown) -> str:
        placed = None if self._immutable else shown.event.placed
        return make_event_id(self.mailbox.id, EventKey(shown.event.uid, placed))

    def etag_of(self, shown: Shown) -> str:
        return f'W/"{make_change_key(self.mailbox.id, shown.version)}"'

    def span(self, shown: Shown) -> tuple[JsonObject, JsonObject]:
        """Return start and end in the preferred zone; all-day events keep their dates."""
        if shown.properties["isAllDay"] and self._floats:
            start = read_date_time(shown.properties["start"]["dateTime"])
            end = read_date_time(shown.properties["end"]["dateTime"])
            if shown.day and shown.type == "occurrence":
                start, end = (moment + (shown.day - start.date()) for moment in (start, end))
        else:
            start, end = shown.start_at.astimezone(self.zone), shown.end_at.astimezone(self.zone)
        name = self._custom_zone or self.preference.zone
        return (
            {"dateTime": show_local(start), "timeZone": name},
            {"dateTime": show_local(end), "timeZone": name},
        )

    def sparse(self, shown: Shown) -> JsonObject:
        """Show an occurrence as delta does: when, and of which series, nothing more."""
        start, end = self.span(shown)
        return {
            "@odata.type": "#microsoft.graph.event",
            "@odata.etag": self.etag_of(shown),
            "id": self.id_of(shown),
            "seriesMasterId": self.master_id_of(shown),
            "type": shown.type,
            "start": start,
            "end": end,
        }

    def whole(self, shown: Shown) -> JsonObject:
        """Show every property of v1.0 but the navigation ones."""
        event, properties = shown.event, shown.properties
        start, end = self.span(shown)
        body = properties["body"]
        kind, content = body["contentType"], body["content"]
        is_organizer = event.organizer is None
        answer: JsonObject = {
            "@odata.etag": self.etag_of(shown),
            "id": self.id_of(shown),
            "createdDateTime": show_instant(event.created_at),
            "lastModifiedDateTime": show_instant(event.modified_at),
            "changeKey": make_change_key(self.mailbox.id, shown.version),
            "categories": properties["categories"],
            "transactionId": event.transaction_id,
            "originalStartTimeZone": properties["start"]["timeZone"],
            "originalEndTimeZone": properties["end"]["timeZone"],
            "iCalUId": make_ical_uid(self.mailbox.id, event.uid, shown.day),
            "reminderMinutesBeforeStart": properties["reminderMinutesBeforeStart"],
            "isReminderOn": properties["isReminderOn"],
            "hasAttachments": False,
            "subject": properties["subject"],
            "bodyPreview": preview(kind, content),
            "importance": properties["importance"],
            "sensitivity": properties["sensitivity"],
            "isAllDay": properties["isAllDay"],
            "isCancelled": properties.get("isCancelled", False),
            "isOrganizer": is_organizer,
            "responseRequested": properties["responseRequested"],
            "seriesMasterId": self.master_id_of(shown) if shown.day else None,
            "showAs": properties["showAs"],
            "type": shown.type,
            "webLink": f"https://outlook.office365.com/owa/?itemid={self.id_of(shown)}&exvsurl=1&path=/calendar/item",
            "onlineMeetingUrl": None,
            "isOnlineMeeting": properties["isOnlineMeeting"],
            "onlineMeetingProvider": properties["onlineMeetingProvider"],
            "allowNewTimeProposals": properties["allowNewTimeProposals"],
            "isDraft": False,
            "hideAttendees": properties["hideAttendees"],
            "recurrence": properties["recurrence"],
            "onlineMeeting": properties.get("onlineMeeting"),
            "responseStatus": response_of(shown),
            "body": (
                {"contentType": "text", "content": show_text(kind, content)}
                if self.preference.wants_text
                else {"contentType": "html", "content": show_html(kind, content)}
            ),
            "start": start,
            "end": end,
            "location": properties["location"],
            "locations": properties["locations"],
            "attendees": properties["attendees"],
            "organizer": event.organizer or {"emailAddress": show_address(self.mailbox.owner)},
        }
        if shown.original_start_at:
            answer["originalStart"] = shown.original_start_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return answer


def response_of(shown: Shown) -> JsonObject:
    """Return what the owner of the mailbox answered, with the instant of it."""
    if shown.event.organizer is None:
        return {"response": "organizer", "time": _UNSET}
    return shown.properties.get("responseStatus") or {"response": "notResponded", "time": _UNSET}


def show_address(person: Person) -> JsonObject:
    return {"name": person.display_name, "address": person.mail}


def show_calendar(mailbox: Mailbox, calendar: Calendar) -> JsonObject:
    """Show every property of a calendar."""
    return {
        "id": make_calendar_id(mailbox.id, calendar.number),
        "name": calendar.name,
        "color": calendar.color,
        "hexColor": "",
        "isDefaultCalendar": calendar.is_default,
        "changeKey": make_change_key(mailbox.id, calendar.version),
        "canShare": True,
        "canViewPrivateItems": True,
        "canEdit": True,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        "defaultOnlineMeetingProvider": "teamsForBusiness",
        "isTallyingResponses": calendar.is_default,
        "isRemovable": not calendar.is_default,
        "owner": show_address(mailbox.owner),
    }
