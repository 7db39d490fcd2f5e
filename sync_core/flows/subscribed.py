"""How many of the calendars that are read have a subscription, over all resources or of one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sync_core.domain.overview import Overview
from sync_core.domain.subscription import Subscription


@dataclass(frozen=True, slots=True)
class Subscribed:
    """How many live, how many calendars have none and are only pulled, and when the first one runs out."""

    active: int = 0
    missing: int = 0
    expires_at: datetime | None = None


def count_subscribed(subscriptions: Iterable[Subscription], overviews: Sequence[Overview], now: datetime) -> Subscribed:
    """Count over all resources that take part, from the subscriptions themselves. Pure."""
    living = [(one.resource, end) for one in subscriptions if (end := one.ends_after(now)) is not None]
    of_each = Counter(resource for resource, _ in living)
    active = [overview for overview in overviews if overview.state.takes_part]
    missing = sum(max(overview.watched - of_each[overview.resource], 0) for overview in active)
    return Subscribed(len(living), missing, min((end for _, end in living), default=None))


def subscribed_of(overview: Overview, now: datetime) -> Subscribed:
    """Count of one resource, as its last run left it. Pure."""
    if not overview.state.takes_part:
        return Subscribed()
    has_ended = overview.expires_at is not None and overview.expires_at <= now
    active = max(overview.subscribed - has_ended, 0)
    return Subscribed(active, max(overview.watched - active, 0), overview.expires_at)
