"""Both readers of Bicep that exist outside the compiler; a file counts as Bicep only if both read it:
https://github.com/tree-sitter-grammars/tree-sitter-bicep and https://github.com/gruebel/pycep.
"""

from collections.abc import Iterator
from functools import cache

import tree_sitter_bicep
from lark.exceptions import LarkError, UnexpectedInput
from pycep import BicepParser
from tree_sitter import Language, Node, Parser


@cache
def _parsers() -> tuple[Parser, BicepParser]:
    return Parser(Language(tree_sitter_bicep.language())), BicepParser()


def parse(text: str) -> Node:
    """Return the syntax tree, with error nodes where the text is wrong."""
    return _parsers()[0].parse(text.encode()).root_node


def syntax_faults(text: str) -> tuple[tuple[int, str], ...]:
    """Return line and words of whatever one of the readers does not read."""
    return (*tree_faults(text), *_pycep_faults(text))


def tree_faults(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and words of whatever tree-sitter does not read."""
    for node in _error_nodes(parse(text)):
        shown = (node.text or b"").decode().partition("\n")[0][:60]
        yield node.start_point[0] + 1, f"no Bicep for tree-sitter: {shown!r}"


def _pycep_faults(text: str) -> Iterator[tuple[int, str]]:
    try:
        _parsers()[1].parse(text=text)
    except UnexpectedInput as refusal:
        yield refusal.line, f"no Bicep for pycep: {refusal.get_context(text, 30).splitlines()[0].strip()!r}"
    except LarkError as refusal:
        yield 1, f"no Bicep for pycep: {type(refusal).__name__}"


def _error_nodes(node: Node) -> Iterator[Node]:
    if node.is_error or node.is_missing:
        yield node
    elif node.has_error:
        for child in node.children:
            yield from _error_nodes(child)
