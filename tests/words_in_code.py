"""Finds in the code what it can say: every text that a call is given at one place, however it gets there.

Read from the syntax tree (https://docs.python.org/3/library/ast.html), so that a new message is found without running
it. What is only known at run time, such as a name behind a colon, is left out of the text.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Place:
    """A value in a module, within a function if it stands in one."""

    module: Path
    function: _Function | None
    value: ast.expr


def texts_given(folder: str, callee: str, position: int, keyword: str) -> set[str]:
    """Every text that calls of `callee` in a file or below a folder are given, through parameters and constants.

    Raises:
        AssertionError: one cannot be told.
    """
    return {text for (texts,) in calls_given(folder, callee, (position, keyword)) for text in texts}


def calls_given(folder: str, callee: str, *arguments: tuple[int, str]) -> Iterator[tuple[set[str], ...]]:
    """Yield for each call what it is given as each of these arguments, by position or keyword; none if it is not."""
    place = ROOT / folder
    for module in [place] if place.is_file() else sorted(place.rglob("*.py")):
        for function, call in _calls(module, callee):
            values = [_argument(call, position, keyword) for position, keyword in arguments]
            yield tuple(texts_of(Place(module, function, value)) if value else set() for value in values)


def texts_of(place: Place) -> set[str]:
    """What a value may be: of a text with gaps what stands before the first, of a dotted name nothing."""
    match place.value:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return {text}
        case ast.JoinedStr(values=[ast.FormattedValue(value=first), *_]):
            return texts_of(replace(place, value=first))
        case ast.IfExp(body=one, orelse=other):
            return set().union(*(texts_of(replace(place, value=value)) for value in (one, other)))
        case ast.Name(id=name):
            return _named(place, name)
        case ast.Attribute() | ast.Call():
            return set()
    raise AssertionError(f"{place.module}, line {place.value.lineno}: it cannot be told what this says")


def _named(place: Place, name: str) -> set[str]:
    if place.function is not None:
        assigned = list(_assigned(place.function, name))
        if assigned:
            return set().union(*(texts_of(replace(place, value=value)) for value in assigned))
        positions = [one.arg for one in (*place.function.args.posonlyargs, *place.function.args.args)]
        if name in positions:
            return _passed(place.module, place.function, positions, name)
    return {text for module in _meant(place.module, name) for text in _constant(module, name)}


def _passed(module: Path, function: _Function, positions: list[str], name: str) -> set[str]:
    """What the function's callers in its own module pass, and its default."""
    at = positions.index(name)
    behind = at - (len(positions) - len(function.args.defaults))
    found = texts_of(Place(module, None, function.args.defaults[behind])) if behind >= 0 else set()
    shift = 1 if positions[0] == "self" else 0
    for caller, call in _calls(module, function.name):
        value = _argument(call, at - shift, name)
        if value is not None:
            found |= texts_of(Place(module, caller, value))
    return found


def _meant(module: Path, name: str) -> Iterator[Path]:
    """The module itself, and the one that it has the name from."""
    yield module
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module and name in [alias.name for alias in node.names]:
            yield (ROOT / node.module.replace(".", "/")).with_suffix(".py")


def _constant(module: Path, name: str) -> Iterator[str]:
    if not module.exists():
        return
    for node in _tree(module).body:
        if not isinstance(node, ast.Assign):
            continue
        pairs = [(target, node.value) for target in node.targets]
        for target, value in pairs:
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs += list(zip(target.elts, value.elts, strict=True))
            elif isinstance(target, ast.Name) and target.id == name:
                yield from texts_of(Place(module, None, value))


def _assigned(function: _Function, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in node.targets):
            yield node.value


def _argument(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    named = next((one.value for one in call.keywords if one.arg == keyword), None)
    return named or (call.args[position] if position < len(call.args) else None)


def _calls(module: Path, callee: str) -> Iterator[tuple[_Function | None, ast.Call]]:
    """Every call of that name in a module, with the innermost function that it stands in."""
    inside: dict[int, _Function] = {}
    for node in ast.walk(_tree(module)):
        if isinstance(node, _Function):
            inside.update(dict.fromkeys(map(id, ast.walk(node)), node))
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == callee:
                yield inside.get(id(node)), node


@cache
def _tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text("utf-8"))
