"""The port `Board` over the neutral contract's REST: docs/contract/scheduler.openapi.yaml."""

import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sync_core import telemetry
from sync_core.adapters.scheduler.abilities import AbilityReader
from sync_core.adapters.scheduler.address import BoardAddress
from sync_core.adapters.scheduler.caller import Answer, Caller, NoAnswer, NotSent
from sync_core.adapters.scheduler.judging import judge
from sync_core.adapters.scheduler.reading import State, can_read, parse_state, read_window
from sync_core.adapters.scheduler.writing import Write, needs_reading, place_of, to_write
from sync_core.contract.answers import BoardAbilities
from sync_core.contract.faults import Invalid
from sync_core.contract.inbound import to_appointment
from sync_core.contract.outbound import sync_status
from sync_core.domain.appointment import AppointmentKey, Kind, Revision
from sync_core.domain.errors import Refused, TryAgain
from sync_core.domain.plan import (
    BoardOperation,
    Denied,
    Done,
    Missing,
    Moved,
    Outcome,
    Postponed,
    Unknown,
)
from sync_core.domain.render import render
from sync_core.domain.resource import ResourceId
from sync_core.domain.window import Window
from sync_core.ports import BoardPage, Capabilities, Clock

_SLOW_WAIT = timedelta(seconds=5)
_LEAST_SECONDS = 0.5


