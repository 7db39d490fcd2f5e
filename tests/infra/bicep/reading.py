"""From the syntax tree to expressions."""

import re
from collections.abc import Callable, Mapping

from tree_sitter import Node

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
    Property,
    Text,
    Truth,
    Unary,
)

NAMESPACES = ("az", "sys")
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", "$": "$"}
ESCAPED = re.compile(r"\\(?:u\{([0-9A-Fa-f]+)\}|(.))")
COMMENTS = ("comment", "diagnostic_comment")


class Unread(Exception):
    """A construct that the checker does not know: to be learnt, or written in another way."""

    def __init__(self, node: Node) -> None:
        super().__init__(f"line {line_of(node)}: {node.type} {text_of(node)[:60]!r}")


def line_of(node: Node) -> int:
    return node.start_point[0] + 1


def text_of(node: Node | None) -> str:
    return (node.text or b"").decode() if node else ""


def children_of(node: Node) -> list[Node]:
    """Return what a node is made of, without punctuation and comments."""
    return [child for child in node.named_children if child.type not in COMMENTS]


def field_of(node: Node, name: str) -> Node:
    child = node.child_by_field_name(name)
    if child is None:
        raise Unread(node)
    return child


def read_expression(node: Node) -> Expression:
    """Return what a node says. Raises Unread for a construct that is not known here."""
    try:
        reader = READERS[node.type]
    except KeyError:
        raise Unread(node) from None
    return reader(node)


def read_object(node: Node) -> Object:
    properties = []
    for child in children_of(node):
        if child.type == "decorators":
            continue
        parts = children_of(child)
        # A resource inside a resource is a declaration, not a property.
        if [part.type for part in parts] == ["resource_declaration"]:
            continue
        if child.type != "object_property" or len(parts) != 2:
            raise Unread(child)
        name, value = parts
        key = read_text(name) if name.type == "string" else Text(line_of(name), (text_of(name),))
        properties.append(Property(line_of(child), key, read_expression(value)))
    return Object(line_of(node), tuple(properties))


def read_text(node: Node) -> Text:
    """Read a string by what stands between its interpolations: the tree counts blanks before one as a part of it."""
    whole = node.text or b""
    quote = 3 if whole.startswith(b"'''") else 1
    unescape = _leave if quote == 3 else _unescape
    at, parts = quote, list[str | Expression]()
    for child in children_of(node):
        if child.type == "interpolation":
            opening = child.children[0].end_byte - len("${") - node.start_byte
            parts.append(unescape(whole[at:opening].decode()))
            [inner] = children_of(child)
            parts.append(read_expression(inner))
            at = child.end_byte - node.start_byte
    last = whole[at:-quote].decode()
    # A line end right behind the opening quotes belongs to them.
    parts.append(last.removeprefix("\n") if quote == 3 else unescape(last))
    return Text(line_of(node), tuple(part for part in parts if part != ""))


def _leave(text: str) -> str:
    return text


def _unescape(text: str) -> str:
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else ESCAPES.get(found[2], found[2]), text)


def _read_call(node: Node) -> Call:
    function = field_of(node, "function")
    arguments = tuple(read_expression(each) for each in children_of(field_of(node, "arguments")))
    if function.type == "identifier":
        return Call(line_of(node), None, text_of(function), arguments)
    called = text_of(field_of(function, "property"))
    of = read_expression(field_of(function, "object"))
    is_namespace = isinstance(of, Name) and of.name in NAMESPACES
    return Call(line_of(node), None if is_namespace else of, called, arguments)


def _read_member(node: Node) -> Expression:
    is_safe = any(child.type == ".?" for child in node.children)
    return Member(
        line_of(node), read_expression(field_of(node, "object")), text_of(field_of(node, "property")), is_safe
    )


def _read_index(node: Node) -> Expression:
    is_safe = any("?" in child.type for child in node.children)
    of, at = read_expression(field_of(node, "object")), read_expression(field_of(node, "index"))
    return Index(line_of(node), of, at, is_safe)


def _read_nested_resource(node: Node) -> Expression:
    """`parent::child` is the name under which the child is declared."""
    parent, child = field_of(node, "object"), field_of(node, "resource")
    outer = read_expression(parent)
    if not isinstance(outer, Name):
        raise Unread(node)
    return Name(line_of(node), f"{outer.name}::{text_of(child)}")


def _read_array(node: Node) -> Expression:
    return Array(line_of(node), tuple(read_expression(each) for each in children_of(node)))


def read_loop(node: Node) -> Loop:
    """Read `[for … in …: …]`, the body of a resource or module included."""
    body = field_of(node, "body")
    condition = None
    if body.type == "if_statement":
        test, body = children_of(body)
        condition = read_expression(test)
    initial = node.child_by_field_name("initializer")
    [first, over, *_] = [child for child in children_of(node) if child != field_of(node, "body")]
    names = [text_of(initial)] if initial else [text_of(child) for child in children_of(first)]
    index = names[1] if len(names) > 1 else None
    return Loop(line_of(node), names[0], index, read_expression(over), condition, read_expression(body))


def _read_lambda(node: Node) -> Expression:
    *names, body = children_of(node)
    outer = names[0] if names else None
    inner = children_of(outer) if outer and outer.type != "identifier" else names
    return Lambda(line_of(node), tuple(text_of(name) for name in inner), read_expression(body))


def _read_choice(node: Node) -> Expression:
    parts = (read_expression(field_of(node, name)) for name in ("condition", "consequence", "alternative"))
    return Choice(line_of(node), *parts)


def _read_binary(node: Node) -> Expression:
    left, right = (read_expression(field_of(node, side)) for side in ("left", "right"))
    return Binary(line_of(node), text_of(field_of(node, "operator")), left, right)


def _read_unary(node: Node) -> Expression:
    return Unary(line_of(node), text_of(field_of(node, "operator")), read_expression(field_of(node, "argument")))


def _read_inner(node: Node) -> Expression:
    """Read what only stands in brackets, or is only said not to be null."""
    [inner] = children_of(node)
    return read_expression(inner)


READERS: Mapping[str, Callable[[Node], Expression]] = {
    "string": read_text,
    "number": lambda node: Number(line_of(node), int(text_of(node))),
    "boolean": lambda node: Truth(line_of(node), text_of(node) == "true"),
    "null": lambda node: Null(line_of(node)),
    "identifier": lambda node: Name(line_of(node), text_of(node)),
    "member_expression": _read_member,
    "subscript_expression": _read_index,
    "resource_expression": _read_nested_resource,
    "call_expression": _read_call,
    "ternary_expression": _read_choice,
    "binary_expression": _read_binary,
    "unary_expression": _read_unary,
    "parenthesized_expression": _read_inner,
    "nullable_type": _read_inner,
    "array": _read_array,
    "object": read_object,
    "for_statement": read_loop,
    "lambda_expression": _read_lambda,
}
