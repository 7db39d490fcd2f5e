"""Carries a file out on paper: parameters in, each resource and module worked out, outputs back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.infra.bicep.declarations import load_template
from tests.infra.bicep.expressions import Array, Number
from tests.infra.bicep.model import Deployed, Module, Parameter, Resource
from tests.infra.deployed.evaluating import Evaluator, is_open
from tests.infra.deployed.library import text_of
from tests.infra.deployed.values import Filled, Later, Placed, Value, Whole, World

# Makes one of what a declaration makes: with the names of its loop, and its place among the others.
Make = Callable[[Mapping[str, Value], int | None], Value]


def carry_out(path: Path, arguments: Mapping[str, Value], world: World | None = None) -> Whole:
    """Return what deploying a file with these parameters would make. Raises Unsound where it would fail."""
    return _CarryingOut(load_template(path.resolve()), world or World(), given=arguments).whole()


@dataclass
class _CarryingOut(Evaluator):
    given: Mapping[str, Value] = field(default_factory=dict)
    around: tuple[Path, ...] = ()
    prefix: str = ""
    placed: list[Placed] = field(default_factory=list)
    modules: list[Filled] = field(default_factory=list)

    def whole(self) -> Whole:
        if unknown := [name for name in self.given if name not in self.template.parameters]:
            raise self.unsound(1, f"has no parameter {unknown[0]}")
        for declared in self.template.symbols():
            self.find(declared.name, declared.line)
        outputs = {name: self.value_of(output.value, {}) for name, output in self.template.outputs.items()}
        return Whole(self.placed, self.modules, outputs)

    def work_out(self, name: str, line: int) -> Value:
        if parameter := self.template.parameters.get(name):
            return self._parameter(parameter)
        if resource := self.template.resources.get(name):
            return self._each(resource, lambda names, at: self._place(resource, names, at))
        if module := self.template.modules.get(name):
            return self._each(module, lambda names, at: self._fill(module, names, at))
        return super().work_out(name, line)

    def _parameter(self, parameter: Parameter) -> Value:
        if self.given.get(parameter.name) is not None:
            value = self.given[parameter.name]
        elif parameter.default is not None:
            value = self.value_of(parameter.default, {})
        elif parameter.is_nullable:
            return None
        else:
            raise self.unsound(parameter.line, f"{parameter.name} is not given")
        for words in _broken_limits(parameter, value):
            raise self.unsound(parameter.line, f"{parameter.name} {words}")
        return value

    def _each(self, declared: Deployed, make: Make) -> Value:
        if declared.loop is None:
            return make({}, None)
        over = self.value_of(declared.loop.over, {})
        if isinstance(over, Later):
            raise self.unsound(declared.line, f"{declared.name} is made for each of what is not known before")
        names = [{declared.loop.variable: each} for each in over]
        if declared.loop.index:
            names = [{**each, declared.loop.index: at} for at, each in enumerate(names)]
        return [make(each, at) for at, each in enumerate(names)]

    def _is_deployed(self, declared: Deployed, names: Mapping[str, Value]) -> bool:
        return declared.condition is None or bool(self.value_of(declared.condition, names))

    def _symbol(self, name: str, at: int | None) -> str:
        return f"{self.prefix}{name}" + ("" if at is None else f"[{at}]")

    def _place(self, resource: Resource, names: Mapping[str, Value], at: int | None) -> Placed:
        symbol = self._symbol(resource.name, at)
        is_deployed = not resource.is_existing and self._is_deployed(resource, names)
        # A resource that is not deployed is known by its id and name alone.
        wanted = ("name", "parent", "scope") if not is_deployed else None
        body = {
            each.name: self.value_of(each.value, names)
            for each in resource.body.properties
            if each.name and (wanted is None or each.name in wanted) and each.name != "dependsOn"
        }
        parent = self.find(resource.within, resource.line) if resource.within else body.pop("parent", None)
        scope = body.pop("scope", None)
        name = body.get("name")
        if isinstance(parent, Placed):
            name = f"{text_of(parent.name)}/{text_of(name)}"
            is_deployed = is_deployed and (parent.is_deployed or parent.declared.is_existing)
        placed = Placed(
            self.template,
            resource,
            symbol,
            name,
            self._id(resource, name, scope),
            body,
            is_deployed,
            scope if isinstance(scope, Placed) else None,
            parent if isinstance(parent, Placed) else None,
        )
        self.placed += [placed] if is_deployed else []
        return placed

    def _id(self, resource: Resource, name: Value, scope: Value) -> Value:
        namespace, *kinds = resource.type.split("/")
        names = text_of(name).split("/")
        if len(names) != len(kinds):
            raise self.unsound(resource.line, f"{resource.name} has the wrong number of names: {text_of(name)}")
        path = "/".join(f"{kind}/{each}" for kind, each in zip(kinds, names, strict=True))
        if resource.type == "Microsoft.Resources/resourceGroups":
            return f"{self.world.subscription_id}/resourceGroups/{name}"
        on = scope.id if isinstance(scope, Placed) else scope["id"] if isinstance(scope, dict) else self.world.group_id
        whole = f"{on}/providers/{namespace}/{path}"
        return Later(whole) if is_open(name) else whole

    def _fill(self, module: Module, names: Mapping[str, Value], at: int | None) -> Filled:
        symbol = self._symbol(module.name, at)
        path = (self.template.path.parent / module.file).resolve()
        if path in self.around or path == self.template.path:
            raise self.unsound(module.line, f"{module.name} needs itself")
        if not path.is_file():
            raise self.unsound(module.line, f"{module.file} does not exist")
        if not self._is_deployed(module, names):
            return Filled(load_template(path), symbol, None, {}, {}, is_deployed=False)
        body = {each.name: self.value_of(each.value, names) for each in module.body.properties if each.name}
        world = self._world_of(body.get("scope"))
        given = body.get("params") or {}
        around = (*self.around, self.template.path)
        inner = _CarryingOut(
            load_template(path),
            world,
            given=given,
            around=around,
            prefix=f"{symbol}/",
            placed=self.placed,
            modules=self.modules,
        )
        filled = Filled(inner.template, symbol, body.get("name"), given, inner.whole().outputs, is_deployed=True)
        self.modules.append(filled)
        return filled

    def _world_of(self, scope: Value) -> World:
        group = scope.name if isinstance(scope, Placed) else scope.get("name") if isinstance(scope, dict) else None
        return replace(self.world, group=text_of(group)) if group else self.world


def _broken_limits(parameter: Parameter, value: Value) -> Iterator[str]:
    """Yield which limit of its decorators a known value breaks."""
    if is_open(value):
        return
    limits: Mapping[str, Callable[[int], bool]] = {
        "minLength": lambda least: len(value) >= least,
        "maxLength": lambda most: len(value) <= most,
        "minValue": lambda least: value >= least,
        "maxValue": lambda most: value <= most,
    }
    for name, holds in limits.items():
        found = parameter.decorator(name)
        if found and isinstance(found.arguments[0], Number) and not holds(found.arguments[0].value):
            yield f"is {value!r}: @{name} is {found.arguments[0].value}"
    allowed = parameter.decorator("allowed")
    if allowed and isinstance(allowed.arguments[0], Array):
        words = [
            getattr(each, "literal", None) or getattr(each, "value", None) for each in allowed.arguments[0].members
        ]
        for each in value if isinstance(value, list) else [value]:
            if each not in words:
                yield f"is {each!r}, which is not allowed"
