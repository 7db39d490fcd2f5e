"""What this board can do, asked for at most once in five minutes."""

from datetime import datetime, timedelta

from sync_core.adapters.scheduler.address import BoardAddress
from sync_core.adapters.scheduler.caller import Caller, NoAnswer, NotSent
from sync_core.contract.answers import BoardAbilities
from sync_core.contract.faults import Invalid, check
from sync_core.domain.errors import TryAgain
from sync_core.ports import Clock

_REMEMBERED = timedelta(minutes=5)
_SECONDS = 10.0
_REFUSED_WAIT = timedelta(minutes=1)


class AbilityReader:
    def __init__(self, address: BoardAddress, caller: Caller, clock: Clock) -> None:
        self._address = address
        self._caller = caller
        self._clock = clock
        self._known: BoardAbilities | None = None
        self._read_at: datetime | None = None

    async def read(self) -> BoardAbilities:
        """What the board says it can do.

        Raises:
            TryAgain: it does not say; without knowing, nothing may be sent.
        """
        now = self._clock.now()
        if self._known and self._read_at and now - self._read_at < _REMEMBERED:
            return self._known
        return await self.ask()

    async def ask(self) -> BoardAbilities:
        """What the board says now, whatever is remembered.

        Raises:
            TryAgain: as above.
        """
        now = self._clock.now()
        try:
            answer = await self._caller.call("GET", self._address.at("capabilities"), _SECONDS)
        except (NotSent, NoAnswer) as error:
            raise TryAgain(str(error)) from error
        if answer.status != 200:
            raise TryAgain(f"{answer.words()} for its capabilities", answer.wait or _REFUSED_WAIT)
        try:
            self._known = check(BoardAbilities, answer.document())
        except Invalid as invalid:
            raise TryAgain(f"the board's capabilities cannot be read: {invalid}", _REFUSED_WAIT) from invalid
        self._read_at = now
        return self._known
