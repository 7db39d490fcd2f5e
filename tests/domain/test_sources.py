"""A source of webhooks: what may be written of it, when its silence is odd, and how it is judged."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from sync_core.domain.source import (
    DEFAULT_SOURCE,
    Heard,
    Level,
    Proof,
    Refusal,
    Source,
    SourceId,
    Standing,
    WorkingHours,
    line_of,
    silence,
)
from sync_core.domain.source_checks import check_source

ERP = SourceId("erp")
APP = "7b1c5b52-7e16-4b34-8cf3-6b8e8de60003"
SIGNED = Source(ERP, secret_names=("one",))
HMAC = Source(ERP, Proof.HMAC_BODY, ("one", "two"), header="X-Signature", prefix="sha256=")
BEARER = Source(ERP, Proof.ENTRA_BEARER, audience="api://tandem", app_ids=(APP,))
BASIC = Source(ERP, Proof.BASIC, ("one",), user="board")
URL = Source(ERP, Proof.URL_SECRET, ("one",), addresses=("203.0.113.7", "2001:db8::/32"))
BERLIN_HOURS = WorkingHours("Europe/Berlin", start=time(8), end=time(17))
# A Monday, an hour after the hours begin in Berlin.
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "good", [Source(DEFAULT_SOURCE), SIGNED, HMAC, BEARER, BASIC, URL], ids=lambda each: each.proof
)
def test_what_is_whole_may_be_written(good: Source) -> None:
    assert check_source(good) == ()
    assert check_source(replace(good, hours=BERLIN_HOURS, addresses=("203.0.113.0/24",))) == ()


@pytest.mark.parametrize(
    ("base", "change", "field"),
    [
        (SIGNED, {"id": "ERP"}, "id"),
        (SIGNED, {"id": "-erp"}, "id"),
        (SIGNED, {"id": "e" * 64}, "id"),
        (SIGNED, {"secret_names": ()}, "secret_names"),
        (SIGNED, {"secret_names": ("a", "b", "c")}, "secret_names"),
        (SIGNED, {"secret_names": ("whsec_a+b",)}, "secret_names"),
        (SIGNED, {"header": "X-Signature"}, "header"),
        (BASIC, {"id": DEFAULT_SOURCE, "secret_names": ()}, "secret_names"),
        (BASIC, {"user": ""}, "user"),
        (BASIC, {"user": "a:b"}, "user"),
        (BASIC, {"audience": "api://x"}, "audience"),
        (HMAC, {"header": ""}, "header"),
        (HMAC, {"header": "X Signature"}, "header"),
        (HMAC, {"prefix": "sha 256="}, "prefix"),
        (HMAC, {"user": "board"}, "user"),
        (BEARER, {"audience": ""}, "audience"),
        (BEARER, {"app_ids": ()}, "app_ids"),
        (BEARER, {"app_ids": ("everybody",)}, "app_ids"),
        (BEARER, {"app_ids": (APP,) * 51}, "app_ids"),
        (BEARER, {"secret_names": ("one",)}, "secret_names"),
        (URL, {"addresses": ()}, "addresses"),
        (URL, {"addresses": ("0.0.0.0/0",)}, "addresses"),
        (URL, {"addresses": ("::/0",)}, "addresses"),
        (URL, {"addresses": ("board.example",)}, "addresses"),
        (URL, {"addresses": ("203.0.113.7",) * 51}, "addresses"),
        (SIGNED, {"hours": replace(BERLIN_HOURS, days=())}, "hours"),
        (SIGNED, {"hours": replace(BERLIN_HOURS, days=(7,))}, "hours"),
        (SIGNED, {"hours": replace(BERLIN_HOURS, start=time(17))}, "hours"),
        (SIGNED, {"hours": replace(BERLIN_HOURS, zone="Mars/Base")}, "hours"),
        (SIGNED, {"hours": replace(BERLIN_HOURS, zone="W. Europe Standard Time")}, "hours"),
        (SIGNED, {"silence_after": timedelta(minutes=1)}, "silence_after"),
        (SIGNED, {"silence_after": timedelta(days=31)}, "silence_after"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed_and_without_its_value(
    base: Source, change: dict[str, Any], field: str
) -> None:
    [problem] = check_source(replace(base, **change))
    assert problem.field == field
    assert problem.remedy
    assert str(problem).startswith(f"{field} {problem.wrong}; ")
    assert "whsec" not in str(problem)


def test_hours_are_those_of_the_place_and_of_working_days() -> None:
    friday = MONDAY - timedelta(days=3)
    assert BERLIN_HOURS.worked(MONDAY, MONDAY + timedelta(hours=1)) == timedelta(hours=1)
    # In Berlin the hours end at 16:00 UTC and begin at 07:00 UTC; the weekend is none.
    assert BERLIN_HOURS.worked(friday + timedelta(hours=7), MONDAY) == timedelta(hours=2)
    assert BERLIN_HOURS.worked(MONDAY + timedelta(hours=9), MONDAY + timedelta(hours=22)) == timedelta(0)
    assert BERLIN_HOURS.worked(MONDAY, MONDAY - timedelta(hours=1)) == timedelta(0)
    assert BERLIN_HOURS.worked(MONDAY, MONDAY - timedelta(days=30)) == timedelta(0)


def test_years_of_silence_are_counted_quickly() -> None:
    ages_ago = MONDAY - timedelta(days=5_000)
    assert timedelta(hours=9 * 40) < BERLIN_HOURS.worked(ages_ago, MONDAY) < timedelta(hours=9 * 50)


def test_silence_is_odd_only_in_working_hours_and_after_something_was_heard() -> None:
    source = replace(SIGNED, hours=BERLIN_HOURS, silence_after=timedelta(hours=2))
    heard = Standing(source, Heard(webhook_at=MONDAY))
    assert silence(heard, MONDAY + timedelta(hours=2)) is None
    assert silence(heard, MONDAY + timedelta(hours=3)) == timedelta(hours=3)
    assert (
        silence(Standing(source, Heard(webhook_at=MONDAY + timedelta(hours=7))), MONDAY + timedelta(hours=20)) is None
    )
    assert silence(Standing(source), MONDAY + timedelta(days=9)) is None
    assert silence(Standing(SIGNED, Heard(webhook_at=MONDAY)), MONDAY + timedelta(days=9)) is None


@pytest.mark.parametrize(
    ("heard", "level", "words"),
    [
        (Heard(), Level.AMBER, "scheduler.ping"),
        (Heard(refusal_at=MONDAY, refusal=Refusal.PROOF), Level.RED, "2026-11-23 08:00 UTC (proof)"),
        (Heard(webhook_at=MONDAY), Level.GREEN, "last heard 2026-11-23 08:00 UTC"),
        (Heard(MONDAY, MONDAY, MONDAY - timedelta(hours=1), Refusal.PROOF), Level.GREEN, "last heard"),
        (Heard(MONDAY, None, MONDAY + timedelta(minutes=1), Refusal.CLOCK), Level.AMBER, "(clock)"),
        (Heard(webhook_at=MONDAY - timedelta(days=7)), Level.RED, "silent for"),
    ],
)
def test_a_source_is_judged_in_one_line(heard: Heard, level: Level, words: str) -> None:
    source = replace(SIGNED, hours=BERLIN_HOURS)
    line = line_of(Standing(source, heard), MONDAY + timedelta(minutes=2))
    assert line.level is level
    assert words in line.words
