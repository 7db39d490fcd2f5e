"""Names that can be derived again: which pair, which birth, and whether an id was made by this connector.

A `transactionId` must let us recognise our own event in any calendar from a delta page, which carries neither
marker nor extended property, so it proves itself: its first bytes are a keyed check over the rest.
"""

import hashlib
import hmac
import uuid
from typing import NewType

from sync_core.domain.appointment import AppointmentKey, Kind
from sync_core.domain.event import EventKey
from sync_core.domain.resource import ResourceId

PairId = NewType("PairId", str)
ConnectorId = NewType("ConnectorId", str)


BOARD_BORN = "b."


def pair_of_appointment(key: AppointmentKey) -> PairId:
    """The pair of an appointment that was born on the board, within one resource."""
    return PairId(f"{BOARD_BORN}{key.kind}.{key.id}")


def appointment_of_pair(pair: PairId) -> AppointmentKey | None:
    """The appointment of a pair that was born on the board; None for one that was born in Outlook."""
    if not pair.startswith(BOARD_BORN):
        return None
    kind, _, name = pair.removeprefix(BOARD_BORN).partition(".")
    return AppointmentKey(Kind(kind), name)


def pair_of_event(key: EventKey) -> PairId:
    """The pair of an event that was born in Outlook; hashed, because event ids are long."""
    return PairId("o." + hashlib.sha256(key.encode()).hexdigest()[:40])


def _check(connector: ConnectorId, rest: bytes) -> bytes:
    return hashlib.blake2b(rest, key=connector.encode()[:64], digest_size=6).digest()


def birth_id(connector: ConnectorId, resource: ResourceId, pair: PairId, generation: int) -> str:
    """The id of one birth of a pair: a UUID (version 8) that is the same each time it is derived."""
    seed = "\x1f".join((connector, resource, pair, str(generation)))
    rest = bytearray(hashlib.sha256(seed.encode()).digest()[:10])
    rest[0] = 0x80 | (rest[0] & 0x0F)
    rest[2] = 0x80 | (rest[2] & 0x3F)
    return str(uuid.UUID(bytes=_check(connector, bytes(rest)) + bytes(rest)))


def is_ours(connector: ConnectorId, birth: str) -> bool:
    """Was this id derived by this connector? Anything that is no UUID is not."""
    try:
        raw = uuid.UUID(birth).bytes
    except ValueError:
        return False
    return hmac.compare_digest(_check(connector, raw[6:]), raw[:6])


def marker_of(connector: ConnectorId, resource: ResourceId, pair: PairId) -> str:
    """What is written on every event we make, naming connector, resource and pair."""
    return "|".join((connector, _escaped(resource), pair))


def _escaped(resource: ResourceId) -> str:
    # Otherwise the marker of resource `a|b` would read as one of resource `a`.
    return resource.replace("%", "%25").replace("|", "%7C")


def pair_of_marker(connector: ConnectorId, resource: ResourceId, marker: str | None) -> PairId | None:
    """The pair a marker names, or None if another connector or resource wrote it, or nobody."""
    prefix = f"{connector}|{_escaped(resource)}|"
    if not marker or not marker.startswith(prefix):
        return None
    return PairId(marker.removeprefix(prefix))
