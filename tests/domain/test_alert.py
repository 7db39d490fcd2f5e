"""An alert is told when it begins, once a day while it lasts, when it becomes worse, and when it ends."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sync_core.domain.alert import Alert, Level, Trouble, as_before, tell

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HELD = Trouble("held", Level.WARNING, "3 are held")
LAG = Trouble("lag-up", Level.WARNING, "slow")


def names(alerts: Sequence[Alert]) -> list[tuple[str, str]]:
    return [(alert.name, alert.level.value) for alert in alerts]


def test_a_trouble_is_told_once_and_again_after_a_day() -> None:
    alerts, told = tell([], [HELD], NOON)
    assert names(told) == [("held", "warning")]
    for hours in (0, 5, 23):
        alerts, told = tell(alerts, [replace(HELD, words=f"{hours} are held")], NOON + timedelta(hours=hours))
        assert told == []
        assert alerts[0].words == f"{hours} are held"
    alerts, told = tell(alerts, [HELD], NOON + timedelta(hours=24))
    assert names(told) == [("held", "warning")]
    assert alerts[0].since_at == NOON
    assert tell(alerts, [HELD], NOON + timedelta(hours=25))[1] == []


def test_its_end_is_told_once() -> None:
    alerts, _ = tell([], [HELD, LAG], NOON)
    alerts, told = tell(alerts, [LAG], NOON + timedelta(minutes=5))
    assert names(told) == [("held", "over")]
    assert names(alerts) == [("lag-up", "warning")]
    assert tell(alerts, [LAG], NOON + timedelta(minutes=10))[1] == []


def test_one_that_becomes_worse_is_told_at_once_and_one_that_becomes_better_is_not() -> None:
    alerts, _ = tell([], [HELD], NOON)
    worse = replace(HELD, level=Level.ERROR)
    alerts, told = tell(alerts, [worse], NOON + timedelta(minutes=5))
    assert names(told) == [("held", "error")]
    alerts, told = tell(alerts, [HELD], NOON + timedelta(minutes=10))
    assert told == []
    assert alerts[0].level is Level.WARNING


def test_every_trouble_and_alert_links_to_the_section_of_its_kind() -> None:
    (alert,), _ = tell([], [Trouble("silence:board", Level.WARNING, "nothing since noon")], NOON)
    assert alert.link == "docs/admin/mend.md#alert-silence"
    assert HELD.link == "docs/admin/mend.md#alert-held"


def test_where_nobody_could_look_what_stands_goes_on_and_is_not_told() -> None:
    alerts, _ = tell([], [HELD], NOON)
    for hours in (1, 30):
        after, told = tell(alerts, [as_before(alert) for alert in alerts], NOON + timedelta(hours=hours))
        assert (after, told) == (alerts, [])
