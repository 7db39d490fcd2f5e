"""What every `SubscriptionRows` keeps, the one in memory and the one on Table Storage alike."""

from dataclasses import replace
from datetime import timedelta

from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.domain.subscription import Subscription, SubscriptionId
from sync_core.ports import SubscriptionRows
from tests.contracts.sample_rows import NASTY_IDS, NOW


def subscription(slot: str) -> Subscription:
    return Subscription(slot, ResourceId("ada"), CalendarRef("box", "a/b"), f"{slot}.secret")


class SubscriptionRowsContract:
    """Give it the fixture `subscriptions`: an empty storage."""

    async def test_each_slot_keeps_its_own(self, subscriptions: SubscriptionRows) -> None:
        slots = [*NASTY_IDS, "PLAIN-1"]
        for slot in slots:
            await subscriptions.put(subscription(slot))
        assert [await subscriptions.get(slot) for slot in slots] == [subscription(slot) for slot in slots]
        listed = await subscriptions.list()
        assert sorted(one.slot for one in listed) == sorted(slots)

    async def test_a_slot_nobody_filled_is_empty(self, subscriptions: SubscriptionRows) -> None:
        assert await subscriptions.get("none") is None
        assert await subscriptions.list() == []

    async def test_a_slot_is_filled_anew(self, subscriptions: SubscriptionRows) -> None:
        await subscriptions.put(subscription("a"))
        later = NOW + timedelta(days=1)
        full = replace(
            subscription("a"), id=SubscriptionId("id"), expires_at=later, renew_at=NOW, last_notified_at=later
        )
        await subscriptions.put(full)
        assert await subscriptions.get("a") == full
        assert await subscriptions.list() == [full]

    async def test_a_slot_is_emptied_once_or_twice(self, subscriptions: SubscriptionRows) -> None:
        await subscriptions.put(subscription("a"))
        await subscriptions.put(subscription("b"))
        await subscriptions.delete("a")
        await subscriptions.delete("a")
        assert await subscriptions.list() == [subscription("b")]
