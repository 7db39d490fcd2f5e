"""What needs a person is told once, again after a day, and when it is over; each says what to do."""

import logging
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sync_core.domain.alert import Alert, Level
from sync_core.domain.errors import TryAgain
from sync_core.domain.lags import NO_LAGS, count_lags
from sync_core.domain.overview import State
from sync_core.domain.secret import SecretState, SecretTerm, judge
from sync_core.domain.source import Heard, Source, SourceId, WorkingHours
from sync_core.domain.stored import Held
from sync_core.flows.accept import WEBHOOKS
from sync_core.flows.alerts import (
    FEWEST_MEASURED,
    PULLS_MAY_FAIL,
    Silence,
    raise_alerts,
    standing_alerts,
    watch_pull,
)
from sync_core.flows.carry_out import WAITING_FOR_BOARD
from sync_core.flows.keep_subscriptions import keep_subscriptions
from tests.flows.stage import R0, Stage, now, planned

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAGE = Path(__file__).parents[2] / "docs" / "admin" / "alerts.md"


@pytest.fixture
def stage() -> Stage:
    ready = planned()
    now(keep_subscriptions(ready.ports))
    ready.settle()
    return ready


def names(alerts: list[Alert]) -> list[tuple[str, str]]:
    return [(alert.name, alert.level.value) for alert in alerts]


def look(stage: Stage, **more: object) -> list[Alert]:
    return now(raise_alerts(stage.ports, **more))  # type: ignore[arg-type]


def change(stage: Stage, **changes: object) -> None:
    stage.overviews.rows[R0] = replace(stage.overviews.rows[R0], **changes)  # type: ignore[arg-type]


def test_where_all_is_well_nothing_is_told_and_nothing_is_written(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "tandem"):
        assert look(stage) == []
    assert caplog.records == []
    assert now(standing_alerts(stage.ports)) == ()


def test_held_rows_are_one_alert_a_day_however_many_there_are(stage: Stage) -> None:
    change(stage, held=(("held by the brake", 11), ("held for a person", 1)))
    [alert] = look(stage)
    assert (alert.name, alert.level, alert.link) == ("held", Level.WARNING, "docs/admin/mend.md#alert-held")
    assert "12 held: 11 × held by the brake, 1 × held for a person" in alert.words
    for _ in range(3):
        stage.clock.advance(HOUR)
        change(stage, held=(("held for a person", 40),))
        assert look(stage) == []
    [standing] = now(standing_alerts(stage.ports))
    assert "40" in standing.words
    stage.clock.advance(DAY)
    assert names(look(stage)) == [("held", "warning")]
    change(stage, held=())
    assert names(look(stage)) == [("held", "over")]
    assert look(stage) == []
    assert now(standing_alerts(stage.ports)) == ()


def test_what_waits_for_a_webhook_on_its_way_is_no_alert_and_a_rejected_member_is(stage: Stage) -> None:
    change(stage, held=((WAITING_FOR_BOARD, 3),))
    assert look(stage) == []
    now(stage.rows.insert(WEBHOOKS, [Held("m", stage.clock.now(), "Zebra", "Zebra", "Zebra")]))
    [alert] = look(stage)
    assert "1 × rejected webhook members" in alert.words
    assert "Zebra" not in alert.words


def test_pulling_that_fails_is_told_after_several_times_in_a_row_and_its_recovery_once(stage: Stage) -> None:
    for _ in range(PULLS_MAY_FAIL - 1):
        assert look(stage, pull_failed="TryAgain") == []
    assert look(stage) == []
    for _ in range(PULLS_MAY_FAIL - 1):
        assert look(stage, pull_failed="TryAgain") == []
    [alert] = look(stage, pull_failed="TryAgain")
    assert (alert.name, alert.level) == ("pull-failing", Level.ERROR)
    assert "TryAgain" in alert.words
    assert look(stage, pull_failed="TryAgain") == []
    assert names(look(stage)) == [("pull-failing", "over")]


