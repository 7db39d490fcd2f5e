"""The page of the tenant's settings, the sample and the scenarios know the same settings as the model does."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.paths import ROOT
from sync_core.adapters.wording import check_template
from sync_core.contract.tenant import (
    ResourceSettings,
    TenantSettings,
    document_of,
    parse_overrides,
    parse_tenant_settings,
)
from sync_core.contract.tenant_problems import allowed_words
from sync_core.contract.tenant_settings import PER_CALENDAR, PER_RESOURCE
from sync_core.domain.choices import Choices, Overrides

PAGE = (ROOT / "docs" / "admin" / "settings.md").read_text("utf-8")
SAMPLE = json.loads((ROOT / "docs" / "admin" / "tenant.sample.json").read_text("utf-8"))
NAMES = list(TenantSettings.model_fields)
DEFAULTS = document_of(Choices(), whole=True)
SECTION = re.compile(
    r"^### (?P<name>\w+)\n\n- default: `(?P<default>[^\n]+)`\n- allowed: (?P<allowed>[^\n]+)\n"
    r"- own value for: (?P<own>[^\n]+)\n\n(?P<effect>.+?)\n\n\*What exists\*: (?P<existing>.+?)\n*(?=\n##|\Z)",
    re.MULTILINE | re.DOTALL,
)
SECTIONS = {found["name"]: found.groupdict() for found in SECTION.finditer(PAGE)}
GROUPS = [
    "Which way, which calendars, which days",
    "Who takes part",
    "What is written up",
    "A worker's changes",
    "What comes down",
    "People and mailboxes",
    "Brake",
    "What is kept",
]
# They are chosen where the resource and its calendars are, not in a document of overrides.
OWN_OF_A_PROFILE = {"direction": "a resource, a calendar", "zone": "a resource"}

# How long something is kept shows on neither side: tests/flows/test_tidy_up.py has both values of these.
KEEPING = {"journal_days", "trail_days"}

SCENARIOS = sorted((ROOT / "tests" / "scenarios").rglob("*.yaml"))


def allowed_for(name: str) -> str:
    tenants = allowed_words(TenantSettings, name)
    resources = allowed_words(ResourceSettings, name) if name in PER_RESOURCE else tenants
    return tenants if tenants == resources else f"{tenants}; for a resource {resources}"


def own_value_for(name: str) -> str:
    if name in OWN_OF_A_PROFILE:
        return OWN_OF_A_PROFILE[name]
    if name in PER_CALENDAR:
        return "a resource, a calendar"
    return "a resource" if name in PER_RESOURCE else "nobody"


def test_the_page_tells_every_setting_once_in_the_order_of_the_model() -> None:
    assert re.findall(r"^### (.+)$", PAGE, re.MULTILINE) == NAMES
    assert list(SECTIONS) == NAMES


def test_the_page_is_grouped_as_an_admin_thinks() -> None:
    assert re.findall(r"^## (.+)$", PAGE, re.MULTILINE) == GROUPS


@pytest.mark.parametrize("name", NAMES)
def test_the_page_says_of_a_setting_what_the_model_says(name: str) -> None:
    section = SECTIONS[name]
    assert json.loads(section["default"]) == DEFAULTS[name]
    assert section["allowed"] == allowed_for(name)
    assert section["own"] == own_value_for(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_explains_every_word_that_a_setting_may_be(name: str) -> None:
    words = set(re.findall(r"`(\w+)`", SECTIONS[name]["allowed"])) - {"true", "false", "null"}
    # Words of Outlook explain themselves, as do the names of fields.
    if name.startswith(("on_", "inward_words", "direction", "principal_")):
        assert all(f"`{word}`" in SECTIONS[name]["effect"] for word in words)
    assert len(SECTIONS[name]["effect"].split()) > 8


def test_the_sample_shows_every_setting_once_in_the_order_of_the_model() -> None:
    assert list(SAMPLE) == NAMES
    assert list(SAMPLE["owners"]) == list(DEFAULTS["owners"])


def test_the_sample_is_a_document_that_is_taken() -> None:
    read = parse_tenant_settings(SAMPLE, check_template)
    assert isinstance(read, Choices), [str(problem) for problem in read]
    assert document_of(read, whole=True) == SAMPLE


def test_the_sample_opens_nothing_that_a_new_tenant_keeps_closed() -> None:
    for name in ("direction", "changes_down", "events_down", "on_closed", "on_deletion", "principal_lookup"):
        assert SAMPLE[name] == DEFAULTS[name]


# The scenarios: every setting is seen in at least two of them, once with its default and once with another value. A
# scenario lists what it shows as "setting=value". The value is JSON, or a plain word of a setting that takes words; for
# a table, a list or a text it may also be words of one's own. The word `default` names the default of any setting,
# nothing at all (or `none`) that of one that is empty by default.


def shown_by(scenario: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for shown in scenario.get("shows") or ():
        name, _, value = str(shown).partition("=")
        yield name.strip(), value.strip()


def value_of(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def is_default(name: str, text: str) -> bool:
    is_empty = text in ("", "none") and DEFAULTS[name] in ("", [], {}, None)
    is_same_list = isinstance(DEFAULTS[name], list) and [word.strip() for word in text.split(",")] == DEFAULTS[name]
    return text == "default" or is_empty or is_same_list or value_of(text) == DEFAULTS[name]


def is_allowed(name: str, value: Any) -> bool:
    """Is it a value of the tenant's, or at least of one resource's own?"""
    if isinstance(parse_tenant_settings({name: value}, lambda _name, _text: None), Choices):
        return True
    return isinstance(parse_overrides({name: value}), Overrides)


def faults_in(scenarios: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Whatever names no setting, says no value or one that would be refused."""
    faults = []
    for place, scenario in scenarios:
        for name, text in shown_by(scenario):
            if name not in NAMES or not (text or is_default(name, text)):
                faults.append(f"{place}: {name}={text}")
            elif not is_default(name, text) and not isinstance(DEFAULTS[name], list | dict | str):
                faults += [] if is_allowed(name, value_of(text)) else [f"{place}: {name}={text}"]
    return faults


