"""Every check of one file, and every rule for a whole deployment, each under its name."""

from collections.abc import Callable, Iterator, Mapping

from tests.infra.bicep.model import Fault, Template
from tests.infra.declared import Declared
from tests.infra.deployed.values import Whole
from tests.infra.rules.alerts import alert_faults
from tests.infra.rules.early import early_faults
from tests.infra.rules.flex import flex_faults
from tests.infra.rules.linted import linter_faults
from tests.infra.rules.modules import cycle_faults, module_faults
from tests.infra.rules.names import name_faults
from tests.infra.rules.parameters import parameter_faults, secret_faults
from tests.infra.rules.posture import diagnostics_faults, posture_faults, privacy_faults
from tests.infra.rules.roles import role_faults
from tests.infra.rules.stores import store_faults
from tests.infra.rules.symbols import symbol_faults
from tests.infra.rules.triggers import trigger_faults
from tests.infra.types.published import load_published
from tests.infra.types.resources import type_faults


def _types(template: Template) -> Iterator[Fault]:
    return type_faults(template, load_published())


OF_A_FILE: Mapping[str, Callable[[Template], Iterator[Fault]]] = {
    "types of resources": _types,
    "names and calls": symbol_faults,
    "what the linter refuses": linter_faults,
    "modules": module_faults,
    "no circle of modules": cycle_faults,
    "known when it begins": early_faults,
    "descriptions and defaults": parameter_faults,
    "no secrets": secret_faults,
}


def rules_for(
    declared: Declared, tables: frozenset[str], deployer: str
) -> Mapping[str, Callable[[Whole], Iterator[str]]]:
    """Return every rule for a whole deployment of an app that declares this and uses these tables."""
    return {
        "closed as it must be": posture_faults,
        "private where it says so": privacy_faults,
        "told to the workspace": diagnostics_faults,
        "fit for Flex Consumption": flex_faults,
        "names that Azure takes": name_faults,
        "alerts that can be made": alert_faults,
        "queues and tables of the code": lambda whole: store_faults(whole, declared.queues, tables),
        "triggers of the code": lambda whole: trigger_faults(whole, declared),
        "least roles": lambda whole: role_faults(whole, deployer),
    }
