"""From a file's text to its declarations."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tree_sitter import Node

from tests.infra.bicep.expressions import Array, Call, Expression, Loop, Number, Object, Text, Truth
from tests.infra.bicep.kinds import ANY, BY_WORD, NULL, Either, Field, Kind, Many, Named, Shape, Words
from tests.infra.bicep.model import (
    Declaration,
    Function,
    Module,
    Output,
    Parameter,
    Repeat,
    Resource,
    Template,
    Variable,
)
from tests.infra.bicep.parsing import parse
from tests.infra.bicep.reading import COMMENTS, Unread, children_of, field_of, line_of, read_expression, text_of


@cache
def load_template(path: Path) -> Template:
    """Read a file once; it is not written to while it is checked."""
    return read_template(path, path.read_text("utf-8"))


def read_template(path: Path, text: str) -> Template:
    """Return what a text declares. Raises Unread for what is not known here."""
    reading = _Reading()
    decorators: tuple[Call, ...] = ()
    for node in parse(text).named_children:
        if node.type in COMMENTS:
            continue
        if node.type == "decorators":
            decorators = tuple(_read_decorators(node))
            continue
        reading.take(node, decorators)
        decorators = ()
    return reading.template(path)


@dataclass
class _Reading:
    scope: str = "resourceGroup"
    declared: list[Declaration] = field(default_factory=list)
    types: dict[str, Kind] = field(default_factory=dict)

    def take(self, node: Node, decorators: tuple[Call, ...]) -> None:
        match node.type:
            case "target_scope_assignment":
                scope = read_expression(children_of(node)[0])
                self.scope = (scope.literal or "") if isinstance(scope, Text) else ""
            case "metadata_declaration":
                pass
            case "parameter_declaration":
                self.declared.append(_read_parameter(node, decorators))
            case "variable_declaration":
                name, value = children_of(node)
                self.declared.append(Variable(line_of(node), text_of(name), decorators, read_expression(value)))
            case "output_declaration":
                name, kind, value = children_of(node)
                output = Output(line_of(node), text_of(name), decorators, read_kind(kind), read_expression(value))
                self.declared.append(output)
            case "user_defined_function":
                self.declared.append(_read_function(node, decorators))
            case "type_declaration":
                name, kind = children_of(node)
                self.types[text_of(name)] = read_kind(kind)
            case "resource_declaration":
                self.declared.extend(_read_resources(node, decorators, None))
            case "module_declaration":
                self.declared.append(_read_module(node, decorators))
            case _:
                raise Unread(node)

    def template(self, path: Path) -> Template:
        def of(kind: type[Declaration]) -> dict[str, Declaration]:
            return {each.name: each for each in reversed(self.declared) if isinstance(each, kind)}

        seen: set[str] = set()
        repeated = []
        for each in self.declared:
            name = f"output {each.name}" if isinstance(each, Output) else each.name
            repeated += [each] if name in seen else []
            seen.add(name)
        groups = {
            "parameters": of(Parameter),
            "variables": of(Variable),
            "resources": of(Resource),
            "modules": of(Module),
            "outputs": of(Output),
            "functions": of(Function),
        }
        ordered = {group: dict(reversed(named.items())) for group, named in groups.items()}
        return Template(path, self.scope, types=self.types, repeated=tuple(repeated), **ordered)  # type: ignore[arg-type]


def _read_decorators(node: Node) -> Iterator[Call]:
    for each in children_of(node):
        [called] = children_of(each)
        call = read_expression(called)
        if not isinstance(call, Call):
            raise Unread(each)
        yield call


def _read_parameter(node: Node, decorators: tuple[Call, ...]) -> Parameter:
    name, kind, *rest = children_of(node)
    default = read_expression(rest[0]) if rest else None
    is_nullable = [child.type for child in children_of(kind)] == ["nullable_type"]
    declared = read_kind(kind)
    allowed = next((call for call in decorators if call.function == "allowed"), None)
    if allowed and isinstance(allowed.arguments[0], Array):
        words = Words(tuple(_literal(each) for each in allowed.arguments[0].members))
        declared = Many(words) if isinstance(declared, Many) else words
    return Parameter(line_of(node), text_of(name), decorators, declared, default, is_nullable)


def _literal(expression: Expression) -> str | int | bool:
    if isinstance(expression, Number | Truth):
        return expression.value
    return (expression.literal or "") if isinstance(expression, Text) else ""


def _read_function(node: Node, decorators: tuple[Call, ...]) -> Function:
    *_, value = children_of(node)
    listed = next(child for child in children_of(node) if child.type == "parameters")
    parameters = {text_of(name): read_kind(kind) for name, kind in map(children_of, children_of(listed))}
    name, returns = text_of(field_of(node, "name")), read_kind(field_of(node, "returns"))
    return Function(line_of(node), name, decorators, parameters, returns, read_expression(value))


def _read_resources(node: Node, decorators: tuple[Call, ...], parent: Resource | None) -> Iterator[Resource]:
    name, what, value = children_of(node)
    symbol = f"{parent.name}::{text_of(name)}" if parent else text_of(name)
    type_, _, version = text_of(what)[1:-1].partition("@")
    if parent:
        # A child inside its parent says only the last part of its type, and may leave the version to the parent.
        type_, version = f"{parent.type}/{type_}", version or parent.version
    is_existing = any(child.type == "existing" for child in node.children)
    condition, loop, body, block = _read_body(value)
    within = parent.name if parent else None
    resource = Resource(line_of(node), symbol, decorators, condition, loop, body, type_, version, is_existing, within)
    yield resource
    inner: tuple[Call, ...] = ()
    for child in children_of(block):
        parts = children_of(child)
        if child.type == "decorators":
            inner = tuple(_read_decorators(child))
        elif [part.type for part in parts] == ["resource_declaration"]:
            yield from _read_resources(parts[0], inner, resource)
            inner = ()


def _read_module(node: Node, decorators: tuple[Call, ...]) -> Module:
    name, file, value = children_of(node)
    condition, loop, body, _ = _read_body(value)
    return Module(line_of(node), text_of(name), decorators, condition, loop, body, text_of(file)[1:-1])


def _read_body(node: Node) -> tuple[Expression | None, Repeat | None, Object, Node]:
    """Return the condition, the loop and the body of what is deployed, and the body's node."""
    condition = loop = None
    block = node
    if node.type == "for_statement":
        whole = read_expression(node)
        if not isinstance(whole, Loop):
            raise Unread(node)
        loop, condition = Repeat(whole.variable, whole.index, whole.over), whole.condition
        block = field_of(node, "body")
    if block.type == "if_statement":
        test, block = children_of(block)
        condition = read_expression(test)
    body = read_expression(block)
    if not isinstance(body, Object):
        raise Unread(node)
    return condition, loop, body, block


