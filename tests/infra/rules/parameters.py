"""What a parameter and an output must say of themselves, and what neither may carry.

https://learn.microsoft.com/azure/azure-resource-manager/bicep/linter-rule-outputs-should-not-contain-secrets
"""

import re
from collections.abc import Iterator

from tests.infra.bicep.expressions import Call, Expression, Member, Name, Object, Text, within
from tests.infra.bicep.functions import READS_A_SECRET
from tests.infra.bicep.model import Declaration, Fault, Output, Parameter, Template, expressions_of
from tests.infra.types.inferring import Place
from tests.infra.types.judging import Judge

SECRET = re.compile(
    r"secret|password|passphrase|credential|token|(?:api|account|access|shared|primary)key", re.IGNORECASE
)
# A name that ends so only tells where a secret is, whose it is, or how it is treated.
ABOUT_A_SECRET = re.compile(
    r"(?:Name|Names|Id|Type|Uri|Url|Version|Days|Role|Enabled|Officer|Officers|Expiry)$|^(?:is|has|allow|use)[A-Z]"
)
READ_OF_A_RESOURCE = re.compile(
    r"^(?:primary|secondary)?(?:sharedKey|key\d?)$|InstrumentationKey|sasToken", re.IGNORECASE
)


def parameter_faults(template: Template) -> Iterator[Fault]:
    """Yield each parameter and output without a description, and each default that its parameter does not take."""
    for each in (*template.parameters.values(), *template.outputs.values()):
        said = each.decorator("description")
        words = said.arguments[0] if said and said.arguments else None
        if not isinstance(words, Text) or len((words.literal or "").strip()) < 5:
            yield template.fault(each.line, f"{each.name} has no @description")
    for parameter in template.parameters.values():
        if parameter.default is not None:
            yield from Judge(Place(template), template.types, parameter.name).judge(parameter.default, parameter.kind)
    for output in template.outputs.values():
        yield from Judge(Place(template), template.types, output.name).judge(output.value, output.kind)


def secret_faults(template: Template) -> Iterator[Fault]:
    """Yield whatever could bring a secret into a parameter, an output or the log of a deployment."""
    for each in (*template.parameters.values(), *template.outputs.values()):
        if is_named_like_a_secret(each.name) and not each.is_secure:
            yield template.fault(each.line, f"{each.name} is named like a secret")
    for parameter in template.parameters.values():
        is_plain = isinstance(parameter.default, Text) and not parameter.default.parts
        is_made = isinstance(parameter.default, Call) and parameter.default.function == "newGuid"
        if parameter.is_secure and parameter.default is not None and not (is_plain or is_made):
            yield template.fault(parameter.line, f"{parameter.name} is secure and has a default that everyone can read")
    for output in template.outputs.values():
        yield from _output_faults(template, output)
    for declared in template.symbols():
        yield from _reading_faults(template, declared)
    for resource in template.resources.values():
        properties = resource.body.get("properties")
        if resource.type.endswith("vaults/secrets") and isinstance(properties, Object) and properties.get("value"):
            yield template.fault(
                resource.line, f"{resource.name} puts a secret into the vault; whoever deploys does that"
            )


def is_named_like_a_secret(name: str) -> bool:
    return bool(SECRET.search(name)) and not ABOUT_A_SECRET.search(name)


def _output_faults(template: Template, output: Output) -> Iterator[Fault]:
    yield from _reading_faults(template, output)
    for name in _names_behind(template, output.value):
        parameter = template.parameters.get(name)
        if isinstance(parameter, Parameter) and parameter.is_secure and not output.is_secure:
            yield template.fault(output.line, f"{output.name} gives {name} away, which is secure")


def _names_behind(template: Template, expression: Expression) -> set[str]:
    names = {each.name for each in within(expression) if isinstance(each, Name)}
    for name in tuple(names):
        if variable := template.variables.get(name):
            names |= _names_behind(template, variable.value)
    return names


def _reading_faults(template: Template, declared: Declaration) -> Iterator[Fault]:
    for root in expressions_of(declared):
        for each in within(root):
            if isinstance(each, Call) and (each.function in READS_A_SECRET or each.function.startswith("list")):
                yield template.fault(each.line, f"{declared.name} reads a secret with {each.function}")
            if isinstance(each, Member) and READ_OF_A_RESOURCE.search(each.name):
                yield template.fault(each.line, f"{declared.name} reads the secret {each.name}")
