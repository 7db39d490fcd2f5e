"""Six-field schedules: what each field allows, and how long ago the turn before was."""

from datetime import UTC, datetime, timedelta

import pytest

from sync_core.schedule import parse_schedule, time_since_last_turn

SATURDAY = datetime(2026, 11, 21, 8, 5, tzinfo=UTC)


def test_every_shape_of_a_field_is_understood() -> None:
    seconds, minutes, hours, days, months, weekdays = parse_schedule("*/20 5,35 8-17/3 28/2 Jan,jul mon-fri")
    assert seconds == {0, 20, 40}
    assert minutes == {5, 35}
    assert hours == {8, 11, 14, 17}
    assert days == {28, 30}
    assert months == {1, 7}
    assert weekdays == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    ("schedule", "at", "ago"),
    [
        ("0 */5 * * * *", SATURDAY, timedelta(minutes=5)),
        ("0 */15 * * * *", datetime(2026, 11, 21, 8, 15, 2, tzinfo=UTC), timedelta(minutes=15, seconds=2)),
        ("0 * * * * *", SATURDAY, timedelta(minutes=1)),
        ("*/10 * * * * *", SATURDAY, timedelta(minutes=1)),
        ("0 0 6,8 * * *", datetime(2026, 11, 21, 8, 0, tzinfo=UTC), timedelta(hours=2)),
        ("0 5 8 * * *", SATURDAY, timedelta(days=1)),
        ("0 5 8 1 * *", SATURDAY, timedelta(days=1)),
        ("0 0 0 30 2 *", SATURDAY, timedelta(days=1)),
    ],
)
def test_a_turn_reaches_back_to_the_one_before(schedule: str, at: datetime, ago: timedelta) -> None:
    assert time_since_last_turn(schedule, at) == ago


def test_a_late_turn_covers_its_delay_too() -> None:
    assert time_since_last_turn("0 */5 * * * *", SATURDAY + timedelta(minutes=2)) == timedelta(minutes=7)


def test_weekdays_count_from_sunday() -> None:
    saturdays = "0 */5 * * * 6"
    assert time_since_last_turn(saturdays, SATURDAY) == timedelta(minutes=5)
    assert time_since_last_turn(saturdays, SATURDAY + timedelta(days=2)) == timedelta(days=1)
