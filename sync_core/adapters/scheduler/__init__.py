"""The scheduler, behind the port `Board`, for any board that speaks the neutral contract."""

from dataclasses import dataclass

from sync_core.adapters.scheduler.address import BoardAddress
from sync_core.adapters.scheduler.board import SchedulerBoard
from sync_core.adapters.scheduler.caller import ApiKey, Caller
from sync_core.ports import Clock

__all__ = ["Scheduler", "SchedulerBoard", "connect_scheduler"]


@dataclass(frozen=True, slots=True)
class Scheduler:
    """A connected board; close it when the app ends."""

    board: SchedulerBoard
    _caller: Caller

    async def aclose(self) -> None:
        await self._caller.aclose()


def connect_scheduler(
    url: str, api_key: ApiKey, clock: Clock, request_seconds: float = 10.0, patience_seconds: float = 20.0
) -> Scheduler:
    """Connect to the board at `url`; nothing is called until it is used.

    `api_key` is asked before every request, so that a rotated key needs no restart. `patience_seconds` bounds what one
    `carry_out` takes, so that a lease outlasts it.

    Raises:
        Misconfigured: the address is none, or not https.
    """
    caller = Caller(api_key)
    return Scheduler(SchedulerBoard(BoardAddress(url), caller, clock, request_seconds, patience_seconds), caller)
