"""One Bicep file as its declarations: https://learn.microsoft.com/azure/azure-resource-manager/bicep/file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.infra.bicep.expressions import Call, Expression, Object
from tests.infra.bicep.kinds import Kind


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong, at its place, in words."""

    path: Path
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}: {self.words}"


@dataclass(frozen=True, slots=True)
class Declaration:
    line: int
    name: str
    decorators: tuple[Call, ...]

    def decorator(self, name: str) -> Call | None:
        return next((each for each in self.decorators if each.function == name), None)

    @property
    def is_secure(self) -> bool:
        return self.decorator("secure") is not None


@dataclass(frozen=True, slots=True)
class Parameter(Declaration):
    kind: Kind
    default: Expression | None
    is_nullable: bool

    @property
    def is_required(self) -> bool:
        return self.default is None and not self.is_nullable


@dataclass(frozen=True, slots=True)
class Variable(Declaration):
    value: Expression


@dataclass(frozen=True, slots=True)
class Output(Declaration):
    kind: Kind
    value: Expression


@dataclass(frozen=True, slots=True)
class Function(Declaration):
    parameters: Mapping[str, Kind]
    kind: Kind
    value: Expression


@dataclass(frozen=True, slots=True)
class Deployed(Declaration):
    """What a resource and a module have in common: a body that may be conditional or one of many."""

    condition: Expression | None
    loop: "Repeat | None"
    body: Object


@dataclass(frozen=True, slots=True)
class Repeat:
    variable: str
    index: str | None
    over: Expression


@dataclass(frozen=True, slots=True)
class Resource(Deployed):
    """`type` is whole also for a child that is declared inside its parent; `within` names that parent."""

    type: str
    version: str
    is_existing: bool
    within: str | None


@dataclass(frozen=True, slots=True)
class Module(Deployed):
    file: str


@dataclass(frozen=True, slots=True)
class Template:
    path: Path
    scope: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)
    modules: Mapping[str, Module] = field(default_factory=dict)
    outputs: Mapping[str, Output] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    types: Mapping[str, Kind] = field(default_factory=dict)
    repeated: tuple[Declaration, ...] = ()

    def fault(self, line: int, words: str) -> Fault:
        return Fault(self.path, line, words)

    def symbols(self) -> Iterator[Declaration]:
        """Yield what an expression can name: all declarations but outputs."""
        for group in (self.parameters, self.variables, self.resources, self.modules):
            yield from group.values()

    def expressions(self) -> Iterator[Expression]:
        """Yield every expression at the root of a declaration."""
        for declared in (*self.symbols(), *self.functions.values(), *self.outputs.values()):
            yield from expressions_of(declared)


def expressions_of(declared: Declaration) -> Iterator[Expression]:
    """Yield the expressions at the root of one declaration."""
    yield from declared.decorators
    if isinstance(declared, Parameter):
        yield from (declared.default,) if declared.default else ()
    elif isinstance(declared, Variable | Output | Function):
        yield declared.value
    elif isinstance(declared, Deployed):
        yield from (declared.condition,) if declared.condition else ()
        yield from (declared.loop.over,) if declared.loop else ()
        yield declared.body
