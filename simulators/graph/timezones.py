"""Zone names as Outlook takes them (Windows and IANA) and the instants they stand for.

https://learn.microsoft.com/graph/api/resources/datetimetimezone
"""

import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal.windows_tz import win_tz

from simulators.graph.errors import GraphRefusal, bad_request
from simulators.graph.wire import JsonObject
from simulators.graph.zone_names import DOCUMENTED_IANA_ZONES

_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Etc/GMT"})
_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,7}))?)?(Z|[+-]\d\d:\d\d)?")

WINDOWS_NAMES: tuple[str, ...] = tuple(sorted(win_tz))


@lru_cache(maxsize=1024)
def find_zone(name: str, *, takes_any_iana: bool = False) -> tzinfo:
    """Return the zone called `name`.

    Raises: GraphRefusal when Outlook would not know it; only documented IANA names count unless `takes_any_iana`.
    """
    if name in _UTC_NAMES:
        return UTC
    iana = win_tz.get(name)
    if iana is None and (takes_any_iana or name in DOCUMENTED_IANA_ZONES):
        iana = name
    try:
        if iana:
            return ZoneInfo(iana)
    except (ZoneInfoNotFoundError, ValueError):
        pass
    raise GraphRefusal(
        400,
        "TimeZoneNotSupportedException",
        "A valid TimeZone value must be specified. The following TimeZone value is not supported: '" + name + "'.",
    )


def read_date_time(text: str) -> datetime:
    """Read a dateTime with up to seven fractional digits; naive unless it carries an offset.

    Raises: GraphRefusal when it is no date and time.
    """
    match = _LOCAL.fullmatch(text)
    if match is None:
        raise bad_request(f"Cannot convert the literal '{text}' to the expected type 'Edm.DateTimeOffset'.")
    day, clock, fraction, offset = match.groups()
    try:
        return datetime.fromisoformat(
            f"{day}T{clock or '00:00'}.{(fraction or '0')[:6]:0<6}{offset or ''}"
            if clock and clock.count(":") == 2
            else f"{day}T{clock or '00:00'}:00{offset or ''}"
        )
    except ValueError:
        raise bad_request(f"Cannot convert the literal '{text}' to the expected type 'Edm.DateTimeOffset'.") from None


def read_instant(text: str) -> datetime:
    """Read an instant in UTC; a missing offset means UTC."""
    moment = read_date_time(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def to_instant(value: JsonObject, *, takes_any_iana: bool = True) -> datetime:
    """Return the instant of a dateTimeTimeZone, in UTC."""
    moment = read_date_time(value["dateTime"])
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=find_zone(value["timeZone"], takes_any_iana=takes_any_iana))
    return moment.astimezone(UTC)


def show_local(moment: datetime) -> str:
    """Write the wall clock of `moment` with the seven fractional digits Graph shows."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0"


def show_instant(moment: datetime) -> str:
    """Write an instant in UTC as Graph shows createdDateTime."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def show_expiry(moment: datetime) -> str:
    """Write an instant in UTC as subscriptions show their expiry."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
