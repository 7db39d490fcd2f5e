"""Writes addresses as table keys, so that a range of keys is a prefix of addresses.

Keys forbid `/ \\ # ?` and control characters and end at 1,024 characters; ids of the outside know no such limits:
https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
"""

import hashlib
import re
from collections.abc import Iterable

from sync_core.domain.errors import Refused
from sync_core.domain.stored import PENDING, Address

LONGEST_KEY = 1_024
LONGEST_PART = 300
# Sorts before everything a part may hold, so that keys sort as their addresses do, part by part.
END = ","
AFTER_END = "-"
_PENDING_PREFIX = f"p{END}"
_SETTLED_PREFIX = f"s{END}"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


def _escape(match: re.Match[str]) -> str:
    return "".join(f"~{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass"))


def encode_part(text: str) -> str:
    """Write one part of a key: two different texts never become the same one, also where only case differs.

    What is too long is hashed; its mark `~~` begins no escaped text.
    """
    part = _UNSAFE.sub(_escape, text)
    if len(part) > LONGEST_PART:
        return "~~" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return part


def encode(parts: Iterable[str]) -> str:
    """Write a whole key.

    Raises:
        Refused: it has more long parts than a key can hold.
    """
    key = "".join(encode_part(part) + END for part in parts)
    if len(key) > LONGEST_KEY:
        raise Refused("a key is longer than the storage takes")
    return key


def partition_key(resource: str) -> str:
    """The partition of a resource; never that of the index."""
    return f"r{END}{encode((resource,))}"


def row_key(address: Address) -> str:
    """The key of a row within its resource's partition; `PENDING` families share one prefix of their own."""
    return (_PENDING_PREFIX if address[0] in PENDING else _SETTLED_PREFIX) + encode(address)


def prefix_range(prefix: str) -> tuple[str, str]:
    """From the first key that begins with a whole prefix to the first one behind them all."""
    return prefix, prefix[: -len(END)] + AFTER_END


PENDING_RANGE = prefix_range(_PENDING_PREFIX)
EVERYTHING_RANGE = (_PENDING_PREFIX, prefix_range(_SETTLED_PREFIX)[1])
