"""The part of OData's `$filter` that mailboxes and directories are asked with.

https://learn.microsoft.com/graph/filter-query-parameter
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from simulators.graph.errors import GraphRefusal, bad_request
from simulators.graph.timezones import read_instant

Scope = Mapping[str, Any]
_Value = Callable[[Scope], Any]
Predicate = Callable[[Scope], bool]
_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<instant>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?)|(?P<number>-?\d+)"
    r"|(?P<path>[A-Za-z@][\w.@]*(?:/[A-Za-z@][\w.@]*)*)|(?P<mark>[():,]))"
)
_GUID = re.compile(r"\{[0-9A-Fa-f-]{36}\}")
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: bool(left == right),
    "ne": lambda left, right: bool(left != right),
    "gt": lambda left, right: bool(left > right),
    "ge": lambda left, right: bool(left >= right),
    "lt": lambda left, right: bool(left < right),
    "le": lambda left, right: bool(left <= right),
}
_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
}


def _refusal(text: str) -> GraphRefusal:
    return bad_request(f"Invalid filter clause: {text}", "ErrorInvalidUrlQueryFilter")


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position = [], 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise _refusal(text)
        found.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return found


class _Reader:
    """Recursive descent over `or`, `and`, `not`, comparisons, text functions and `any`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._at = 0

    def read(self) -> Predicate:
        predicate = self._either()
        if self._at != len(self._tokens):
            raise _refusal(self._text)
        return predicate

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self, expected: str | None = None) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise _refusal(self._text)
        token = self._tokens[self._at]
        if expected is not None and token[1] != expected:
            raise _refusal(self._text)
        self._at += 1
        return token

    def _either(self) -> Predicate:
        parts = [self._both()]
        while self._peek() == "or":
            self._take()
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda scope: any(part(scope) for part in parts)

    def _both(self) -> Predicate:
        parts = [self._one()]
        while self._peek() == "and":
            self._take()
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda scope: all(part(scope) for part in parts)

    def _one(self) -> Predicate:
        if self._peek() == "not":
            self._take()
            inner = self._one()
            return lambda scope: not inner(scope)
        if self._peek() == "(":
            self._take()
            inner = self._either()
            self._take(")")
            return inner
        kind, word = self._take()
        if kind != "path":
            raise _refusal(self._text)
        if self._peek() == "(":
            if word.lower() in _TEXT_TESTS:
                return self._text_test(_TEXT_TESTS[word.lower()])
            if word.lower().endswith("/any"):
                return self._any(word[: -len("/any")])
            raise _refusal(self._text)
        order = _ORDERS.get(self._take()[1])
        if order is None:
            raise _refusal(self._text)
        literal = self._literal()
        if word.endswith("/id"):
            # The name of an extended property keeps its case, which counts; the GUID before it has none.
            return _compare_exactly(_path(word), order, _GUID.sub(lambda match: match[0].lower(), str(literal)))
        return _compare(_path(word), order, literal)

    def _text_test(self, test: Callable[[str, str], bool]) -> Predicate:
        self._take("(")
        path = _path(self._take()[1])
        self._take(",")
        part = str(self._literal()).casefold()
        self._take(")")
        return lambda scope: isinstance(path(scope), str) and test(path(scope).casefold(), part)

    def _any(self, collection: str) -> Predicate:
        self._take("(")
        variable = self._take()[1]
        self._take(":")
        inner = self._either()
        self._take(")")
        path = _path(collection)
        return lambda scope: any(inner(_Within(variable, entry, scope)) for entry in path(scope) or ())

    def _literal(self) -> Any:
        kind, text = self._take()
        if kind == "string":
            return text[1:-1].replace("''", "'")
        if kind == "instant":
            return read_instant(text)
        if kind == "number":
            return int(text)
        named = {"true": True, "false": False, "null": None}
        if text in named:
            return named[text]
        raise _refusal(self._text)


class _Within(Mapping[str, Any]):
    """The variable of an `any`, in front of what surrounds it."""

    def __init__(self, variable: str, value: Any, outer: Scope) -> None:
        self._variable, self._value, self._outer = variable, value, outer

    def __getitem__(self, name: str) -> Any:
        return self._value if name == self._variable else self._outer[name]

    def __iter__(self) -> Iterator[str]:
        return iter({self._variable, *self._outer})

    def __len__(self) -> int:
        return len({self._variable, *self._outer})


def _path(path: str) -> _Value:
    names = path.split("/")

    def read(scope: Scope) -> Any:
        value: Any = scope
        for name in names:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    return read


def _compare_exactly(path: _Value, order: Callable[[Any, Any], bool], literal: str) -> Predicate:
    return lambda scope: order(path(scope), literal)


def _compare(path: _Value, order: Callable[[Any, Any], bool], literal: Any) -> Predicate:
    if isinstance(literal, str):
        literal = literal.casefold()

    def holds(scope: Scope) -> bool:
        value = path(scope)
        if isinstance(literal, datetime) and isinstance(value, str):
            value = read_instant(value)
        elif isinstance(value, str):
            value = value.casefold()
        try:
            return order(value, literal)
        except TypeError:
            return False

    return holds


@lru_cache(maxsize=256)
def read_filter(text: str) -> Predicate:
    """Return the test that a `$filter` stands for; text is compared without regard to case.

    Raises: GraphRefusal for anything this simulator does not understand.
    """
    return _Reader(text).read()
