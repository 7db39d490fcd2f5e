"""What Graph's refusals mean to us: the one table from status and code to what can be done about it.

https://learn.microsoft.com/graph/errors
"""

import re
from enum import Enum, auto
from typing import Any

from pydantic_core import from_json


class Trouble(Enum):
    NONE = auto()
    AUTHENTICATION = auto()  # the token is not taken
    THROTTLED = auto()  # not carried out, asks for time
    UNCERTAIN = auto()  # nobody knows whether it was carried out
    CURSOR = auto()  # the place to resume is gone
    NOT_FOUND = auto()  # exactly this id is unknown to the mailbox
    DUPLICATE = auto()  # the transactionId was used before
    MOVED = auto()  # another version than the one named
    CALENDAR = auto()  # mailbox or calendar does not answer us
    REFUSED = auto()  # this request, as it stands


# Codes are compared in lower case: Graph writes the same one in three styles. Messages are never looked at.
_NOT_FOUND = frozenset({"erroritemnotfound", "errorinvalididmalformed"})
_CURSOR = frozenset({"syncstatenotfound", "resyncrequired", "syncstateinvalid", "errorinvalidsyncstatedata"})
_CALENDAR = frozenset({"mailboxnotenabledforrestapi", "extensionerror", "erroraccessdenied"})
_BY_STATUS = {
    401: Trouble.AUTHENTICATION,
    403: Trouble.CALENDAR,
    404: Trouble.CALENDAR,
    408: Trouble.UNCERTAIN,
    410: Trouble.CURSOR,
    412: Trouble.MOVED,
    424: Trouble.THROTTLED,
    429: Trouble.THROTTLED,
    500: Trouble.UNCERTAIN,
    502: Trouble.UNCERTAIN,
    503: Trouble.THROTTLED,
    504: Trouble.UNCERTAIN,
    507: Trouble.CALENDAR,
    509: Trouble.THROTTLED,
}
_CODE = re.compile(r"[^A-Za-z0-9_.]")


def classify(status: int, code: str) -> Trouble:
    """What kind of trouble an answer is; `NONE` for any 2xx."""
    if 200 <= status < 300:
        return Trouble.NONE
    code = code.lower()
    if 400 <= status < 500:
        # A wrong id is parsed before it is looked up, so that gone is answered with 400 more often than with 404.
        if code in _NOT_FOUND and status in (400, 404):
            return Trouble.NOT_FOUND
        if code in _CURSOR:
            return Trouble.CURSOR
        if code == "errorduplicatetransactionid":
            return Trouble.DUPLICATE
        if code == "errorirresolvableconflict":
            return Trouble.MOVED
        if code in _CALENDAR:
            return Trouble.CALENDAR
    return _BY_STATUS.get(status, Trouble.UNCERTAIN if status >= 500 else Trouble.REFUSED)


def error_of(body: Any) -> dict[str, Any]:
    """The member `error` of an envelope; empty where there is none."""
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def code_of(body: Any) -> str:
    """The error's code, fit for a sentence; empty where there is none."""
    code = error_of(body).get("code")
    return _CODE.sub("", code)[:80] if isinstance(code, str) else ""


def parse_leniently(content: bytes) -> Any:
    """The JSON of an error answer, or None: gateways answer in HTML, too."""
    try:
        return from_json(content)
    except ValueError:
        return None


def words(status: int, code: str) -> str:
    """The refusal as a part of a sentence, with nothing of what was sent."""
    return f"{code}, status {status}" if code else f"status {status}"
