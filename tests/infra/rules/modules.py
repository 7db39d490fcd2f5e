"""What a module is given, and what is read of it: https://learn.microsoft.com/azure/azure-resource-manager/bicep/modules."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from tests.infra.bicep.declarations import load_template
from tests.infra.bicep.expressions import Call, Expression, Index, Member, Name, Object, within
from tests.infra.bicep.kinds import BOOL, Field, Shape
from tests.infra.bicep.model import Fault, Module, Template
from tests.infra.types.inferring import Place, resource_of
from tests.infra.types.judging import Judge

SCOPES = {"resourceGroup": "resourceGroup", "subscription": "subscription", "tenant": "tenant"}
OF_A_MODULE = ("name", "params", "scope", "dependsOn")


def module_faults(template: Template) -> Iterator[Fault]:
    """Yield what is wrong with how a file uses its modules."""
    for module in template.modules.values():
        path = _path_of(template, module)
        if not path.is_file():
            yield template.fault(module.line, f"{module.file} does not exist")
            continue
        inner = load_template(path)
        yield from _body_faults(template, module)
        yield from _scope_faults(template, module, inner)
        yield from _given_faults(template, module, inner)
    for expression in template.expressions():
        for each in within(expression):
            yield from _read_faults(template, each)


def cycle_faults(template: Template, above: tuple[Path, ...] = ()) -> Iterator[Fault]:
    """Yield each module that leads back to a file above it."""
    chain = (*above, template.path.resolve())
    for module in template.modules.values():
        path = _path_of(template, module)
        if path in chain:
            yield template.fault(module.line, f"{module.name} leads back to {path.name}")
        elif path.is_file():
            yield from cycle_faults(load_template(path), chain)


def _path_of(template: Template, module: Module) -> Path:
    return (template.path.parent / module.file).resolve()


def _body_faults(template: Template, module: Module) -> Iterator[Fault]:
    for each in module.body.properties:
        if each.name not in OF_A_MODULE:
            yield template.fault(each.line, f"{module.name} has {each.name}, which no module takes")
    if module.condition:
        yield from Judge(Place(template), {}, f"{module.name}'s condition").judge(module.condition, BOOL)


def _scope_faults(template: Template, module: Module, inner: Template) -> Iterator[Fault]:
    scope = module.body.get("scope")
    given = template.scope if scope is None else _scope_of(template, scope)
    if given != inner.scope:
        yield template.fault(module.line, f"{module.name} is put into a {given}, but is made for a {inner.scope}")


def _scope_of(template: Template, scope: Expression) -> str:
    if isinstance(scope, Call):
        return SCOPES.get(scope.function, "another scope")
    resource = resource_of(template, scope)
    return "resourceGroup" if resource and resource.type == "Microsoft.Resources/resourceGroups" else "another scope"


def _given_faults(template: Template, module: Module, inner: Template) -> Iterator[Fault]:
    given = module.body.get("params") or Object(module.line, ())
    if not isinstance(given, Object):
        yield template.fault(module.line, f"{module.name} is given no list of parameters")
        return
    shape = Shape(module.file, {each.name: Field(each.kind, each.is_required) for each in inner.parameters.values()})
    place = Place(template)
    if module.loop:
        place = place.knowing(module.loop.variable, module.loop.index, place.kind_of(module.loop.over))
    yield from Judge(place, inner.types, module.name).judge(given, shape)


def _read_faults(template: Template, expression: Expression) -> Iterator[Fault]:
    if not (isinstance(expression, Member) and isinstance(expression.of, Member) and expression.of.name == "outputs"):
        return
    of = expression.of.of
    of = of.of if isinstance(of, Index) else of
    module = template.modules.get(of.name) if isinstance(of, Name) else None
    if module is None or not _path_of(template, module).is_file():
        return
    outputs = load_template(_path_of(template, module)).outputs
    if expression.name not in outputs:
        close = get_close_matches(expression.name, outputs, 1)
        hint = f"; {close[0]}?" if close else ""
        yield template.fault(expression.line, f"{module.name} gives no {expression.name}{hint}")
