"""A source of webhooks: how it proves itself, what was last heard of it, and when its silence is odd."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import NewType
from zoneinfo import ZoneInfo

SourceId = NewType("SourceId", str)
# The one behind the address without a name, which the environment configures while nobody wrote another.
DEFAULT_SOURCE = SourceId("default")
WORKDAYS = (0, 1, 2, 3, 4)


class Proof(StrEnum):
    """How a sender shows that it is the one it says it is."""

    STANDARD_WEBHOOKS = "standard_webhooks"
    HMAC_BODY = "hmac_body"
    ENTRA_BEARER = "entra_bearer"
    BASIC = "basic"
    URL_SECRET = "url_secret"  # noqa: S105 — the name of a proof


class Digest(StrEnum):
    SHA256 = "sha256"
    SHA512 = "sha512"


class Encoding(StrEnum):
    HEX = "hex"
    BASE64 = "base64"


class Refusal(StrEnum):
    """Why a delivery was turned away, for an admin; its sender is told less."""

    PROOF = "proof"
    CLOCK = "clock"
    ADDRESS = "address"
    NOT_SET_UP = "not set up"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When a source is expected to speak: days of the week (0 is Monday), by the local clock; the end is exclusive."""

    zone: str = "UTC"
    days: tuple[int, ...] = WORKDAYS
    start: time = time(8)
    end: time = time(17)

    def worked(self, since: datetime, until: datetime) -> timedelta:
        """How much of these hours lies between two instants; only the last 60 days are looked at."""
        zone = ZoneInfo(self.zone)
        until_on = until.astimezone(zone).date()
        first_on = max(since.astimezone(zone).date(), until_on - timedelta(days=60))
        total = timedelta(0)
        for ahead in range((until_on - first_on).days + 1):
            day_on = first_on + timedelta(days=ahead)
            if day_on.weekday() in self.days:
                opens_at = max(since, datetime.combine(day_on, self.start, zone).astimezone(UTC))
                closes_at = min(until, datetime.combine(day_on, self.end, zone).astimezone(UTC))
                total += max(timedelta(0), closes_at - opens_at)
        return total


@dataclass(frozen=True, slots=True)
class Source:
    """How one sender proves itself; what does not belong to its proof is empty.

    `secret_names` name secrets, two while one takes over; none has the default source use those of the environment.
    `header`, `digest`, `encoding` and `prefix` say where and how a body's HMAC stands; `user` whom *basic* names;
    `audience` and `app_ids` whose token, and for whom. `addresses` are networks, and with any only they may send.
    With `hours`, silence in them for longer than `silence_after` is odd.
    """

    id: SourceId
    proof: Proof = Proof.STANDARD_WEBHOOKS
    secret_names: tuple[str, ...] = ()
    header: str = ""
    digest: Digest = Digest.SHA256
    encoding: Encoding = Encoding.HEX
    prefix: str = ""
    user: str = ""
    audience: str = ""
    app_ids: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    hours: WorkingHours | None = None
    silence_after: timedelta = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was last heard of a source, to the minute; None is never. A ping is a webhook, too."""

    webhook_at: datetime | None = None
    ping_at: datetime | None = None
    refusal_at: datetime | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A source and what was heard of it; `tag` is the storage's mark of its row, None where there is none."""

    source: Source
    heard: Heard = Heard()
    tag: str | None = None


class Level(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class SourceLine:
    """How a source is doing, in one line for an admin."""

    level: Level
    words: str


def silence(standing: Standing, now: datetime) -> timedelta | None:
    """How many working hours nothing came, if that is longer than allowed; None otherwise, and if nothing ever came."""
    heard_at, hours = standing.heard.webhook_at, standing.source.hours
    if heard_at is None or hours is None:
        return None
    silent = hours.worked(heard_at, now)
    return silent if silent > standing.source.silence_after else None


def line_of(standing: Standing, now: datetime) -> SourceLine:
    """Judge a source: red is silent or was only ever refused, amber wants a look, green is heard."""
    heard = standing.heard
    refusal = f"; last refused {heard.refusal_at:%Y-%m-%d %H:%M} UTC ({heard.refusal})" if heard.refusal_at else ""
    if heard.webhook_at is None:
        if heard.refusal_at is None:
            return SourceLine(Level.AMBER, "nothing was heard yet: have the board send scheduler.ping")
        return SourceLine(Level.RED, f"nothing was ever let in{refusal}: compare its proof with the board's")
    last = f"last heard {heard.webhook_at:%Y-%m-%d %H:%M} UTC"
    silent = silence(standing, now)
    if silent is not None:
        hours = silent / timedelta(hours=1)
        words = f"silent for {hours:.1f} working hours, {last}{refusal}: look whether the board sends"
        return SourceLine(Level.RED, words)
    if heard.refusal_at is not None and heard.refusal_at > heard.webhook_at:
        return SourceLine(Level.AMBER, f"{last}{refusal}: somebody else, or a secret that differs on both sides")
    return SourceLine(Level.GREEN, last)
