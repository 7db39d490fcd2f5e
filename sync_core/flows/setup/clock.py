"""Does our clock go with those of storage and Graph? Tokens and signed webhooks fail where it does not."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta

from sync_core.domain.errors import Misconfigured, TandemError
from sync_core.domain.setup import SetupLine, Subject
from sync_core.flows.setup.needs import Check

CLOCK = Subject("clock", "The clock")
NOTICED, TOO_MUCH = timedelta(seconds=30), timedelta(minutes=4)

_SET_CLOCK = "Restart the app; if the machine that runs it keeps another time, have its time service put right."


async def check_clock(check: Check) -> Sequence[SetupLine]:
    """Compare our clock with what the others answer."""
    asked = {"storage": check.around.tables.read_clock, "Graph": check.around.graph.knock}
    found = await asyncio.gather(*(_skew(check, read()) for read in asked.values()))
    skews = {name: skew for name, skew in zip(asked, found, strict=True) if skew is not None}
    if not skews:
        return [CLOCK.amber("Cannot be told: neither storage nor Graph says what time it is.", "Check again.")]
    name = max(skews, key=lambda each: abs(skews[each]))
    ahead = skews[name].total_seconds()
    words = f"Our clock is {abs(ahead):.0f} seconds {'behind' if ahead > 0 else 'ahead of'} that of {name}"
    if abs(skews[name]) > TOO_MUCH:
        return [CLOCK.red(f"{words}: tokens and signed webhooks fail.", _SET_CLOCK)]
    if abs(skews[name]) > NOTICED:
        return [CLOCK.amber(f"{words}.", _SET_CLOCK)]
    return [CLOCK.green(f"It goes with that of {' and '.join(skews)}.")]


async def _skew(check: Check, reading: Awaitable[datetime | None]) -> timedelta | None:
    """How far another clock is ahead of ours; None where it does not answer, which has a line of its own."""
    began_at = check.around.clock.now()
    try:
        theirs_at = await reading
    except (TandemError, Misconfigured):
        return None
    ended_at = check.around.clock.now()
    return None if theirs_at is None else theirs_at - (began_at + (ended_at - began_at) / 2)
