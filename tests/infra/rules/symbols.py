"""What the compiler would say of names: unknown, twice, never used; and of calls and decorators.

https://learn.microsoft.com/azure/azure-resource-manager/bicep/linter
"""

from collections.abc import Iterator

from tests.infra.bicep.expressions import Call, Expression, Lambda, Loop, Member, Name, parts_of, within
from tests.infra.bicep.functions import DECORATORS, FUNCTIONS, READS_A_SECRET
from tests.infra.bicep.kinds import Named
from tests.infra.bicep.model import Declaration, Deployed, Fault, Function, Output, Template, expressions_of
from tests.infra.types.inferring import Place, lacks, resource_of, without_null


def symbol_faults(template: Template) -> Iterator[Fault]:
    """Yield what is wrong with the names in a file."""
    for each in template.repeated:
        yield template.fault(each.line, f"{each.name} is declared twice")
    used: set[str] = set()
    for declared in (*template.symbols(), *template.functions.values(), *template.outputs.values()):
        place = _place_of(template, declared)
        yield from _decorator_faults(template, declared)
        for root in expressions_of(declared):
            if root not in declared.decorators:
                used |= {each.name for each in within(root) if isinstance(each, Name)} - {declared.name}
                # What a loop goes over does not know the loop's own names.
                is_over = isinstance(declared, Deployed) and declared.loop and root is declared.loop.over
                yield from _faults_in(root, Place(template) if is_over else place)
    for unused in (*template.parameters.values(), *template.variables.values()):
        if unused.name not in used and unused.decorator("export") is None:
            yield template.fault(unused.line, f"{unused.name} is never used")


def _place_of(template: Template, declared: Declaration) -> Place:
    place = Place(template)
    if isinstance(declared, Deployed) and declared.loop:
        return place.knowing(declared.loop.variable, declared.loop.index, place.kind_of(declared.loop.over))
    return place.among(*declared.parameters) if isinstance(declared, Function) else place


def _decorator_faults(template: Template, declared: Declaration) -> Iterator[Fault]:
    for call in declared.decorators:
        if call.function not in DECORATORS:
            yield template.fault(call.line, f"@{call.function} is no decorator")
    if isinstance(declared, Output) and isinstance(declared.kind, Named) and declared.kind.name not in template.types:
        yield template.fault(declared.line, f"{declared.kind.name} is no type")


def _faults_in(expression: Expression, place: Place) -> Iterator[Fault]:
    match expression:
        case Name(line, name) if not _is_known(name, place):
            yield place.template.fault(line, f"nothing is called {name}")
        case Call(_, None, _, _):
            yield from _call_faults(expression, place)
        case Member(line, of, name, is_safe):
            kind = without_null(place.kind_of(of))
            is_of_bicep = resource_of(place.template, of) is not None
            if not is_safe and not is_of_bicep and lacks(kind, name):
                yield place.template.fault(line, f"there is no {name} in it")
        case Loop(body=body, condition=condition):
            yield from _faults_in(expression.over, place)
            for inner in (body, condition) if condition else (body,):
                yield from _faults_in(inner, place.inside(expression))
            return
        case Lambda(_, names, body):
            yield from _faults_in(body, place.among(*names))
            return
    for part in parts_of(expression):
        yield from _faults_in(part, place)


def _is_known(name: str, place: Place) -> bool:
    template = place.template
    groups = (place.names, template.parameters, template.variables, template.resources, template.modules)
    return any(name in group for group in groups)


def _call_faults(call: Call, place: Place) -> Iterator[Fault]:
    count = len(call.arguments)
    if own := place.template.functions.get(call.function):
        least = most = len(own.parameters)
    elif signature := FUNCTIONS.get(call.function):
        least, most = signature.least, signature.most
    else:
        why = (
            "reads what is secret or not there yet" if call.function in READS_A_SECRET else "is no function known here"
        )
        yield place.template.fault(call.line, f"{call.function} {why}")
        return
    if not least <= count <= most:
        yield place.template.fault(call.line, f"{call.function} is given {count} argument(s)")
