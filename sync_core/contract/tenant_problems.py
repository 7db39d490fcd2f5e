"""Says what is wrong with a document of settings: where, why, and what is allowed there."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from sync_core.contract.faults import legible
from sync_core.contract.forms import Form
from sync_core.contract.tenant_settings import Part

DOCUMENT = "a JSON object with names of settings, each once"


@dataclass(frozen=True, slots=True)
class TenantProblem:
    """One setting that is wrong. `setting` is its path, such as `rules[2].kinds`, empty for the whole document."""

    setting: str
    wrong: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.setting or 'the document'} {self.wrong}; allowed: {self.allowed}"


def problem_at(model: type[BaseModel], loc: Sequence[str | int], kind: str, message: str) -> TenantProblem:
    """The problem that pydantic found at a place of that model's document."""
    # The key of a table is no place of its own.
    places = tuple(loc[:-1] if loc[-1:] == ("[key]",) and kind != "extra_forbidden" else loc)
    path = _path(places)
    if kind == "extra_forbidden":
        names = list(_follow(model, places[:-1])[2].model_fields)
        close = get_close_matches(str(places[-1]), names, 1, 0.6)
        return TenantProblem(path, "is no setting", f"the name {close[0]}" if close else ", ".join(names))
    if kind == "missing":
        return TenantProblem(path, "is missing", _allowed_at(model, places))
    if kind == "value_error":
        return TenantProblem(path, message.removeprefix("Value error, "), _allowed_at(model, places))
    return TenantProblem(path, "is of the wrong type", _allowed_at(model, places))


def _path(places: Sequence[str | int]) -> str:
    path = ""
    for place in places:
        if isinstance(place, int):
            path += f"[{place}]"
        elif place.isidentifier():
            path += f".{legible(place)}" if path else legible(place)
        else:
            path += f"[{json.dumps(legible(place), ensure_ascii=False)}]"
    return path


def _follow(model: type[BaseModel], places: Sequence[str | int]) -> tuple[type[BaseModel], str, type[BaseModel]]:
    """The model and the field that a place belongs to (empty for the whole), and the model of what lies there."""
    owner, name, inner = model, "", model
    is_key = False
    for place in places:
        if isinstance(place, int) or is_key:
            is_key = False
        elif place in inner.model_fields:
            owner, name = inner, place
            annotation = owner.model_fields[name].annotation
            inner = next((part for part in _kinds(annotation) if issubclass(part, Part)), inner)
            is_key = get_origin(annotation) is dict
    return owner, name, inner


def _kinds(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for argument in get_args(annotation):
        yield from _kinds(argument)


def _forms(annotation: Any) -> Iterator[Form]:
    for argument in (*get_args(annotation), *getattr(annotation, "__metadata__", ())):
        if isinstance(argument, Form):
            yield argument
        else:
            yield from _forms(argument)


def _allowed_at(model: type[BaseModel], places: Sequence[str | int]) -> str:
    owner, name, _ = _follow(model, places)
    return allowed_words(owner, name) if name else DOCUMENT


def allowed_words(model: type[BaseModel], name: str) -> str:
    """What is allowed for a setting, in the words that the page and every problem use."""
    field = model.model_fields[name]
    of_field = [one for one in field.metadata if isinstance(one, Form)]
    form = next(iter([*of_field, *_forms(field.annotation)]), None)
    if form is None:
        raise LookupError(f"{name} has no form")
    is_optional = type(None) in _kinds(field.annotation) and not of_field
    return f"{form.allowed}, or `null`" if is_optional else form.allowed
