"""`basic` and `url_secret`: the sender knows a secret and sends it: https://www.rfc-editor.org/rfc/rfc7617."""

import base64
import binascii
from collections.abc import Sequence

from sync_core.domain.source import Source
from sync_core.web.proofs.call import Call, Unauthorized, fits, usable

QUERY = "secret"


def verify_basic(source: Source, secrets: Sequence[str], call: Call) -> str:
    """Check user and password, which is any of the secrets, and return the delivery's id.

    Raises:
        Unauthorized: whatever the reason.
        Misconfigured: no secret that could be used.
    """
    expected = [f"{source.user}:".encode() + password for password in usable(secrets)]
    scheme, _, text = call.headers.get("authorization", "").strip().partition(" ")
    try:
        given = base64.b64decode(text.strip(), validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        given = b""
    if not fits(given, expected):
        raise Unauthorized
    return call.body_id


def verify_url_secret(secrets: Sequence[str], call: Call) -> str:
    """Check the secret in the path or the query, and return the delivery's id. Holds only beside an allow-list.

    Raises:
        Unauthorized: whatever the reason.
        Misconfigured: no secret that could be used.
    """
    expected = usable(secrets)
    given = call.url_secret or call.query.get(QUERY, "")
    if not fits(given.encode("utf-8", "surrogatepass"), expected):
        raise Unauthorized
    return call.body_id
