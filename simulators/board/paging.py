"""Lists living entries page by page, in the order of their ids."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from bisect import bisect_right
from typing import Any

from aiohttp import web

from simulators.board.journal import Json
from simulators.board.problems import WrongField, invalid
from simulators.board.times import read_instant, touches

_MOST = 500
_USUAL = 100


def page_of(request: web.Request, living: dict[str, Json], member: str) -> Json:
    """Give one page of what touches the span that the query names.

    The cursor names the last id that was given, so that a change between two pages neither hides nor doubles an entry
    that stays as it is. It also carries a check of the other parameters.

    Raises:
        ProblemError: a parameter is missing or wrong.
    """
    query = request.query
    errors = [WrongField(f"/{name}", "is required") for name in ("from", "to") if name not in query]
    limit = query.get("limit", str(_USUAL))
    if not (limit.isdigit() and 1 <= int(limit) <= _MOST):
        errors.append(WrongField("/limit", f"must be from 1 to {_MOST}"))
    if errors:
        raise invalid(errors)
    start, end = read_instant(query["from"], "/from"), read_instant(query["to"], "/to")
    if end <= start:
        raise invalid([WrongField("/to", "must be later than from")])
    named = set(query.getall("resource", []))
    check = hashlib.sha256(json.dumps([query["from"], query["to"], limit, sorted(named)]).encode()).hexdigest()[:16]
    after = _read_cursor(query["cursor"], check) if "cursor" in query else ""

    ids = sorted(living)
    found: list[Json] = []
    for key in ids[bisect_right(ids, after) :]:
        state = living[key]
        if touches(state, start, end) and (not named or named & _resources_of(state)):
            if len(found) == int(limit):
                cursor = base64.urlsafe_b64encode(json.dumps([check, found[-1]["id"]]).encode()).decode()
                return {member: found, "nextCursor": cursor}
            found.append(state)
    return {member: found, "nextCursor": None}


def _read_cursor(cursor: str, check: str) -> str:
    wrong = invalid([WrongField("/cursor", "is not the cursor of a page before, or other parameters were changed")])
    try:
        content: Any = json.loads(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError) as error:
        raise wrong from error
    if not (isinstance(content, list) and len(content) == 2 and content[0] == check):
        raise wrong
    return str(content[1])


def _resources_of(state: Json) -> set[str]:
    references = state["resources"] if "resources" in state else [state["resource"]]
    return {reference["id"] for reference in references}
