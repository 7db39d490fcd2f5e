"""Works out expressions: what is known is computed, what Azure will know stays as words."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.infra.bicep.expressions import (
    Array,
    Binary,
    Call,
    Choice,
    Expression,
    Index,
    Lambda,
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
from tests.infra.bicep.model import Template
from tests.infra.deployed.library import PURE, functions_of, text_of
from tests.infra.deployed.values import Filled, Later, Placed, Unsound, Value, World

OPERATORS: Mapping[str, Callable[[Any, Any], Value]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "=~": lambda a, b: a.lower() == b.lower(),
    "!~": lambda a, b: a.lower() != b.lower(),
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    # Towards zero, as Azure cuts.
    "/": lambda a, b: int(a / b),
    "%": lambda a, b: int(math.fmod(a, b)),
}
# They work on what is known among things that are not yet.
BEAR_LATER = (
    "any",
    "array",
    "coalesce",
    "concat",
    "first",
    "flatten",
    "items",
    "last",
    "length",
    "objectKeys",
    "union",
)
# They work on a text around what is not known yet.
OVER_GAPS = ("format", "replace", "string", "trim")
# Of a resource these are known before it is deployed, and also where it is not deployed.
KNOWN_BEFORE = ("id", "name", "type", "apiVersion")


@dataclass
class Evaluator:
    """Works out the expressions of one file among the symbols that are known so far; looks up the others by `find`."""

    template: Template
    world: World
    symbols: dict[str, Value] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    environment: Mapping[str, str] = field(default_factory=dict)

    def find(self, name: str, line: int) -> Value:
        """Return the value of a symbol of the file. Raises Unsound where it needs itself, or is none."""
        if name in self.symbols:
            return self.symbols[name]
        if name in self.busy:
            raise self.unsound(line, f"{name} needs itself")
        self.busy.add(name)
        self.symbols[name] = self.work_out(name, line)
        self.busy.discard(name)
        return self.symbols[name]

    def work_out(self, name: str, line: int) -> Value:
        """Compute what a symbol stands for, the first time it is asked for."""
        if variable := self.template.variables.get(name):
            return self.value_of(variable.value, {})
        raise self.unsound(line, f"nothing is called {name}")

    def unsound(self, line: int, words: str) -> Unsound:
        return Unsound(self.template.path, line, words)

    def value_of(self, expression: Expression, names: Mapping[str, Value]) -> Value:
        """Return what an expression comes to; `names` are those of loops and lambdas around it."""
        match expression:
            case Text(_, parts):
                return self._text(parts, names)
            case Number(_, value) | Truth(_, value):
                return value
            case Null():
                return None
            case Array(_, members):
                return [self.value_of(member, names) for member in members]
            case Object(_, properties):
                return {text_of(self.value_of(p.key, names)): self.value_of(p.value, names) for p in properties}
            case Name(line, name):
                return names[name] if name in names else self.find(name, line)
            case Member(line, of, name, is_safe):
                return self._member(self.value_of(of, names), name, line, is_safe)
            case Index(line, of, at, is_safe):
                return self._member(self.value_of(of, names), self.value_of(at, names), line, is_safe)
            case Choice(_, test, yes, no):
                decided = self.value_of(test, names)
                if isinstance(decided, Later):
                    return Later(f"depends on {decided.words}")
                return self.value_of(yes if decided else no, names)
            case Binary(_, operator, left, right):
                return self._binary(operator, left, right, names)
            case Unary(_, operator, argument):
                value = self.value_of(argument, names)
                return value if isinstance(value, Later) else (-value if operator == "-" else not value)
            case Loop():
                return self._loop(expression, names)
            case Lambda():
                return expression, dict(names)
            case Call():
                return self._call(expression, names)
        raise self.unsound(expression.line, f"{type(expression).__name__} is not worked out here")

    def _text(self, parts: tuple[str | Expression, ...], names: Mapping[str, Value]) -> Value:
        values = [part if isinstance(part, str) else self.value_of(part, names) for part in parts]
        whole = "".join(text_of(value) for value in values)
        return Later(whole) if any(map(is_open, values)) else whole

    def _member(self, of: Value, name: Value, line: int, is_safe: bool) -> Value:
        if isinstance(of, Later):
            return Later(f"{of.words}.{text_of(name)}")
        if isinstance(of, Placed):
            return self._of_placed(of, name, line, is_safe)
        if isinstance(of, Filled):
            if name != "outputs":
                return Later(f"{of.symbol}.{name}")
            if not of.is_deployed and not is_safe:
                raise self.unsound(line, f"reads {of.symbol}, which is not deployed then")
            return of.outputs if of.is_deployed else None
        if isinstance(of, list):
            return of[name] if len(of) > name else self._absent(f"[{name}]", line, is_safe)
        if isinstance(of, Mapping):
            return of[name] if name in of else self._absent(name, line, is_safe)
        return self._absent(name, line, is_safe or of is None)

    def _absent(self, name: Value, line: int, is_safe: bool) -> None:
        if not is_safe:
            raise self.unsound(line, f"there is no {name}")

    def _of_placed(self, placed: Placed, name: Value, line: int, is_safe: bool) -> Value:
        if name in KNOWN_BEFORE:
            # Of a child it is the last part of the name, without its parents'.
            own = placed.name.rpartition("/")[2] if isinstance(placed.name, str) else placed.name
            known = {"id": placed.id, "name": own, "type": placed.type, "apiVersion": placed.declared.version}
            return known[name]
        if not placed.is_deployed and not placed.declared.is_existing:
            if is_safe:
                return None
            raise self.unsound(line, f"reads {placed.symbol}, which is not deployed then")
        return Later(f"{placed.symbol}.{name}")

    def _binary(self, operator: str, left: Expression, right: Expression, names: Mapping[str, Value]) -> Value:
        first = self.value_of(left, names)
        if operator == "??":
            return self.value_of(right, names) if first is None else first
        if operator in {"&&", "||"} and not isinstance(first, Later) and first is (operator == "||"):
            return first
        second = self.value_of(right, names)
        if is_open(first) or is_open(second):
            return Later(f"{text_of(first)} {operator} {text_of(second)}")
        return second if operator in {"&&", "||"} else OPERATORS[operator](first, second)

    def _loop(self, loop: Loop, names: Mapping[str, Value]) -> Value:
        over = self.value_of(loop.over, names)
        if isinstance(over, Later):
            return Later(f"for each of {over.words}")
        made = []
        for at, each in enumerate(over):
            inner = {**names, loop.variable: each, **({loop.index: at} if loop.index else {})}
            if loop.condition is None or self.value_of(loop.condition, inner):
                made.append(self.value_of(loop.body, inner))
        return made

    def _call(self, call: Call, names: Mapping[str, Value]) -> Value:
        if call.of is not None:
            return Later(f"{call.function} of {text_of(self.value_of(call.of, names))}")
        arguments = [self.value_of(argument, names) for argument in call.arguments]
        if own := self.template.functions.get(call.function):
            return self.value_of(own.value, dict(zip(own.parameters, arguments, strict=True)))
        if call.function in {"loadTextContent", "loadJsonContent"}:
            text = (self.template.path.parent / arguments[0]).read_text("utf-8")
            return text if call.function == "loadTextContent" else json.loads(text)
        if call.function == "readEnvironmentVariable":
            return self._environment_variable(call.line, *arguments)
        if call.function in {"map", "filter", "reduce", "sort", "toObject"}:
            return self._with_lambda(call, arguments)
        function = {**PURE, **functions_of(self.world)}.get(call.function)
        if function is None:
            raise self.unsound(call.line, f"{call.function} is not worked out here")
        is_waiting = any(isinstance(each, Later) for each in arguments)
        if is_waiting or (call.function not in BEAR_LATER and any(map(is_open, arguments))):
            return self._call_later(call, arguments)
        try:
            return function(*arguments)
        except (TypeError, ValueError, AttributeError, KeyError) as trouble:
            raise self.unsound(call.line, f"{call.function} fails: {trouble}") from None

    def _environment_variable(self, line: int, name: str, default: str | None = None) -> str:
        value = self.environment.get(name, default)
        if value is None:
            raise self.unsound(line, f"the environment has no {name}")
        return value

    def _call_later(self, call: Call, arguments: list[Value]) -> Value:
        if call.function in {"coalesce", "any"}:
            return next(each for each in arguments if each is not None)
        if call.function in {"guid", "uniqueString"}:
            # Its form is the same whatever it is made of.
            return PURE[call.function](*map(text_of, arguments))
        if call.function in OVER_GAPS:
            return Later(PURE[call.function](*(str(each) if isinstance(each, Later) else each for each in arguments)))
        return Later(f"{call.function}({', '.join(map(text_of, arguments))})")

    def _with_lambda(self, call: Call, arguments: list[Value]) -> Value:
        over, *rest = arguments
        if isinstance(over, Later):
            return Later(f"{call.function}({over.words})")

        def apply(function: tuple[Lambda, Mapping[str, Value]], *values: Value) -> Value:
            inner, around = function
            return self.value_of(inner.body, {**around, **dict(zip(inner.names, values, strict=False))})

        match call.function:
            case "map":
                return [apply(rest[0], each, at) for at, each in enumerate(over)]
            case "filter":
                return [each for at, each in enumerate(over) if apply(rest[0], each, at)]
            case "toObject":
                key, value = rest[0], rest[1] if len(rest) > 1 else None
                return {text_of(apply(key, each)): apply(value, each) if value else each for each in over}
            case "reduce":
                reduced, function = rest
                for each in over:
                    reduced = apply(function, reduced, each)
                return reduced
        raise self.unsound(call.line, f"{call.function} is not worked out here")


def is_open(value: Value) -> bool:
    """Is anything in a value known only later?"""
    if isinstance(value, Mapping):
        return any(map(is_open, value.values()))
    if isinstance(value, list):
        return any(map(is_open, value))
    return isinstance(value, Later | Placed | Filled)
