"""Turns changes into notifications and remembers, across restarts, which were not delivered yet.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import uuid
from dataclasses import dataclass

from simulators.graph.deliveries import Deliveries
from simulators.graph.errors import GraphRefusal
from simulators.graph.ids import EventKey, make_change_key, make_event_id
from simulators.graph.store import EventChange, Store
from simulators.graph.subscription import Subscription
from simulators.graph.subscriptions import Subscriptions
from simulators.graph.timezones import show_expiry
from simulators.graph.wire import JsonObject


@dataclass(frozen=True, slots=True)
class Tenant:
    """Whom notifications speak for."""

    id: str


class Notifications:
    """Listens to the store and hands what subscribers want to know to the deliveries."""

    def __init__(self, store: Store, subscriptions: Subscriptions, deliveries: Deliveries, tenant: Tenant) -> None:
        self._store = store
        self._subscriptions = subscriptions
        self._deliveries = deliveries
        self._tenant = tenant
        store.listeners.append(self.tell)

    def tell(self, change: EventChange) -> None:
        """Queue one notification per subscription that covers the change."""
        mailbox, event = change.mailbox, change.event
        for subscription in self._subscriptions.wanted_by(mailbox, change.calendar, change.type, event.modified_at):
            placed = None if subscription.wants_immutable_ids else event.placed
            event_id = make_event_id(mailbox.id, EventKey(event.uid, placed))
            resource = f"Users/{mailbox.id}/Events/{event_id}"
            described = {
                "@odata.type": "#Microsoft.Graph.Event",
                "@odata.id": resource,
                "@odata.etag": f'W/"{make_change_key(mailbox.id, event.version)}"',
                "id": event_id,
            }
            content = {
                # The same change makes the same id again when the journal is replayed.
                "id": f"{event.version}-{change.type}-{subscription.id}",
                **self._common(subscription),
                "changeType": change.type,
                "resource": resource,
                "resourceData": described,
            }
            self._deliveries.queue(subscription.notification_url, content, event.modified_at)

    def tell_lifecycle(self, subscription: Subscription, lifecycle_event: str) -> None:
        """Queue a lifecycle notification. Raises: GraphRefusal when the subscription gave no address for them."""
        if not subscription.lifecycle_url:
            raise GraphRefusal(400, "InvalidRequest", "The subscription has no lifecycleNotificationUrl.")
        content = {"id": str(uuid.uuid4()), **self._common(subscription), "lifecycleEvent": lifecycle_event}
        self._deliveries.queue(subscription.lifecycle_url, content, self._store.clock.now())

    def _common(self, subscription: Subscription) -> JsonObject:
        return {
            "subscriptionId": subscription.id,
            "subscriptionExpirationDateTime": show_expiry(subscription.expires_at),
            "clientState": subscription.client_state,
            "tenantId": self._tenant.id,
        }
