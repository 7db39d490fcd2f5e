"""What every `Trail` keeps, the one in memory and the one on Table Storage alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sync_core.domain.errors import Refused
from sync_core.domain.resource import ResourceId
from sync_core.domain.trail import ERASURE, TrailEntry, TrailFilter
from sync_core.ports import Trail
from tests.contracts.sample_rows import NASTY_IDS

NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)
ANNA, BERT = ResourceId("anna"), ResourceId("bert")
EVERY = TrailFilter()


def entry(number: int, resource: str | None = "anna", who: str = "ada", days: float = 0) -> TrailEntry:
    """One of Anna's, by Ada, so many days before noon."""
    return TrailEntry(
        at=NOON - days * DAY,
        unique=f"{number:032x}",
        who=who,
        what="patchResource",
        target=f"/resources/{resource}",
        resource=ResourceId(resource) if resource is not None else None,
        before={"name": f"before {number}"},
        after={"name": f"after {number}", "settings": {"days_ahead": number, "zone": None}, "calendars": [1.5, "ä"]},
    )


async def all_pages(trail: Trail, wanted: TrailFilter = EVERY, limit: int = 3) -> list[TrailEntry]:
    """Every entry that is wanted, read page by page."""
    found: list[TrailEntry] = []
    place: str | None = None
    while True:
        page = await trail.page(wanted, limit, place)
        assert len(page.entries) <= limit
        found += page.entries
        place = page.place
        if place is None:
            return found


