"""How the board and Outlook looked, as documents."""

from typing import Any

from sync_core.domain.appointment import AppointmentKey
from sync_core.domain.content import Content
from sync_core.domain.timespan import DaySpan
from sync_core.web.admin.resource_documents import instant


def show_sides(board: Content | None, event: Content | None) -> dict[str, Any]:
    """Both sides, None where one was not there, not seen, or is no longer told."""
    return {"board": show_content(board), "event": show_content(event)}


def show_content(content: Content | None) -> dict[str, Any] | None:
    """What one side showed."""
    if content is None:
        return None
    span = content.span
    if isinstance(span, DaySpan):
        times = {"start": span.start_on.isoformat(), "end": span.end_on.isoformat(), "allDay": True}
    else:
        times = {"start": instant(span.start_at), "end": instant(span.end_at), "allDay": False}
    return {
        **times,
        "subject": content.subject,
        "location": content.location,
        "body": content.body,
        "showAs": content.show_as.value,
        "sensitivity": content.sensitivity.value,
        "importance": content.importance.value,
        "categories": list(content.categories),
        "reminderMinutes": content.reminder_minutes,
    }


def show_appointment(key: AppointmentKey | None) -> dict[str, str] | None:
    """Which appointment it is about; None for a worker's own event that the board does not show."""
    return {"id": key.id, "kind": key.kind.value} if key is not None else None
