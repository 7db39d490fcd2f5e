"""The days that take part: half-open, in UTC, one rule for both sides."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sync_core.domain.timespan import Span, bounds


@dataclass(frozen=True, slots=True)
class Window:
    """From `start_at` up to but not including `end_at`, aware UTC."""

    start_at: datetime
    end_at: datetime

    def touches(self, span: Span, zone: ZoneInfo) -> bool:
        """Does any instant of the span lie inside? A span without length counts by its start."""
        start_at, end_at = bounds(span, zone)
        if start_at == end_at:
            return self.start_at <= start_at < self.end_at
        return start_at < self.end_at and end_at > self.start_at

    def is_not_over(self, span: Span, zone: ZoneInfo) -> bool:
        """Does the span reach into the window or lie ahead of it?"""
        start_at, end_at = bounds(span, zone)
        return end_at > self.start_at or start_at >= self.start_at


def window_around(now: datetime, days_back: int, days_ahead: int) -> Window:
    """The window of a day, from whole UTC days, so that it is the same all day and reading can resume."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(today - timedelta(days=days_back), today + timedelta(days=days_ahead + 1))
