"""Each rule for a whole deployment, and each check of a file, finds what it is for: a whole, sound specimen is broken
in one place at a time, as `broken/` tells.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.infra.bicep.declarations import load_template
from tests.infra.bicep.parsing import tree_faults
from tests.infra.breaking import SPECIMEN, Break, load_breaks
from tests.infra.checking import OF_A_FILE, rules_for
from tests.infra.declared import Declared
from tests.infra.deployed.carrying_out import carry_out
from tests.infra.deployed.values import Unsound, Value, World
from tests.infra.rules.posture import lock_faults

GIVEN: Mapping[str, Value] = {"name": "A-b1", "addresses": ["ops@contoso.com"], "ready": "one"}
DECLARED = Declared(
    frozenset({"sync_resource"}),
    frozenset({"sync-resource", "sync-resource-poison"}),
    frozenset({"scheduler/events", "graph/notifications"}),
    frozenset({"AzureWebJobsStorage"}),
    frozenset({"TIDY_SCHEDULE"}),
)
WORLD = World()
RULES = rules_for(DECLARED, frozenset({"sync"}), WORLD.deployer)
GROUPS = ("closed", "locks", "triggers", "flex", "names", "alerts", "roles", "secrets", "language", "modules")
BREAKS = {f"{group}: {name}": each for group in GROUPS for name, each in load_breaks(group).items()}


def faults_in(folder: Path, given: Mapping[str, Value] = GIVEN) -> list[str]:
    """Return everything that any check says of the Bicep in a folder."""
    files = sorted(folder.rglob("*.bicep"))
    # The slower parser reads the specimen itself in another test.
    found = [f"{file.name}:{line}: {words}" for file in files for line, words in tree_faults(file.read_text("utf-8"))]
    for check in OF_A_FILE.values():
        found += [str(fault) for file in files for fault in check(load_template(file.resolve()))]
    try:
        whole = carry_out(folder / "main.bicep", given, WORLD)
    except Unsound as trouble:
        return [*found, str(trouble)]
    for rule in RULES.values():
        found += rule(whole)
    return [*found, *lock_faults(whole, is_locked=True)]


def break_specimen(folder: Path, each: Break) -> Path:
    """Copy the specimen into a folder and break it in one place."""
    copy = folder / "infra"
    shutil.copytree(SPECIMEN, copy)
    file = copy / each.file
    file.write_text(each.applied_to(file.read_text("utf-8")), "utf-8")
    return copy


def test_the_specimen_is_sound() -> None:
    assert faults_in(SPECIMEN) == []
    assert faults_in(SPECIMEN, {**GIVEN, "ready": "none"}) == []


@pytest.mark.parametrize("name", BREAKS)
def test_what_breaks_a_rule_is_found(name: str, tmp_path: Path) -> None:
    faults = faults_in(break_specimen(tmp_path, BREAKS[name]))
    assert any(BREAKS[name].says in fault for fault in faults), faults


def test_the_breaks_are_many_and_in_every_file() -> None:
    assert len(BREAKS) > 100
    assert {each.file for each in BREAKS.values()} == {"main.bicep", "modules/access.bicep", "modules/network.bicep"}


def test_what_breaks_a_rule_only_in_another_installation_is_found_there(tmp_path: Path) -> None:
    folder = break_specimen(tmp_path, Break("main.bicep", "PublicAccess: false", "PublicAccess: isPrivate", ""))
    assert faults_in(folder) == []
    assert "storage: properties.allowBlobPublicAccess is True" in faults_in(folder, {**GIVEN, "isPrivate": True})


def test_a_name_that_is_too_short_only_with_the_shortest_parameter_is_found_with_it(tmp_path: Path) -> None:
    folder = break_specimen(tmp_path, Break("main.bicep", "'st${replace(name, '-', '')}${token}'", "name", ""))
    assert faults_in(folder, {**GIVEN, "name": "abc"}) == []
    assert any("storage is called 'a'" in fault for fault in faults_in(folder, {**GIVEN, "name": "a"}))
