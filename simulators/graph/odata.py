"""Paging, selecting and ordering of collections.

https://learn.microsoft.com/graph/query-parameters
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from simulators.graph.errors import bad_request
from simulators.graph.event_input import normalise_extended_id
from simulators.graph.wire import Call, JsonObject

T = TypeVar("T")
_EXPANSION = re.compile(r"\s*(\w+)\s*(?:\(((?:[^()']|'[^']*'|\([^()]*\))*)\))?\s*(?:,|$)")
_MOST = 1000


def _count(call: Call, name: str, default: int) -> int:
    text = call.query.get(name)
    if text is None:
        return default
    if not text.isdigit():
        raise bad_request(f"Invalid value '{text}' for {name} query option found.")
    return int(text)


def page_size(call: Call, default: int) -> int:
    """Return how many entries a page holds. Raises: GraphRefusal beyond 1 to 1000."""
    size = _count(call, "$top", min(call.preference.page_size or default, _MOST))
    if not 1 <= size <= _MOST:
        raise bad_request(f"Invalid value '{size}' for $top query option found. The range is from 1 to {_MOST}.")
    return size


def link(call: Call, query: dict[str, str]) -> str:
    """Return the address of the same path with another query, absolute on this host."""
    path = "/".join(quote(segment, safe="()='@") for segment in call.path)
    return f"{call.root}/{path}?{urlencode(query, quote_via=quote, safe='$')}"


def take_page(call: Call, found: Sequence[T], size: int, show: Callable[[T], JsonObject]) -> JsonObject:
    """Return one page of a collection, with nextLink when more follows."""
    skipped = _count(call, "$skip", 0)
    page: JsonObject = {"value": [show(entry) for entry in found[skipped : skipped + size]]}
    if skipped + size < len(found):
        page["@odata.nextLink"] = link(call, {**call.query, "$skip": str(skipped + size)})
    return page


def select(call: Call, shown: JsonObject) -> JsonObject:
    """Keep what `$select` names, the id and annotations."""
    wanted = call.query.get("$select")
    if not wanted:
        return shown
    names = {name.strip() for name in wanted.split(",")} | {"id"}
    return {name: value for name, value in shown.items() if name in names or name.startswith("@")}


def order(call: Call, shown: list[JsonObject]) -> list[JsonObject]:
    """Sort by `$orderby`, several keys and desc included; nulls come first."""
    clauses = [clause.split() for clause in (call.query.get("$orderby") or "").split(",") if clause.strip()]
    for clause in reversed(clauses):
        names = clause[0].split("/")

        def key(entry: JsonObject, names: list[str] = names) -> tuple[bool, str]:
            value: Any = entry
            for name in names:
                value = value.get(name) if isinstance(value, dict) else None
            return value is not None, str(value).casefold()

        shown = sorted(shown, key=key, reverse=len(clause) > 1 and clause[1].lower() == "desc")
    return shown


def expansions(call: Call) -> dict[str, list[str]]:
    """Return what `$expand` names, each with the extended property ids its filter lists.

    Raises: GraphRefusal for unknown navigation properties and a missing filter.
    """
    text = call.query.get("$expand") or ""
    found: dict[str, list[str]] = {}
    position = 0
    while position < len(text):
        match = _EXPANSION.match(text, position)
        if match is None:
            raise bad_request(f"Parsing OData Select and Expand failed: '{text}'.")
        found[match[1]] = [normalise_extended_id(name) for name in re.findall(r"id\s+eq\s+'([^']*)'", match[2] or "")]
        position = match.end()
    unknown = set(found) - {"singleValueExtendedProperties", "calendar"}
    if unknown:
        raise bad_request(f"Parsing OData Select and Expand failed: Could not find a property named '{unknown.pop()}'.")
    if "singleValueExtendedProperties" in found and not found["singleValueExtendedProperties"]:
        raise bad_request("Expanding extended properties needs a filter on their id.", "ErrorInvalidRequest")
    return found
