"""Every resource of a file against the published type of its kind:
https://learn.microsoft.com/azure/azure-resource-manager/bicep/resource-declaration.
"""

from collections.abc import Iterator

from tests.infra.bicep.expressions import Name, Object, Property, Text
from tests.infra.bicep.kinds import BOOL, Shape
from tests.infra.bicep.model import Fault, Resource, Template
from tests.infra.types.inferring import Place, resource_of
from tests.infra.types.judging import Judge
from tests.infra.types.published import Published

# What Bicep itself understands in a resource; the service never sees it.
OF_BICEP = ("parent", "scope", "dependsOn")
OF_AN_EXISTING = ("name", "parent", "scope")
# Only these are put onto another resource.
EXTENSIONS = (
    "Microsoft.Authorization/locks",
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.Consumption/budgets",
    "Microsoft.Insights/diagnosticSettings",
)


def type_faults(template: Template, published: Published) -> Iterator[Fault]:
    """Yield whatever in the resources of a file does not fit their types."""
    for resource in template.resources.values():
        shape = published.resource(resource.type, resource.version)
        if shape is None:
            known = ", ".join(published.versions(resource.type)) or "none of this type"
            words = f"{resource.type}@{resource.version} is not known here; known: {known}"
            yield template.fault(resource.line, words)
            continue
        yield from _name_faults(template, resource)
        yield from _placing_faults(template, resource)
        yield from _body_faults(template, resource, shape, published)


def _body_faults(template: Template, resource: Resource, shape: Shape, published: Published) -> Iterator[Fault]:
    place = Place(template)
    if resource.loop:
        over = place.kind_of(resource.loop.over)
        place = place.knowing(resource.loop.variable, resource.loop.index, over)
    judge = Judge(place, published.kinds, resource.name)
    if resource.condition:
        yield from Judge(place, published.kinds, f"{resource.name}'s condition").judge(resource.condition, BOOL)
    if resource.is_existing:
        for each in resource.body.properties:
            if each.name not in OF_AN_EXISTING:
                yield template.fault(each.line, f"{resource.name} exists, so {each.name} says nothing")
        return
    written = tuple(_with_last_name(each) for each in resource.body.properties if each.name not in OF_BICEP)
    yield from judge.judge(Object(resource.body.line, written), shape)


def _with_last_name(written: Property) -> Property:
    """Return a name without the names of its parents: `account/default` is called default."""
    if written.name != "name" or not isinstance(written.value, Text) or not written.value.parts:
        return written
    last = written.value.parts[-1]
    if not isinstance(last, str) or "/" not in last:
        return written
    return Property(written.line, written.key, Text(written.line, (last.rpartition("/")[2],)))


def _name_faults(template: Template, resource: Resource) -> Iterator[Fault]:
    name = resource.body.get("name")
    if name is None:
        yield template.fault(resource.line, f"{resource.name} lacks the property name")
        return
    is_child = resource.within or resource.body.get("parent")
    slashes = 0 if is_child else resource.type.count("/") - 1
    if isinstance(name, Text) and slashes != sum(part.count("/") for part in name.parts if isinstance(part, str)):
        words = f"{resource.name} is a {resource.type}: its name needs {slashes} '/'"
        yield template.fault(name.line, words)


def _placing_faults(template: Template, resource: Resource) -> Iterator[Fault]:
    parent = resource.body.get("parent")
    if parent is not None:
        found = resource_of(template, parent)
        if found is None or resource.type.rpartition("/")[0] != found.type:
            words = f"{resource.name} is a {resource.type}, which is no child of its parent"
            yield template.fault(parent.line, words)
    scope = resource.body.get("scope")
    if scope is not None and not resource.is_existing:
        is_known = resource_of(template, scope) is not None or not isinstance(scope, Name)
        if resource.type not in EXTENSIONS or not is_known:
            yield template.fault(scope.line, f"{resource.name} cannot have this scope")
