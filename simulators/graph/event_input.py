"""Reads what a caller writes into an event, refusing what Graph refuses.

https://learn.microsoft.com/graph/api/event-update (the table of writable properties)
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from simulators.graph.errors import GraphRefusal, bad_request, invalid_property
from simulators.graph.places import couple_locations
from simulators.graph.recurrence_input import read_recurrence
from simulators.graph.timezones import find_zone, read_date_time, show_local, to_instant
from simulators.graph.wire import JsonObject

_SUBJECT_LENGTH = 255
_CREATE_ONLY = frozenset({"transactionId", "allowNewTimeProposals"})


def _wrong(name: str, value: object) -> GraphRefusal:
    return bad_request(f"Cannot convert the literal '{value}' of '{name}' to its expected type.", "RequestBodyRead")


def _boolean(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(name, value)
    return value


def _minutes(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(name, value)
    return value


def _text(name: str, value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise _wrong(name, value)
    return value or ""


def _choice(*allowed: str) -> Callable[[str, Any], str]:
    by_lower = {choice.lower(): choice for choice in allowed}

    def read(name: str, value: Any) -> str:
        if not isinstance(value, str) or value.lower() not in by_lower:
            raise _wrong(name, value)
        return by_lower[value.lower()]

    return read


def _names(name: str, value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise _wrong(name, value)
    return list(dict.fromkeys(value))


def _body(name: str, value: Any) -> JsonObject:
    if value is None:
        return {"contentType": "html", "content": ""}
    if not isinstance(value, dict) or not set(value) <= {"contentType", "content", "@odata.type"}:
        raise _wrong(name, value)
    kind = _choice("text", "html")(name, value.get("contentType", "text"))
    return {"contentType": kind, "content": _text(name, value.get("content"))}


def _moment(name: str, value: Any) -> JsonObject:
    if not isinstance(value, dict) or not isinstance(value.get("dateTime"), str):
        raise _wrong(name, value)
    unknown = set(value) - {"dateTime", "timeZone", "@odata.type"}
    if unknown:
        raise unknown_property(unknown.pop(), "microsoft.graph.dateTimeTimeZone")
    zone = value.get("timeZone") or "UTC"
    moment = read_date_time(value["dateTime"])
    if moment.tzinfo is not None:
        moment = moment.astimezone(find_zone(zone, takes_any_iana=True)).replace(tzinfo=None)
    return {"dateTime": show_local(moment), "timeZone": zone}


def _place(name: str, value: Any) -> JsonObject:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong(name, value)
    return value


def _places(name: str, value: Any) -> list[JsonObject]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _wrong(name, value)
    return [_place(name, entry) for entry in value]


def _attendees(name: str, value: Any) -> list[JsonObject]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise _wrong(name, value)
    kind = _choice("required", "optional", "resource")
    unanswered = {"response": "none", "time": "0001-01-01T00:00:00Z"}
    attendees = []
    for entry in value:
        address = entry.get("emailAddress") or {}
        if not address.get("address"):
            raise invalid_property()
        attendees.append(
            {
                "type": kind(name, entry.get("type", "required")),
                "status": entry.get("status") or unanswered,
                "emailAddress": {"name": address.get("name") or address["address"], "address": address["address"]},
            }
        )
    return attendees


WRITABLE: dict[str, Callable[[str, Any], Any]] = {
    "attendees": _attendees,
    "body": _body,
    "categories": _names,
    "end": _moment,
    "hideAttendees": _boolean,
    "importance": _choice("low", "normal", "high"),
    "isAllDay": _boolean,
    "isOnlineMeeting": _boolean,
    "isReminderOn": _boolean,
    "location": _place,
    "locations": _places,
    "onlineMeetingProvider": _choice("unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness"),
    "recurrence": read_recurrence,
    "reminderMinutesBeforeStart": _minutes,
    "responseRequested": _boolean,
    "sensitivity": _choice("normal", "personal", "private", "confidential"),
    "showAs": _choice("free", "tentative", "busy", "oof", "workingElsewhere", "unknown"),
    "start": _moment,
    "subject": _text,
    "allowNewTimeProposals": _boolean,
}


def unknown_property(name: str, type_name: str = "microsoft.graph.event") -> GraphRefusal:
    return bad_request(
        f"The property '{name}' does not exist on type '{type_name}' or cannot be written.", "RequestBodyRead"
    )


def read_properties(body: Any, *, creates: bool) -> JsonObject:
    """Return the writable properties a request body sets, checked and in one shape each.

    Raises: GraphRefusal for anything but the documented writable properties.
    """
    if not isinstance(body, dict):
        raise bad_request("Unable to read JSON request payload.", "RequestBodyRead")
    properties: JsonObject = {}
    for name, value in body.items():
        if "@odata." in name or name == "singleValueExtendedProperties" or (creates and name == "transactionId"):
            continue
        if name not in WRITABLE or (name in _CREATE_ONLY and not creates):
            raise unknown_property(name)
        properties[name] = WRITABLE[name](name, value)
    if "subject" in properties:
        properties["subject"] = properties["subject"][:_SUBJECT_LENGTH]
    couple_locations(properties)
    return properties


def read_extended(body: JsonObject) -> dict[str, str | None]:
    """Return the single-value extended properties a body sets, by normalised id; None removes one."""
    listed = body.get("singleValueExtendedProperties") or []
    if not isinstance(listed, list):
        raise _wrong("singleValueExtendedProperties", listed)
    found: dict[str, str | None] = {}
    for entry in listed:
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
            raise _wrong("singleValueExtendedProperties", entry)
        found[normalise_extended_id(entry["id"])] = _text("value", entry.get("value"))
    return found


def normalise_extended_id(text: str) -> str:
    """Return the id with its GUID in lower case; the name keeps its case, which counts."""
    before, brace, rest = text.partition("{")
    guid, closing, tail = rest.partition("}")
    if not brace or not closing or len(guid) != 36:
        raise bad_request(f"The extended property id '{text}' is not valid.", "ErrorInvalidExtendedProperty")
    return f"{before}{{{guid.lower()}}}{tail}"


def check_span(properties: JsonObject, *, takes_any_iana: bool) -> tuple[datetime, datetime]:
    """Return start and end in UTC.

    Raises: GraphRefusal for unknown zones, a span that ends before it starts, and all-day events off midnight.
    """
    start, end = properties["start"], properties["end"]
    start_at = to_instant(start, takes_any_iana=takes_any_iana)
    end_at = to_instant(end, takes_any_iana=takes_any_iana)
    if properties["isAllDay"]:
        for name, value in (("Start", start), ("End", end)):
            if read_date_time(value["dateTime"]).time() != datetime.min.time():
                raise bad_request(
                    f"The Event.{name} property for an all-day event needs to be set to midnight.",
                    "ErrorInvalidRequest",
                )
        if start["timeZone"] != end["timeZone"]:
            raise bad_request(
                "The start and end of an all-day event need to be in the same time zone.", "ErrorInvalidRequest"
            )
        if read_date_time(end["dateTime"]) - read_date_time(start["dateTime"]) < timedelta(days=1):
            raise bad_request(
                "The duration of an event marked as All day must be at least 24 hours.", "ErrorInvalidRequest"
            )
    elif end_at < start_at:
        raise invalid_property()
    return start_at, end_at
