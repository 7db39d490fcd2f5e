"""Those rules of the linter that `infra/bicepconfig.json` makes errors of, and that need no compiler.

https://learn.microsoft.com/azure/azure-resource-manager/bicep/linter
"""

import re
from collections.abc import Iterator

from tests.infra.bicep.expressions import Call, Expression, Name, Text, within
from tests.infra.bicep.model import Fault, Template, expressions_of

# Each cloud has its own: environment() tells it.
HOSTS = (
    "api.loganalytics.io",
    "core.windows.net",
    "database.windows.net",
    "gallery.azure.com",
    "graph.windows.net",
    "login.microsoftonline.com",
    "management.azure.com",
    "trafficmanager.net",
    "vault.azure.net",
)
# The linter's own two expressions, in secure-secrets-in-params: it lets a name pass by hardly anything.
# https://github.com/Azure/bicep/blob/main/src/Bicep.Core/Analyzers/Linter/Rules/SecretsInParamsMustBeSecureRule.cs
LIKE_A_SECRET = re.compile("password|pwd|secret|accountkey|acctkey", re.IGNORECASE)
NO_SECRET = re.compile("secretpermissions|secretversion|secretur[il]|secretname", re.IGNORECASE)
# Other ones at each deployment.
UNSTABLE = ("newGuid", "utcNow")


def linter_faults(template: Template) -> Iterator[Fault]:
    """Yield what would make the build fail in the workflow, where the compiler is."""
    yield from _unused_faults(template)
    for parameter in template.parameters.values():
        called = parameter.name
        if LIKE_A_SECRET.search(called) and not NO_SECRET.search(called) and not parameter.is_secure:
            yield template.fault(parameter.line, f"{called} is taken for a secret by the linter: call it otherwise")
    for declared in (*template.symbols(), *template.outputs.values()):
        for root in expressions_of(declared):
            if root not in declared.decorators:
                yield from _expression_faults(template, root)
    for resource in template.resources.values():
        location = resource.body.get("location")
        if isinstance(location, Text) and location.literal != "global":
            yield template.fault(location.line, f"{resource.name} is in a place that no parameter chooses")
        name = resource.body.get("name")
        if name is not None and _is_unstable(template, name):
            yield template.fault(name.line, f"{resource.name} is called something else each time")


def _unused_faults(template: Template) -> Iterator[Fault]:
    named = {each.name for root in template.expressions() for each in within(root) if isinstance(each, Name)}
    # A child that is named, or declared inside, needs its parent.
    used = {name.rpartition("::")[0] for name in (*named, *template.resources)} | named
    for resource in template.resources.values():
        if resource.is_existing and resource.name not in used:
            yield template.fault(resource.line, f"{resource.name} exists, but is never used")


def _expression_faults(template: Template, root: Expression) -> Iterator[Fault]:
    for each in within(root):
        if isinstance(each, Text):
            written = "".join(part for part in each.parts if isinstance(part, str))
            for host in HOSTS:
                if host in written:
                    yield template.fault(each.line, f"{host} is written down, but differs between clouds")
        if isinstance(each, Call) and each.function == "concat" and any(isinstance(a, Text) for a in each.arguments):
            yield template.fault(each.line, "a text is put together with concat instead of an interpolation")


def _is_unstable(template: Template, expression: Expression) -> bool:
    for each in within(expression):
        if isinstance(each, Call) and each.function in UNSTABLE:
            return True
        if isinstance(each, Name):
            variable, parameter = template.variables.get(each.name), template.parameters.get(each.name)
            behind = variable.value if variable else parameter.default if parameter else None
            if behind is not None and _is_unstable(template, behind):
                return True
    return False
