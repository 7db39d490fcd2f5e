"""The table `subscriptions` in memory."""

import builtins
from collections.abc import Sequence

from sync_core.domain.subscription import Subscription


class FakeSubscriptionRows:
    """`slots` may be looked at by tests."""

    def __init__(self) -> None:
        self.slots: dict[str, Subscription] = {}

    async def get(self, slot: str) -> Subscription | None:
        return self.slots.get(slot)

    async def put(self, subscription: Subscription) -> None:
        self.slots[subscription.slot] = subscription

    async def delete(self, slot: str) -> None:
        self.slots.pop(slot, None)

    async def list(self) -> Sequence[Subscription]:
        return builtins.list(self.slots.values())
