"""Signs a delivery as Standard Webhooks 1.0 asks.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

_PREFIX = "whsec_"


def read_secret(text: str) -> bytes:
    """Decode `whsec_…` into key bytes.

    Raises:
        ValueError: the prefix is missing, it is no base64, or it is not 24 to 64 bytes long.
    """
    if not text.startswith(_PREFIX):
        raise ValueError(f"a webhook secret starts with {_PREFIX}")
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook secret is base64 after its prefix") from error
    if not 24 <= len(key) <= 64:
        raise ValueError("a webhook secret is 24 to 64 bytes long")
    return key


def sign(secrets: Sequence[str], delivery_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Give the three headers; with several secrets one signature each, as during a rotation."""
    text = f"{delivery_id}.{timestamp}.".encode() + body
    signatures = [
        base64.b64encode(hmac.digest(read_secret(secret), text, hashlib.sha256)).decode() for secret in secrets
    ]
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
