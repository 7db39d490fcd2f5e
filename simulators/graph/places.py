"""Locations: `location` and `locations` are two views of one list.

https://learn.microsoft.com/graph/api/resources/event (writing `location` replaces the whole `locations` list)
"""

from simulators.graph.errors import bad_request
from simulators.graph.wire import JsonObject

_KNOWN = frozenset(
    {
        "address",
        "coordinates",
        "displayName",
        "locationEmailAddress",
        "locationType",
        "locationUri",
        "uniqueId",
        "uniqueIdType",
        "@odata.type",
    }
)


def _complete(place: JsonObject) -> JsonObject:
    unknown = set(place) - _KNOWN
    if unknown:
        raise bad_request(
            f"The property '{unknown.pop()}' does not exist on type 'microsoft.graph.location'.", "RequestBodyRead"
        )
    name = place.get("displayName") or ""
    complete: JsonObject = {"displayName": name, "locationType": place.get("locationType") or "default"}
    if name:
        complete["uniqueId"] = place.get("uniqueId") or name
    complete["uniqueIdType"] = place.get("uniqueIdType") or ("private" if name else "unknown")
    for optional in ("locationUri", "locationEmailAddress"):
        if place.get(optional):
            complete[optional] = place[optional]
    complete["address"] = place.get("address") or {}
    complete["coordinates"] = place.get("coordinates") or {}
    return complete


def couple_locations(properties: JsonObject) -> None:
    """Bring `location` and `locations` of a body into step; does nothing when it sets neither."""
    if "location" in properties:
        place = _complete(properties["location"])
        properties["location"] = place
        properties["locations"] = [place] if place["displayName"] else []
    elif "locations" in properties:
        places = [_complete(place) for place in properties["locations"]]
        properties["locations"] = places
        properties["location"] = places[0] if places else _complete({})


def no_location() -> JsonObject:
    return _complete({})
