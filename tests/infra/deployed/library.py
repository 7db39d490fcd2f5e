"""The functions of Bicep on known values:
https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions.
"""

import base64
import hashlib
import itertools
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urljoin

from tests.infra.deployed.values import Value, World


def text_of(value: Value) -> str:
    """Return a value as an interpolation writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, list | dict) else str(value)


def unique_string(*seeds: str) -> str:
    """Return 13 small letters and digits that depend on the seeds, as Azure does; the letters themselves differ."""
    spread = hashlib.sha256("\0".join(seeds).encode()).digest()
    return base64.b32encode(spread).decode().lower()[:13]


def merge(*values: Mapping[str, Value] | Sequence[Value]) -> Value:
    """Union of objects, level by level, or of arrays, each member once."""
    if all(isinstance(value, Mapping) for value in values):
        merged: dict[str, Value] = {}
        for value in values:
            for name, inner in value.items():  # type: ignore[union-attr]
                known = merged.get(name)
                is_deep = isinstance(known, Mapping) and isinstance(inner, Mapping)
                merged[name] = merge(known, inner) if is_deep else inner  # type: ignore[arg-type]
        return merged
    seen: list[Value] = []
    seen.extend(each for value in values for each in value if each not in seen)
    return seen


def is_empty(value: Value) -> bool:
    return value is None or len(value) == 0


def contains(container: Value, wanted: Value) -> bool:
    if isinstance(container, Mapping):
        return any(name.lower() == str(wanted).lower() for name in container)
    return wanted in container


def _format(pattern: str, *arguments: Value) -> str:
    return re.sub(r"\{(\d+)[^}]*\}", lambda found: text_of(arguments[int(found[1])]), pattern)


def _pad(value: Value, width: int, with_: str = " ") -> str:
    return text_of(value).rjust(width, with_)


def _take(value: Value, count: int) -> Value:
    return value[: max(count, 0)]


def _index(text: str, wanted: str) -> int:
    return text.lower().find(wanted.lower())


def _split(text: str, by: str | Sequence[str]) -> list[str]:
    separators = [by] if isinstance(by, str) else list(by)
    return re.split("|".join(map(re.escape, separators)), text)


def _items(value: Mapping[str, Value]) -> list[Value]:
    return [{"key": key, "value": value[key]} for key in sorted(value)]


def _concat(*values: Value) -> Value:
    return "".join(map(text_of, values)) if isinstance(values[0], str) else list(itertools.chain(*values))


def _spread(values: Sequence[Value]) -> Sequence[Value]:
    return values[0] if len(values) == 1 and isinstance(values[0], list) else values


PURE: Mapping[str, Callable[..., Any]] = {
    "any": lambda value: value,
    "array": lambda value: value if isinstance(value, list) else [value],
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "bool": lambda value: str(value).lower() == "true",
    "coalesce": lambda *values: next((each for each in values if each is not None), None),
    "concat": _concat,
    "contains": contains,
    "empty": is_empty,
    "endsWith": lambda text, end: text.lower().endswith(end.lower()),
    "first": lambda value: value[0] if value else None,
    "flatten": lambda value: list(itertools.chain(*value)),
    "format": _format,
    "guid": lambda *seeds: str(uuid.uuid5(uuid.NAMESPACE_URL, "-".join(map(text_of, seeds)))),
    "indexOf": _index,
    "int": int,
    "intersection": lambda first, *others: [each for each in first if all(each in other for other in others)],
    "items": _items,
    "join": lambda values, by: by.join(map(text_of, values)),
    "json": json.loads,
    "last": lambda value: value[-1] if value else None,
    "length": len,
    "max": lambda *values: max(_spread(values)),
    "min": lambda *values: min(_spread(values)),
    "objectKeys": sorted,
    "padLeft": _pad,
    "range": lambda start, count: list(range(start, start + count)),
    "replace": lambda text, old, new: text.replace(old, new),
    "skip": lambda value, count: value[count:],
    "split": _split,
    "startsWith": lambda text, start: text.lower().startswith(start.lower()),
    "string": text_of,
    "substring": lambda text, start, length=None: text[start:] if length is None else text[start : start + length],
    "take": _take,
    "toLower": str.lower,
    "toUpper": str.upper,
    "trim": str.strip,
    "union": merge,
    "uniqueString": unique_string,
    "uri": urljoin,
    "uriComponent": lambda text: quote(text, safe=""),
}


def functions_of(world: World) -> Mapping[str, Callable[..., Value]]:
    """Return the functions that tell of where and by whom something is deployed."""

    def resource_id(*arguments: str) -> str:
        type_, *names = arguments
        return f"{world.group_id}/providers/{_interleave(type_, names)}"

    def group(*names: str) -> Value:
        name = names[-1] if names else world.group
        place = f"{world.subscription_id}/resourceGroups/{name}"
        known = {"location": world.location, "tags": dict(world.tags)}
        return {"id": place, "name": name, "type": "Microsoft.Resources/resourceGroups", **known}

    return {
        "resourceGroup": group,
        "subscription": lambda *_: {
            "id": world.subscription_id,
            "subscriptionId": world.subscription,
            "tenantId": world.tenant,
            "displayName": "Sample",
        },
        "tenant": lambda: {"tenantId": world.tenant, "displayName": "Contoso", "countryCode": "DE"},
        "deployer": lambda: {"objectId": world.deployer, "tenantId": world.tenant, "userPrincipalName": ""},
        "deployment": lambda: {"name": "main"},
        "environment": lambda: {
            "name": "AzureCloud",
            "suffixes": {"storage": "core.windows.net", "keyvaultDns": ".vault.azure.net"},
            "authentication": {"loginEndpoint": "https://login.microsoftonline.com/"},
            "resourceManager": "https://management.azure.com/",
            "portal": "https://portal.azure.com",
        },
        "resourceId": resource_id,
        "subscriptionResourceId": lambda type_, *names: (
            f"{world.subscription_id}/providers/{_interleave(type_, names)}"
        ),
        "tenantResourceId": lambda type_, *names: f"/providers/{_interleave(type_, names)}",
        "extensionResourceId": lambda on, type_, *names: f"{on}/providers/{_interleave(type_, names)}",
        "utcNow": lambda form="": "2026-11-21" if "d" in form else "2026-11" if form else "20261121T080000Z",
        "newGuid": lambda: "00000000-0000-4000-8000-000000000000",
    }


def _interleave(type_: str, names: Sequence[Value]) -> str:
    namespace, *kinds = type_.split("/")
    return "/".join([namespace, *(f"{kind}/{text_of(name)}" for kind, name in zip(kinds, names, strict=True))])
