"""Runs many calls at once, but never too many."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
MOST_AT_ONCE = 32
# Of resources, each with a mailbox and a partition of its own, so that the limits of neither are near.
RESOURCES_AT_ONCE = 16


async def in_parallel(call: Callable[[T], Awaitable[R]], over: Iterable[T], at_once: int = MOST_AT_ONCE) -> list[R]:
    """Call for each, in any order; the answers come in the order given.

    All have ended when this returns or raises, so that nothing is still being written behind a caller who gave up;
    the first failure is raised.
    """
    waiting = list(over)
    if len(waiting) == 1:
        return [await call(waiting[0])]
    gate = asyncio.Semaphore(at_once)

    async def gated(one: T) -> R:
        async with gate:
            return await call(one)

    answers = await asyncio.gather(*map(gated, waiting), return_exceptions=True)
    results: list[R] = []
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
        results.append(answer)
    return results
