"""Many at once: bounded, answered in order, and never left running."""

import asyncio

import pytest

from sync_core.parallel import RESOURCES_AT_ONCE, in_parallel


async def test_results_come_in_order_and_never_more_than_the_bound_are_under_way() -> None:
    under_way, most = 0, 0

    async def act(number: int) -> int:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(100 - number):  # the first ones end last
            await asyncio.sleep(0)
        under_way -= 1
        return number * 2

    assert await in_parallel(act, range(100), RESOURCES_AT_ONCE) == [number * 2 for number in range(100)]
    assert most == RESOURCES_AT_ONCE


async def test_a_fault_of_one_is_told_when_all_others_have_ended() -> None:
    ended: list[int] = []

    async def act(number: int) -> None:
        if number == 0:
            raise LookupError("the first")
        await asyncio.sleep(0)
        ended.append(number)

    with pytest.raises(LookupError, match="the first"):
        await in_parallel(act, range(40), RESOURCES_AT_ONCE)
    assert ended == list(range(1, 40))


async def test_nothing_to_do_is_done_at_once() -> None:
    async def act(_: int) -> int:
        raise AssertionError("nobody is there")

    assert await in_parallel(act, [], RESOURCES_AT_ONCE) == []
