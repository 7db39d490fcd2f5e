"""Parameters that an installation may choose: the least, the shortest, the longest, everything on, and so on."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import cycle, islice

from devtools.paths import ROOT
from tests.infra.bicep.declarations import load_template
from tests.infra.bicep.expressions import Expression, Number
from tests.infra.bicep.kinds import BOOL, INT, Words
from tests.infra.bicep.model import Parameter
from tests.infra.deployed.carrying_out import carry_out
from tests.infra.deployed.evaluating import Evaluator
from tests.infra.deployed.values import Value, Whole, World
from tests.infra.rules.given import read_given

INFRA = ROOT / "infra"
MAIN = INFRA / "main.bicep"
GIVEN = INFRA / "main.bicepparam"

REQUIRED: Mapping[str, Value] = {
    "schedulerUrl": "https://board.contoso.com",
    "alertAddresses": ["ops@contoso.com"],
}
# What may be left empty, filled in as somebody would.
CHOSEN: Mapping[str, Value] = {
    "adminAudience": "api://2c6f0e52-8d0b-4a57-9f0e-3b1d7a64c0aa",
    "budgetStartsOn": "2026-12-01",
    "connectorId": "7a4f3c1e-9b52-4c8e-8d1a-2f6b0c9e5d31",
    "graphClientId": "2c6f0e52-8d0b-4a57-9f0e-3b1d7a64c0aa",
    "graphTenantId": "5d0b7e1c-64a9-4f2e-8c37-0f9a1b2c3d4e",
    "publicUrl": "https://tandem.contoso.com",
    "vaultOpenTo": ["203.0.113.7", "198.51.100.0/24"],
    "tags": {"costCentre": "4711"},
}
# What the texts of a parameter are made of where its length is tried, as its description allows.
LETTERS: Mapping[str, str] = {
    "name": "A-b1",
    "environmentName": "A-b_1.",
    "functionAppName": "A-b1",
    "storageAccountName": "ab1",
    "vaultName": "A-b1",
}
# What the variables of the environment hold that have no default.
ENVIRONMENT: Mapping[str, str] = {
    "SCHEDULER_URL": "https://board.contoso.com",
    "ALERT_ADDRESSES": "ops@contoso.com night@contoso.com",
}


def parameter_sets() -> dict[str, Mapping[str, Value]]:
    """Return what installations choose, by a name that tells what is tried."""
    parameters = load_template(MAIN).parameters.values()
    chosen = {name: value for name, value in CHOSEN.items() if name in load_template(MAIN).parameters}
    full = {**REQUIRED, **chosen}
    sets: dict[str, Mapping[str, Value]] = {
        "only what is required": REQUIRED,
        "as main.bicepparam gives it": dict(_given_by_file()),
        "everything chosen": full,
        "everything on": {**full, **{each.name: True for each in parameters if each.kind == BOOL}},
        "everything off": {**REQUIRED, **{each.name: False for each in parameters if each.kind == BOOL}},
        "the shortest and least": {**REQUIRED, **dict(_extremes("minLength", "minValue"))},
        "the longest and most": {**full, **dict(_extremes("maxLength", "maxValue"))},
    }
    for parameter in parameters:
        if isinstance(parameter.kind, Words):
            for word in parameter.kind.allowed:
                sets[f"{parameter.name} {word}"] = {**REQUIRED, parameter.name: word}
    return sets


@cache
def deployments() -> Mapping[str, Whole]:
    """Return what each of these installations would be, worked out once."""
    return {name: carry_out(MAIN, given, WORLD) for name, given in parameter_sets().items()}


WORLD = World()


def _extremes(length: str, amount: str) -> Iterator[tuple[str, Value]]:
    for parameter in load_template(MAIN).parameters.values():
        if (value := _limit(parameter, amount)) is not None and parameter.kind == INT:
            yield parameter.name, value
        elif parameter.name in LETTERS and (count := _limit(parameter, length)) is not None:
            text = "".join(islice(cycle(LETTERS[parameter.name]), count))
            # A name may have a hyphen anywhere but at its end.
            yield parameter.name, re.sub(r"[-_.]$", "z", text)


def _limit(parameter: Parameter, decorator: str) -> int | None:
    found = parameter.decorator(decorator)
    said: Expression | None = found.arguments[0] if found else None
    return said.value if isinstance(said, Number) else None


def _given_by_file() -> Iterator[tuple[str, Value]]:
    given = read_given(GIVEN, GIVEN.read_text("utf-8"))
    reading = Evaluator(given, WORLD, environment=ENVIRONMENT)
    for name, variable in given.variables.items():
        yield name, reading.find(name, variable.line)