class TrailContract:
    """Give it the fixture `trail`, whose table is empty."""

    async def test_an_empty_trail_is_one_page(self, trail: Trail) -> None:
        for wanted in (EVERY, TrailFilter(who="ada"), TrailFilter(NOON, NOON + DAY, resource=ANNA)):
            page = await trail.page(wanted)
            assert (page.entries, page.place) == ((), None)

    async def test_entries_come_back_as_they_were_written_newest_first(self, trail: Trail) -> None:
        written = [entry(number, days=number * 13.7) for number in range(9)]
        await trail.write([written[4], written[0]])
        await trail.write([one for number, one in enumerate(written) if number not in (0, 4)])
        for limit in (1, 4, 9, 500):
            assert await all_pages(trail, limit=limit) == written

    async def test_ids_may_be_anything(self, trail: Trail) -> None:
        ids = sorted(set(NASTY_IDS))
        for number, identity in enumerate(ids):
            await trail.write([entry(number, identity, identity)])
        for number, identity in enumerate(ids):
            for wanted in (TrailFilter(resource=ResourceId(identity)), TrailFilter(who=identity)):
                assert await all_pages(trail, wanted) == [entry(number, identity, identity)]

    async def test_an_entry_is_replaced_under_its_name(self, trail: Trail) -> None:
        begun = replace(entry(1), before=None, after=None, is_begun=True)
        await trail.write([begun])
        assert await all_pages(trail) == [begun]
        await trail.write([entry(1)])
        for wanted in (EVERY, TrailFilter(who="ada"), TrailFilter(resource=ANNA)):
            assert await all_pages(trail, wanted) == [entry(1)]

    async def test_what_is_struck_had_never_been(self, trail: Trail) -> None:
        await trail.write([entry(1), entry(2)])
        for _ in range(2):
            await trail.strike(entry(1))
        for wanted in (EVERY, TrailFilter(who="ada"), TrailFilter(resource=ANNA)):
            assert await all_pages(trail, wanted, limit=1) == [entry(2)]

    async def test_entries_are_filtered_by_who_and_by_resource_and_by_both(self, trail: Trail) -> None:
        who, resources = ("ada", "bob"), ("anna", "bert", None)
        every = [entry(number, resources[number % 3], who[number % 2], days=number * 9.0) for number in range(18)]
        await trail.write(every)
        for limit in (2, 100):
            for name in who:
                assert await all_pages(trail, TrailFilter(who=name), limit) == [one for one in every if one.who == name]
            for resource in (ANNA, BERT):
                of_one = [one for one in every if one.resource == resource]
                assert await all_pages(trail, TrailFilter(resource=resource), limit) == of_one
                both = TrailFilter(who="ada", resource=resource)
                assert await all_pages(trail, both, limit) == [one for one in of_one if one.who == "ada"]
        assert await all_pages(trail, TrailFilter(who="nobody")) == []
        assert await all_pages(trail, TrailFilter(who="", resource=ANNA)) == []

    @pytest.mark.parametrize("narrow", [{}, {"who": "ada"}, {"resource": ANNA}], ids=str)
    async def test_a_span_holds_its_begin_and_not_its_end(self, trail: Trail, narrow: dict[str, str]) -> None:
        every = [entry(number, days=number * 10) for number in range(8)]
        await trail.write(every)
        for begin in range(8):
            for end in range(begin + 1):
                wanted = TrailFilter(every[begin].at, every[end].at, **narrow)  # type: ignore[arg-type]
                assert await all_pages(trail, wanted, limit=2) == every[end + 1 : begin + 1]
        assert await all_pages(trail, TrailFilter(begin_at=every[2].at, **narrow)) == every[:3]  # type: ignore[arg-type]
        assert await all_pages(trail, TrailFilter(end_at=every[2].at, **narrow)) == every[3:]  # type: ignore[arg-type]
        microsecond = timedelta(microseconds=1)
        assert await all_pages(trail, TrailFilter(begin_at=every[2].at + microsecond, **narrow)) == every[:2]  # type: ignore[arg-type]
        far = TrailFilter(datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC), **narrow)  # type: ignore[arg-type]
        assert await all_pages(trail, far) == every

    async def test_a_page_goes_on_behind_entries_that_went_meanwhile(self, trail: Trail) -> None:
        every = [entry(number, days=number * 10) for number in range(6)]
        await trail.write(every)
        page = await trail.page(EVERY, 3)
        await trail.strike(every[2])
        await trail.strike(every[3])
        assert (await trail.page(EVERY, 9, page.place)).entries == tuple(every[4:])

    @pytest.mark.parametrize("place", ["nonsense", "", "9" * 18 + ",a,", "1' or PartitionKey gt '"])
    async def test_a_place_that_was_never_given_is_refused(self, trail: Trail, place: str) -> None:
        for wanted in (EVERY, TrailFilter(who="ada")):
            with pytest.raises(Refused):
                await trail.page(wanted, place=place)

    async def test_of_a_resource_that_is_forgotten_only_who_did_what_and_when_is_left(self, trail: Trail) -> None:
        erased = replace(entry(3, days=3), what=ERASURE, before=None, after={"state": "done"})
        empty = replace(entry(4, days=4), before=None, after=None)
        others = [entry(5, "bert", days=5), entry(6, None, days=6)]
        await trail.write([entry(1, days=1), entry(2, days=2), erased, empty, *others])
        assert await trail.forget(ANNA) == 2
        blank = [replace(entry(number, days=number), before=None, after=None) for number in (1, 2)]
        assert await all_pages(trail) == [*blank, erased, empty, *others]
        assert await all_pages(trail, TrailFilter(resource=ANNA)) == [*blank, erased, empty]
        assert await trail.forget(ANNA) == 0

    async def test_what_is_older_is_buried_and_nothing_else(self, trail: Trail) -> None:
        every = [entry(number, days=number * 10, who=f"w{number % 2}") for number in range(9)]
        await trail.write(every)
        assert await trail.bury(every[3].at) == 5
        assert await all_pages(trail) == every[:4]
        assert await all_pages(trail, TrailFilter(resource=ANNA)) == every[:4]
        assert await all_pages(trail, TrailFilter(who="w0")) == [every[0], every[2]]
        assert await trail.bury(every[3].at) == 0

    async def test_long_words_are_kept_whole(self, trail: Trail) -> None:
        long = replace(entry(1), before={"body_template": "ä" * 90_000}, after={"body_template": "x" * 90_000})
        await trail.write([long, entry(2)])
        assert await all_pages(trail) == [long, entry(2)]

    async def test_hundreds_are_written_at_once(self, trail: Trail) -> None:
        every = [entry(number, f"r{number}") for number in range(250)]
        await trail.write(every)
        assert await all_pages(trail, limit=100) == every
