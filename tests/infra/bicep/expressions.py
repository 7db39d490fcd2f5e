"""What a Bicep expression can be, as frozen values that know their line:
https://learn.microsoft.com/azure/azure-resource-manager/bicep/data-types.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expression:
    line: int


@dataclass(frozen=True, slots=True)
class Text(Expression):
    """A string: what is written, with an expression for each interpolation."""

    parts: tuple[str | Expression, ...]

    @property
    def literal(self) -> str | None:
        """The whole text where nothing is interpolated."""
        return "".join(map(str, self.parts)) if all(isinstance(part, str) for part in self.parts) else None


@dataclass(frozen=True, slots=True)
class Number(Expression):
    value: int


@dataclass(frozen=True, slots=True)
class Truth(Expression):
    value: bool


@dataclass(frozen=True, slots=True)
class Null(Expression):
    pass


@dataclass(frozen=True, slots=True)
class Name(Expression):
    name: str


@dataclass(frozen=True, slots=True)
class Member(Expression):
    of: Expression
    name: str
    is_safe: bool = False


@dataclass(frozen=True, slots=True)
class Index(Expression):
    of: Expression
    at: Expression
    is_safe: bool = False


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A call of a function, or, with `of`, of what a symbol can do; the namespaces `az` and `sys` are left away."""

    of: Expression | None
    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Choice(Expression):
    test: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    operator: str
    argument: Expression


@dataclass(frozen=True, slots=True)
class Array(Expression):
    members: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Property(Expression):
    """One property of an object; `name` is None where the key is interpolated."""

    key: Text
    value: Expression

    @property
    def name(self) -> str | None:
        return self.key.literal


@dataclass(frozen=True, slots=True)
class Object(Expression):
    properties: tuple[Property, ...]

    def get(self, name: str) -> Expression | None:
        """Return the value of the property with this name; None where it is not written."""
        return next((each.value for each in self.properties if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Loop(Expression):
    variable: str
    index: str | None
    over: Expression
    condition: Expression | None
    body: Expression


@dataclass(frozen=True, slots=True)
class Lambda(Expression):
    names: tuple[str, ...]
    body: Expression


def parts_of(expression: Expression) -> Iterator[Expression]:
    """Yield the expressions that one is directly made of."""
    # Of a frozen dataclass these are its fields, known without asking for them each time; the first is the line.
    names: tuple[str, ...] = type(expression).__match_args__
    for name in names[1:]:
        value = getattr(expression, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Expression):
                yield part


def within(expression: Expression) -> Iterator[Expression]:
    """Yield the expression and everything in it, at any depth."""
    yield expression
    for part in parts_of(expression):
        yield from within(part)
