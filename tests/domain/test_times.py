"""Spans, whole days and the window: half-open everywhere, in whatever zone."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_core.domain.timespan import DaySpan, Span, TimeSpan, bounds
from sync_core.domain.window import Window, window_around
from tests.builders import BERLIN, NOW, days, span, window

KIRITIMATI, NIUE, CAIRO = ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Niue"), ZoneInfo("Africa/Cairo")


def utc(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def test_an_instant_needs_a_zone_and_is_kept_in_utc() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        TimeSpan(datetime(2026, 11, 23), NOW)  # noqa: DTZ001
    with pytest.raises(ValueError, match="needs a zone"):
        TimeSpan(NOW, datetime(2026, 11, 24))  # noqa: DTZ001
    early = NOW.astimezone(timezone(timedelta(hours=-11)))
    assert TimeSpan(early, early) == TimeSpan(NOW, NOW)
    assert TimeSpan(early, early).start_at.tzinfo is UTC


def test_a_span_never_ends_before_it_starts_and_may_have_no_length() -> None:
    assert TimeSpan(NOW, NOW).start_at == NOW
    with pytest.raises(ValueError, match="cannot end"):
        TimeSpan(NOW, NOW - timedelta(microseconds=1))


@pytest.mark.parametrize("count", [0, -1])
def test_a_span_of_days_holds_at_least_one(count: int) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        days(0, count)


@pytest.mark.parametrize(
    ("on", "zone", "starts_at", "ends_at"),
    [
        (date(2026, 11, 23), BERLIN, utc(11, 22, 23), utc(11, 23, 23)),
        (date(2026, 3, 29), BERLIN, utc(3, 28, 23), utc(3, 29, 22)),
        (date(2026, 10, 25), BERLIN, utc(10, 24, 22), utc(10, 25, 23)),
        (date(2026, 11, 23), KIRITIMATI, utc(11, 22, 10), utc(11, 23, 10)),
        (date(2026, 11, 23), NIUE, utc(11, 23, 11), utc(11, 24, 11)),
        (date(2026, 4, 24), CAIRO, utc(4, 23, 22), utc(4, 24, 21)),
    ],
    ids=["plain", "spring: 23 hours", "autumn: 25 hours", "far east", "far west", "a day without a midnight"],
)
def test_days_begin_at_midnight_in_the_zone(on: date, zone: ZoneInfo, starts_at: datetime, ends_at: datetime) -> None:
    assert bounds(DaySpan(on, on + timedelta(days=1)), zone) == (starts_at, ends_at)


def test_exact_times_are_the_same_in_every_zone() -> None:
    assert bounds(span(), KIRITIMATI) == bounds(span(), NIUE)


@pytest.mark.parametrize(
    ("spanned", "is_touched", "is_not_over"),
    [
        (TimeSpan(utc(11, 23, 23), utc(11, 24)), False, False),
        (TimeSpan(utc(11, 23, 23), utc(11, 24, 1)), True, True),
        (TimeSpan(utc(11, 24), utc(11, 24)), True, True),
        (TimeSpan(utc(11, 23, 23), utc(11, 23, 23)), False, False),
        (TimeSpan(utc(11, 25, 23), utc(11, 26, 1)), True, True),
        (TimeSpan(utc(11, 26), utc(11, 26, 1)), False, True),
        (TimeSpan(utc(11, 26), utc(11, 26)), False, True),
        (TimeSpan(utc(1, 1), utc(12, 31)), True, True),
    ],
)
def test_the_window_is_half_open(spanned: Span, is_touched: bool, is_not_over: bool) -> None:
    two_days = window(1, 2)

    assert two_days == Window(utc(11, 24), utc(11, 26))
    assert two_days.touches(spanned, BERLIN) == is_touched
    assert two_days.is_not_over(spanned, BERLIN) == is_not_over


@pytest.mark.parametrize(
    ("on", "zone", "is_touched"),
    [(23, NIUE, True), (23, BERLIN, False), (26, BERLIN, True), (26, NIUE, False), (26, KIRITIMATI, True)],
)
def test_whole_days_touch_the_window_by_their_own_midnights(on: int, zone: ZoneInfo, is_touched: bool) -> None:
    whole = DaySpan(date(2026, 11, on), date(2026, 11, on + 1))

    assert window(1, 2).touches(whole, zone) == is_touched


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_the_window_is_the_same_all_day_and_holds_the_present(now: datetime) -> None:
    around = window_around(now, 30, 180)

    assert around.start_at.time() == around.end_at.time() == datetime.min.time()
    assert around.end_at - around.start_at == timedelta(days=211)
    assert around.touches(TimeSpan(now, now), BERLIN)
    ahead = now.astimezone(UTC) + timedelta(days=180)
    assert around.touches(TimeSpan(ahead, ahead), BERLIN)
