"""The demo passes only if every change was seen in time, and says which was not."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from devtools.admin import Admin
from devtools.calls import Refused
from devtools.day import Day
from devtools.demo import conclude, drive
from devtools.hands import Planner
from devtools.scene import Seen, Step
from devtools.team import read_team


def seen_after(looks: int) -> Callable[[], Seen]:
    left = iter([False] * (looks - 1) + [True])
    return lambda: lambda: next(left)


def refuse() -> Seen:
    raise Refused("the board said no")


def test_a_day_that_arrives_whole_passes(capsys: pytest.CaptureFixture[str]) -> None:
    arrivals = [drive(Step("board", "plan", seen_after(1))), drive(Step("board", "move", seen_after(3)))]
    assert all(arrival.seconds is not None for arrival in arrivals)
    assert conclude(arrivals, "") == 0
    assert "All 2 changes arrived" in capsys.readouterr().out


def test_a_change_that_is_never_seen_fails_the_day_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    arrivals = [
        drive(Step("board", "plan", seen_after(1))),
        drive(Step("board", "move", lambda: lambda: False, deadline=0.05)),
    ]
    assert conclude(arrivals, "last words of the app") == 1
    said = capsys.readouterr().out
    assert "1 of 2 did not arrive: move." in said
    assert "last words of the app" in said


def test_a_step_that_cannot_be_done_fails_and_the_day_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert drive(Step("board", "plan", refuse)).seconds is None
    assert "the board said no" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("today", "on"),
    [("2026-11-19", "2026-11-20"), ("2026-11-20", "2026-11-23"), ("2026-11-21", "2026-11-23")],
    ids=["thursday", "friday", "saturday"],
)
def test_the_day_is_the_next_working_day(today: str, on: str) -> None:
    noon = datetime.fromisoformat(today).replace(hour=12, tzinfo=UTC)
    day = Day(Planner("http://board"), {}, Admin({}), "http://graph", noon)
    assert day.scene.on.isoformat() == on


def test_the_team_has_a_mailbox_each() -> None:
    team = read_team()
    assert len({each.id for each in team}) == len({each.mailbox for each in team}) == len(team) >= 3
