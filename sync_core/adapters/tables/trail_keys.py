"""The keys of the table `trail`: instants count down, so that a stretch of keys is read newest first.

https://learn.microsoft.com/azure/storage/tables/table-storage-design-patterns#log-tail-pattern
"""

import re
from datetime import UTC, datetime, timedelta

from sync_core.adapters.tables.keys import AFTER_END, END, encode, encode_part
from sync_core.domain.errors import Refused
from sync_core.domain.resource import ResourceId
from sync_core.domain.trail import TrailEntry, TrailFilter

# Before the first month and behind the last one.
MONTHS = ("m", f"m{AFTER_END}")
EVERYTHING = ("0", "A")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST = 10**17
_KEY = re.compile(rf"(\d{{18}}){END}[A-Za-z0-9._~-]+{END}")


def key_of(entry: TrailEntry) -> str:
    """The key of an entry, and of each of its short rows."""
    return f"{_stamp(entry.at)}{END}{encode_part(entry.unique)}{END}"


def month_of(at: datetime) -> str:
    """The partition of an instant's month; later months come first."""
    at = at.astimezone(UTC)
    return f"m{END}{1_000_000 - (at.year * 100 + at.month):06d}"


def month_of_key(key: str) -> str:
    """The partition that an entry of this key lies in.

    Raises:
        Refused: it is no key of an entry.
    """
    if found := _KEY.fullmatch(key):
        try:
            return month_of(_EPOCH + (_LATEST - int(found[1])) * _MICROSECOND)
        except OverflowError:
            pass
    raise Refused("the place to go on from is none that was given")


def by_resource(resource: ResourceId) -> str:
    """The partition of the short rows of a resource."""
    return f"r{END}{encode((resource,))}"


def by_who(who: str) -> str:
    """The partition of the short rows of a caller."""
    return f"w{END}{encode((who,))}"


def between(wanted: TrailFilter) -> tuple[str, str]:
    """From the first key that may be wanted to the first one behind all those."""
    start = f"{_stamp(wanted.end_at)}{AFTER_END}" if wanted.end_at else EVERYTHING[0]
    return start, f"{_stamp(wanted.begin_at)}{AFTER_END}" if wanted.begin_at else EVERYTHING[1]


def _stamp(at: datetime) -> str:
    # An instant that no entry can have must not be written with a sign.
    return f"{max(0, _LATEST - (at - _EPOCH) // _MICROSECOND):018d}"
