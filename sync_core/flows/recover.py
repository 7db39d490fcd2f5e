"""Settle what an earlier run announced and did not commit: find out what took effect, and never guess.

Nothing is sent again blindly. A create is repeated under its own `transactionId` only after nobody found it; updates
and deletions are compared with what was announced and otherwise decided anew.
"""

from datetime import datetime, timedelta

from sync_core.domain.content import differing
from sync_core.domain.errors import CalendarRefused
from sync_core.domain.event import mask
from sync_core.domain.plan import (
    CreateEvent,
    DeleteEvent,
    Done,
    LeftBehind,
    Missing,
    Moved,
    Operation,
    Outcome,
    Postponed,
    Unknown,
    UpdateEvent,
)
from sync_core.flows.carry_out import Carrier
from sync_core.flows.intake import note_refusal
from sync_core.flows.ledger import calendar_of


async def recover(carrier: Carrier) -> None:
    """Settle every announcement that can be settled now; what cannot blocks its own pairs, not the others."""
    finder = _Finder(carrier)
    for announcement in carrier.desk.doing:
        outcomes = [
            [await finder.find_out(operation) for operation in intent.plan.operations]
            for intent in announcement.intents
        ]
        await carrier.commit(announcement, announcement.intents, outcomes)
    carrier.tally.defer_unknown()


class _Finder:
    def __init__(self, carrier: Carrier) -> None:
        self.tenure = carrier.tenure
        self.ports = carrier.ports
        self.desk = carrier.desk
        self.tally = carrier.tally

    async def find_out(self, operation: Operation) -> Outcome:
        """What became of an operation that was announced. `Unknown` where that cannot be told now."""
        refused_until = self._refused_until(operation)
        if refused_until is not None:
            self.tally.wait_until(refused_until)
            return Unknown("the calendar does not answer us")
        outcome = await self._ask(operation)
        if isinstance(outcome, Postponed):
            # That the repeat was put off says nothing about the first try.
            self.tally.postpone(timedelta(seconds=outcome.after_seconds))
            return Unknown(outcome.reason)
        return outcome

    def _refused_until(self, operation: Operation) -> datetime | None:
        if not isinstance(operation, CreateEvent | UpdateEvent | DeleteEvent):
            return None
        if self.desk.terms.has_left(calendar_of(operation).mailbox):
            return None
        cursor = self.desk.cursors.get(calendar_of(operation))
        at = cursor.next_try_at if cursor else None
        return at if at is not None and at > self.ports.clock.now() else None

    async def _ask(self, operation: Operation) -> Outcome:
        try:
            match operation:
                case CreateEvent():
                    return await self._created(operation)
                case UpdateEvent():
                    return await self._updated(operation)
                case DeleteEvent():
                    return await self._deleted(operation)
                case _:
                    # The announced revision, the derived id or the same `Idempotency-Key` make the repeat safe.
                    return (await self.ports.board.carry_out([operation]))[0]
        except CalendarRefused as refusal:
            if isinstance(operation, CreateEvent | UpdateEvent | DeleteEvent):
                if self.desk.terms.has_left(calendar_of(operation).mailbox):
                    return LeftBehind(refusal.reason)
                await note_refusal(self.tenure, self.desk, calendar_of(operation), refusal.reason)
            return Unknown(refusal.reason)

    async def _created(self, operation: CreateEvent) -> Outcome:
        marked = await self.ports.outlook.find_marked(operation.calendar, operation.marker)
        for event in marked:
            if event.transaction_id == operation.transaction_id:
                return Done(event=event, is_found=True)
        outcome = (await self.ports.outlook.carry_out(operation.calendar.mailbox, [operation]))[0]
        return Done(event=outcome.event, is_found=True) if isinstance(outcome, Done) else outcome

    async def _updated(self, operation: UpdateEvent) -> Outcome:
        found = await self.ports.outlook.look_up(operation.ref.calendar, [operation.ref.id])
        if operation.ref.id not in found:
            return Unknown("the mailbox could not be read")
        event = found[operation.ref.id]
        if event is None:
            return Missing()
        fields = operation.fields - mask(event).masked
        changed = differing(operation.before, operation.content, fields)
        other = differing(operation.content, event.content, changed)
        as_before = changed - differing(operation.before, event.content, changed)
        # A write arrives whole: a field as it was before says that it did not, and so, in doubt, does no field as
        # announced. Then it is decided anew, as a conflict if need be, whose loser is on record.
        if as_before or (changed and other == changed):
            return Moved()
        return Done(event=event, is_found=True)

    async def _deleted(self, operation: DeleteEvent) -> Outcome:
        found = await self.ports.outlook.look_up(operation.ref.calendar, [operation.ref.id])
        if operation.ref.id not in found:
            return Unknown("the mailbox could not be read")
        return Done() if found[operation.ref.id] is None else Moved()
