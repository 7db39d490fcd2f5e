"""Takes Graph's change and lifecycle notifications: a handshake is echoed, everything else only rings.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sync_core.domain.errors import TryAgain
from sync_core.flows.notify import Notice, notify
from sync_core.ports import Ports
from sync_core.web.http import Request, Response
from sync_core.web.problem import problem, unavailable

log = logging.getLogger("tandem.notifications")

LARGEST_BODY = 1024 * 1024
LONGEST_TOKEN = 2048
# Graph counts an answer after three seconds as slow, and drops what it has for whoever is slow too often.
PATIENCE = timedelta(seconds=2.5)

_Short = Annotated[str, Field(max_length=128)]


class _Entry(BaseModel):
    """What is read of a notification. Its resource is not: the subscription tells which calendar is meant."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    client_state: _Short = Field(alias="clientState")
    subscription_id: _Short = Field(alias="subscriptionId")
    lifecycle: _Short | None = Field(None, alias="lifecycleEvent")


def answer_handshake(request: Request) -> Response | None:
    """Echo the token by which Graph proves an address before it subscribes; None if this is no handshake.

    Needs no settings and no storage, so that it holds while either is missing.
    """
    token = request.query.get("validationToken", "")
    if not token:
        return None
    if len(token) > LONGEST_TOKEN:
        return problem(HTTPStatus.BAD_REQUEST, "token_too_long", f"At most {LONGEST_TOKEN} characters are echoed.")
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response(HTTPStatus.OK, token.encode(), "text/plain; charset=utf-8", headers)


async def receive_notifications(ports: Ports, request: Request, correlation_id: str) -> Response:
    """Ring for every notification that is ours; 202 whatever came, 503 while bells cannot be rung.

    Graph repeats anything but 2xx for four hours. That is no use for what cannot be read, because the same bytes
    read no better later; it is what we want while storage is down, because a missed `subscriptionRemoved` would
    leave a calendar deaf until the timer finds it. A fast 503 is not slow, so it costs no deliveries.
    """
    notices, unreadable = _read(request.body)
    if unreadable:
        log.warning("notifications unreadable=%d bytes=%d", unreadable, len(request.body))
    if not notices:
        return _accepted()
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            rung = await notify(ports, notices, correlation_id)
    except (TryAgain, TimeoutError) as trouble:
        log.warning("notifications postponed=%d because=%s", len(notices), type(trouble).__name__)
        wait = trouble.after if isinstance(trouble, TryAgain) else timedelta(0)
        return unavailable("Storage does not answer. Repeat the notification.", wait)
    log.info("notifications distinct=%d rung=%d", len(notices), rung)
    return _accepted()


def _accepted() -> Response:
    return Response(HTTPStatus.ACCEPTED)


def _read(body: bytes) -> tuple[list[Notice], int]:
    """The distinct notices of a body, in order, and how many of its entries could not be read."""
    if len(body) > LARGEST_BODY:
        return [], 1
    try:
        collection = json.loads(body)
    except (ValueError, RecursionError):
        return [], 1
    entries: Any = collection.get("value") if isinstance(collection, Mapping) else None
    if not isinstance(entries, list):
        return [], 1
    # A change is told up to three times, and every notice costs a read.
    notices: dict[Notice, None] = {}
    unreadable = 0
    for each in entries:
        try:
            entry = _Entry.model_validate(each)
        except ValidationError:
            unreadable += 1
        else:
            notices[Notice(entry.client_state, entry.subscription_id, entry.lifecycle)] = None
    return list(notices), unreadable
