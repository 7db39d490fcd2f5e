"""Whether a template will do, asked when it is saved: an admin hears of a mistake with its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from jinja2 import meta, nodes

from sync_core.adapters.wording.samples import FULL, SAMPLES, ZONE
from sync_core.adapters.wording.sandbox import ENVIRONMENTS, Faulty, compile_tree, parse
from sync_core.adapters.wording.templates import BODY, default_templates, fill
from sync_core.adapters.wording.variables import LINK_NAMES, variables_of
from sync_core.domain.look import Notes


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """Why a template was refused; `name` is that of its setting, `line` counts from 1."""

    name: str
    line: int
    reason: str


def check_template(name: str, text: str) -> TemplateProblem | None:
    """Judge a template before it is saved; `name` is one of `default_templates()`, an empty text stands for that.

    None means that it will do: it can be read, keeps to the names and filters there are, and renders.
    """
    try:
        _try(name, text or default_templates()[name])
    except Faulty as fault:
        return TemplateProblem(name, fault.line, fault.reason)
    return None


def _try(name: str, text: str) -> None:
    is_html = name == BODY
    tree = parse(text, is_html=is_html)
    known = variables_of(FULL, Notes(), ZONE, is_html=is_html)
    _check_filters(tree, is_html=is_html)
    _check_names(tree, known)
    _check_parts(tree, known)
    template = compile_tree(tree, is_html=is_html)
    for appointment, notes in SAMPLES:
        fill(template, name, variables_of(appointment, notes, ZONE, is_html=is_html))


def _check_filters(tree: nodes.Template, *, is_html: bool) -> None:
    environment = ENVIRONMENTS[is_html]
    for used in tree.find_all(nodes.Filter):
        if used.name not in environment.filters:
            raise Faulty(used.lineno, f"filter {_unknown(used.name, environment.filters)}")
    for asked in tree.find_all(nodes.Test):
        if asked.name not in environment.tests:
            raise Faulty(asked.lineno, f"test {_unknown(asked.name, environment.tests)}")


def _check_names(tree: nodes.Template, known: Mapping[str, object]) -> None:
    undeclared = meta.find_undeclared_variables(tree) - set(known)
    for used in tree.find_all(nodes.Name):
        if used.name in undeclared:
            raise Faulty(used.lineno, _unknown(used.name, known))


def _check_parts(tree: nodes.Template, known: Mapping[str, object]) -> None:
    """See that what stands behind a dot is there; `fields` are the tenant's own and may have any name."""
    parts = {name: set(value) for name, value in known.items() if isinstance(value, Mapping) and name != "fields"}
    for loop in tree.find_all(nodes.For):
        if isinstance(loop.target, nodes.Name) and isinstance(loop.iter, nodes.Name) and loop.iter.name == "links":
            parts[loop.target.name] = set(LINK_NAMES)
    for used in tree.find_all(nodes.Getattr):
        owner = used.node.name if isinstance(used.node, nodes.Name) else ""
        if owner in parts and used.attr not in parts[owner]:
            raise Faulty(used.lineno, _unknown(f"{owner}.{used.attr}", [f"{owner}.{part}" for part in parts[owner]]))


def _unknown(name: str, known: Mapping[str, object] | list[str]) -> str:
    near = get_close_matches(name, list(known), 1)
    return f"{name}: did you mean {near[0]}?" if near else f"{name} is not known"
