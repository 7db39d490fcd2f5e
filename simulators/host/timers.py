"""Runs the timer functions of an app when they are due.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
Occurrences are not kept beyond the life of the host: a tick that nobody was up for is not made up for, unlike in Azure.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from azure.functions.timer import TimerRequest

from simulators.host.functions import Function
from simulators.host.options import CannotStart, fill_places
from simulators.host.schedule import Schedule

log = logging.getLogger("simulators.host")
# A sleep is never longer, so that a clock that was set or a laptop that slept is noticed.
LONGEST_SLEEP = 30.0
LATE = 1.0


class Timer:
    """One timer function and when it runs."""

    def __init__(self, function: Function, schedule: Schedule) -> None:
        self.function = function
        self._schedule = schedule
        # As in Azure, one timer never runs twice at the same time.
        self._alone = asyncio.Lock()

    async def keep(self) -> None:
        """Run the function at each of its moments until cancelled; a moment it overslept runs late, as past due."""
        if self.function.trigger.get("runOnStartup"):
            await self._run(is_past_due=False)
        due_at = self._schedule.next_after(datetime.now(UTC))
        while due_at is not None:
            await _sleep_until(due_at)
            await self._run(is_past_due=(datetime.now(UTC) - due_at).total_seconds() > LATE)
            due_at = self._schedule.next_after(due_at)
            # However many moments passed meanwhile, one late run makes up for all of them.
            while due_at is not None and (later_at := self._schedule.next_after(due_at)) is not None:
                if later_at > datetime.now(UTC):
                    break
                due_at = later_at

    async def run_now(self) -> bool:
        """Run the function once out of turn and return whether it succeeded."""
        return await self._run(is_past_due=False)

    async def _run(self, *, is_past_due: bool) -> bool:
        async with self._alone:
            try:
                await self.function.run(TimerRequest(past_due=is_past_due), " past due" if is_past_due else "")
            except Exception:  # it was logged; a timer that failed runs again at its next moment
                return False
            return True


def read_timers(functions: Sequence[Function], settings: Mapping[str, str]) -> list[Timer]:
    """Return the timers of all timer functions.

    Raises:
        CannotStart: A schedule is missing or is none; the message names function and field.
    """
    timers = []
    for function in functions:
        if function.kind != "timerTrigger":
            continue
        expression = fill_places(str(function.trigger["schedule"]), settings, function.name)
        try:
            timers.append(Timer(function, Schedule.parse(expression)))
        except ValueError as error:
            raise CannotStart(f"The schedule of function {function.name} cannot be read: {error}.") from error
    return timers


async def _sleep_until(due_at: datetime) -> None:
    while True:
        ahead = (due_at - datetime.now(UTC)).total_seconds()
        if ahead <= 0:
            return
        await asyncio.sleep(min(ahead, LONGEST_SLEEP))
