"""From our content to Graph's event: only documented, writable properties, and never an attendee.

https://learn.microsoft.com/graph/api/user-post-events
https://learn.microsoft.com/graph/api/event-update
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sync_core.adapters.graph.wire import MARKER_PROPERTY
from sync_core.domain.content import ALL_FIELDS, Content, Field
from sync_core.domain.plan import CreateEvent, UpdateEvent
from sync_core.domain.timespan import DaySpan


def event_body(operation: CreateEvent) -> dict[str, Any]:
    """The body of a create.

    Everything is said, because Graph's defaults are a reminder, busy and a request for answers.
    """
    return {
        **_properties(operation.content, ALL_FIELDS),
        "responseRequested": False,
        "transactionId": operation.transaction_id,
        **_marked(operation.marker),
    }


def changes_body(operation: UpdateEvent) -> dict[str, Any]:
    """The body of an update: the named fields and nothing else, so that what it does not name stays the worker's.

    A marker, where one is given, makes the event ours.
    """
    marked = _marked(operation.marker) if operation.marker else {}
    return {**_properties(operation.content, operation.fields), **marked}


def _marked(marker: str) -> dict[str, Any]:
    return {"singleValueExtendedProperties": [{"id": MARKER_PROPERTY, "value": marker}]}


def _properties(content: Content, fields: Iterable[Field]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for field in fields:
        properties.update(_WRITERS[field](content))
    return properties


def _time(content: Content) -> dict[str, Any]:
    # Always all three: the start of a timed event with the end of an all-day one is refused, or worse, taken.
    span = content.span
    if isinstance(span, DaySpan):
        start, end = f"{span.start_on.isoformat()}T00:00:00", f"{span.end_on.isoformat()}T00:00:00"
    else:
        start, end = _local(span.start_at), _local(span.end_at)
    return {
        "isAllDay": isinstance(span, DaySpan),
        "start": {"dateTime": start, "timeZone": "UTC"},
        "end": {"dateTime": end, "timeZone": "UTC"},
    }


def _local(instant: datetime) -> str:
    return instant.replace(tzinfo=None).isoformat()


def _reminder(content: Content) -> dict[str, Any]:
    if content.reminder_minutes is None:
        return {"isReminderOn": False}
    return {"isReminderOn": True, "reminderMinutesBeforeStart": content.reminder_minutes}


_WRITERS: dict[Field, Callable[[Content], dict[str, Any]]] = {
    Field.TIME: _time,
    Field.SUBJECT: lambda content: {"subject": content.subject},
    Field.LOCATION: lambda content: {"location": {"displayName": content.location}},
    Field.BODY: lambda content: {"body": {"contentType": "html", "content": content.body}},
    Field.SHOW_AS: lambda content: {"showAs": content.show_as.value},
    Field.SENSITIVITY: lambda content: {"sensitivity": content.sensitivity.value},
    Field.IMPORTANCE: lambda content: {"importance": content.importance.value},
    Field.CATEGORIES: lambda content: {"categories": list(content.categories)},
    Field.REMINDER: _reminder,
}
