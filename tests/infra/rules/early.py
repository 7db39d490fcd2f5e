"""What must be known when a deployment begins: names, conditions, and what a loop goes over (BCP120, BCP178).

https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-error-bcp120
"""

from collections.abc import Iterator

from tests.infra.bicep.expressions import Expression, Index, Member, Name, within
from tests.infra.bicep.model import Deployed, Fault, Resource, Template
from tests.infra.types.inferring import resource_of

KNOWN_BEFORE = ("id", "name", "type", "apiVersion")


def early_faults(template: Template) -> Iterator[Fault]:
    """Yield each name, condition and loop that needs what only a finished deployment of this file could tell."""
    for declared in (*template.resources.values(), *template.modules.values()):
        for what, expression in _needed(declared):
            for late in _late(template, expression):
                yield template.fault(expression.line, f"{declared.name}: its {what} needs {late}, known only later")


def _needed(declared: Deployed) -> Iterator[tuple[str, Expression]]:
    if declared.condition:
        yield "condition", declared.condition
    if declared.loop:
        yield "loop", declared.loop.over
    for part in ("name", "scope") if isinstance(declared, Resource) else ("name",):
        if (said := declared.body.get(part)) is not None:
            yield part, said


def _late(template: Template, expression: Expression) -> Iterator[str]:
    for each in within(expression):
        if isinstance(each, Name) and (variable := template.variables.get(each.name)):
            yield from _late(template, variable.value)
        if isinstance(each, Member):
            resource = resource_of(template, each.of)
            if resource and each.name not in KNOWN_BEFORE:
                yield f"{resource.name}.{each.name}"
            of = each.of.of if isinstance(each.of, Index) else each.of
            if isinstance(of, Name) and of.name in template.modules and each.name == "outputs":
                yield f"the outputs of {of.name}"
