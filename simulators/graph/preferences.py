"""The `Prefer` header of Outlook requests: id format, time zone, body format, page size.

https://learn.microsoft.com/graph/outlook-immutable-id, https://learn.microsoft.com/graph/api/event-get
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_PART = re.compile(r'\s*([A-Za-z.\-]+)\s*=\s*(?:"([^"]*)"|([^,;\s]*))\s*')


@dataclass(frozen=True, slots=True)
class Preference:
    """What the caller prefers; defaults are Graph's."""

    wants_immutable_ids: bool = False
    zone: str = "UTC"
    wants_text: bool = False
    page_size: int | None = None
    applied: str = ""
    """Value of `Preference-Applied`, empty when nothing was asked for."""


@lru_cache(maxsize=256)
def read_preference(header: str) -> Preference:
    """Read one Prefer header; preferences that Outlook does not know are ignored, as RFC 7240 wants."""
    immutable, zone, text, page = False, "UTC", False, None
    applied: list[str] = []
    for match in _PART.finditer(header):
        name = match[1].lower()
        value = match[2] if match[2] is not None else match[3]
        if name == "idtype":
            immutable = value.lower() == "immutableid"
        elif name == "outlook.timezone":
            zone = value
        elif name == "outlook.body-content-type":
            text = value.lower() == "text"
        elif name == "odata.maxpagesize" and value.isdigit() and int(value) > 0:
            page = int(value)
        else:
            continue
        applied.append(match[0].strip())
    return Preference(immutable, zone, text, page, ", ".join(applied))
