"""When something takes place: an exact span of time, or whole days that float with the zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """From `start_at` up to but not including `end_at`, both aware UTC; zero length is allowed."""

    start_at: datetime
    end_at: datetime

    def __post_init__(self) -> None:
        for instant in (self.start_at, self.end_at):
            if instant.tzinfo is None:
                raise ValueError("an instant needs a zone")
        object.__setattr__(self, "start_at", self.start_at.astimezone(UTC))
        object.__setattr__(self, "end_at", self.end_at.astimezone(UTC))
        if self.end_at < self.start_at:
            raise ValueError("a span cannot end before it starts")


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Whole days from `start_on` up to but not including `end_on`; at least one day, the same days in every zone."""

    start_on: date
    end_on: date

    def __post_init__(self) -> None:
        if self.end_on <= self.start_on:
            raise ValueError("a span of days holds at least one day; its end is exclusive")


Span = TimeSpan | DaySpan


def bounds(span: Span, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first instant of a span and the first one after it, in UTC; days begin at midnight in `zone`."""
    if isinstance(span, TimeSpan):
        return span.start_at, span.end_at
    midnight = time(0)
    return (
        datetime.combine(span.start_on, midnight, zone).astimezone(UTC),
        datetime.combine(span.end_on, midnight, zone).astimezone(UTC),
    )
