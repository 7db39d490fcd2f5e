"""The handshake that proves an endpoint wants notifications.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks (notificationUrl validation)
"""

import uuid
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, ClientTimeout
from yarl import URL

from simulators.graph.errors import bad_request
from simulators.graph.switches import Switches


class Handshake:
    """Validates endpoints over real HTTP."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self.session: ClientSession | None = None
        """Set while the simulator serves."""

    async def validate(self, url: str) -> None:
        """Ask the endpoint to repeat a token. Raises: GraphRefusal unless it does, as text/plain with 200, in time."""
        assert self.session is not None
        token = f"Validation: Testing client application reachability for subscription Request-Id: {uuid.uuid4()}"
        # An address with a query of its own, such as a function key, keeps it.
        address = URL(f"{url}{'&' if '?' in url else '?'}validationToken={quote(token, safe='')}", encoded=True)
        try:
            async with self.session.post(
                address,
                data=b"",
                headers={"Content-Type": "text/plain; charset=utf-8"},
                timeout=ClientTimeout(total=self._switches.handshake_timeout_s),
                allow_redirects=False,
            ) as reply:
                status, kind, text = reply.status, reply.content_type, await reply.text()
        except TimeoutError:
            raise bad_request("Subscription validation request timed out.", "ValidationError") from None
        except (ClientError, OSError):
            raise bad_request("Subscription validation request failed.", "ValidationError") from None
        if status in (401, 403):
            raise bad_request(
                f"Subscription validation request failed. HTTP status code is '{reply.reason}'.", "ValidationError"
            )
        if status != 200 or kind != "text/plain" or text != token:
            raise bad_request(
                "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation "
                "request.",
                "ValidationError",
            )
