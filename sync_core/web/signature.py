"""Who sent it, and lately: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from sync_core.domain.errors import Misconfigured
from sync_core.domain.source import Refusal
from sync_core.web.http import Headers
from sync_core.web.proofs.call import Unauthorized

_TOLERANCE = timedelta(minutes=5)
# A full stop joins the signed parts, so an id that held one could be cut in two ways.
_ID = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,128}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_MOST_SIGNATURES = 10


def verify_signature(secrets: Sequence[str], headers: Mapping[str, str], raw_body: bytes, now: datetime) -> str:
    """Check a delivery against every secret and return its id.

    The library makes the signature but does not verify: its `verify` asks the system's clock, knows one secret, and
    meets a malformed header with three kinds of exception.

    Raises:
        Unauthorized: whatever the reason.
        Misconfigured: no secret that could be used.
    """
    signers = _signers(secrets)
    fields = Headers(headers)
    delivery_id = fields.get("webhook-id", "")
    timestamp = fields.get("webhook-timestamp", "")
    if not _ID.fullmatch(delivery_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise Unauthorized
    try:
        signed_at = datetime.fromtimestamp(int(timestamp), UTC)
        text = raw_body.decode()
    except (ValueError, OverflowError, OSError):
        raise Unauthorized from None
    given = _signatures(fields.get("webhook-signature", ""))
    fitting = [
        hmac.compare_digest(_digest(signer.sign(delivery_id, signed_at, text)), signature)
        for signer in signers
        for signature in given
    ]
    if not any(fitting):
        raise Unauthorized
    # Only now, so that an admin who reads of a clock knows that it is the board's, or that somebody recorded a call.
    if abs(now - signed_at) > _TOLERANCE:
        raise Unauthorized(Refusal.CLOCK)
    return delivery_id


def _signers(secrets: Sequence[str]) -> Sequence[Webhook]:
    """One that cannot be read does not shut out the others: during a rotation it is the one that was just added."""
    signers = []
    for secret in secrets:
        try:
            signers.append(Webhook(secret))
        except (ValueError, EmptyWebhookSecretError):
            continue
    if not signers:
        raise Misconfigured("no usable webhook secret is set; one looks like whsec_ and base64 of 24 to 64 bytes")
    return signers


def _signatures(header: str) -> Sequence[bytes]:
    """The well-formed signatures of version 1; whatever else stands there fits nothing."""
    found = []
    for entry in header.split(" ")[:_MOST_SIGNATURES]:
        version, _, signature = entry.partition(",")
        if version != "v1":
            continue
        try:
            found.append(base64.b64decode(signature, validate=True))
        except (binascii.Error, ValueError):
            continue
    return found


def _digest(signature: str) -> bytes:
    return base64.b64decode(signature.partition(",")[2])
