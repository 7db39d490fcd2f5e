"""Conditional requests (RFC 9110) and idempotency keys, as the contract asks for them."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from aiohttp import web

from simulators.board.journal import Json
from simulators.board.planning import Remembered
from simulators.board.problems import ProblemError, WrongField
from simulators.board.store import Contents
from simulators.board.switches import BoardSwitches

_KEY = re.compile(r"[\x21-\x7e]{1,128}")


def etag_of(state: Json) -> dict[str, str]:
    return {"ETag": f'"{state["revision"]}"'}


def check_precondition(request: web.Request, current: Json | None, board: BoardSwitches) -> None:
    """Compare `If-Match` or `If-None-Match: *` with what is there.

    Raises:
        ProblemError: 428 without either, 412 if it does not hold.
    """
    if not board.capabilities["conditionalWrites"]:
        return
    expected, create = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if expected is None and create is None:
        raise ProblemError(428, "revision_missing", "This write needs If-Match, or If-None-Match to create.")
    if create is not None:
        if expected is not None or create.strip() != "*":
            wrong = WrongField("/If-None-Match", "must be * and stand alone")
            raise ProblemError(400, "invalid", "The precondition is malformed.", errors=[wrong])
        holds = current is None
    else:
        named = [tag.strip() for tag in (expected or "").split(",")]
        holds = current is not None and ("*" in named or etag_of(current)["ETag"] in named)
    if not holds:
        headers = etag_of(current) if current else {}
        raise ProblemError(412, "revision_moved", "The precondition does not hold.", headers=headers)


def look_up_answer(
    request: web.Request, body: Any, contents: Contents, board: BoardSwitches, status: int = 200
) -> tuple[Remembered | None, Json | None]:
    """Give under which key this write is to be remembered, and the answer if it is a repeat.

    Raises:
        ProblemError: 400 for a missing or malformed key, 409 for a key that named another write.
    """
    if not board.capabilities["idempotencyKeys"]:
        return None, None
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        wrong = WrongField("/Idempotency-Key", "must be 1 to 128 visible ASCII characters")
        raise ProblemError(400, "invalid", "The write needs an Idempotency-Key.", errors=[wrong])
    canonical = json.dumps([request.method, request.path, body], sort_keys=True)
    fingerprint = hashlib.sha256(canonical.encode()).hexdigest()
    answer = contents.answers.get(key)
    if answer is not None and answer["fingerprint"] != fingerprint:
        raise ProblemError(409, "key_reused", "This Idempotency-Key was used for another write.")
    return Remembered(key, fingerprint, status), answer


async def read_body(request: web.Request, *allowed: str) -> Any:
    """Read JSON of one of the allowed content types.

    Raises:
        ProblemError: 415 for another type, 400 for what is no JSON object.
    """
    if request.content_type not in allowed:
        raise ProblemError(415, "unsupported_media_type", f"Send {' or '.join(allowed)}.")
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise ProblemError(400, "not_json", "The body is no JSON.") from error
    if not isinstance(body, dict):
        raise ProblemError(400, "invalid", "The body must be an object.", errors=[WrongField("", "must be an object")])
    return body
