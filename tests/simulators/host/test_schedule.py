"""NCRONTAB expressions and the moments they name."""

from datetime import UTC, datetime

import pytest

from simulators.host.schedule import Schedule

NEXT = [
    ("every second", "* * * * * *", "2026-11-21 10:00:00", "2026-11-21 10:00:01"),
    ("on the hour", "0 0 * * * *", "2026-11-21 10:00:00", "2026-11-21 11:00:00"),
    ("every five minutes", "0 */5 * * * *", "2026-11-21 10:04:59", "2026-11-21 10:05:00"),
    ("steps begin at the field's first value", "0 0 0 */10 * *", "2026-11-12 00:00:00", "2026-11-21 00:00:00"),
    ("a step from a value goes on to the end", "0 5/20 * * * *", "2026-11-21 10:26:00", "2026-11-21 10:45:00"),
    ("a range with a step", "0 0 8-16/4 * * *", "2026-11-21 12:00:00", "2026-11-21 16:00:00"),
    ("a list", "0 0,30 9 * * *", "2026-11-21 09:00:00", "2026-11-21 09:30:00"),
    ("working days by number", "0 30 9 * * 1-5", "2026-11-20 09:30:00", "2026-11-23 09:30:00"),
    ("working days by name", "0 30 9 * * Mon-Fri", "2026-11-20 09:30:00", "2026-11-23 09:30:00"),
    ("sunday is 0", "0 0 0 * * 0", "2026-11-21 10:00:00", "2026-11-22 00:00:00"),
    ("months by name", "0 0 0 1 Jan *", "2026-11-21 10:00:00", "2027-01-01 00:00:00"),
    ("day and weekday must both fit", "0 0 0 13 * Fri", "2026-11-21 00:00:00", "2027-08-13 00:00:00"),
    ("a leap day", "0 0 0 29 2 *", "2026-11-21 00:00:00", "2028-02-29 00:00:00"),
    ("the end of a year", "59 59 23 31 12 *", "2026-12-31 23:59:59", "2027-12-31 23:59:59"),
]

REFUSED = [
    ("five fields", "0 * * * *", "has 5 fields"),
    ("seven fields", "0 0 * * * * *", "has 7 fields"),
    ("a minute 60", "0 60 * * * *", "minute"),
    ("a day 0", "0 0 0 0 * *", "day"),
    ("a backward range", "0 0 17-8 * * *", "hour"),
    ("a step of nothing", "0 */0 * * * *", "minute"),
    ("words", "0 0 noon * * *", "hour"),
    ("a time span", "00:05:00", "has 1 fields"),
]


@pytest.mark.parametrize(
    ("expression", "after", "expected"), [case[1:] for case in NEXT], ids=[case[0] for case in NEXT]
)
def test_a_schedule_names_the_next_moment(expression: str, after: str, expected: str) -> None:
    found = Schedule.parse(expression).next_after(datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(("expression", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_no_schedule_is_refused_with_the_field_named(expression: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Schedule.parse(expression)


def test_a_schedule_that_never_comes_has_no_next_moment() -> None:
    assert Schedule.parse("0 0 0 30 2 *").next_after(datetime(2026, 11, 21, tzinfo=UTC)) is None
