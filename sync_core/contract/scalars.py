"""The single values of the contract: identifiers, instants, days, zones, each checked as the schema words it."""

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from math import isfinite
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, StringConstraints
from pydantic.alias_generators import to_camel

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FROM = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
# Zones shift a day's midnight to and fro; a year at the edge of the calendar would leave it.
_YEARS = range(1900, 3000)


class Document(BaseModel):
    """Wrong types are refused and unknown members ignored, so that additions break nobody."""

    model_config = ConfigDict(
        strict=True,
        extra="ignore",
        frozen=True,
        alias_generator=to_camel,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )


def _read_instant(value: object) -> datetime:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError("must be an RFC 3339 date-time with an offset")
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("names a moment that does not exist") from None
    if instant.year not in _YEARS:
        raise ValueError("must lie between the years 1900 and 2999")
    return instant.astimezone(UTC)


def _read_day(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("must be a date, YYYY-MM-DD")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError("names a day that does not exist") from None
    if day.year not in _YEARS:
        raise ValueError("must lie between the years 1900 and 2999")
    return day


def _read_time_of_day(value: object) -> time:
    if not isinstance(value, str) or not _FROM.fullmatch(value):
        raise ValueError("must be a local time of day, HH:MM")
    return time.fromisoformat(value)


def _read_end_of_day(value: object) -> time | None:
    return None if value == "24:00" else _read_time_of_day(value)


@lru_cache(maxsize=1024)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        return False
    return True


def _read_zone(value: object) -> str:
    if not isinstance(value, str) or len(value) > 64 or not value.isprintable() or not _is_zone(value):
        raise ValueError("must be an IANA zone name such as Europe/Berlin")
    return value


def _whole(value: object) -> object:
    """JSON knows one kind of number: 7.0 is an integer there."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _read_scalar(value: object) -> str | int | float | bool | None:
    if isinstance(value, str):
        if len(value) > 4000 or (not value.isascii() and _is_broken(value)):
            raise ValueError("must be text of at most 4000 characters")
        return value
    if value is None or isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return value
    raise ValueError("must be a string, a number, true, false or null")


def _is_broken(text: str) -> bool:
    """Half a surrogate pair passes as JSON and can be stored by nobody."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


Id = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
RevisionNumber = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=2**53 - 1)]
Instant = Annotated[datetime, BeforeValidator(_read_instant)]
Day = Annotated[date, BeforeValidator(_read_day)]
TimeOfDay = Annotated[time, BeforeValidator(_read_time_of_day)]
EndOfDay = Annotated[time | None, BeforeValidator(_read_end_of_day)]
ZoneName = Annotated[str, BeforeValidator(_read_zone)]
Scalar = Annotated[str | int | float | bool | None, PlainValidator(_read_scalar)]
Text64 = Annotated[str, StringConstraints(max_length=64)]
Text100 = Annotated[str, StringConstraints(max_length=100)]
Text128 = Annotated[str, StringConstraints(max_length=128)]
Text255 = Annotated[str, StringConstraints(max_length=255)]
Text320 = Annotated[str, StringConstraints(max_length=320)]
Text1000 = Annotated[str, StringConstraints(max_length=1000)]
