"""What every `Deletions` keeps, the one in memory and the one on Table Storage alike."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

from sync_core.domain.resource import ResourceId
from sync_core.ports import Deletions
from tests.contracts.sample_rows import NASTY_IDS

ADA, BEN = ResourceId("ada"), ResourceId("ben/#?")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)


class DeletionsContract:
    """Give it the fixtures `deletions` and `same_deletions`, two ways into one storage that is empty."""

    async def test_the_first_sum_is_what_was_added(self, deletions: Deletions) -> None:
        assert await deletions.add(ADA, 3, NOON, HOUR) == 3

    async def test_every_resource_adds_to_one_sum(self, deletions: Deletions, same_deletions: Deletions) -> None:
        for number, identity in enumerate(NASTY_IDS):
            assert await deletions.add(ResourceId(identity), 2, NOON, HOUR) == 4 * number + 2
            assert await same_deletions.add(BEN, 2, NOON, HOUR) == 4 * number + 4

    async def test_the_same_at_the_same_instant_counts_twice(self, deletions: Deletions) -> None:
        await deletions.add(ADA, 1, NOON, HOUR)
        assert await deletions.add(ADA, 1, NOON, HOUR) == 2

    async def test_the_hour_slides_and_ends_to_the_microsecond(self, deletions: Deletions) -> None:
        at = NOON + timedelta(minutes=59, microseconds=59)
        await deletions.add(ADA, 5, at, HOUR)
        assert await deletions.add(BEN, 1, at + HOUR - MOMENT, HOUR) == 6
        assert await deletions.add(BEN, 1, at + HOUR, HOUR) == 2

    async def test_an_instant_counts_whatever_zone_it_is_told_in(self, deletions: Deletions) -> None:
        east = NOON.astimezone(timezone(timedelta(hours=13)))
        await deletions.add(ADA, 5, NOON - 2 * HOUR, HOUR)
        assert await deletions.add(ADA, 1, east, HOUR) == 1

    async def test_the_hour_may_lie_around_midnight(self, deletions: Deletions) -> None:
        await deletions.add(ADA, 4, datetime(2026, 12, 31, 23, 30, tzinfo=UTC), HOUR)
        assert await deletions.add(ADA, 1, datetime(2027, 1, 1, 0, 15, tzinfo=UTC), HOUR) == 5

    async def test_adding_none_only_asks(self, deletions: Deletions) -> None:
        await deletions.add(ADA, 4, NOON, HOUR)
        assert await deletions.add(BEN, 0, NOON, HOUR) == 4

    async def test_what_a_faster_clock_noted_counts_too(self, deletions: Deletions) -> None:
        await deletions.add(ADA, 4, NOON + timedelta(seconds=3), HOUR)
        assert await deletions.add(BEN, 1, NOON, HOUR) == 5

    async def test_many_at_once_lose_nothing(self, deletions: Deletions, same_deletions: Deletions) -> None:
        both = (deletions, same_deletions)
        sums = await asyncio.gather(*(both[number % 2].add(ADA, 1, NOON, HOUR) for number in range(30)))
        assert max(sums) == 30
        assert await deletions.add(ADA, 0, NOON, HOUR) == 30
