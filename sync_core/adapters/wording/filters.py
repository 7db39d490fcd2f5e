"""What a template may do with a value."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

# Of Jinja2's own those that cannot take long nor make much out of little, and leave escaping alone.
BORROWED = {"capitalize", "count", "d", "default", "e", "escape", "first", "items", "last", "length", "lower", "sort"}
BORROWED |= {"title", "trim", "truncate", "unique", "upper"}
_VALUE_LIMIT = 100_000

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MAP = "https://www.google.com/maps/search/?api=1&query="
# What follows a letter, a comma or a semicolon is an extension or another number.
_NUMBER = re.compile(r"[^\W\d_]|[,;]")
_MAIL = re.compile(r"[^\s@<>()\[\]\"'?&#%:;,/\\]+@[^\s@<>()\[\]\"'?&#%:;,/\\]+")


class TooLong(Exception):
    """A rendering went over a limit."""


def measured(value: Any) -> Any:
    """Let a value pass that is not too long to be kept."""
    if isinstance(value, str) and len(value) > _VALUE_LIMIT:
        raise TooLong("a value is too long")
    return value


def show_time(value: object) -> str:
    """The time of day as 09:00; empty for a whole day."""
    return f"{value:%H:%M}" if isinstance(value, datetime) else ""


def show_day(value: object) -> str:
    """The day as Mon 23 Nov."""
    return f"{_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]}" if isinstance(value, date) else ""


def dial(value: object) -> str:
    """The digits of a telephone number for a `tel:` link; empty where there is no number to be called."""
    text = str(value or "").strip()
    sign = "+" if text.startswith("+") else ""
    text = text.replace("(0)", "") if sign else text
    digits = [str(unicodedata.digit(one)) for one in _NUMBER.split(text)[0] if one.isdigit()]
    return sign + "".join(digits) if len(digits) >= 3 else ""


def address_mail(value: object) -> str:
    """An address for a `mailto:` link; empty where it is none."""
    found = _MAIL.fullmatch(str(value or "").strip())
    return found[0] if found else ""


def map_link(value: object) -> str:
    """A link that opens a map, by coordinates where they are known; empty where there is nothing to look for."""
    place = value if isinstance(value, Mapping) else {"address": value}
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if isinstance(latitude, float | int) and isinstance(longitude, float | int):
        return f"{_MAP}{latitude},{longitude}"
    query = str(place.get("address") or place.get("name") or "")
    return _MAP + quote(query, safe="") if query else ""


def replace_words(value: object, old: str, new: str) -> str:
    """The text with every `old` replaced."""
    text = value if isinstance(value, Markup) else str(value or "")
    if text.count(old) * len(new) > _VALUE_LIMIT:
        raise TooLong("a value is too long")
    return text.replace(old, new)


def join_words(values: Iterable[object] | None, between: str = "") -> str:
    """The values that are not empty, one behind the other."""
    words = [value if isinstance(value, Markup) else str(value) for value in values or () if value not in (None, "")]
    if sum(map(len, words)) + len(words) * len(between) > _VALUE_LIMIT:
        raise TooLong("a value is too long")
    # Text among markup is escaped by the joining.
    return (Markup if any(isinstance(word, Markup) for word in words) else str)(between).join(words)


OWN: Mapping[str, Callable[..., Any]] = {
    "time": show_time,
    "day": show_day,
    "tel": dial,
    "mail": address_mail,
    "map": map_link,
    "replace": replace_words,
    "join": join_words,
}
