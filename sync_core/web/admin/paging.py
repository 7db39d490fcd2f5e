"""Lists in pages: how many are wanted, and from where; where the next page begins is a word that only we can read."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sync_core.web.admin.answers import Refusal, Wrong, answer_json, invalid
from sync_core.web.admin.reading import Query
from sync_core.web.http import Response

USUAL, MOST = 100, 500
_MOST_LETTERS = 2048


@dataclass(frozen=True, slots=True)
class Page:
    """How many are wanted at most, and after which position; empty from the beginning. `of` names the list."""

    of: str
    limit: int
    after: str = ""


def wanted_page(operation_id: str, query: Query) -> Page:
    """Read `limit` and `cursor`.

    Raises:
        Refusal: the limit is out of range, or the cursor is not one that this list gave.
    """
    limit = query.number("limit", USUAL, 1, MOST)
    return Page(operation_id, limit, _read_cursor(operation_id, query["cursor"]) if "cursor" in query else "")


def answer_page(page: Page, shown: Sequence[object], after: str = "") -> Response:
    """Return one page; `after` is the position behind it, empty on the last one."""
    cursor = _write_cursor(page.of, after) if after else None
    return answer_json({"value": list(shown), "nextCursor": cursor})


def no_such_place() -> Refusal:
    """The refusal of a cursor that is none of the list's."""
    remedy = "the nextCursor of the page before, unchanged; without it the list begins anew"
    return invalid(Wrong("cursor", "is not one that this list gave", remedy))


def _write_cursor(of: str, after: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([of, after]).encode()).decode().rstrip("=")


def _read_cursor(of: str, cursor: str) -> str:
    try:
        if len(cursor) > _MOST_LETTERS:
            raise ValueError("too long")
        padded = cursor + "=" * (-len(cursor) % 4)
        named, after = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
        if named != of or not isinstance(after, str):
            raise ValueError("of another list")
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise no_such_place() from None
    return after
