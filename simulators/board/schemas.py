"""Judges what comes in by the contract itself, so that the board accepts exactly what is written there."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from simulators.board.problems import WrongField

_CONTRACT = Path(__file__).parents[2] / "docs" / "contract" / "scheduler.openapi.yaml"
_URI = "urn:contract"


@functools.cache
def _registry() -> Registry[Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    # Both are safe loaders; the one written in C is thirty times as fast.
    document = yaml.load(_CONTRACT.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
    empty: Registry[Any] = Registry()
    filled: Registry[Any] = empty.with_resource(_URI, DRAFT202012.create_resource(document))
    return filled


@functools.cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{_URI}#/components/schemas/{schema}"}, registry=_registry())


def wrong_fields(schema: str, value: object) -> list[WrongField]:
    """List what breaks a schema of the contract, given by name; empty means that nothing does."""
    found = sorted(_validator(schema).iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
    return [wrong for error in found for wrong in _told(error)]


def _told(error: ValidationError) -> list[WrongField]:
    pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in error.absolute_path)
    allowed: Any = error.validator_value
    instance: Any = error.instance
    schema: Any = error.schema
    match error.validator:
        case "required":
            missing = [name for name in allowed if name not in instance]
            # jsonschema reports one error per missing name and names it first in its message.
            return [WrongField(f"{pointer}/{name}", "is required") for name in missing if repr(name) in error.message]
        case "additionalProperties" if allowed is False:
            known = schema.get("properties", {})
            return [WrongField(f"{pointer}/{name}", "may not be sent here") for name in instance if name not in known]
        case "enum":
            return [WrongField(pointer, "must be one of " + ", ".join(map(str, allowed)))]
        case "const":
            return [WrongField(pointer, f"must be {allowed}")]
        case "type":
            return [
                WrongField(pointer, f"must be of type {allowed if isinstance(allowed, str) else ' or '.join(allowed)}")
            ]
        case _:
            return [
                WrongField(
                    pointer,
                    f"breaks {error.validator}: {allowed}" if error.validator in _LIMITS else "has a wrong shape",
                )
            ]


_LIMITS = (
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "pattern",
)
