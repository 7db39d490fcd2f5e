"""From options to how a source proves itself, as the API takes it."""

import re
from enum import StrEnum

from tandem_cli.calls import Document
from tandem_cli.trouble import Code, Trouble

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([a-z]{3})-([a-z]{3}) (\d\d:\d\d)-(\d\d:\d\d) (\S+)")


class Proof(StrEnum):
    """How a sender shows who it is."""

    STANDARD_WEBHOOKS = "standard_webhooks"
    HMAC_BODY = "hmac_body"
    ENTRA_BEARER = "entra_bearer"
    BASIC = "basic"
    URL_SECRET = "url_secret"  # noqa: S105 - the name of a way


class Encoding(StrEnum):
    """How a signature is written."""

    HEX = "hex"
    BASE64 = "base64"


class Digest(StrEnum):
    """What a signature is made by."""

    SHA256 = "sha256"
    SHA512 = "sha512"


# What belongs to one way of proving is refused with another.
_ONLY_WITH: dict[Proof, dict[str, list[str] | None]] = {
    Proof.HMAC_BODY: {"header": None, "encoding": None, "digest": None, "prefix": None},
    Proof.BASIC: {"user": None},
    Proof.ENTRA_BEARER: {"audience": None, "appIds": []},
}


def without_others(source: Document, proof: Proof | None) -> Document:
    """Return a source as it proves itself in this way, without what belongs to another; None keeps its own way."""
    if proof is None:
        return source
    cleared = {name: none for way, names in _ONLY_WITH.items() if way != proof for name, none in names.items()}
    secrets: Document = {"secretNames": []} if proof is Proof.ENTRA_BEARER else {}
    return {**source, **cleared, **secrets}


def read_hours(words: str | None, silence: int) -> Document:
    """Return the working hours as a member of a source; nothing was said if there are no words.

    Raises:
        Trouble: They cannot be understood.
    """
    if words is None:
        return {}
    if words == "never":
        return {"workingHours": None}
    found = _HOURS.fullmatch(words)
    if not found or not {found[1], found[2]} <= set(_DAYS) or _DAYS.index(found[1]) > _DAYS.index(found[2]):
        raise Trouble(Code.USAGE, "Write hours as 'mon-fri 07:00-17:00 Europe/Berlin', or 'never'.")
    days = list(_DAYS[_DAYS.index(found[1]) : _DAYS.index(found[2]) + 1])
    hours = {"zone": found[5], "days": days, "from": found[3], "to": found[4], "silenceMinutes": silence}
    return {"workingHours": hours}
