"""What every `Overviews` keeps, the one in memory and the one on Table Storage alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sync_core.domain.alert import Alert, Level, Watch
from sync_core.domain.errors import Refused
from sync_core.domain.lags import NO_LAGS, count_lags
from sync_core.domain.overview import Overview, Progress, State
from sync_core.domain.resource import ResourceId
from sync_core.ports import Overviews
from tests.contracts.sample_rows import NASTY_IDS

NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)


def overview(resource: str, name: str = "", state: State = State.ACTIVE) -> Overview:
    """A row that is filled to the brim."""
    lags = NO_LAGS
    for hour in range(24):
        lags = count_lags(lags, [timedelta(seconds=hour)] * 7, NOON + timedelta(hours=hour))
    return Overview(
        resource=ResourceId(resource),
        name=name,
        state=state,
        reason="its calendar does not answer",
        active_since_at=NOON - DAY,
        last_run_at=NOON,
        ended="more to do",
        last_change_at=NOON,
        lag_up=lags,
        lag_down=lags,
        waiting=3,
        waiting_since_at=NOON,
        held=(("held for a person", 2), ("the brake", 3)),
        paired=100,
        watched=2,
        progress=Progress(NOON, 100, 50, 40, 10, 60, NOON),
        throttled_until=NOON,
        expires_at=NOON + DAY,
        subscribed=1,
        last_notified_at=NOON,
    )


async def all_pages(overviews: Overviews, state: State | None = None, search: str = "", limit: int = 3) -> list[str]:
    """Every row that is found, read page by page."""
    found: list[str] = []
    place: str | None = None
    while True:
        page = await overviews.page(state, search, limit, place)
        assert len(page.overviews) <= limit
        found += [row.resource for row in page.overviews]
        place = page.place
        if place is None:
            return found


class OverviewsContract:
    """Give it the fixture `overviews`, whose table is empty."""

    async def test_a_row_that_nobody_wrote_is_none(self, overviews: Overviews) -> None:
        assert await overviews.get(ResourceId("ada")) is None
        assert await all_pages(overviews) == []

    async def test_a_row_comes_back_as_it_was_written(self, overviews: Overviews) -> None:
        for identity in NASTY_IDS:
            row = overview(identity, f"Ada {identity}")
            await overviews.put(row)
            assert await overviews.get(row.resource) == row
        assert sorted(await all_pages(overviews)) == sorted(set(NASTY_IDS))

    async def test_the_last_writer_wins(self, overviews: Overviews) -> None:
        row = overview("ada", "Ada Lovelace")
        await overviews.put(row)
        after = replace(row, name="Ada", state=State.PAUSED, lag_up=NO_LAGS, progress=None, throttled_until=None)
        await overviews.put(after)
        assert await overviews.get(row.resource) == after
        assert await all_pages(overviews, search="lovelace") == []

    async def test_a_row_that_was_removed_is_gone_and_may_be_removed_again(self, overviews: Overviews) -> None:
        await overviews.put(overview("ada"))
        for _ in range(2):
            await overviews.delete(ResourceId("ada"))
        assert await overviews.get(ResourceId("ada")) is None

    async def test_pages_tell_each_row_once_whatever_their_size(self, overviews: Overviews) -> None:
        names = {f"r{number:02d}" for number in range(25)}
        for name in names:
            await overviews.put(overview(name))
        for limit in (1, 7, 25, 1000):
            listed = await all_pages(overviews, limit=limit)
            assert len(listed) == len(set(listed))
            assert set(listed) == names

    async def test_a_page_goes_on_behind_rows_that_were_removed_meanwhile(self, overviews: Overviews) -> None:
        names = {f"r{number:02d}" for number in range(12)}
        for name in names:
            await overviews.put(overview(name))
        first = await overviews.page(limit=5)
        rest = names - {row.resource for row in first.overviews}
        await overviews.delete(ResourceId(min(rest)))
        seen: set[str] = set()
        place = first.place
        while place is not None:
            page = await overviews.page(limit=5, place=place)
            seen |= {row.resource for row in page.overviews}
            place = page.place
        assert seen == rest - {min(rest)}

    async def test_rows_are_filtered_by_state(self, overviews: Overviews) -> None:
        for number, state in enumerate([*State, *State]):
            await overviews.put(overview(f"r{number}", state=state))
        for index, state in enumerate(State):
            assert set(await all_pages(overviews, state, limit=1)) == {f"r{index}", f"r{index + len(State)}"}

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("", {"R-1", "R-2", "Z-3"}),
            ("r-", {"R-1", "R-2"}),
            ("R-2", {"R-2"}),
            ("ada", {"R-1"}),
            ("KING", {"R-1"}),
            ("augusta  king", {"R-1"}),
            ("o'neil", {"R-2"}),
            ("größ", {"Z-3"}),
            ("gus", set()),
            ("' or PartitionKey gt '", set()),
        ],
    )
    async def test_rows_are_found_by_how_an_id_or_a_word_of_a_name_begins(
        self, overviews: Overviews, search: str, found: set[str]
    ) -> None:
        await overviews.put(overview("R-1", "Ada Augusta King"))
        await overviews.put(overview("R-2", "Ben O'Neil", State.HELD))
        await overviews.put(overview("Z-3", "Zoë Größer"))
        assert set(await all_pages(overviews, search=search)) == found
        held = {"R-2"} & found
        assert set(await all_pages(overviews, State.HELD, search)) == held

    @pytest.mark.parametrize("place", ["nonsense", "!", "e30=", "WzFd", "bnVsbA=="])
    async def test_a_place_that_was_never_given_is_refused(self, overviews: Overviews, place: str) -> None:
        with pytest.raises(Refused):
            await overviews.page(place=place)

    async def test_what_is_watched_is_kept_and_is_no_row(self, overviews: Overviews) -> None:
        assert await overviews.read_watch() == Watch()
        alert = Alert("held", Level.WARNING, "3 held", NOON, NOON + DAY)
        for watch in (Watch((alert,), 2), Watch()):
            await overviews.keep_watch(watch)
            assert await overviews.read_watch() == watch
        assert await all_pages(overviews) == []

    async def test_only_resources_that_have_something_held_are_walked(self, overviews: Overviews) -> None:
        held = {f"r{number:02d}" for number in range(9)}
        for name in held:
            await overviews.put(overview(name))
        calm = replace(overview("calm"), held=(), reason="")
        await overviews.put(calm)
        await overviews.put(replace(calm, resource=ResourceId("waiting"), state=State.WAITING, reason="no pilot"))
        cannot = {"cannot go on": State.HELD, "leaves": State.LEAVING}
        for name, state in cannot.items():
            await overviews.put(replace(calm, resource=ResourceId(name), state=state))
        await overviews.keep_watch(Watch())
        for limit in (1, 4, 1000):
            walked: list[ResourceId] = []
            while rows := await overviews.page_held(walked[-1] if walked else None, limit):
                assert len(rows) <= limit
                walked += [row.resource for row in rows]
            assert len(walked) == len(set(walked))
            assert set(walked) == held | set(cannot)

    async def test_the_walk_goes_on_behind_a_resource_that_nothing_is_held_of_any_more(
        self, overviews: Overviews
    ) -> None:
        for name in NASTY_IDS:
            await overviews.put(overview(name))
        order = [row.resource for row in await overviews.page_held()]
        await overviews.delete(order[2])
        assert [row.resource for row in await overviews.page_held(order[2])] == order[3:]
