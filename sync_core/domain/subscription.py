"""Graph's promise to notify us, and the secret it repeats."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from sync_core.domain.resource import CalendarRef, ResourceId

SubscriptionId = NewType("SubscriptionId", str)
NO_SUBSCRIPTION = SubscriptionId("")
LIFETIME = timedelta(days=6, hours=23)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One calendar's subscription. It is written, with its client state, before Graph is asked.

    `slot` names the row and is repeated inside `client_state`, so that a notification finds its row without a scan.
    `id` is empty until Graph answered; `expires_at` is None until then.
    """

    slot: str
    resource: ResourceId
    calendar: CalendarRef
    client_state: str
    id: SubscriptionId = NO_SUBSCRIPTION
    expires_at: datetime | None = None
    renew_at: datetime | None = None
    last_notified_at: datetime | None = None

    def ends_after(self, now: datetime) -> datetime | None:
        """When it runs out; None if it notifies nobody now."""
        return self.expires_at if self.id and self.expires_at is not None and self.expires_at > now else None

    def needs_renewal(self, now: datetime) -> bool:
        return self.renew_at is None or now >= self.renew_at


def slot_of_client_state(client_state: str) -> str:
    """The row a client state names; empty if it is none of ours."""
    slot, dot, secret = client_state.partition(".")
    return slot if dot and secret else ""