def missing_from(scenarios: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """The settings of which no scenario shows the default, or none another value."""
    seen: defaultdict[str, set[bool]] = defaultdict(set)
    for _, scenario in scenarios:
        for name, text in shown_by(scenario):
            if name in NAMES:
                seen[name].add(is_default(name, text))
    wanted = {True: "its default", False: "another value"}
    return [
        f"{name}: {words}"
        for name in NAMES
        if name not in KEEPING
        for known, words in wanted.items()
        if known not in seen[name]
    ]


def read_scenarios(files: Iterable[Path]) -> list[tuple[str, Mapping[str, Any]]]:
    loaded = ((file.name, yaml.safe_load(file.read_text("utf-8"))) for file in files)
    return [(name, document) for name, document in loaded if isinstance(document, dict)]


@pytest.mark.skipif(not SCENARIOS, reason="there are no scenarios yet")
def test_what_a_scenario_shows_is_a_setting_with_a_value_it_can_have() -> None:
    assert not faults_in(read_scenarios(SCENARIOS))


@pytest.mark.skipif(not SCENARIOS, reason="there are no scenarios yet")
def test_every_setting_is_shown_by_a_scenario_with_its_default_and_by_one_with_another_value() -> None:
    assert not missing_from(read_scenarios(SCENARIOS))


def test_a_setting_that_no_scenario_shows_would_be_found() -> None:
    scenarios: list[tuple[str, Mapping[str, Any]]] = [
        ("a", {"shows": ["days_back=30", "winner=scheduler", "rules=default", "zone=UTC"]}),
        ("b", {"shows": ["days_back=0", "winner=newest", "rules=a rule by category", "reminder_minutes=null"]}),
        ("c", {"shows": None}),
    ]
    missing = missing_from(scenarios)
    assert not [each for each in missing if each.startswith(("days_back:", "winner:", "rules:"))]
    assert {"zone: another value", "reminder_minutes: another value", "brake_percent: its default"} <= set(missing)
    wrong = {"shows": ["dais_back=3", "days_back=", "days_back=many", "tasks_up=maybe", "brake_percent=101"]}
    assert len(faults_in([*scenarios, ("d", wrong)])) == 5
