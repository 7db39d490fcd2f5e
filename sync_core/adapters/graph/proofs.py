"""Proves what only Graph itself can prove: that our token is taken, and that it reaches our addresses.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks#notificationurl-validation
https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

import base64
import json
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sync_core.adapters.graph.client import TIMEOUT_SECONDS, GraphClient, NoReply, Reply, segment, try_again
from sync_core.adapters.graph.mailbox_states import says_no_mailbox
from sync_core.adapters.graph.tokens import TokenSource
from sync_core.adapters.graph.troubles import Trouble
from sync_core.domain.errors import CalendarRefused, Misconfigured, Refused, TryAgain
from sync_core.domain.profile import MailboxState
from sync_core.domain.resource import CalendarRef

# Another kind than the subscriptions of calendars ask for: Graph takes one subscription for each kind and calendar.
CHANGES = "deleted"
# Shorter ones are made this long by Graph itself; one that could not be ended does so soon.
LIFETIME = timedelta(minutes=45)
# Graph speaks to us one request at a time per mailbox; these belong to none.
_NOBODY = ""
# All of Graph's message that is repeated: what our own address answered.
_STATUS = re.compile(r"status code is '([A-Za-z0-9 ]{1,40})'", re.IGNORECASE)
_LATE = re.compile(r"timed out", re.IGNORECASE)
_CERTIFICATE = re.compile(r"certificate|TLS|SSL", re.IGNORECASE)


class GraphProofs:
    """`addresses` are those for notifications and for lifecycle notifications."""

    def __init__(self, client: GraphClient, tokens: TokenSource, addresses: tuple[str, str]) -> None:
        self._client = client
        self._tokens = tokens
        self._addresses = addresses
        self._url = f"{client.root}/subscriptions"

    async def knock(self) -> datetime | None:
        """Ask for our own subscriptions; a refusal by anything but the token shows that the token is taken."""
        reply = await self._send("GET", self._url)
        if reply.trouble is Trouble.AUTHENTICATION:
            raise Misconfigured(f"Graph does not take our token ({reply.words})")
        if reply.trouble in (Trouble.THROTTLED, Trouble.UNCERTAIN):
            raise try_again(f"Graph asks for time ({reply.words})", reply.retry_after or 0)
        return reply.answered_at

    async def read_roles(self) -> frozenset[str] | None:
        """Read the token's own words; they are shown, and nothing is decided by them."""
        return _roles_of(await self._tokens.token())

    async def open_mailbox(self, principal: str) -> MailboxState:
        """Ask for the default calendar by the principal name, without a look into the directory."""
        reply = await self._send("GET", f"{self._client.root}/users/{segment(principal)}/calendar?$select=id")
        if reply.trouble is Trouble.NONE:
            return MailboxState.READY
        if says_no_mailbox(reply.code):
            return MailboxState.UNLICENSED
        if reply.status in (403, 404):
            return MailboxState.BLOCKED if reply.status == 403 else MailboxState.MISSING
        raise try_again(f"Graph does not say ({reply.words})", reply.retry_after or 0)

    async def have_called_back(self, calendar: CalendarRef) -> None:
        """Graph asks both addresses before it answers."""
        reply = await self._subscribe(calendar)
        if reply.status == 409:
            # Of a check that was cut off.
            for each in await self._find_left(calendar):
                await self._end(each)
            reply = await self._subscribe(calendar)
        if reply.status == 409:
            # Our address has not been asked, so that nothing is known of it: Graph shows a long list by pages.
            raise TryAgain(f"another check of this calendar ends within the hour by itself ({reply.words})")
        if reply.trouble is Trouble.CALENDAR:
            raise CalendarRefused(f"the mailbox or calendar does not answer us ({reply.words})")
        if reply.trouble in (Trouble.THROTTLED, Trouble.UNCERTAIN, Trouble.AUTHENTICATION):
            raise try_again(f"Graph asks for time ({reply.words})", reply.retry_after or 0)
        made = reply.body.get("id") if isinstance(reply.body, dict) else None
        if reply.trouble is not Trouble.NONE or not isinstance(made, str):
            raise Refused(_words(reply))
        await self._end(made)

    async def _subscribe(self, calendar: CalendarRef) -> Reply:
        notifications, lifecycle = self._addresses
        wanted = {
            "changeType": CHANGES,
            "resource": _resource_of(calendar),
            "notificationUrl": notifications,
            "lifecycleNotificationUrl": lifecycle,
            "expirationDateTime": f"{datetime.now(UTC) + LIFETIME:%Y-%m-%dT%H:%M:%SZ}",
            # It names no row of ours, so that whatever comes under it is dropped.
            "clientState": f"check.{uuid.uuid4().hex}",
            "latestSupportedTlsVersion": "v1_2",
        }
        return await self._send("POST", self._url, json.dumps(wanted).encode())

    async def _end(self, subscription: str) -> None:
        # One that stays ends by itself within the hour, and rings nobody.
        await self._send("DELETE", f"{self._url}/{segment(subscription)}")

    async def _find_left(self, calendar: CalendarRef) -> Sequence[str]:
        reply = await self._send("GET", self._url)
        listed: Any = reply.body.get("value") if isinstance(reply.body, dict) else None
        resource = _resource_of(calendar).strip("/").casefold()
        return [
            str(each["id"])
            for each in listed or []
            if each.get("changeType") == CHANGES and str(each.get("resource", "")).strip("/").casefold() == resource
        ]

    async def _send(self, method: str, url: str, content: bytes | None = None) -> Reply:
        headers = {"Content-Type": "application/json"} if content is not None else {}
        deadline = self._client.deadline_in(TIMEOUT_SECONDS)
        try:
            return await self._client.send(method, _NOBODY, url, headers, content, deadline=deadline)
        except NoReply as lost:
            raise TryAgain("Graph did not answer") from lost


def _resource_of(calendar: CalendarRef) -> str:
    return f"/users/{segment(calendar.mailbox)}/calendars/{segment(calendar.calendar)}/events"


def _words(reply: Reply) -> str:
    """Why, as far as Graph's message says it in words of its own; the rest of it is not repeated."""
    message = str(reply.error.get("message", ""))
    if answered := _STATUS.search(message):
        return f"the address answered it with {answered[1]} ({reply.words})"
    if _LATE.search(message):
        return f"the address did not answer it in time ({reply.words})"
    if _CERTIFICATE.search(message):
        return f"it does not take the certificate of the address ({reply.words})"
    return f"it could not prove the address ({reply.words})"


def _roles_of(token: str) -> frozenset[str] | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    roles = claims.get("roles") if isinstance(claims, dict) else None
    return frozenset(str(role) for role in roles) if isinstance(roles, list) else frozenset()
