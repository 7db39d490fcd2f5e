"""Tells whether the app can work as it is set: each wrong setting with what is allowed, and on request its storage."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Protocol

from sync_core.domain.errors import Misconfigured, TandemError
from sync_core.web.http import Request, Response
from sync_core.web.problem import problem

PATIENCE = timedelta(seconds=5)
_UNCACHED = {"Cache-Control": "no-store"}


class SettingTrouble(Protocol):
    """One setting that is wrong or missing, in words without secrets."""

    @property
    def name(self) -> str: ...
    @property
    def wrong(self) -> str: ...
    @property
    def allowed(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Condition:
    """What the app knows of itself without asking anyone; `parts` say in words how each part is set."""

    version: str
    troubles: Sequence[SettingTrouble]
    parts: Mapping[str, str]


async def report_health(
    request: Request, condition: Condition, now: datetime, reach_storage: Callable[[], Awaitable[object]]
) -> Response:
    """Answer 200 with the parts, or 503 with what is wrong; calls nothing outside unless the query says `deep=1`."""
    said: dict[str, object] = {"version": condition.version, "time": now.isoformat(timespec="seconds")}
    if condition.troubles:
        settings = [{"name": each.name, "wrong": each.wrong, "allowed": each.allowed} for each in condition.troubles]
        detail = ". ".join(f"{each.name} {each.wrong}; allowed: {each.allowed}" for each in condition.troubles)
        return _unhealthy("misconfigured", detail, {**said, "settings": settings})
    parts = {"settings": "ok", **condition.parts}
    if request.query.get("deep") == "1":
        parts["storage"] = await _try_storage(reach_storage)
        if parts["storage"] != "ok":
            detail = "Storage does not answer; nothing is accepted until it does."
            return _unhealthy("unavailable", detail, {**said, "parts": parts})
    document = {"status": "ok", **said, "parts": parts}
    return Response(HTTPStatus.OK, json.dumps(document).encode(), "application/json", _UNCACHED)


async def _try_storage(reach_storage: Callable[[], Awaitable[object]]) -> str:
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            await reach_storage()
    except Misconfigured as refusal:
        return str(refusal)
    except (TandemError, TimeoutError) as trouble:
        return f"unreachable ({type(trouble).__name__})"
    return "ok"


def _unhealthy(code: str, detail: str, more: Mapping[str, object]) -> Response:
    refusal = problem(HTTPStatus.SERVICE_UNAVAILABLE, code, detail)
    document = {**json.loads(refusal.body), **more}
    return Response(refusal.status, json.dumps(document).encode(), refusal.content_type, _UNCACHED)
