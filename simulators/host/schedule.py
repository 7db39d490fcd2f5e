"""Timer schedules: six-field NCRONTAB expressions, in UTC.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
FIELDS = (
    ("second", 0, 59, ()),
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day", 1, 31, ()),
    ("month", 1, 12, MONTHS),
    ("weekday", 0, 6, WEEKDAYS),
)
# The longest wait there is: from one 29 February to the next across a century that has none.
HORIZON = timedelta(days=366 * 8 + 1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The moments a timer runs at."""

    seconds: frozenset[int]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    @classmethod
    def parse(cls, expression: str) -> Self:
        """Read `{second} {minute} {hour} {day} {month} {weekday}`; Sunday is 0.

        Raises:
            ValueError: The expression is none; the message names the field.
        """
        parts = expression.split()
        if len(parts) != len(FIELDS):
            raise ValueError(f"'{expression}' has {len(parts)} fields; a schedule has {len(FIELDS)}")
        return cls(*(_read_field(part, *field) for part, field in zip(parts, FIELDS, strict=True)))

    def next_after(self, instant: datetime) -> datetime | None:
        """Return the first moment later than `instant` (aware), or None if there is none, as for 30 February."""
        start = instant.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        day, until = start.date(), start.date() + HORIZON
        while day <= until:
            # Day and weekday must both fit; classic cron would take either.
            if day.month in self.months and day.day in self.days and day.isoweekday() % 7 in self.weekdays:
                earliest = start.time() if day == start.date() else None
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        for second in sorted(self.seconds):
                            if earliest and (hour, minute, second) < (earliest.hour, earliest.minute, earliest.second):
                                continue
                            return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=UTC)
            day += timedelta(days=1)
        return None


def _read_field(text: str, name: str, low: int, high: int, names: tuple[str, ...]) -> frozenset[int]:
    chosen: set[int] = set()
    for choice in text.split(","):
        span, slash, step_text = choice.partition("/")
        try:
            step = int(step_text) if slash else 1
            if span == "*":
                first, last = low, high
            else:
                first_text, dash, last_text = span.partition("-")
                first = _read_number(first_text, low, names)
                # `5/10` starts at 5 and goes on to the end of the field.
                last = _read_number(last_text, low, names) if dash else (high if slash else first)
        except ValueError:
            raise ValueError(f"'{choice}' is no {name}") from None
        if step < 1 or not low <= first <= last <= high:
            raise ValueError(f"'{choice}' is no {name}: it goes from {low} to {high}")
        chosen.update(range(first, last + 1, step))
    return frozenset(chosen)


def _read_number(text: str, low: int, names: tuple[str, ...]) -> int:
    short = text.lower()[:3]
    return names.index(short) + low if short in names else int(text)
