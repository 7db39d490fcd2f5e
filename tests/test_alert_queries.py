"""What rules and workbook ask for is what the app says: alerts, closing lines and measures, and the page names all."""

import json
import re

import pytest

from sync_core.adapters.tables.connection import ALL_TABLES
from sync_core.domain.stored import Family
from sync_core.telemetry import COUNTERS, GAUGES, HISTOGRAMS
from tests.test_mend import alerts, closing_lines
from tests.words_in_code import ROOT

PAGE = (ROOT / "docs/admin/alerts.md").read_text("utf-8")
MEASURES = {*COUNTERS, *HISTOGRAMS, *GAUGES}
BICEP = (ROOT / "infra/modules/alerts.bicep").read_text("utf-8")
QUERIES = {
    **{path.name: path.read_text("utf-8") for path in sorted((ROOT / "infra/queries").glob("*.kql"))},
    **{
        f"workbook: {each['name']}": each["content"]["query"]
        for each in json.loads((ROOT / "infra/workbook.json").read_text("utf-8"))["items"]
        if "query" in each["content"]
    },
}
_TEXT = re.compile(r'"([^"]*)"')
_NAMED_ALERT = re.compile(r"(?:Alert (?:==|!?in|startswith)) (\([^)]*\)|\"[^\"]*\")")
_MESSAGE = re.compile(r'Message (?:startswith|contains) "([^"]*)"')


def asked_alerts(query: str) -> set[str]:
    return {text for names in _NAMED_ALERT.findall(query) for text in _TEXT.findall(names)}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_names_only_alerts_that_the_app_can_tell(name: str) -> None:
    assert asked_alerts(QUERIES[name]) <= alerts()


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_asks_only_for_lines_that_the_app_writes(name: str) -> None:
    begins = {f"{line} " for line in closing_lines()} | {"alert=", " failed=", "<timer> "}
    begins |= {f"alert={alert}" for alert in alerts()}
    assert set(_MESSAGE.findall(QUERIES[name])) <= begins


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_asks_only_for_measures_that_the_app_takes(name: str) -> None:
    assert set(re.findall(r'"(tandem\.\w+)"', QUERIES[name])) <= MEASURES


def test_the_timers_that_are_listened_for_are_the_apps() -> None:
    timers = set(re.findall(r"'<timer>', '(\w+)'", BICEP))
    assert timers == {"renew_subscriptions", "tidy_up"}
    assert timers <= closing_lines()


def test_every_alert_is_mailed_by_a_rule_of_its_own_or_is_left_to_the_one_for_others() -> None:
    """What `other` leaves out must be what the rest takes in, or an alert would be mailed twice or never."""
    left_out = asked_alerts(QUERIES["other.kql"])
    others = [query for name, query in QUERIES.items() if name.endswith(".kql") and name != "other.kql"]
    asked = {text for query in others for text in asked_alerts(query)}
    asked |= {text for query in others for text in re.findall(r'Message startswith "alert=([^"]+)"', query)}
    assert left_out == asked | {"pull-failing"}, "which has a rule on closing lines"
    assert alerts() - left_out == {"vault-silent"}, "which is shown and never told"


def test_a_line_is_taken_apart_by_queries_as_the_app_puts_it_together() -> None:
    parses = {line for query in QUERIES.values() for line in re.findall(r"parse Message with (.*)", query)}
    assert len(parses) == 1
    marks = _TEXT.findall(parses.pop())
    assert marks == ["alert=", " level=", " words=", " link="]
    [form] = re.findall(r"^alert=<name>.*$", PAGE, re.MULTILINE)
    assert re.findall(r"(?:^| )\w+=", form) == marks


def test_the_page_names_every_alert_rule_line_and_measure() -> None:
    rules = set(re.findall(r"^    name: '([a-z-]+)'\n    title:", BICEP, re.MULTILINE))
    assert len(rules) > 10
    lines = {f"{line} " for query in QUERIES.values() for line in re.findall(r'"(\w+) "', query)}
    wanted = {*rules, *lines, *MEASURES, *(each if each[-1] != ":" else f"{each}<" for each in alerts())}
    assert [each for each in sorted(wanted) if f"`{each}" not in PAGE] == []


def test_every_table_and_family_of_rows_is_on_the_page_about_privacy() -> None:
    page = (ROOT / "docs/admin/privacy.md").read_text("utf-8")
    first = [line.split("|")[1] for line in page.splitlines() if line.startswith("|")]
    named = set(re.findall(r"`([\w-]+)`", " ".join(first)))
    assert set(ALL_TABLES) <= named
    assert {family.value for family in Family} <= named
