"""`hmac_body`: a header that carries an HMAC over the body: https://www.rfc-editor.org/rfc/rfc2104.

No time is signed, so that a recorded call may be sent again; revisions make that harmless.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Sequence

from sync_core.domain.source import Encoding, Source
from sync_core.web.proofs.call import Call, Unauthorized, fits, usable

_HEX = re.compile(r"([0-9a-fA-F]{2})+")


def verify_body(source: Source, secrets: Sequence[str], call: Call) -> str:
    """Check the body against every secret, whose text in UTF-8 is the key, and return the delivery's id.

    Raises:
        Unauthorized: whatever the reason.
        Misconfigured: no secret that could be used.
    """
    keys = usable(secrets)
    given = _decode(source, call.headers.get(source.header, "").strip())
    if not fits(given, [hmac.digest(key, call.body, source.digest.value) for key in keys]):
        raise Unauthorized
    return call.body_id


def _decode(source: Source, text: str) -> bytes:
    """The signature's bytes; whatever else stands there is no signature of anything."""
    if not text.startswith(source.prefix):
        return b""
    text = text.removeprefix(source.prefix)
    if source.encoding is Encoding.HEX:
        return bytes.fromhex(text) if _HEX.fullmatch(text) else b""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
