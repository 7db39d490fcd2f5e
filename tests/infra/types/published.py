"""The resource types that may be used, read from their published form: https://github.com/Azure/bicep-types-az."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.infra.bicep.kinds import BY_WORD, Either, Field, Kind, Many, Named, Shape, Words

FILE = Path(__file__).parent.parent / "arm-types.json"


@dataclass(frozen=True, slots=True)
class Published:
    """Kinds by name, and the name of the kind of each `type@version`."""

    resources: Mapping[str, str]
    kinds: Mapping[str, Kind]

    def resource(self, type_: str, version: str) -> Shape | None:
        """Return what a resource may be made of; None where the type or this version of it is not known."""
        kind = self.kinds.get(self.resources.get(f"{type_}@{version}", ""))
        return kind if isinstance(kind, Shape) else None

    def versions(self, type_: str) -> tuple[str, ...]:
        return tuple(name.partition("@")[2] for name in self.resources if name.partition("@")[0] == type_)


@cache
def load_published() -> Published:
    read = json.loads(FILE.read_text("utf-8"))
    return Published(read["resources"], {name: _read_shape(name, shape) for name, shape in read["types"].items()})


def _read_shape(name: str, shape: Mapping[str, Any]) -> Shape:
    fields = {
        field: Field(_read_kind(given["type"]), bool(given.get("required")), bool(given.get("fixed")))
        for field, given in shape["properties"].items()
    }
    others = _read_kind(shape["additional"]) if "additional" in shape else None
    variants = {word: _read_kind(kind) for word, kind in shape.get("variants", {}).items()}
    return Shape(name, fields, others, shape.get("discriminator"), variants or None)


def _read_kind(given: Any) -> Kind:
    if isinstance(given, str):
        return BY_WORD[given]
    match given:
        case {"object": name}:
            return Named(name)
        case {"array": of}:
            return Many(_read_kind(of))
        case {"literal": word}:
            return Words((word,))
        case {"enum": words}:
            return Words(tuple(words), bool(given.get("open")))
        case {"any_of": kinds}:
            return Either(tuple(_read_kind(kind) for kind in kinds))
    raise ValueError(f"a kind of type that is not known: {given}")
