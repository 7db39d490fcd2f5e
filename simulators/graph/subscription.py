"""A subscription as a value, how it is shown, and what its wishes may look like.

https://learn.microsoft.com/graph/api/resources/subscription
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from simulators.graph.errors import bad_request
from simulators.graph.timezones import show_expiry
from simulators.graph.wire import JsonObject

APPLICATION_ID = "5f3f1f5e-2c3a-4a8b-9c55-1c0ffee0cafe"
_WRITABLE = frozenset(
    {
        "changeType",
        "resource",
        "notificationUrl",
        "lifecycleNotificationUrl",
        "expirationDateTime",
        "clientState",
        "latestSupportedTlsVersion",
        "includeResourceData",
    }
)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription, as created and renewed."""

    id: str
    mailbox: str
    calendar: int | None
    """None: all events of the mailbox."""
    resource: str
    change_types: tuple[str, ...]
    notification_url: str
    lifecycle_url: str | None
    client_state: str | None
    expires_at: datetime
    wants_immutable_ids: bool
    is_paused: bool = False
    """True: waits for reauthorization; changes meanwhile are lost."""


def read_subscription_line(line: JsonObject) -> Subscription:
    read = {**line, "expires_at": datetime.fromisoformat(line["expires_at"])}
    return Subscription(**{**read, "change_types": tuple(line["change_types"])})


def show_subscription(subscription: Subscription) -> JsonObject:
    return {
        "id": subscription.id,
        "resource": subscription.resource,
        "applicationId": APPLICATION_ID,
        "changeType": ",".join(subscription.change_types),
        "clientState": subscription.client_state,
        "notificationUrl": subscription.notification_url,
        "notificationQueryOptions": None,
        "lifecycleNotificationUrl": subscription.lifecycle_url,
        "expirationDateTime": show_expiry(subscription.expires_at),
        "creatorId": APPLICATION_ID,
        "includeResourceData": None,
        "latestSupportedTlsVersion": "v1_2",
        "encryptionCertificate": None,
        "encryptionCertificateId": None,
        "notificationUrlAppId": None,
    }


def check_subscription_body(body: Any) -> JsonObject:
    if not isinstance(body, dict):
        raise bad_request("Unable to read JSON request payload.", "RequestBodyRead")
    wanted: JsonObject = {name: value for name, value in body.items() if "@odata." not in name}
    unknown = set(wanted) - _WRITABLE
    if unknown:
        raise bad_request(f"Property '{sorted(unknown)[0]}' cannot be set.", "InvalidRequest")
    for name in ("changeType", "resource", "notificationUrl", "expirationDateTime"):
        if not wanted.get(name):
            raise bad_request(f"The property '{name}' is required.", "InvalidRequest")
    if wanted.get("includeResourceData"):
        raise bad_request("Notifications with resource data are not simulated.", "InvalidRequest")
    state = wanted.get("clientState")
    if state is not None and (not isinstance(state, str) or len(state) > 128):
        raise bad_request("clientState must not be longer than 128 characters.", "InvalidRequest")
    return wanted


def read_change_types(text: Any) -> tuple[str, ...]:
    types = tuple(part.strip().lower() for part in text.split(",")) if isinstance(text, str) else ()
    if not types or not set(types) <= {"created", "updated", "deleted"}:
        raise bad_request(f"The value '{text}' of parameter 'ChangeType' is invalid.", "InvalidRequest")
    return types


def check_url(url: Any, name: str) -> str:
    parts = urlsplit(url) if isinstance(url, str) else None
    is_loopback = parts is not None and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts is None or not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback)):
        raise bad_request(f"{name} must be an https address.", "InvalidRequest")
    return str(url)
