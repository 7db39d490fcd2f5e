"""Splitting a series, as *this and all following* does in Outlook: the old one ends, a new one goes on.

https://learn.microsoft.com/graph/api/resources/recurrencerange
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from simulators.graph.errors import bad_request
from simulators.graph.event_store import check_occurrence
from simulators.graph.mailboxes import Mailbox
from simulators.graph.model import StoredEvent
from simulators.graph.recurrence import days_of, original_span
from simulators.graph.store import Store
from simulators.graph.timezones import find_zone, show_local
from simulators.graph.wire import JsonObject


def split_series(store: Store, mailbox: Mailbox, event: StoredEvent, day: date) -> StoredEvent:
    """End the series before `day` and return the new one that begins there, without exceptions of its own.

    Raises: GraphRefusal when there is no such occurrence, or none before it.
    """
    check_occurrence(event, day)
    recurrence = event.properties["recurrence"]
    limit = recurrence["range"]
    before = len(list(days_of(recurrence, day - timedelta(days=1))))
    if not before:
        raise bad_request("A series cannot be split at its first occurrence.")
    ended = {**limit, "type": "endDate", "endDate": (day - timedelta(days=1)).isoformat(), "numberOfOccurrences": 0}
    left = limit["numberOfOccurrences"] - before if limit["type"] == "numbered" else 0
    begun = {**limit, "startDate": day.isoformat(), "numberOfOccurrences": left}
    store.put_event(
        mailbox,
        replace(
            event,
            properties={**event.properties, "recurrence": {**recurrence, "range": ended}},
            alterations={each: altered for each, altered in event.alterations.items() if each < day},
            cancelled=frozenset(each for each in event.cancelled if each < day),
        ),
    )
    start_at, end_at = original_span(event, day)
    moved = {
        name: _in_zone(instant, event.properties[name]["timeZone"])
        for name, instant in (("start", start_at), ("end", end_at))
    }
    following = replace(
        event,
        uid=store.next_version(),
        placed=1,
        created_at=store.clock.now(),
        start_at=start_at,
        end_at=end_at,
        properties={**event.properties, **moved, "recurrence": {**recurrence, "range": begun}},
        transaction_id=None,
        posted_digest=None,
        alterations={},
        cancelled=frozenset(),
    )
    return store.put_event(mailbox, following)


def _in_zone(instant: datetime, zone: str) -> JsonObject:
    return {"dateTime": show_local(instant.astimezone(find_zone(zone, takes_any_iana=True))), "timeZone": zone}
