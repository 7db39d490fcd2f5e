"""What is wrong with a source as an admin wrote it, field by field, in words."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sync_core.domain.errors import Refused
from sync_core.domain.source import DEFAULT_SOURCE, Proof, Source, WorkingHours
from sync_core.domain.zones import zone_name

MOST_SECRETS = 2
MOST_OF_A_LIST = 50
_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_SECRET_NAME = re.compile(r"[0-9A-Za-z-]{1,127}")
_HEADER = re.compile(r"[0-9A-Za-z!#$%&'*+.^_`|~-]{1,64}")
_PREFIX = re.compile(r"[\x21-\x7e]{0,32}")
_USER = re.compile(r"[\x21-\x39\x3b-\x7e]{1,128}")
_APP_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_AUDIENCE = re.compile(r"[\x21-\x7e]{1,256}")
# Which of these a proof takes; all else of them must be empty.
_OWN = {
    Proof.STANDARD_WEBHOOKS: (),
    Proof.HMAC_BODY: ("header", "prefix"),
    Proof.ENTRA_BEARER: ("audience", "app_ids"),
    Proof.BASIC: ("user",),
    Proof.URL_SECRET: (),
}


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """One wrong field; `wrong` continues its name, `remedy` says what is allowed."""

    field: str
    wrong: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.field} {self.wrong}; {self.remedy}"


def check_source(source: Source) -> tuple[SourceProblem, ...]:
    """Everything that is wrong with a source; empty if it may be written. Values are never repeated."""
    return tuple(_problems(source))


def is_source_id(text: str) -> bool:
    """May a source be called so?"""
    return _ID.fullmatch(text) is not None


def _problems(source: Source) -> Iterator[SourceProblem]:
    if not is_source_id(source.id):
        yield SourceProblem("id", "is no name", "1 to 63 of a-z, 0-9 and hyphens, not at an end")
    yield from _secrets(source)
    for field in ("header", "prefix", "user", "audience", "app_ids"):
        if getattr(source, field) and field not in _OWN[source.proof]:
            yield SourceProblem(field, f"means nothing with {source.proof}", "leave it out")
    match source.proof:
        case Proof.HMAC_BODY:
            if not _HEADER.fullmatch(source.header):
                yield SourceProblem("header", "is no name of a header", "the one that carries the signature")
            if not _PREFIX.fullmatch(source.prefix):
                yield SourceProblem("prefix", "cannot stand before a signature", "at most 32 visible characters")
        case Proof.BASIC if not _USER.fullmatch(source.user):
            yield SourceProblem("user", "is no user name", "1 to 128 visible characters without a colon")
        case Proof.ENTRA_BEARER:
            if not _AUDIENCE.fullmatch(source.audience):
                yield SourceProblem("audience", "is missing or too long", "the id or URI that tokens are made for")
            ids = source.app_ids
            if not ids or len(ids) > MOST_OF_A_LIST or not all(_APP_ID.fullmatch(each) for each in ids):
                yield SourceProblem("app_ids", "are not the ids of applications", "1 to 50 uuids of who may call")
        case Proof.URL_SECRET if not source.addresses:
            yield SourceProblem("addresses", "are missing", "a secret in an address holds only beside who may send it")
        case _:
            pass
    if len(source.addresses) > MOST_OF_A_LIST or not all(map(_is_network, source.addresses)):
        yield SourceProblem(
            "addresses",
            "are not all networks",
            "at most 50 such as 203.0.113.7 or 203.0.113.0/24, none of them all",
        )
    yield from _hours(source)


def _secrets(source: Source) -> Iterator[SourceProblem]:
    names = source.secret_names
    if source.proof is Proof.ENTRA_BEARER:
        if names:
            yield SourceProblem("secret_names", f"mean nothing with {source.proof}", "leave them out")
        return
    uses_the_settings = source.id == DEFAULT_SOURCE and source.proof is Proof.STANDARD_WEBHOOKS
    if not names and not uses_the_settings:
        yield SourceProblem("secret_names", "are missing", "the name of a Key Vault secret, two while one takes over")
    if len(names) > MOST_SECRETS or not all(_SECRET_NAME.fullmatch(name) for name in names):
        wrong = "are not names of at most two secrets"
        yield SourceProblem("secret_names", wrong, "each of 1 to 127 letters, digits, hyphens; never a secret itself")


def _hours(source: Source) -> Iterator[SourceProblem]:
    hours = source.hours
    if hours is not None:
        if not hours.days or not set(hours.days) <= set(range(7)):
            yield SourceProblem("hours", "name no days", "numbers from 0, which is Monday, to 6")
        if hours.start >= hours.end:
            yield SourceProblem("hours", "end before they start", "an end later than the start, on the same day")
        if not _is_zone(hours):
            yield SourceProblem("hours", "name no time zone", "an IANA name such as Europe/Berlin")
    if not timedelta(minutes=15) <= source.silence_after <= timedelta(days=30):
        yield SourceProblem("silence_after", "is out of range", "15 minutes to 30 days of working hours")


def _is_zone(hours: WorkingHours) -> bool:
    try:
        # One that is another name for it would not be found where the profile is read.
        return zone_name(hours.zone) == hours.zone or hours.zone == "UTC"
    except Refused:
        return False


def _is_network(text: str) -> bool:
    try:
        return ipaddress.ip_network(text, strict=False).prefixlen > 0
    except ValueError:
        return False