def read_kind(node: Node) -> Kind:
    """Return the kind that a type says; what is named is resolved where it is used."""
    match node.type:
        case "type":
            return read_kind(children_of(node)[0])
        case "primitive_type":
            return BY_WORD[text_of(node)]
        case "identifier":
            return BY_WORD.get(text_of(node), Named(text_of(node)))
        case "nullable_type":
            return Either((read_kind(children_of(node)[0]), NULL))
        case "array_type":
            return Many(read_kind(children_of(node)[0]))
        case "parenthesized_expression" | "parenthesized_type":
            return read_kind(children_of(node)[0])
        case "string" | "number" | "boolean":
            return Words((_literal(read_expression(node)),))
        case "union_type":
            kinds = [read_kind(child) for child in children_of(node)]
            words = [word for kind in kinds if isinstance(kind, Words) for word in kind.allowed]
            return Words(tuple(words)) if all(isinstance(kind, Words) for kind in kinds) else Either(tuple(kinds))
        case "object":
            return _read_shape(node)
        case _:
            raise Unread(node)


def _read_shape(node: Node) -> Shape:
    fields: dict[str, Field] = {}
    others: Kind | None = None
    for child in children_of(node):
        if child.type == "decorators":
            continue
        parts = children_of(child)
        if len(parts) == 1:
            others = read_kind(parts[0])
            continue
        name, kind = parts
        is_required = kind.type != "nullable_type"
        fields[text_of(name).strip("'")] = Field(read_kind(kind), is_required)
    return Shape("object", fields, others)


def resolve(kind: Kind, types: Mapping[str, Kind]) -> Kind:
    """Return the kind that stands behind a name; any where nothing does."""
    while isinstance(kind, Named):
        kind = types.get(kind.name, ANY)
    return kind
