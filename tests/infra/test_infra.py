"""Everything in `infra/` passes every check; what the checks find is proven in the other files of this folder."""

from pathlib import Path

import pytest

from sync_core.adapters.tables.connection import ALL_TABLES
from tests.infra.bicep.declarations import load_template
from tests.infra.bicep.parsing import syntax_faults
from tests.infra.checking import OF_A_FILE, rules_for
from tests.infra.declared import declared_triggers
from tests.infra.deployed.carrying_out import carry_out
from tests.infra.rules.given import given_faults
from tests.infra.rules.posture import lock_faults
from tests.infra.samples import CHOSEN, INFRA, LETTERS, MAIN, REQUIRED, WORLD, deployments, parameter_sets

FILES = sorted(INFRA.rglob("*.bicep"))
RULES = rules_for(declared_triggers(), frozenset(ALL_TABLES), WORLD.deployer)


def named(file: Path) -> str:
    return str(file.relative_to(INFRA))


@pytest.mark.parametrize("file", FILES, ids=named)
def test_both_parsers_read_every_file(file: Path) -> None:
    assert syntax_faults(file.read_text("utf-8")) == ()


@pytest.mark.parametrize("check", OF_A_FILE)
@pytest.mark.parametrize("file", FILES, ids=named)
def test_every_file_stands_every_check(file: Path, check: str) -> None:
    assert [str(fault) for fault in OF_A_FILE[check](load_template(file))] == []


@pytest.mark.parametrize("file", sorted(INFRA.rglob("*.bicepparam")), ids=named)
def test_what_is_given_is_what_the_template_takes(file: Path) -> None:
    assert [str(fault) for fault in given_faults(file, file.read_text("utf-8"))] == []


def test_every_module_is_used() -> None:
    reached: set[Path] = set()
    waiting = [MAIN]
    while waiting:
        template = load_template(waiting.pop())
        reached.add(template.path)
        waiting += [(template.path.parent / module.file).resolve() for module in template.modules.values()]
    assert [named(file) for file in FILES if file not in reached] == []


def test_the_samples_name_parameters_that_exist_and_are_many() -> None:
    parameters = load_template(MAIN).parameters
    assert {*REQUIRED, *CHOSEN, *LETTERS} <= parameters.keys()
    assert len(parameter_sets()) > 20


@pytest.mark.parametrize("rule", RULES)
def test_every_installation_keeps_every_rule(rule: str) -> None:
    faults = {name: [*RULES[rule](whole)] for name, whole in deployments().items()}
    assert {name: words for name, words in faults.items() if words} == {}


def test_storage_and_vault_are_locked_unless_that_is_turned_off() -> None:
    for name, whole in deployments().items():
        assert [*lock_faults(whole, is_locked=name != "everything off")] == [], name


def test_a_private_network_comes_only_where_it_is_chosen() -> None:
    networks = {name for name, whole in deployments().items() if whole.of_type("Microsoft.Network/virtualNetworks")}
    assert networks == {"everything on"}


def test_the_deployment_names_itself_the_same_each_time_and_another_elsewhere() -> None:
    """Its connector id stands on every event that it makes: another one would make them all foreign."""
    again = carry_out(MAIN, REQUIRED, WORLD)
    elsewhere = carry_out(MAIN, {**REQUIRED, "environmentName": "another"}, WORLD)
    first = deployments()["only what is required"].outputs["CONNECTOR_ID"]
    assert first == again.outputs["CONNECTOR_ID"] != elsewhere.outputs["CONNECTOR_ID"]


def test_two_installations_may_share_a_group() -> None:
    one = deployments()["only what is required"]
    other = carry_out(MAIN, {**REQUIRED, "environmentName": "another"}, WORLD)
    assert not {each.id for each in one.placed} & {each.id for each in other.placed}
