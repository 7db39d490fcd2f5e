"""What is wrong with a document, by the place of each fault (JSON Pointer, RFC 6901), never repeating its values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

_MOST = 20
_LONGEST_NAME = 128
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One wrong field; an empty pointer is the whole document."""

    pointer: str
    detail: str

    def under(self, prefix: str) -> "FieldFault":
        return FieldFault(prefix + self.pointer, self.detail)


class Invalid(ValueError):
    """A document breaks the contract."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__("; ".join(f"{fault.pointer or '(whole)'}: {fault.detail}" for fault in faults))
        self.faults = tuple(faults)


def pointer_to(*places: str | int) -> str:
    """The pointer to a place; over-long names of members are cut."""
    return "".join("/" + legible(str(place)).replace("~", "~0").replace("/", "~1") for place in places)


def legible(name: str) -> str:
    """A name a sender chose, fit for rows and logs: of bounded length, printable, without half a surrogate pair."""
    cut = name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in cut)


def check(model: type[_Model], document: object) -> _Model:
    """Read a parsed JSON document as that model.

    Raises:
        Invalid: with at most twenty faults.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise Invalid(_faults(error)) from None


def _faults(error: ValidationError) -> Sequence[FieldFault]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [FieldFault(pointer_to(*_places(one["loc"])), _words(one["type"], one["msg"])) for one in found[:_MOST]]


def _places(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Without pydantic's own mark for the key of a mapping, which is no place in the document."""
    return loc[:-1] if loc and loc[-1] == "[key]" else loc


def _words(kind: str, message: str) -> str:
    if kind == "missing":
        return "is missing"
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return "must be an object"
    if kind == "string_unicode":
        return "must be valid Unicode text"
    for subject in ("Input should ", "String should ", "List should ", "Dictionary should "):
        message = message.replace(subject, "must ")
    return message
