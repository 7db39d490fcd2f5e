"""What a value can be: the kinds that parameters declare and that the published resource types are made of:
https://learn.microsoft.com/azure/azure-resource-manager/bicep/user-defined-data-types.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Basic = Literal["string", "int", "bool", "any", "null"]


@dataclass(frozen=True, slots=True)
class Plain:
    """A string, number or truth, or anything at all."""

    word: Basic

    def __str__(self) -> str:
        return self.word


@dataclass(frozen=True, slots=True)
class Words:
    """One of some literals; `is_open` where the service may know more than were published."""

    allowed: tuple[str | int | bool, ...]
    is_open: bool = False

    def __str__(self) -> str:
        return " | ".join(repr(word) for word in self.allowed)


@dataclass(frozen=True, slots=True)
class Many:
    of: "Kind"

    def __str__(self) -> str:
        return f"array of {self.of}"


@dataclass(frozen=True, slots=True)
class Field:
    kind: "Kind"
    is_required: bool = False
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """An object. `others` is the kind of properties that are not named; a `discriminator` chooses among variants."""

    name: str
    fields: Mapping[str, Field]
    others: "Kind | None" = None
    discriminator: str | None = None
    variants: Mapping[str, "Kind"] | None = None

    def __str__(self) -> str:
        return "object"


@dataclass(frozen=True, slots=True)
class Named:
    """A kind that stands elsewhere under this name, so that kinds may contain themselves."""

    name: str

    def __str__(self) -> str:
        return "object"


@dataclass(frozen=True, slots=True)
class Either:
    kinds: tuple["Kind", ...]

    def __str__(self) -> str:
        return " or ".join(map(str, self.kinds))


Kind = Plain | Words | Many | Shape | Named | Either

STRING, INT, BOOL, ANY, NULL = Plain("string"), Plain("int"), Plain("bool"), Plain("any"), Plain("null")
ARRAY = Many(ANY)
OBJECT = Shape("object", {}, ANY)
BY_WORD: Mapping[str, Kind] = {
    "string": STRING,
    "int": INT,
    "bool": BOOL,
    "any": ANY,
    "null": NULL,
    "array": ARRAY,
    "object": OBJECT,
}