def test_pulling_that_fails_because_storage_is_silent_is_told_all_the_same(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(*_: object) -> None:
        raise TryAgain("no answer")

    monkeypatch.setattr(stage.overviews, "read_watch", silent)
    with pytest.raises(TryAgain):
        look(stage, pull_failed="TryAgain")
    assert [line.getMessage().split(" words=")[0] for line in caplog.records] == ["alert=pull-failing level=error"]
    caplog.clear()
    with pytest.raises(TryAgain):
        look(stage)
    assert caplog.records == []


def holding(stage: Stage, left: timedelta) -> list[SecretTerm]:
    term = SecretTerm("key", SecretState.VALID, stage.clock.now() + left)
    return [judge(term, stage.clock.now())]


@pytest.mark.parametrize(
    ("left", "level", "says"),
    [
        (61 * DAY, None, ""),
        (60 * DAY, "warning", "runs out on"),
        (7 * DAY, "error", "runs out on"),
        (-DAY, "error", "has run out"),
    ],
)
def test_a_secret_is_told_in_time(stage: Stage, left: timedelta, level: str | None, says: str) -> None:
    told = look(stage, secrets=holding(stage, left))
    assert names(told) == ([("secret:key", level)] if level else [])
    assert all(says in alert.words for alert in told)


def test_a_secret_is_told_sixty_and_thirty_days_before_its_end_and_daily_in_the_last_seven(stage: Stage) -> None:
    end = stage.clock.now() + 62 * DAY
    told: list[tuple[int, str]] = []
    for left in range(62, 4, -1):
        terms = [judge(SecretTerm("key", SecretState.VALID, end), stage.clock.now())]
        told += [(left, alert.level.value) for alert in look(stage, secrets=terms) if alert.name == "secret:key"]
        stage.clock.advance(DAY)
    assert told == [(60, "warning"), (30, "warning"), (7, "error"), (6, "error"), (5, "error")]
    assert names(look(stage, secrets=holding(stage, 365 * DAY))).count(("secret:key", "over")) == 1


def test_a_secret_that_is_named_and_not_there_is_told_and_one_that_may_not_be_asked_for_is_not(stage: Stage) -> None:
    told = look(stage, secrets=[SecretTerm("a", SecretState.MISSING), SecretTerm("b", SecretState.UNKNOWN)])
    assert names(told) == [("secret:a", "warning")]


def test_the_timer_looks_after_the_secrets_of_the_environment_and_of_the_sources(stage: Stage) -> None:
    stage.secrets.named = ["client"]
    stage.secrets.held = {"client": stage.clock.now() + 5 * DAY, "board": stage.clock.now() + 20 * DAY}
    now(stage.ports.sources.put(Source(SourceId("erp"), secret_names=("board",)), None))
    now(watch_pull(stage.ports, MINUTE, is_notified=True))
    assert {alert.name for alert in now(standing_alerts(stage.ports))} == {"secret:client", "secret:board"}


def test_what_nobody_can_be_asked_about_now_is_neither_over_nor_told_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.secrets.named = ["gone"]
    now(stage.ports.sources.put(Source(SourceId("erp"), hours=WorkingHours()), None))
    now(stage.ports.sources.note(SourceId("erp"), Heard(webhook_at=stage.clock.now() - 7 * DAY)))
    now(watch_pull(stage.ports, MINUTE, is_notified=False))
    before = now(standing_alerts(stage.ports))
    assert {alert.name for alert in before} == {"secret:gone", "silence:erp"}

    async def silent(*_: object) -> None:
        raise TryAgain("no answer")

    monkeypatch.setattr(stage.sources, "list", silent)
    stage.clock.advance(2 * DAY)
    assert now(watch_pull(stage.ports, MINUTE, is_notified=False))[1] == 0
    assert now(standing_alerts(stage.ports)) == before


def test_a_pull_that_fails_ends_no_alert_about_secrets(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.secrets.named = ["gone"]
    now(watch_pull(stage.ports, MINUTE, is_notified=False))

    async def failing(*_: object) -> None:
        raise TryAgain("no answer")

    monkeypatch.setattr("sync_core.flows.alerts.pull_due_calendars", failing)
    with pytest.raises(TryAgain):
        now(watch_pull(stage.ports, MINUTE, is_notified=False))
    assert [alert.name for alert in now(standing_alerts(stage.ports))] == ["secret:gone"]


def test_each_silent_source_is_an_alert_of_its_own(stage: Stage) -> None:
    told = look(stage, silent=[Silence("default", stage.clock.now()), Silence("other")])
    assert names(told) == [("silence:default", "warning"), ("silence:other", "warning")]
    assert "2026-" in told[0].words
    assert "ever" in told[1].words
    assert names(look(stage, silent=[Silence("other")])) == [("silence:default", "over")]


def test_a_subscription_that_is_missing_or_about_to_end_is_told_once_renewal_had_its_chance(stage: Stage) -> None:
    stage.clock.advance(DAY)
    assert look(stage) == []
    stage.clock.advance(5 * DAY)
    [alert] = look(stage)
    assert alert.name == "subscription"
    assert "1 of 1" in alert.words
    now(keep_subscriptions(stage.ports))
    assert names(look(stage)) == [("subscription", "over")]
    stage.subscription_rows.slots.clear()
    assert look(stage, is_notified=False) == []
    assert names(look(stage)) == [("subscription", "warning")]


def test_a_resource_that_was_just_activated_is_not_yet_missed() -> None:
    stage = planned()
    assert look(stage) == []
    stage.clock.advance(3 * HOUR)
    assert names(look(stage)) == [("subscription", "warning")]


def test_whoever_takes_no_part_misses_nothing() -> None:
    stage = planned()
    stage.clock.advance(3 * HOUR)
    change(stage, state=State.PAUSED, waiting=3, waiting_since_at=stage.clock.now() - DAY)
    assert look(stage) == []


@pytest.mark.parametrize(
    ("length", "level"), [(4 * MINUTE, None), (14 * MINUTE, "warning"), (2 * HOUR, "error")], ids=str
)
@pytest.mark.parametrize("way", ["up", "down"])
def test_a_lag_is_told_by_how_long_it_is(stage: Stage, way: str, length: timedelta, level: str | None) -> None:
    at = stage.clock.now()
    few = count_lags(NO_LAGS, [length] * (FEWEST_MEASURED - 1), at)
    change(stage, lag_up=NO_LAGS, lag_down=NO_LAGS)
    change(stage, **{f"lag_{way}": few})
    assert look(stage) == []
    change(stage, **{f"lag_{way}": count_lags(few, [length], at)})
    assert names(look(stage)) == ([(f"lag-{way}", level)] if level else [])
    stage.clock.advance(2 * HOUR)
    assert names(look(stage)) == ([(f"lag-{way}", "over")] if level else [])


@pytest.mark.parametrize(
    ("length", "level", "says"),
    [
        (4 * MINUTE, None, ""),
        (6 * MINUTE, "warning", "6 minutes"),
        (3 * HOUR, "error", "3 hours"),
        (3 * DAY, "error", "3 days"),
    ],
    ids=str,
)
def test_what_is_never_carried_out_is_told_though_it_has_no_lag(
    stage: Stage, length: timedelta, level: str | None, says: str
) -> None:
    since_at = stage.clock.now() - length
    change(stage, waiting=1, waiting_since_at=since_at, active_since_at=since_at - DAY)
    told = look(stage, is_notified=False)
    assert names(told) == ([("waiting", level)] if level else [])
    assert all(says in alert.words for alert in told)


def test_the_line_that_rules_query_has_its_fixed_form(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    change(stage, held=(("held for a person", 1),))
    with caplog.at_level(logging.INFO, "tandem"):
        look(stage)
        change(stage, held=())
        look(stage)
    raised, over = caplog.records
    form = r"alert=held level=warning words=1 held: .+ link=docs/admin/mend\.md#alert-held"
    assert re.fullmatch(form, raised.getMessage())
    assert (raised.levelname, vars(raised)["tandem.alert"], vars(raised)["tandem.level"]) == (
        "WARNING",
        "held",
        "warning",
    )
    assert over.getMessage().startswith("alert=held level=over words=")
    assert over.levelname == "INFO"


def test_the_page_of_alerts_names_every_one(stage: Stage) -> None:
    at = stage.clock.now()
    slow = count_lags(NO_LAGS, [2 * HOUR] * FEWEST_MEASURED, at)
    change(
        stage,
        held=(("held for a person", 1),),
        lag_up=slow,
        lag_down=slow,
        waiting=1,
        waiting_since_at=at - DAY,
        active_since_at=at - 2 * DAY,
    )
    stage.subscription_rows.slots.clear()
    seen: set[str] = set()
    for _ in range(PULLS_MAY_FAIL):
        told = look(stage, secrets=holding(stage, DAY), silent=[Silence("s")], pull_failed="TryAgain")
        seen |= {alert.name.split(":")[0] for alert in told}
    table = PAGE.read_text("utf-8").partition("\n## ")[0]
    rows = set(re.findall(r"^\| `([\w-]+)(?::<\w+>)?` \|", table, re.MULTILINE))
    assert rows == seen
