"""What a proof looks at: one call as it came, and the one way to compare what must stay secret."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from sync_core.domain.errors import Misconfigured
from sync_core.domain.source import Refusal
from sync_core.web.http import Headers

LEAST_LETTERS = 16


class Unauthorized(Exception):
    """A delivery does not prove who sent it. Which check failed is an admin's business, never the sender's."""

    def __init__(self, refusal: Refusal = Refusal.PROOF) -> None:
        super().__init__()
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Call:
    """`query` holds decoded values; `url_secret` is what stood in the path behind the source, empty if nothing did."""

    headers: Headers
    body: bytes
    now: datetime
    query: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    url_secret: str = ""

    @property
    def body_id(self) -> str:
        """An id for a delivery that has none: the same body has the same one, so that a repeat files nothing twice."""
        return f"body_{hashlib.sha256(self.body).hexdigest()[:32]}"


def usable(secrets: Sequence[str]) -> Sequence[bytes]:
    """The secrets that are long enough to be one; an empty one would let everybody in.

    Raises:
        Misconfigured: there is none.
    """
    found = [secret.encode() for secret in secrets if len(secret) >= LEAST_LETTERS]
    if not found:
        raise Misconfigured(f"no usable secret is set for this source; one has {LEAST_LETTERS} characters or more")
    return found


def fits(given: bytes, expected: Sequence[bytes]) -> bool:
    """Is it one of these? Takes as long whichever fits, how far it fits, and how long each is."""
    digest = hashlib.sha256(given).digest()
    fitting = [hmac.compare_digest(digest, hashlib.sha256(one).digest()) for one in expected]
    return any(fitting)
