"""A secret's end is far, near or past, and told in time."""

from datetime import UTC, datetime, timedelta

import pytest

from sync_core.domain.secret import SecretState, SecretTerm, judge, warned_at

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (60 * DAY + SECOND, SecretState.VALID),
        (60 * DAY, SecretState.EXPIRING),
        (SECOND, SecretState.EXPIRING),
        (timedelta(0), SecretState.EXPIRED),
    ],
)
def test_the_calendar_makes_a_valid_secret_one_that_expires(left: timedelta, state: SecretState) -> None:
    judged = judge(SecretTerm("a", SecretState.VALID, NOW + left), NOW)
    assert judged == SecretTerm("a", state, NOW + left)


@pytest.mark.parametrize("state", [SecretState.MISSING, SecretState.UNKNOWN, SecretState.VALID])
def test_one_without_an_end_stays_what_it_is(state: SecretState) -> None:
    assert judge(SecretTerm("a", state), NOW) == SecretTerm("a", state)


@pytest.mark.parametrize(("left", "since"), [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (-3, 7)])
def test_its_end_has_to_be_told_at_sixty_thirty_and_seven_days(left: int, since: int | None) -> None:
    expires_at = NOW + left * DAY
    assert warned_at(expires_at, NOW) == (expires_at - since * DAY if since is not None else None)
