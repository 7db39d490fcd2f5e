"""The same for many resources, a bounded number at a time: what an admin waits for may take minutes, never hours."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

# Each has a mailbox and rows of its own, so that neither Graph's four at once for a mailbox nor a partition is near.
AT_ONCE = 16
Thing = TypeVar("Thing")
Result = TypeVar("Result")


async def side_by_side(act: Callable[[Thing], Awaitable[Result]], things: Iterable[Thing]) -> list[Result]:
    """Do it with each, and return the results in order. When this raises, nothing is under way any more."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def pass_gate(thing: Thing) -> Result:
        async with gate:
            return await act(thing)

    ended = await asyncio.gather(*map(pass_gate, things), return_exceptions=True)
    results: list[Result] = []
    for one in ended:
        if isinstance(one, BaseException):
            raise one
        results.append(one)
    return results
