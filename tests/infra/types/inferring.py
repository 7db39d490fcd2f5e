"""What an expression can be, as far as it can be known before it is deployed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests.infra.bicep.declarations import load_template
from tests.infra.bicep.expressions import (
    Array,
    Binary,
    Call,
    Choice,
    Expression,
    Index,
    Loop,
    Member,
    Name,
    Null,
    Number,
    Object,
    Text,
    Truth,
    Unary,
)
from tests.infra.bicep.functions import FUNCTIONS
from tests.infra.bicep.kinds import ANY, BOOL, INT, NULL, OBJECT, STRING, Either, Field, Kind, Many, Named, Shape, Words
from tests.infra.bicep.model import Resource, Template

# What every resource has, whatever its type; all else of it is known only once it is there.
OF_A_RESOURCE = {"id": STRING, "name": STRING, "type": STRING, "apiVersion": STRING, "location": STRING}
# These give back what they are given, or a part of it.
GIVES_ITS_ARGUMENT = ("take", "skip")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: in which file, among which names of loops and lambdas."""

    template: Template
    names: Mapping[str, Kind] = field(default_factory=dict)

    def inside(self, loop: Loop) -> "Place":
        return self.knowing(loop.variable, loop.index, self.kind_of(loop.over))

    def knowing(self, variable: str, index: str | None, over: Kind) -> "Place":
        """Return this place inside a loop over a value of this kind."""
        added = {variable: member_of(over)}
        return replace(self, names={**self.names, **added, **({index: INT} if index else {})})

    def among(self, *names: str) -> "Place":
        return replace(self, names={**self.names, **dict.fromkeys(names, ANY)})

    def resolve(self, kind: Kind) -> Kind:
        while isinstance(kind, Named):
            kind = self.template.types.get(kind.name, ANY)
        return kind

    def kind_of(self, expression: Expression) -> Kind:
        """Return what an expression can be; any where that cannot be told."""
        match expression:
            case Text():
                return STRING if expression.literal is None else Words((expression.literal,))
            case Number(_, value) | Truth(_, value):
                return Words((value,))
            case Null():
                return NULL
            case Array(_, members):
                return Many(either(*map(self.kind_of, members)) if members else Words(()))
            case Object():
                return self._kind_of_object(expression)
            case Loop(body=body):
                return Many(self.inside(expression).kind_of(body))
            case Name(_, name):
                return self._kind_of_name(name)
            case Member(_, of, name, _):
                return self._kind_of_member(of, name)
            case Index(_, of, at, _):
                return self._kind_of_index(of, at)
            case Choice(_, _, yes, no):
                return either(self.kind_of(yes), self.kind_of(no))
            case Binary(_, "??", left, right):
                return either(without_null(self.kind_of(left)), self.kind_of(right))
            case Binary(_, operator, _, _):
                return INT if operator in {"+", "-", "*", "/", "%"} else BOOL
            case Unary(_, operator, _):
                return INT if operator == "-" else BOOL
            case Call():
                return self._kind_of_call(expression)
        return ANY

    def _kind_of_object(self, expression: Object) -> Kind:
        named = {each.name: Field(self.kind_of(each.value), True) for each in expression.properties if each.name}
        return Shape("object", named, None if len(named) == len(expression.properties) else ANY)

    def _kind_of_name(self, name: str) -> Kind:
        if name in self.names:
            return self.resolve(self.names[name])
        if parameter := self.template.parameters.get(name):
            return self.resolve(parameter.kind)
        if variable := self.template.variables.get(name):
            return Place(self.template).kind_of(variable.value)
        return ANY

    def _kind_of_member(self, of: Expression, name: str) -> Kind:
        if isinstance(resource_of(self.template, of), Resource):
            return OF_A_RESOURCE.get(name, ANY)
        if isinstance(of, Member) and of.name == "outputs":
            return self._kind_of_output(of.of, name)
        return _field(self.kind_of(of), name, self)

    def _kind_of_output(self, of: Expression, name: str) -> Kind:
        module = self.template.modules.get(of.name if isinstance(of, Name) else "")
        if module is None:
            return ANY
        file = self.template.path.parent / module.file
        output = load_template(file.resolve()).outputs.get(name) if file.is_file() else None
        return output.kind if output and not isinstance(output.kind, Named) else ANY

    def _kind_of_index(self, of: Expression, at: Expression) -> Kind:
        kind = without_null(self.kind_of(of))
        if isinstance(kind, Many):
            return self.resolve(member_of(kind))
        key = at.literal if isinstance(at, Text) else None
        return _field(kind, key, self) if key else ANY

    def _kind_of_call(self, call: Call) -> Kind:
        if call.of is None and (own := self.template.functions.get(call.function)):
            return self.resolve(own.kind)
        if call.function in GIVES_ITS_ARGUMENT and call.arguments:
            given = self.kind_of(call.arguments[0])
            return given if isinstance(given, Many) else STRING if is_text(given) else ANY
        signature = FUNCTIONS.get(call.function)
        return signature.gives if signature and call.of is None else ANY


def resource_of(template: Template, expression: Expression) -> Resource | None:
    """Return the resource that an expression names, one of many included."""
    while isinstance(expression, Index):
        expression = expression.of
    return template.resources.get(expression.name) if isinstance(expression, Name) else None


def member_of(kind: Kind) -> Kind:
    """Return what the members of a list can be; any where it is not known to be a list."""
    if isinstance(kind, Either):
        return either(*map(member_of, kind.kinds))
    return kind.of if isinstance(kind, Many) else ANY


def _field(kind: Kind, name: str, place: Place) -> Kind:
    kind = place.resolve(without_null(kind))
    if isinstance(kind, Either):
        return either(*(_field(each, name, place) for each in kind.kinds))
    if not isinstance(kind, Shape):
        return ANY
    found = kind.fields.get(name)
    return place.resolve(found.kind) if found else ANY


def lacks(kind: Kind, name: str) -> bool:
    """Is it known that a value of this kind has no property of this name?"""
    if isinstance(kind, Either):
        return any(lacks(each, name) for each in kind.kinds)
    return isinstance(kind, Shape) and kind is not OBJECT and kind.others is None and name not in kind.fields


def is_text(kind: Kind) -> bool:
    return kind == STRING or (isinstance(kind, Words) and all(isinstance(word, str) for word in kind.allowed))


def either(*kinds: Kind) -> Kind:
    """Return the kind of what is one of several."""
    flat = [each for kind in kinds for each in (kind.kinds if isinstance(kind, Either) else (kind,))]
    if all(isinstance(kind, Words) for kind in flat):
        return Words(tuple({word: None for kind in flat if isinstance(kind, Words) for word in kind.allowed}))
    # The members of an empty list are nothing that has to fit.
    flat = [kind for kind in flat if kind != Words(())]
    distinct = tuple(kind for at, kind in enumerate(flat) if kind not in flat[:at])
    return ANY if ANY in distinct else distinct[0] if len(distinct) == 1 else Either(distinct)


def without_null(kind: Kind) -> Kind:
    return either(*(each for each in kind.kinds if each != NULL)) if isinstance(kind, Either) else kind
