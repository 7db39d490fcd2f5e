"""The parameters that a `.bicepparam` gives, read by rules over its lines, since neither parser reads such a file.

https://learn.microsoft.com/azure/azure-resource-manager/bicep/parameter-files
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.infra.bicep.declarations import load_template, read_template
from tests.infra.bicep.expressions import Call, Expression, Text, within
from tests.infra.bicep.model import Fault, Template
from tests.infra.bicep.parsing import syntax_faults
from tests.infra.rules.parameters import is_named_like_a_secret
from tests.infra.types.inferring import Place
from tests.infra.types.judging import Judge

USING = re.compile(r"^using '([^']+)'$", re.MULTILINE)
PARAM = re.compile(r"^param (?=\w+ = )", re.MULTILINE)
# Only here, since a template may not depend on who deploys it.
ENVIRONMENT = "readEnvironmentVariable"


def read_given(path: Path, text: str) -> Template:
    """Return the file with each parameter as a variable, which has the same syntax."""
    return read_template(path, _as_bicep(text))


def _as_bicep(text: str) -> str:
    return PARAM.sub("var ", USING.sub("", text))


def given_faults(path: Path, text: str) -> Iterator[Fault]:
    """Yield what is wrong in a file of parameters: its syntax, a name, a kind, or one that is missing."""
    syntax = syntax_faults(_as_bicep(text))
    yield from (Fault(path, line, words) for line, words in syntax)
    using = USING.findall(text)
    if len(using) != 1 or not (path.parent / using[0]).is_file():
        yield Fault(path, 1, "uses not exactly one file that exists")
        return
    if syntax:
        return
    main = load_template((path.parent / using[0]).resolve())
    given = read_given(path, text)
    for each in given.repeated:
        yield given.fault(each.line, f"{each.name} is given twice")
    for name, variable in given.variables.items():
        parameter = main.parameters.get(name)
        if parameter is None:
            yield given.fault(variable.line, f"{main.path.name} has no parameter {name}")
            continue
        if is_named_like_a_secret(name):
            yield given.fault(variable.line, f"{name} would put a secret into a file")
        place = replace(Place(given), names={})
        if not _is_read_from_the_environment(variable.value):
            yield from Judge(place, main.types, name).judge(variable.value, parameter.kind)
        yield from _environment_faults(given, variable.value)
    for parameter in main.parameters.values():
        if parameter.is_required and parameter.name not in given.variables:
            yield given.fault(1, f"{parameter.name} has no default and is not given")


def _is_read_from_the_environment(value: Expression) -> bool:
    return any(isinstance(each, Call) and each.function == ENVIRONMENT for each in within(value))


def _environment_faults(given: Template, value: Expression) -> Iterator[Fault]:
    for each in within(value):
        if isinstance(each, Call) and each.function == ENVIRONMENT:
            names = [
                argument for argument in each.arguments if isinstance(argument, Text) and argument.literal is not None
            ]
            if len(names) != len(each.arguments) or not 1 <= len(names) <= 2:
                yield given.fault(each.line, f"{ENVIRONMENT} takes a name and a default, both written out")
