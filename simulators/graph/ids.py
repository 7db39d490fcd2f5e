"""Ids as Exchange makes them: opaque, case-sensitive, two formats per event, checkable without a look-up.

The default format names the folder an event lies in and so changes on every move; the immutable one does not.
https://learn.microsoft.com/graph/outlook-immutable-id
"""

import base64
import binascii
import struct
import uuid
import zlib
from dataclasses import dataclass
from datetime import date

_LAYOUT = struct.Struct(">c8sIHI")
_EVENT, _CALENDAR, _IMMUTABLE = b"E", b"C", b"I"
_PREFIX = {_EVENT: "AAMkAD", _CALENDAR: "AAMkAG", _IMMUTABLE: "AAkALg"}
_KIND = {prefix: kind for kind, prefix in _PREFIX.items()}
_TAIL = "AAA="


@dataclass(frozen=True, slots=True)
class EventKey:
    """Names an event, or one day of a series, inside its mailbox."""

    uid: int
    placed: int | None = None
    """How often the event had been placed when a default id was made; None for immutable ids."""
    day: date | None = None
    """Original day of an occurrence."""


def _encode(kind: bytes, mailbox: str, number: int, placed: int, ordinal: int) -> str:
    packed = _LAYOUT.pack(kind, uuid.UUID(mailbox).bytes[:8], number, placed, ordinal)
    sealed = packed + struct.pack(">I", zlib.crc32(packed))
    return _PREFIX[kind] + base64.urlsafe_b64encode(sealed).decode() + _TAIL


def _decode(text: str, mailbox: str) -> tuple[bytes, int, int, int] | None:
    kind = _KIND.get(text[:6])
    if kind is None or not text.endswith(_TAIL):
        return None
    try:
        sealed = base64.b64decode(text[6 : -len(_TAIL)], altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(sealed) != _LAYOUT.size + 4 or struct.pack(">I", zlib.crc32(sealed[:-4])) != sealed[-4:]:
        return None
    sealed_kind, owner, number, placed, ordinal = _LAYOUT.unpack(sealed[:-4])
    if sealed_kind != kind or owner != uuid.UUID(mailbox).bytes[:8]:
        return None
    return kind, number, placed, ordinal


def make_event_id(mailbox: str, key: EventKey) -> str:
    """Return the id in the default format when `key.placed` is given, else in the immutable one."""
    ordinal = key.day.toordinal() if key.day else 0
    if key.placed is None:
        return _encode(_IMMUTABLE, mailbox, key.uid, 0, ordinal)
    return _encode(_EVENT, mailbox, key.uid, key.placed, ordinal)


def read_event_id(mailbox: str, text: str) -> EventKey | None:
    """Return what the id names, or None when it is no event id of this mailbox."""
    found = _decode(text, mailbox)
    if found is None or found[0] == _CALENDAR:
        return None
    kind, uid, placed, ordinal = found
    return EventKey(uid, placed if kind == _EVENT else None, date.fromordinal(ordinal) if ordinal else None)


def make_calendar_id(mailbox: str, number: int) -> str:
    return _encode(_CALENDAR, mailbox, number, 0, 0)


def read_calendar_id(mailbox: str, text: str) -> int | None:
    """Return the calendar's number, or None when it is no calendar id of this mailbox."""
    found = _decode(text, mailbox)
    return found[1] if found and found[0] == _CALENDAR else None


def make_change_key(mailbox: str, version: int) -> str:
    """Return the version as the opaque text that Exchange calls change key."""
    return base64.b64encode(uuid.UUID(mailbox).bytes[8:] + struct.pack(">Q", version)).decode()


def make_ical_uid(mailbox: str, uid: int, day: date | None) -> str:
    """Return the cross-calendar id; it differs for every occurrence of a series."""
    when = f"{day.year:04X}{day.month:02X}{day.day:02X}" if day else "00000000"
    return f"040000008200E00074C5B7101A82E008{when}{uuid.UUID(mailbox).hex[:16].upper()}{uid:016X}"
