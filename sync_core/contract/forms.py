"""The forms a setting's value may take in a document, each with the words that tell an admin what is allowed."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from sync_core.domain.errors import Refused
from sync_core.domain.zones import zone_name

LONGEST_LIST = 1_000
# A name of both kinds, which Windows' table would write Etc/UTC.
_UTC = "UTC"


@dataclass(frozen=True, slots=True)
class Form:
    """`read` raises ValueError with what is wrong, never quoting the value.

    What is `raw` reaches it as the document has it, all else once its type is right.
    """

    allowed: str
    read: Callable[[Any], Any]
    is_raw: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        if self.is_raw:
            return core_schema.no_info_plain_validator_function(self.read)
        return core_schema.no_info_after_validator_function(self.read, handler(source))


def whole(low: int, high: int, unit: str) -> Form:
    """A whole number within bounds, both included."""

    def read(value: int) -> int:
        if not low <= value <= high:
            raise ValueError("is out of range")
        return value

    return Form(f"{low} to {high} {unit}", read)


def switch() -> Form:
    return Form("`true` or `false`", lambda value: value)


def one_of(*members: StrEnum) -> Form:
    """One of these words."""

    def read(value: Any) -> StrEnum:
        for member in members:
            if isinstance(value, str) and value == member.value:
                return member
        raise ValueError("is none of the words")

    return Form(" or ".join(", ".join(_quoted(members)).rsplit(", ", 1)), read, is_raw=True)


def some_of(*members: StrEnum) -> Form:
    """A list of these words, none twice, not empty; it is read as a tuple."""
    single = one_of(*members)

    def read(value: Any) -> tuple[StrEnum, ...]:
        if not isinstance(value, list):
            raise ValueError("is no list")
        if not value:
            raise ValueError("names none")
        words = tuple(single.read(word) for word in value)
        if len(set(words)) != len(words):
            raise ValueError("names one twice")
        return words

    return Form(f"a list of one or more of {', '.join(_quoted(members))}", read, is_raw=True)


def text(longest: int, what: str = "text", *, lines: bool = False, least: int = 0) -> Form:
    """Text of bounded length that can be stored; `lines` allows line breaks and tabs."""

    def read(value: str) -> str:
        _check_text(value, longest, lines=lines)
        if len(value.strip()) < least:
            raise ValueError("is empty")
        return value

    return Form(f"{what} of at most {longest:,} characters", read)


def texts(longest: int, what: str) -> Form:
    """A list of texts, none empty or twice; it is read as a tuple."""

    def read(value: list[str]) -> tuple[str, ...]:
        if len(value) > LONGEST_LIST:
            raise ValueError("is too long")
        for each in value:
            _check_text(each, longest)
            if not each.strip():
                raise ValueError("holds one that is empty")
        if len(set(value)) != len(value):
            raise ValueError("names one twice")
        return tuple(value)

    return Form(f"a list of at most {LONGEST_LIST:,} {what}, each of at most {longest} characters", read)


def table(what: str, longest: int = 255, among: Sequence[str] = ()) -> Form:
    """Names (`among` these, if any are given) with something for each."""

    def read(value: dict[str, Any]) -> dict[str, Any]:
        if len(value) > LONGEST_LIST:
            raise ValueError("is too long")
        for name in value:
            _check_text(name, longest)
            if not name.strip():
                raise ValueError("holds an empty name")
            if among and name not in among:
                raise ValueError("holds a name that means nothing")
        return value

    names = f" for any of {', '.join(_quoted(among))}" if among else f", at most {LONGEST_LIST:,}"
    return Form(f"{what}{names}", read)


def named(what: str) -> Form:
    """A list of bounded length, of what has a `name` that differs in more than case and outer blanks."""

    def read(value: list[Any]) -> list[Any]:
        if len(value) > LONGEST_LIST:
            raise ValueError("is too long")
        seen: set[str] = set()
        for place, each in enumerate(value):
            name = each.name.strip().casefold()
            if name in seen:
                raise ValueError(f"gives the one at [{place}] the name of another")
            seen.add(name)
        return value

    return Form(f"a list of at most {LONGEST_LIST:,} {what}", read)


def parts(what: str) -> Form:
    """An object whose parts have forms of their own."""
    return Form(what, lambda value: value)


def _quoted(words: Sequence[str]) -> list[str]:
    return [f"`{word}`" for word in words]


def _check_text(value: str, longest: int, *, lines: bool = False) -> None:
    if len(value) > longest:
        raise ValueError("is too long")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError("holds half a character")
    kept = {"\n", "\r", "\t"} if lines else set()
    if any((letter < " " or letter == "\x7f") and letter not in kept for letter in value):
        raise ValueError("holds a control character")


def _read_zone(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 64 or not value.isprintable():
        raise ValueError("is no time zone")
    try:
        return value if value == _UTC else zone_name(value)
    except Refused:
        raise ValueError("is no time zone") from None


def _read_group(value: Any) -> str:
    if value == "":
        return ""
    try:
        read = uuid.UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise ValueError("is no object id") from None
    if str(read) != value.lower() or not read.int:
        raise ValueError("is no object id")
    return str(read)


ZONE = Form("an IANA name such as Europe/Berlin, or a Windows name, stored as the IANA name", _read_zone, is_raw=True)
GROUP = Form("the object id of an Entra group (a uuid), or empty", _read_group, is_raw=True)
