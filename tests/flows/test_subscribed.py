"""How many calendars are subscribed, counted from the subscriptions or from what a run left."""

from datetime import UTC, datetime, timedelta

from sync_core.domain.overview import Overview, State
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.domain.subscription import Subscription, SubscriptionId
from sync_core.flows.subscribed import Subscribed, count_subscribed, subscribed_of

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
DAY = timedelta(days=1)
ADA, BEN = ResourceId("ada"), ResourceId("ben")


def subscription(resource: ResourceId, ends_in: timedelta | None, name: str = "s") -> Subscription:
    ends_at = NOW + ends_in if ends_in is not None else None
    return Subscription("slot", resource, CalendarRef("m", "c"), "slot.secret", SubscriptionId(name), ends_at)


def row(resource: ResourceId, watched: int, state: State = State.ACTIVE, subscribed: int = 0) -> Overview:
    return Overview(resource, "", state, watched=watched, subscribed=subscribed, expires_at=NOW + DAY)


def test_one_persons_many_do_not_hide_that_another_has_none() -> None:
    living = [subscription(ADA, 2 * DAY), subscription(ADA, DAY), subscription(ADA, 3 * DAY)]
    ended = [subscription(BEN, -DAY), subscription(BEN, None), subscription(BEN, DAY, "")]
    counted = count_subscribed([*living, *ended], [row(ADA, 1), row(BEN, 2)], NOW)
    assert counted == Subscribed(3, 2, NOW + DAY)


def test_who_takes_no_part_misses_nothing() -> None:
    assert count_subscribed([], [row(ADA, 2, State.PAUSED)], NOW) == Subscribed()
    assert subscribed_of(row(ADA, 2, State.PAUSED, 2), NOW) == Subscribed()


def test_of_one_resource_what_its_last_run_left_counts_until_the_first_runs_out() -> None:
    assert subscribed_of(row(ADA, 3, subscribed=2), NOW) == Subscribed(2, 1, NOW + DAY)
    assert subscribed_of(row(ADA, 3, subscribed=2), NOW + DAY) == Subscribed(1, 2, NOW + DAY)
