"""Every scenario file is understood, and every breaking of a rule still fits the product and names scenarios."""

from pathlib import Path

import pytest

from devtools.mutations.rules import Breaking, read_rules
from devtools.paths import ROOT
from sync_core.domain.choices import Choices
from tests.scenarios.said import NotAScenario
from tests.scenarios.scenario import read_scenario
from tests.scenarios.settings import NAMES
from tests.scenarios.test_scenarios import FILES, name_of

RULES = read_rules()
# Days would have to pass: tests/flows let them.
BY_AGE = {"journal_days", "trail_days"}


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_scenario_is_understood_without_playing_it(file: Path) -> None:
    assert read_scenario(file, name_of(file)).title.endswith(".")


def test_scenarios_have_titles_of_their_own() -> None:
    titles = [read_scenario(file, name_of(file)).title for file in FILES]
    assert not {title for title in titles if titles.count(title) > 1}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in BY_AGE])
def test_a_setting_is_shown_with_its_default_and_another_value(name: str) -> None:
    scenarios = [read_scenario(file, name_of(file)) for file in FILES]
    shown = {each.partition("=")[2] for scenario in scenarios for each in scenario.shows if each.startswith(f"{name}=")}
    default = getattr(Choices(), name)
    assert len(shown) > 1
    if name == "reminder_minutes":
        assert "none" in shown
    elif not isinstance(default, tuple):
        assert str(default).lower() in {value.lower() for value in shown}


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("title: x\nshows: []\nwhen: []\nthen: {}\nextra: 1", 5, "'extra' is not understood"),
        ("title: x\nshows: []\nwhen:\n  - planner: dances\nthen: {}", 4, "does not 'dances'"),
        ("title: x\nshows: []\nwhen:\n  - planner: moves A\n    tu: day 1\nthen: {}", 5, "not 'tu'"),
        ("title: x\nshows: []\nwhen:\n  - planner: moves A\nthen: {}", 4, "needs to"),
        ("title: x\nshows: []\nwhen:\n  - planner: moves A\n    to: noon\nthen: {}", 5, "'noon' says no time"),
        ("title: x\nshows: []\nsettings: {winer: x}\nwhen: []\nthen: {}", 3, "no setting 'winer'"),
        ("title: x\nshows: []\nsettings: {winner: me}\nwhen: []\nthen: {}", 3, "winner"),
        ("title: x\nshows: [winner]\nwhen: []\nthen: {}", 2, "no setting with a value"),
        ("title: x\nshows: []\nteam: {ada: {dirction: up}}\nwhen: []\nthen: {}", 3, "'dirction' is not understood"),
        ("title: x\nshows: []\nwhen: []\nthen: {bord: 1}", 4, "'bord' is not understood"),
        ("title: [", 1, "no YAML"),
    ],
)
def test_what_is_not_understood_is_said_with_its_line(text: str, line: int, why: str, tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(NotAScenario) as refusal:
        read_scenario(file, "group/one")
    assert str(refusal.value).startswith(f"group/one:{line}: ")
    assert why in str(refusal.value)


@pytest.mark.parametrize("breaking", RULES, ids=lambda breaking: breaking.rule)
def test_a_breaking_fits_the_product_and_names_scenarios(breaking: Breaking) -> None:
    text = (ROOT / breaking.file).read_text("utf-8")
    assert breaking.breaks(text) != text
    assert breaking.scenarios


def test_rules_have_names_of_their_own() -> None:
    names = [breaking.rule for breaking in RULES]
    assert not {name for name in names if names.count(name) > 1}
