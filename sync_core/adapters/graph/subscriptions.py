"""The port `Subscriptions` on Graph.

https://learn.microsoft.com/graph/api/subscription-post-subscriptions
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from sync_core.adapters.graph.client import segment
from sync_core.adapters.graph.sdk import IMMUTABLE_IDS, Exists, NotThere, Sdk
from sync_core.domain.errors import Refused, TryAgain
from sync_core.domain.subscription import Subscription, SubscriptionId

if TYPE_CHECKING:
    from msgraph.generated.models.subscription import Subscription as WireSubscription
    from msgraph.generated.models.subscription_collection_response import SubscriptionCollectionResponse
    from msgraph.graph_service_client import GraphServiceClient

CHANGES = "created,updated,deleted"


class GraphSubscriptions:
    """One subscription per calendar, for both kinds of notification, at the addresses of this deployment."""

    def __init__(self, sdk: Sdk, notification_url: str, lifecycle_url: str) -> None:
        self._sdk = sdk
        self._notification_url = notification_url
        self._lifecycle_url = lifecycle_url

    async def create(self, subscription: Subscription, expires_at: datetime) -> Subscription:
        """As the port says.

        Raises:
            Refused: Graph could not reach our address, or does not take the subscription.
        """
        try:
            return await self._post(subscription, expires_at)
        except Exists:
            pass
        except TryAgain as doubt:
            if doubt.after:
                raise
        # It exists, or may exist without us knowing its id: what stands in the way is removed and made anew.
        await self._clear(subscription)
        try:
            return await self._post(subscription, expires_at)
        except Exists as stubborn:
            raise TryAgain("Graph still counts a subscription that was removed") from stubborn

    async def renew(self, subscription: Subscription, expires_at: datetime) -> Subscription | None:
        from msgraph.generated.models.subscription import Subscription as WireSubscription

        change = WireSubscription(expiration_date_time=expires_at)
        try:
            answer = await self._sdk.call(
                lambda client: client.subscriptions.by_subscription_id(subscription.id).patch(change)
            )
        except NotThere:
            return None
        return _merge(subscription, answer, expires_at)

    async def delete(self, subscription: Subscription) -> None:
        if subscription.id:
            await self._remove(subscription.id)

    async def _post(self, subscription: Subscription, expires_at: datetime) -> Subscription:
        from kiota_abstractions.base_request_configuration import RequestConfiguration
        from kiota_abstractions.default_query_parameters import QueryParameters
        from msgraph.generated.models.subscription import Subscription as WireSubscription

        wanted = WireSubscription(
            change_type=CHANGES,
            resource=_resource_of(subscription),
            notification_url=self._notification_url,
            lifecycle_notification_url=self._lifecycle_url,
            expiration_date_time=expires_at,
            client_state=subscription.client_state,
            latest_supported_tls_version="v1_2",
        )
        # This call alone decides which ids the notifications will name.
        configuration: RequestConfiguration[QueryParameters] = RequestConfiguration()
        configuration.headers.add("Prefer", IMMUTABLE_IDS)
        answer = await self._sdk.call(
            lambda client: client.subscriptions.post(wanted, request_configuration=configuration)
        )
        return _merge(subscription, answer, expires_at)

    async def _clear(self, subscription: Subscription) -> None:
        resource = _resource_of(subscription).casefold()
        for known in await self._list():
            if known.id and (known.resource or "").strip("/").casefold() == resource.strip("/"):
                await self._remove(known.id)

    async def _remove(self, subscription_id: str) -> None:
        with suppress(NotThere):
            await self._sdk.call(lambda client: client.subscriptions.by_subscription_id(subscription_id).delete())

    async def _list(self) -> "Sequence[WireSubscription]":
        page = await self._sdk.call(lambda client: client.subscriptions.get())
        listed = list((page.value if page else None) or [])
        while page and page.odata_next_link:
            link = self._sdk.check(page.odata_next_link)
            page = await self._sdk.call(partial(_follow, link))
            listed += (page.value if page else None) or []
        return listed


async def _follow(link: str, client: "GraphServiceClient") -> "SubscriptionCollectionResponse | None":
    return await client.subscriptions.with_url(link).get()


def _resource_of(subscription: Subscription) -> str:
    calendar = subscription.calendar
    # The documented path of the whole mailbox is reported to tell of the default calendar only.
    return f"/users/{segment(calendar.mailbox)}/calendars/{segment(calendar.calendar)}/events"


def _merge(subscription: Subscription, answer: "WireSubscription | None", expires_at: datetime) -> Subscription:
    if answer is None or not answer.id:
        raise Refused("Graph answered a subscription without an id")
    true_expiry = answer.expiration_date_time or expires_at
    return replace(subscription, id=SubscriptionId(answer.id), expires_at=true_expiry.astimezone(UTC))
