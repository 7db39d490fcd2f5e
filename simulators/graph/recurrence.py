"""Expands a series: which days it falls on, and when each occurrence starts and ends.

https://learn.microsoft.com/graph/api/resources/recurrencepattern
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from simulators.graph.model import Shown, StoredEvent
from simulators.graph.timezones import find_zone, read_date_time
from simulators.graph.wire import JsonObject

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEK_INDEX = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}


def days_of(recurrence: JsonObject, last: date) -> Iterator[date]:
    """Yield the days of a series in order, from its first to `last` included or its own end."""
    limit, count = recurrence["range"], 0
    if limit["type"] == "endDate":
        last = min(last, date.fromisoformat(limit["endDate"]))
    first = date.fromisoformat(limit["startDate"])
    for day in _pattern_days(recurrence["pattern"], first):
        if day > last or (limit["type"] == "numbered" and count >= limit["numberOfOccurrences"]):
            return
        if day >= first:
            count += 1
            yield day


def _pattern_days(pattern: JsonObject, first: date) -> Iterator[date]:
    kind, interval = pattern["type"], pattern["interval"]
    if kind == "daily":
        step = timedelta(days=interval)
        while True:
            yield first
            first += step
    if kind == "weekly":
        opens_on = _DAYS.index(pattern["firstDayOfWeek"])
        week = first - timedelta(days=(first.weekday() - opens_on) % 7)
        offsets = sorted((_DAYS.index(name) - opens_on) % 7 for name in pattern["daysOfWeek"])
        while True:
            yield from (week + timedelta(days=offset) for offset in offsets)
            week += timedelta(weeks=interval)
    yield from _monthly_days(pattern, first, interval if kind.endswith("Monthly") else 12 * interval)


def _monthly_days(pattern: JsonObject, first: date, months: int) -> Iterator[date]:
    year, month = first.year, pattern["month"] if pattern["type"].endswith("Yearly") else first.month
    while year < date.max.year:
        length = monthrange(year, month)[1]
        if pattern["type"].startswith("absolute"):
            yield date(year, month, min(pattern["dayOfMonth"], length))
        else:
            wanted = {_DAYS.index(name) for name in pattern["daysOfWeek"]}
            fitting = [day for day in (date(year, month, n + 1) for n in range(length)) if day.weekday() in wanted]
            yield fitting[_WEEK_INDEX[pattern["index"]]]
        year, month = year + (month + months - 1) // 12, (month + months - 1) % 12 + 1


def original_span(event: StoredEvent, day: date) -> tuple[datetime, datetime]:
    """Return start and end that the pattern gives to `day`, in UTC; the wall clock stays over a change of DST."""
    wall = read_date_time(event.properties["start"]["dateTime"])
    zone = find_zone(event.properties["start"]["timeZone"], takes_any_iana=True)
    start_at = datetime.combine(day, wall.time(), zone).astimezone(UTC)
    return start_at, start_at + (event.end_at - event.start_at)


def show_occurrence(event: StoredEvent, day: date) -> Shown:
    """Return the occurrence of `day`, altered or not."""
    start_at, end_at = original_span(event, day)
    altered = event.alterations.get(day)
    if altered:
        properties = {**event.properties, **altered.properties, "recurrence": None}
        return Shown(event, "exception", altered.start_at, altered.end_at, properties, altered.version, day, start_at)
    properties = {**event.properties, "recurrence": None}
    return Shown(event, "occurrence", start_at, end_at, properties, event.version, day, start_at)


def is_day_of(event: StoredEvent, day: date) -> bool:
    """Is there an occurrence for `day`, not counting cancelled ones as absent?"""
    return any(found == day for found in days_of(event.properties["recurrence"], day))


def neighbours(event: StoredEvent, day: date) -> tuple[date | None, date | None]:
    """Return the days of the living occurrences before and after `day`."""
    before: date | None = None
    for found in days_of(event.properties["recurrence"], day + timedelta(days=3700)):
        if found in event.cancelled or found == day:
            continue
        shown_on = show_occurrence(event, found).start_at.date()
        if found > day:
            return before, shown_on
        before = shown_on
    return before, None


def occurrences(event: StoredEvent, from_at: datetime, to_at: datetime) -> list[Shown]:
    """Return what the series shows within the half-open span, by original day."""
    reach = event.end_at - event.start_at + timedelta(days=2)
    last = min(to_at.date() + timedelta(days=1), date.max - timedelta(days=400))
    shown = []
    for day in days_of(event.properties["recurrence"], last):
        if day in event.cancelled or day in event.alterations:
            continue
        if datetime.combine(day, time.max, UTC) + reach < from_at:
            continue
        occurrence = show_occurrence(event, day)
        if touches(occurrence.start_at, occurrence.end_at, from_at, to_at):
            shown.append(occurrence)
    for day in event.alterations:
        occurrence = show_occurrence(event, day)
        if touches(occurrence.start_at, occurrence.end_at, from_at, to_at):
            shown.append(occurrence)
    return shown


def touches(start_at: datetime, end_at: datetime, from_at: datetime, to_at: datetime) -> bool:
    """Does the span overlap the window? An instant counts where it lies; both are half-open."""
    return start_at < to_at and (end_at > from_at or start_at == end_at == from_at)
