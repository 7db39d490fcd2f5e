"""Reads a recurrence and fills what Graph fills.

https://learn.microsoft.com/graph/api/resources/patternedrecurrence
"""

from datetime import date
from typing import Any

from simulators.graph.errors import GraphRefusal, bad_request, invalid_property
from simulators.graph.timezones import find_zone
from simulators.graph.wire import JsonObject

_DAYS = frozenset({"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"})
_TYPES = ("daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly")


def read_recurrence(name: str, value: Any) -> JsonObject | None:
    """Return the recurrence with every member set, or None for null.

    Raises: GraphRefusal for a shape Graph refuses; a daily pattern without interval is its famous 500.
    """
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("pattern"), dict):
        raise bad_request(f"Cannot convert the literal of '{name}' to its expected type.", "RequestBodyRead")
    return {"pattern": _read_pattern(value["pattern"]), "range": _read_range(value.get("range"))}


def _read_pattern(pattern: JsonObject) -> JsonObject:
    kind = pattern.get("type")
    if kind not in _TYPES:
        raise invalid_property()
    interval = pattern.get("interval")
    if not isinstance(interval, int) or interval < 1:
        raise GraphRefusal(500, "ErrorInternalServerError", "An internal server error occurred. The operation failed.")
    days = [str(day).lower() for day in pattern.get("daysOfWeek") or []]
    needs_days = kind == "weekly" or kind.startswith("relative")
    if (needs_days and not days) or not set(days) <= _DAYS:
        raise invalid_property()
    if (kind.startswith("absolute") and not pattern.get("dayOfMonth")) or (
        kind.endswith("Yearly") and not pattern.get("month")
    ):
        raise invalid_property()
    return {
        "type": kind,
        "interval": interval,
        "month": pattern.get("month") or 0,
        "dayOfMonth": pattern.get("dayOfMonth") or 0,
        **({"daysOfWeek": days} if needs_days else {}),
        "firstDayOfWeek": pattern.get("firstDayOfWeek") or "sunday",
        "index": pattern.get("index") or "first",
    }


def _read_range(limit: Any) -> JsonObject:
    if not isinstance(limit, dict) or limit.get("type") not in ("endDate", "noEnd", "numbered"):
        raise invalid_property()
    if limit["type"] == "endDate" and not limit.get("endDate"):
        raise invalid_property()
    if limit["type"] == "numbered" and not limit.get("numberOfOccurrences"):
        raise invalid_property()
    try:
        start = date.fromisoformat(limit["startDate"])
        end = date.fromisoformat(limit["endDate"]) if limit.get("endDate") else date.min
    except (KeyError, TypeError, ValueError):
        raise invalid_property() from None
    zone = limit.get("recurrenceTimeZone")
    if zone:
        find_zone(zone)
    return {
        "type": limit["type"],
        "startDate": start.isoformat(),
        "endDate": end.isoformat(),
        "recurrenceTimeZone": zone or "UTC",
        "numberOfOccurrences": limit.get("numberOfOccurrences") or 0,
    }
