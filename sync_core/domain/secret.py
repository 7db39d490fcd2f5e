"""What may be known of a secret: its name, whether it is there and until when it holds; never its value."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# So long before its end somebody is told; the first of them makes it one that expires, the last one is urgent.
WARNED_BEFORE = (timedelta(days=60), timedelta(days=30), timedelta(days=7))


class SecretState(StrEnum):
    """`UNKNOWN` is one that may not be asked for, or that nobody could be asked about."""

    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SecretTerm:
    """One secret; `expires_at` is None where nobody said until when it holds."""

    name: str
    state: SecretState
    expires_at: datetime | None = None


def judge(term: SecretTerm, now: datetime) -> SecretTerm:
    """The term as it stands now: whoever keeps a secret knows that it is there, and the calendar tells the rest."""
    if term.state is not SecretState.VALID or term.expires_at is None:
        return term
    left = term.expires_at - now
    if left <= timedelta(0):
        return replace(term, state=SecretState.EXPIRED)
    return replace(term, state=SecretState.EXPIRING) if left <= max(WARNED_BEFORE) else term


def warned_at(expires_at: datetime, now: datetime) -> datetime | None:
    """The last instant so far at which its end had to be told; None while it is far."""
    passed = [expires_at - before for before in WARNED_BEFORE if expires_at - before <= now]
    return max(passed, default=None)
