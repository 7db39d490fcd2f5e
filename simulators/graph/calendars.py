"""Requests on calendars and calendar groups.

https://learn.microsoft.com/graph/api/user-post-calendars, https://learn.microsoft.com/graph/api/resources/calendar
"""

import uuid
from dataclasses import replace
from typing import Any

from simulators.graph.errors import GraphRefusal, bad_request
from simulators.graph.event_input import unknown_property
from simulators.graph.event_output import show_calendar
from simulators.graph.filters import read_filter
from simulators.graph.ids import make_change_key
from simulators.graph.mailboxes import Mailbox
from simulators.graph.model import Calendar
from simulators.graph.odata import page_size, select, take_page
from simulators.graph.store import Store
from simulators.graph.wire import Answer, Call, JsonObject

_COLORS = [
    "auto",
    "lightBlue",
    "lightGreen",
    "lightOrange",
    "lightGray",
    "lightYellow",
    "lightTeal",
    "lightPink",
    "lightBrown",
    "lightRed",
    "maxColor",
]


def list_calendars(store: Store, mailbox: Mailbox, call: Call) -> Answer:
    shown = [show_calendar(mailbox, calendar) for calendar in mailbox.calendars.values()]
    if "$filter" in call.query:
        shown = list(filter(read_filter(call.query["$filter"]), shown))
    page = take_page(call, shown, page_size(call, store.switches.page_size), lambda entry: select(call, entry))
    context = f"{call.root}/$metadata#users('{mailbox.id}')/calendars"
    return Answer(200, {"@odata.context": context, **page})


def get_calendar(mailbox: Mailbox, calendar: Calendar, call: Call) -> Answer:
    return Answer(200, _entity(mailbox, calendar, call))


def create_calendar(store: Store, mailbox: Mailbox, call: Call) -> Answer:
    wanted = _read(mailbox, call.body, None)
    if not wanted.get("name"):
        raise bad_request("The calendar needs a name.", "ErrorInvalidRequest")
    calendar = Calendar(store.next_version(), wanted["name"], store.next_version(), color=wanted.get("color", "auto"))
    store.put_calendar(mailbox, calendar)
    return Answer(201, _entity(mailbox, calendar, call))


def update_calendar(store: Store, mailbox: Mailbox, calendar: Calendar, call: Call) -> Answer:
    changed = replace(calendar, version=store.next_version(), **_read(mailbox, call.body, calendar))
    store.put_calendar(mailbox, changed)
    return Answer(200, _entity(mailbox, changed, call))


def delete_calendar(store: Store, mailbox: Mailbox, calendar: Calendar) -> Answer:
    if calendar.is_default:
        raise GraphRefusal(400, "ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted.")
    store.remove_calendar(mailbox, calendar)
    return Answer(204)


def list_groups(mailbox: Mailbox, call: Call) -> Answer:
    """Answer the one group every mailbox has."""
    group = {
        "id": group_id(mailbox),
        "name": "My Calendars",
        "classId": "0006f0b7-0000-0000-c000-000000000046",
        "changeKey": make_change_key(mailbox.id, 0),
    }
    context = f"{call.root}/$metadata#users('{mailbox.id}')/calendarGroups"
    return Answer(200, {"@odata.context": context, "value": [group]})


def group_id(mailbox: Mailbox) -> str:
    return "AAMkAGGroup" + uuid.UUID(mailbox.id).hex + "AAA="


def _entity(mailbox: Mailbox, calendar: Calendar, call: Call) -> JsonObject:
    context = f"{call.root}/$metadata#users('{mailbox.id}')/calendars/$entity"
    return {"@odata.context": context, **select(call, show_calendar(mailbox, calendar))}


def _read(mailbox: Mailbox, body: Any, current: Calendar | None) -> JsonObject:
    if not isinstance(body, dict):
        raise bad_request("Unable to read JSON request payload.", "RequestBodyRead")
    wanted: JsonObject = {name: value for name, value in body.items() if "@odata." not in name}
    for name, value in wanted.items():
        if name not in ("name", "color"):
            raise unknown_property(name, "microsoft.graph.calendar")
        if not isinstance(value, str) or (name == "color" and value not in _COLORS):
            raise bad_request(f"Cannot convert the literal '{value}' of '{name}'.", "RequestBodyRead")
    taken = {calendar.name.casefold() for calendar in mailbox.calendars.values() if calendar is not current}
    if str(wanted.get("name", "")).casefold() in taken:
        raise GraphRefusal(409, "ErrorFolderExists", "A folder with the specified name already exists.")
    return wanted
