"""What an expression comes to before it is deployed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.infra.bicep.model import Resource, Template

# A string, number, truth, list, mapping or nothing, as in JSON; or Later, a reference, or a lambda.
Value = Any


@dataclass(frozen=True, slots=True)
class Later:
    """Known only once it is deployed; `words` tell what will stand there, or a text with such gaps in `‹›`."""

    words: str

    def __str__(self) -> str:
        return self.words if "‹" in self.words else f"‹{self.words}›"


@dataclass(frozen=True, slots=True)
class Placed:
    """One resource as it would be deployed, or as it is taken to exist."""

    template: Template
    declared: Resource
    symbol: str
    name: Value
    id: Value
    body: Mapping[str, Value]
    is_deployed: bool
    scope: "Placed | None" = None
    parent: "Placed | None" = None

    @property
    def type(self) -> str:
        return self.declared.type

    @property
    def properties(self) -> Mapping[str, Value]:
        found = self.body.get("properties")
        return found if isinstance(found, Mapping) else {}

    @property
    def root(self) -> "Placed":
        """The resource that this one is a part of, or itself."""
        return self.parent.root if self.parent else self

    def find(self, path: str) -> Value:
        """Return what stands at a path of names with dots; None where nothing does."""
        found: Value = self.body
        for step in path.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        return found


@dataclass(frozen=True, slots=True)
class Filled:
    """One module as it would be deployed, with what it was given and what it gives."""

    template: Template
    symbol: str
    name: Value
    arguments: Mapping[str, Value]
    outputs: Mapping[str, Value]
    is_deployed: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything that one deployment of a file would make, its modules included."""

    placed: Sequence[Placed]
    modules: Sequence[Filled]
    outputs: Mapping[str, Value]

    def of_type(self, type_: str) -> list[Placed]:
        """Return what would be made of this type."""
        return [each for each in self.placed if each.type == type_]


class Unsound(Exception):
    """A deployment that would fail, or that the checker cannot work out; says where."""

    def __init__(self, path: Path, line: int, words: str) -> None:
        super().__init__(f"{path.name}:{line}: {words}")


@dataclass(frozen=True, slots=True)
class World:
    """The subscription, group and person of the sample."""

    subscription: str = "11111111-2222-4333-8444-555555555555"
    tenant: str = "99999999-8888-4777-8666-555555555555"
    deployer: str = "77777777-6666-4555-8444-333333333333"
    group: str = "rg-tandem"
    location: str = "westeurope"
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def subscription_id(self) -> str:
        return f"/subscriptions/{self.subscription}"

    @property
    def group_id(self) -> str:
        return f"{self.subscription_id}/resourceGroups/{self.group}"