class SchedulerBoard:
    """One board. `request_seconds` bounds a request, `patience_seconds` all that `carry_out` does in one go."""

    def __init__(
        self,
        address: BoardAddress,
        caller: Caller,
        clock: Clock,
        request_seconds: float,
        patience_seconds: float,
    ) -> None:
        self._address = address
        self._caller = caller
        self._clock = clock
        self._abilities = AbilityReader(address, caller, clock)
        self._request_seconds = request_seconds
        self._patience_seconds = patience_seconds

    async def capabilities(self) -> Capabilities:
        able = (await self._abilities.read()).capabilities
        return Capabilities(
            can_read=able.read_appointments,
            takes_proposals=able.proposals,
            takes_reports=able.sync_status,
            has_idempotency_keys=able.idempotency_keys,
        )

    async def ask_abilities(self) -> Mapping[str, bool]:
        """What the board says now that it can do, by the contract's names."""
        able: dict[str, bool] = (await self._abilities.ask()).capabilities.model_dump()
        return able

    async def carry_out(self, operations: Sequence[BoardOperation]) -> Sequence[Outcome]:
        """One after another; the first that has to wait makes all behind it wait, since the board is one."""
        try:
            abilities = await self._abilities.read()
        except TryAgain as trouble:
            return [Postponed(trouble.reason, trouble.after.total_seconds())] * len(operations)
        ends = time.monotonic() + self._patience_seconds
        outcomes: list[Outcome] = []
        with telemetry.span("write", side="board", operations=len(operations)):
            for operation in operations:
                behind = outcomes[-1] if outcomes else None
                if isinstance(behind, Postponed):
                    outcomes.append(behind)
                elif ends - time.monotonic() < _LEAST_SECONDS:
                    outcomes.append(Postponed("the board is slow", _SLOW_WAIT.total_seconds()))
                else:
                    outcomes.append(await self._carry_out(operation, abilities, ends))
        return outcomes

    async def read_window(self, window: Window, resource: ResourceId | None, place: str | None) -> BoardPage:
        return await read_window(
            self._address, self._caller, self._abilities, window=window, resource=resource, place=place
        )

    async def report(
        self, key: AppointmentKey, resource: ResourceId, state: str, reason: str, revision: Revision | None = None
    ) -> None:
        """Without a revision the board's present one is named, where it can be read; otherwise nothing is sent."""
        abilities = await self._abilities.read()
        if not abilities.capabilities.sync_status or key.kind is not Kind.TASK:
            return
        seconds = self._request_seconds
        try:
            if revision is None:
                found = await self._read(key, abilities, seconds)
                if found is None:
                    return
                revision = Revision(found.revision)
            name = str(uuid.uuid4())
            body = sync_status(resource, revision, state=state, reason=reason, at=self._clock.now(), key=name)
            url = self._address.at("appointments", key.id, "sync-status")
            headers = {"Idempotency-Key": name, "Content-Type": "application/json"}
            answer = await self._caller.call("PUT", url, seconds, headers, body)
        except (NotSent, NoAnswer) as error:
            raise TryAgain(str(error)) from error
        if answer.asks_for_time or answer.is_broken or answer.status in (401, 403):
            raise TryAgain(answer.words(), answer.wait)
        if answer.status >= 300 and answer.status != 404:
            raise Refused(answer.words())

    async def _carry_out(self, operation: BoardOperation, abilities: BoardAbilities, ends: float) -> Outcome:
        current = None
        try:
            if needs_reading(operation, abilities):
                found = await self._read(operation.key, abilities, self._left(ends))
                if found is None:
                    return Missing()
                current = to_appointment(found)
            write = to_write(self._address, operation, abilities, current)
        except Refused as refused:
            return Denied(refused.reason)
        except TryAgain as trouble:
            return Postponed(trouble.reason, trouble.after.total_seconds())
        except (NotSent, NoAnswer) as trouble:
            return Postponed(str(trouble), _SLOW_WAIT.total_seconds())
        answer = await self._send(write, abilities, ends)
        if not isinstance(answer, Answer):
            return answer
        if answer.status == 412:
            return await self._own_or_moved(operation, abilities, ends)
        return judge(operation, write, answer)

    async def _send(self, write: Write, abilities: BoardAbilities, ends: float) -> Answer | Postponed | Unknown:
        """Send a write, and once more where its answer was lost and the repeat cannot be a second write."""
        try:
            answer = await self._send_once(write, ends)
            if not answer.is_broken:
                return answer
            lost = answer.words()
        except NotSent as trouble:
            return Postponed(str(trouble), _SLOW_WAIT.total_seconds())
        except TryAgain as trouble:
            return Postponed(trouble.reason, trouble.after.total_seconds())
        except NoAnswer as trouble:
            lost = str(trouble)
        may_repeat = write.is_repeatable or abilities.capabilities.idempotency_keys
        if not may_repeat or ends - time.monotonic() < _LEAST_SECONDS:
            return Unknown(lost)
        try:
            again = await self._send_once(write, ends)
        except (NotSent, NoAnswer, TryAgain):
            return Unknown(lost)
        # Being asked for time now says nothing about what became of the first attempt.
        return Unknown(lost) if again.is_broken or again.asks_for_time or again.status in (401, 403) else again

    async def _send_once(self, write: Write, ends: float) -> Answer:
        return await self._caller.call(write.method, write.url, self._left(ends), write.headers, write.body)

    async def _own_or_moved(self, operation: BoardOperation, abilities: BoardAbilities, ends: float) -> Outcome:
        """A state that names this very write as its origin is its effect: an earlier reply of it was lost."""
        if not can_read(operation.key.kind, abilities):
            return Moved()
        try:
            found = await self._read(operation.key, abilities, self._left(ends))
        except (NotSent, NoAnswer, TryAgain, Refused):
            return Moved()
        if found is None or found.origin is None or found.origin.change_id != operation.idempotency_key:
            return Moved()
        return Done(revision=Revision(found.revision), answer=render(to_appointment(found)))

    async def _read(self, key: AppointmentKey, abilities: BoardAbilities, seconds: float) -> State | None:
        """The present state of one appointment; None if the board does not know it or does not let it be read.

        Raises:
            TryAgain, Refused: the board answers, but not with it.
        """
        if not can_read(key.kind, abilities):
            return None
        answer = await self._caller.call("GET", place_of(self._address, key), seconds)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise TryAgain(answer.words(), answer.wait)
        try:
            return parse_state(key.kind, answer.document())
        except Invalid as invalid:
            raise Refused(f"the board's own state breaks the contract: {invalid}") from invalid

    def _left(self, ends: float) -> float:
        return max(_LEAST_SECONDS, min(self._request_seconds, ends - time.monotonic()))
