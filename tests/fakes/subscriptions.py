"""The port `Subscriptions` in memory."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from sync_core.domain.errors import CalendarRefused, TryAgain
from sync_core.domain.subscription import Subscription, SubscriptionId
from sync_core.ports import Clock

LONGEST = timedelta(minutes=10_080)
SHORTEST = timedelta(minutes=45)


class FakeSubscriptions:
    """Keeps what was subscribed in `active`, by id. `lose` forgets one, as Graph does when it expires."""

    unavailable = False

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made = 0
        self.active: dict[SubscriptionId, Subscription] = {}
        self.calls: Counter[str] = Counter()
        self.refused_mailboxes: set[str] = set()

    def lose(self, subscription_id: SubscriptionId) -> None:
        del self.active[subscription_id]

    async def create(self, subscription: Subscription, expires_at: datetime) -> Subscription:
        self._answer("create", subscription)
        for known_id, known in list(self.active.items()):
            if known.calendar == subscription.calendar:
                del self.active[known_id]
        self._made += 1
        made = replace(
            subscription, id=SubscriptionId(f"subscription-{self._made}"), expires_at=self._bounded(expires_at)
        )
        self.active[made.id] = made
        return made

    async def renew(self, subscription: Subscription, expires_at: datetime) -> Subscription | None:
        self._answer("renew", subscription)
        if subscription.id not in self.active:
            return None
        renewed = replace(subscription, expires_at=self._bounded(expires_at))
        self.active[renewed.id] = renewed
        return renewed

    async def delete(self, subscription: Subscription) -> None:
        self._answer("delete", subscription)
        self.active.pop(subscription.id, None)

    def _answer(self, call: str, subscription: Subscription) -> None:
        self.calls[call] += 1
        if self.unavailable:
            raise TryAgain("no answer")
        if subscription.calendar.mailbox in self.refused_mailboxes:
            raise CalendarRefused("the mailbox does not answer us")

    def _bounded(self, expires_at: datetime) -> datetime:
        now = self._clock.now()
        return min(max(expires_at, now + SHORTEST), now + LONGEST)
