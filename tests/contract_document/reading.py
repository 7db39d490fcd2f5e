"""Reads the contracts and judges JSON by their schemas, more strictly than the contracts themselves do.

The scheduler's is meant where none is named.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

_FOLDER = Path(__file__).parents[2] / "docs" / "contract"
CONTRACT = _FOLDER / "scheduler.openapi.yaml"
ADMIN_CONTRACT = _FOLDER / "admin.openapi.yaml"
_URI = "urn:tandem:contract"
_METHODS = ("get", "put", "patch", "post", "delete")


@functools.cache
def contract(document: Path = CONTRACT) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(document.read_text(encoding="utf-8"))
    return loaded


def operations(document: Path = CONTRACT) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (path or webhook name, method, operation) of both directions."""
    for section in ("paths", "webhooks"):
        for path, entry in contract(document).get(section, {}).items():
            for method in _METHODS:
                if method in entry:
                    yield path, method, entry[method]


def resolve(node: dict[str, Any], document: Path = CONTRACT) -> dict[str, Any]:
    """Follow a reference inside the contract; anything else comes back as it is."""
    while "$ref" in node:
        target: Any = contract(document)
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def _close(node: Any) -> None:
    """Forbid unknown members in place: the contract lets them pass, a test should notice a slip of the pen."""
    if isinstance(node, list):
        for entry in node:
            _close(entry)
    elif isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            node.setdefault("additionalProperties", False)
        for key, entry in node.items():
            # A condition looks at a part of the object only; closing it would make it never true.
            if key not in ("if", "then", "else", "example", "examples"):
                _close(entry)


@functools.cache
def _registry(document: Path) -> Registry[Any]:
    closed = copy.deepcopy(contract(document))
    _close(closed)
    empty: Registry[Any] = Registry()
    filled: Registry[Any] = empty.with_resource(_URI, DRAFT202012.create_resource(closed))
    return filled


def complaints(pointer: str, value: object, document: Path = CONTRACT) -> list[str]:
    """List what is wrong with a value by the schema at a JSON Pointer of the contract; empty means nothing."""
    validator = Draft202012Validator({"$ref": f"{_URI}#{pointer}"}, registry=_registry(document))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def complaints_about(schema: str, value: object, document: Path = CONTRACT) -> list[str]:
    """List what is wrong with a value by a schema of the contract, given by name."""
    return complaints(f"/components/schemas/{schema}", value, document)
