"""What an admin sends: query and body as checked values, or every fault with its remedy."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sync_core.contract.faults import legible
from sync_core.web.admin.answers import Problem, Wrong, invalid, refuse
from sync_core.web.http import Headers

MOST_BYTES = 8 * 1024 * 1024
_MOST_FAULTS = 20
_YES, _NO = {"true", "1", ""}, {"false", "0"}
_Choice = TypeVar("_Choice", bound=StrEnum)
_Model = TypeVar("_Model", bound=BaseModel)


class Query(Mapping[str, str]):
    """The query of a call; each reading raises a `Refusal` (400) that names the parameter and what is allowed."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = dict(given)

    def __getitem__(self, name: str) -> str:
        return self._given[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def only(self, *names: str) -> None:
        """Refuse every parameter but these: a misspelt filter would show too much."""
        allowed = ", ".join(names) or "no parameter"
        if wrong := [
            Wrong(legible(each), "is no parameter of this call", allowed) for each in self if each not in names
        ]:
            raise invalid(*wrong)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """Return a whole number within bounds, both included."""
        text = self.get(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and low <= int(text) <= high):
            raise invalid(Wrong(name, "is no such number", f"a whole number from {low} to {high}"))
        return int(text)

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a yes or no; a name without a value is a yes."""
        text = self.get(name, str(default)).lower()
        if text not in _YES | _NO:
            raise invalid(Wrong(name, "is neither yes nor no", "true or false"))
        return text in _YES

    def choice(self, name: str, among: type[_Choice], default: _Choice | None = None) -> _Choice | None:
        """Return one of the words of an enumeration."""
        if name not in self:
            return default
        if (text := self[name]) not in list(among):
            raise invalid(Wrong(name, "is none of the words", ", ".join(among)))
        return among(text)

    def instant(self, name: str) -> datetime | None:
        """Return an instant in UTC; it must carry its offset."""
        if name not in self:
            return None
        try:
            # An unencoded + arrives as a space.
            read = datetime.fromisoformat(self[name].replace(" ", "+"))
            return read.astimezone(UTC) if read.tzinfo else _no_instant(name)
        except (ValueError, OverflowError):
            return _no_instant(name)


def _no_instant(name: str) -> datetime:
    raise invalid(Wrong(name, "is no instant", "a date and time with its offset, such as 2026-11-21T08:00:00Z"))


def read_json(headers: Headers, body: bytes) -> Any:
    """Return the JSON of a body.

    Raises:
        Refusal: 415 for another content type, 413 if it is too long, 400 if it is no JSON or names something twice.
    """
    require_content(headers, body, "application/json", "application/merge-patch+json")
    try:
        return json.loads(body.decode(), parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise invalid(Wrong("", "cannot be read as JSON", "UTF-8 JSON in which each name stands once")) from None


def require_content(headers: Headers, body: bytes, *allowed: str) -> None:
    """Refuse a body of another content type (415) or beyond the bound (413)."""
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in allowed:
        wrong = Wrong("Content-Type", "is not what this call takes", " or ".join(allowed))
        raise refuse(Problem.INVALID, f"Send {wrong.remedy}.", wrong, status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if len(body) > MOST_BYTES:
        wrong = Wrong("", "is too long", f"{MOST_BYTES // 1024 // 1024} MiB at most")
        raise refuse(Problem.INVALID, "Send it in parts.", wrong, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def read_as(model: type[_Model], document: object) -> _Model:
    """Return a parsed document as that model.

    Raises:
        Refusal: with at most twenty faults, each with its place (`calendars[1].name`) and what is allowed.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_FAULTS]
    raise invalid(*(Wrong(_path(each["loc"]), *_words(model, each)) for each in found))


def _path(loc: tuple[str | int, ...]) -> str:
    places = loc[:-1] if loc and loc[-1] == "[key]" else loc
    path = "".join(f"[{each}]" if isinstance(each, int) else f".{legible(each)}" for each in places)
    return path.removeprefix(".")


def _words(model: type[BaseModel], error: Any) -> tuple[str, str]:
    message = str(error["msg"]).removeprefix("Value error, ")
    for subject in ("Input should ", "String should ", "List should ", "Dictionary should "):
        message = message.replace(subject, "must ")
    match error["type"]:
        case "missing":
            return "is missing", "give it a value"
        case "extra_forbidden":
            names = [field.alias or name for name, field in model.model_fields.items()]
            return "is no member here", ", ".join(names) if len(error["loc"]) == 1 else "take it away"
        case "value_error":
            return "is not allowed", message
        case "model_type" | "model_attributes_type" | "dict_type":
            return "is of the wrong type", "a JSON object"
        case "string_unicode":
            return "is no text", "valid Unicode text"
    return "is not allowed", message


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("a name stands twice")
    return document
