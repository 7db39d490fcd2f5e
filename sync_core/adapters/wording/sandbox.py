"""Jinja2 with no more than a text needs, and each rendering within limits.

https://jinja.palletsprojects.com/en/stable/sandbox/ says what its sandbox leaves to us: time and memory.
"""

import traceback
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, cast

from jinja2 import ChainableUndefined, Template, TemplateSyntaxError, nodes, pass_context
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sync_core.adapters.wording.filters import BORROWED, OWN, TooLong, measured

TEMPLATE_LIMIT = 20_000
_OUTPUT_LIMIT = 200_000
_ROUNDS = 5_000
# Templates cannot spell names with a blank.
_ROUNDS_LEFT, _COUNTED, _MEASURED = "rounds left", "counted while it is walked", "measured before it is kept"

_ALLOWED = {
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.For,
    nodes.Assign,
}
_ALLOWED |= {nodes.Tuple, nodes.List, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Getattr, nodes.Getitem}
_ALLOWED |= {
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Concat,
    nodes.Add,
    nodes.Sub,
    nodes.Neg,
}
_ALLOWED |= {nodes.Keyword}
_INSTEAD: Mapping[type[nodes.Node], str] = {
    nodes.Call: "nothing can be called: use a filter",
    nodes.Include: "no other template can be used",
    nodes.Import: "no other template can be used",
    nodes.FromImport: "no other template can be used",
    nodes.Extends: "no other template can be used",
    nodes.Macro: "a macro cannot be defined",
    nodes.Scope: "escaping cannot be turned off",
}
_ATTRIBUTES: Mapping[type, frozenset[str]] = {
    datetime: frozenset({"year", "month", "day", "hour", "minute"}),
    date: frozenset({"year", "month", "day"}),
    LoopContext: frozenset({"index", "index0", "first", "last", "length", "revindex"}),
}


class Faulty(Exception):
    """A template that will not do; `reason` for whoever wrote it, without a word of any appointment."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


class _Missing(ChainableUndefined):
    """What is not there: empty at any depth, and no trouble in a sum or a comparison."""

    def __add__(self, other: Any) -> Any:
        return other

    def __radd__(self, other: Any) -> Any:
        return other

    def __sub__(self, other: Any) -> Any:
        return self

    __rsub__ = __sub__

    def __neg__(self) -> Any:
        return self

    def __lt__(self, other: Any) -> Any:
        return False

    __le__ = __gt__ = __ge__ = __lt__


class _Sandbox(ImmutableSandboxedEnvironment):
    """A dot reaches the names of a mapping and a few attributes of a date or a loop; all else is missing."""

    def __init__(self, *, is_html: bool) -> None:
        super().__init__(
            autoescape=is_html,
            undefined=_Missing,
            finalize=lambda value: "" if value is None else value,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.globals = {}
        self.filters = {**{name: self.filters[name] for name in BORROWED}, **OWN}

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        if attribute in _ATTRIBUTES.get(type(obj), ()):
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        return super().getitem(obj, argument)


ENVIRONMENTS: Mapping[bool, _Sandbox] = {is_html: _Sandbox(is_html=is_html) for is_html in (False, True)}


def parse(text: str, *, is_html: bool) -> nodes.Template:
    """Read a template and see that it keeps to what a text needs.

    Raises:
        Faulty: with the line.
    """
    if len(text) > TEMPLATE_LIMIT:
        raise Faulty(1, f"is longer than {TEMPLATE_LIMIT} characters")
    try:
        tree = ENVIRONMENTS[is_html].parse(text)
        _inspect(tree)
    except TemplateSyntaxError as trouble:
        raise Faulty(trouble.lineno, trouble.message or "cannot be read") from None
    except RecursionError:
        raise Faulty(1, "is nested too deeply") from None
    return tree


def compile_tree(tree: nodes.Template, *, is_html: bool) -> Template:
    """Make a template of a tree that was inspected, with its loops counted and its variables measured.

    Raises:
        Faulty: with the line.
    """
    for loop in list(tree.find_all(nodes.For)):
        loop.iter = _through(_COUNTED, loop.iter)
    for assign in list(tree.find_all(nodes.Assign)):
        assign.node = _through(_MEASURED, assign.node)
    environment = ENVIRONMENTS[is_html].overlay()
    environment.filters = {**environment.filters, _COUNTED: _counted, _MEASURED: measured}
    tree.set_environment(environment)
    try:
        code = environment.compile(tree)
    except TemplateSyntaxError as trouble:
        raise Faulty(trouble.lineno, trouble.message or "cannot be read") from None
    except (RecursionError, MemoryError, SyntaxError):
        raise Faulty(1, "is nested too deeply") from None
    return Template.from_code(environment, code, {}, None)


def render(template: Template, variables: Mapping[str, object]) -> str:
    """Fill a template in.

    Raises:
        Faulty: it ran too long, or failed; with the line.
    """
    pieces: list[str] = []
    length = 0
    try:
        for piece in template.generate({**variables, _ROUNDS_LEFT: iter(range(_ROUNDS))}):
            pieces.append(piece)
            length += len(piece)
            if length > _OUTPUT_LIMIT:
                raise TooLong("its text is too long")
    except TooLong as trouble:
        raise Faulty(_line_of(trouble), str(trouble)) from None
    except Exception as trouble:
        # Whatever a template can do wrong, and the message may quote an appointment.
        raise Faulty(_line_of(trouble), f"fails with {type(trouble).__name__}") from None
    return "".join(pieces)


def _inspect(node: nodes.Node) -> None:
    kind = type(node)
    if kind not in _ALLOWED:
        word = getattr(node, "operator", kind.__name__.lower())
        raise Faulty(node.lineno or 1, _INSTEAD.get(kind, f"{word} is not supported"))
    if isinstance(node, nodes.For) and node.recursive:
        raise Faulty(node.lineno, "a loop cannot be recursive")
    named = node.attr if isinstance(node, nodes.Getattr) else getattr(node, "name", "")
    if isinstance(named, str) and named.startswith("_"):
        raise Faulty(node.lineno, f"{named} is not allowed: names do not begin with _")
    for child in node.iter_child_nodes():
        _inspect(child)


def _through(name: str, node: nodes.Node) -> nodes.Filter:
    return nodes.Filter(cast(nodes.Expr, node), name, [], [], None, None, lineno=node.lineno)


@pass_context
def _counted(context: Context, values: Iterable[object] | None) -> Iterator[object]:
    left = context.resolve(_ROUNDS_LEFT)
    for value in values or ():
        if next(left, None) is None:
            raise TooLong("its loops run too long")
        yield value


def _line_of(trouble: Exception) -> int:
    places = [
        line for frame, line in traceback.walk_tb(trouble.__traceback__) if frame.f_code.co_filename == "<template>"
    ]
    return places[-1] if places else 1
