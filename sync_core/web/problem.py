"""Refusals in one form: problem details. https://www.rfc-editor.org/rfc/rfc9457"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from math import ceil

from sync_core.contract.faults import FieldFault
from sync_core.web.http import Response

_WAIT = timedelta(seconds=5)


def problem(
    status: int,
    code: str,
    detail: str = "",
    errors: Sequence[FieldFault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer for a refusal; `code` is for programs, `detail` for people and never repeats what was sent."""
    document: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "code": code,
    }
    if detail:
        document["detail"] = detail
    if errors:
        document["errors"] = as_json(errors)
    return Response(int(status), json.dumps(document).encode(), "application/problem+json", headers or {})


def unavailable(detail: str, after: timedelta = timedelta(0)) -> Response:
    """503 with the wait that storage asked for, five seconds where it named none."""
    seconds = ceil((after or _WAIT).total_seconds())
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail, headers={"Retry-After": str(max(1, seconds))})


def as_json(errors: Sequence[FieldFault]) -> list[dict[str, str]]:
    return [{"pointer": fault.pointer, "detail": fault.detail} for fault in errors]
