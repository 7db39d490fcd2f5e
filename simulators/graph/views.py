"""calendarView: what a calendar shows within a window, series expanded.

https://learn.microsoft.com/graph/api/calendar-list-calendarview
"""

from datetime import datetime

from simulators.graph.events import EventRequests, read_window
from simulators.graph.mailboxes import Mailbox
from simulators.graph.model import Calendar, Shown, StoredEvent, show_whole
from simulators.graph.recurrence import occurrences, touches
from simulators.graph.wire import Answer, Call


def shown_within(event: StoredEvent, from_at: datetime, to_at: datetime) -> list[Shown]:
    """Return what one event shows within the window; nothing when it lies outside."""
    if event.is_series:
        return occurrences(event, from_at, to_at)
    return [show_whole(event)] if touches(event.start_at, event.end_at, from_at, to_at) else []


def list_view(requests: EventRequests, mailbox: Mailbox, scope: Calendar | None, call: Call) -> Answer:
    """Answer a calendarView of the calendar, the default one for None, by start."""
    from_at, to_at = read_window(call)
    view = requests.view(mailbox, call)
    calendar = scope or mailbox.default_calendar
    shown = [entry for event in mailbox.living_events(calendar) for entry in shown_within(event, from_at, to_at)]
    shown.sort(key=lambda entry: (entry.start_at, entry.event.uid))
    return requests.collection(call, view, shown)
