"""The id that joins a webhook, its bell, its run and its writes in the log.

https://www.w3.org/TR/trace-context/#traceparent-header
"""

import re
import uuid
from collections.abc import Mapping

_OWN = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:-]{0,127}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")


def correlation_of(headers: Mapping[str, str]) -> str:
    """Return the delivery's own id, the caller's correlation id or trace id, or a fresh one.

    A delivery's id comes first, because the bells that it rings carry it. A caller's text goes into logs, so only
    what is plainly an id is taken over.
    """
    for name in ("webhook-id", "x-correlation-id"):
        if _OWN.fullmatch(own := headers.get(name, "").strip()):
            return own
    if traced := _TRACEPARENT.fullmatch(headers.get("traceparent", "").strip()):
        return traced[1]
    return uuid.uuid4().hex
