"""A planning board in memory: the port `Board`, the planner's hand on it, and the webhooks it would send."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sync_core.domain.appointment import Appointment, AppointmentKey, Kind, Location, Placement, Revision
from sync_core.domain.content import Content, Field, ShowAs
from sync_core.domain.errors import Refused, TryAgain
from sync_core.domain.plan import (
    BoardOperation,
    CreateAppointment,
    DeleteAppointment,
    Denied,
    Done,
    Missing,
    Moved,
    Outcome,
    Postponed,
    ProposeUnplan,
    Unknown,
    UpdateAppointment,
)
from sync_core.domain.render import render
from sync_core.domain.resource import ResourceId
from sync_core.domain.timespan import Span, TimeSpan
from sync_core.domain.window import Window
from sync_core.ports import BoardPage, Capabilities, Clock

_QUARTER = timedelta(minutes=15)
_CARRIED = frozenset(
    {Field.TIME, Field.SUBJECT, Field.LOCATION, Field.SHOW_AS, Field.SENSITIVITY, Field.IMPORTANCE},
)


class Fault(StrEnum):
    """How a call fails: refused before anything happened, lost on the way there, or lost on the way back."""

    POSTPONED = "postponed"
    LOST_REQUEST = "lost request"
    LOST_REPLY = "lost reply"


@dataclass(frozen=True, slots=True)
class Report:
    key: AppointmentKey
    resource: ResourceId
    state: str
    reason: str


class ProposalState(StrEnum):
    """What became of a question to the planner."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question as the planner sees it, and the revision it was asked about."""

    key: AppointmentKey
    resource: ResourceId
    revision: Revision
    state: ProposalState
    reason: str


@dataclass(slots=True)
class _Entry:
    """What the board keeps of one appointment for ever; `state` is None once deleted."""

    revision: Revision
    state: Appointment | None
    changed_by: str | None = None
    planned_at: int = 0


@dataclass
class FakeBoard:
    """One board. `outbox` is every webhook it sent, its answers to Tandem included, oldest first.

    `faults` are used up one per call to a write; when they are, `fault` holds for every further one.
    """

    clock: Clock
    has_idempotency_keys: bool = True
    can_read: bool = True
    takes_proposals: bool = True
    rounds_to_quarters: bool = False
    page_size: int = 100
    fault: Fault | None = None
    faults: deque[Fault | None] = field(default_factory=deque)
    outbox: list[Placement] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    writes: list[BoardOperation] = field(default_factory=list)
    _entries: dict[AppointmentKey, _Entry] = field(default_factory=dict)
    _answers: dict[str, tuple[BoardOperation, Done]] = field(default_factory=dict)

    # The planner's side.

    def plan(self, key: AppointmentKey, span: Span, *resources: ResourceId, **fields: Any) -> Appointment:
        """Put an appointment on the board, or plan a deleted one anew; `fields` are those of `Appointment`."""
        fresh = Appointment(key, Revision(1), span, tuple(sorted(resources)), **fields)
        return self._store(fresh, changed_by=None)

    def edit(self, key: AppointmentKey, **fields: Any) -> Appointment:
        """Change any fields of a living appointment."""
        return self._store(replace(self.state(key), **fields), changed_by=None)

    def move(self, key: AppointmentKey, span: Span) -> Appointment:
        return self.edit(key, span=span)

    def assign(self, key: AppointmentKey, *resources: ResourceId) -> Appointment:
        """Plan it on exactly these resources."""
        return self.edit(key, resources=tuple(sorted(resources)))

    def unplan(self, key: AppointmentKey) -> Appointment:
        """Take it off everybody; it stays known to the board."""
        return self.assign(key)

    def delete(self, key: AppointmentKey) -> Placement:
        return self._remove(key, changed_by=None)

    def accept(self, proposal: str) -> Appointment:
        """Agree: the resource comes off under a new revision."""
        asked = self._open(proposal)
        return self.assign(asked.key, *(one for one in self.state(asked.key).resources if one != asked.resource))

    def decline(self, proposal: str) -> Appointment:
        """Keep it planned: the same state under a new revision."""
        return self.edit(self._open(proposal).key)

    def state(self, key: AppointmentKey) -> Appointment:
        """The living appointment of that key."""
        entry = self._entries[key]
        if entry.state is None:
            raise KeyError(key)
        return entry.state

    def living(self) -> Sequence[Appointment]:
        """Everything that is not deleted, by key."""
        return [entry.state for _, entry in self._in_order() if entry.state]

    def placement(self, key: AppointmentKey) -> Placement:
        """The newest webhook of that appointment, to be sent again."""
        entry = self._entries[key]
        return Placement(key, entry.revision, entry.state)

    # The port.

    async def capabilities(self) -> Capabilities:
        return Capabilities(
            can_read=self.can_read,
            takes_proposals=self.takes_proposals,
            takes_reports=True,
            has_idempotency_keys=self.has_idempotency_keys,
        )

    async def carry_out(self, operations: Sequence[BoardOperation]) -> Sequence[Outcome]:
        return [self._carry_out(operation) for operation in operations]

    async def read_window(self, window: Window, resource: ResourceId | None, place: str | None) -> BoardPage:
        if not self.can_read:
            raise Refused("this board cannot be read")
        if self.fault:
            raise TryAgain("the board is away")
        found = [
            entry
            for _, entry in self._in_order()
            if entry.state
            and window.touches(entry.state.span, ZoneInfo("UTC"))
            and (resource is None or resource in entry.state.resources)
        ]
        start = int(place or 0)
        rest = start + self.page_size
        page = tuple(Placement(e.state.key, e.revision, e.state) for e in found[start:rest] if e.state)
        return BoardPage(page, str(rest) if rest < len(found) else None)

    async def report(
        self, key: AppointmentKey, resource: ResourceId, state: str, reason: str, revision: Revision | None = None
    ) -> None:
        if self.fault:
            raise TryAgain("the board is away")
        self.reports.append(Report(key, resource, state, reason))

    # Inside.

    def _in_order(self) -> Sequence[tuple[AppointmentKey, _Entry]]:
        return sorted(self._entries.items(), key=lambda entry: (entry[0].kind, entry[0].id))

    def _carry_out(self, operation: BoardOperation) -> Outcome:
        fault = self.faults.popleft() if self.faults else self.fault
        if fault is Fault.POSTPONED:
            return Postponed("the board asks for time", after_seconds=2)
        if fault is Fault.LOST_REQUEST:
            return Unknown("no answer from the board")
        outcome = self._answer(operation)
        return Unknown("no answer from the board") if fault is Fault.LOST_REPLY else outcome

    def _answer(self, operation: BoardOperation) -> Outcome:
        known = self._answers.get(operation.idempotency_key) if self.has_idempotency_keys else None
        if known:
            first, answer = known
            return answer if _same_write(first, operation) else Denied("this idempotency key was used before")
        outcome = self._write(operation)
        if isinstance(outcome, Done):
            self.writes.append(operation)
            self._answers[operation.idempotency_key] = (operation, outcome)
        return outcome

    def _write(self, operation: BoardOperation) -> Outcome:
        if isinstance(operation, ProposeUnplan):
            return self._ask(operation)
        key = operation.key
        entry = self._entries.get(key)
        current = entry.state if entry else None
        if isinstance(operation, CreateAppointment):
            if key.kind is not Kind.UNAVAILABILITY:
                return Denied("only unavailabilities can be created")
            blank = Appointment(key, Revision(0), operation.content.span, (operation.resource,), absence="other")
            if entry and current:
                return self._own_or_moved(entry, operation)
            return self._apply(blank, operation.content, frozenset(Field) & _CARRIED, operation.idempotency_key)
        if entry is None or current is None:
            return Done() if isinstance(operation, DeleteAppointment) else Missing()
        if operation.revision != entry.revision:
            return self._own_or_moved(entry, operation)
        if isinstance(operation, UpdateAppointment):
            if not operation.fields or operation.fields - _CARRIED:
                return Denied("the board does not take these fields")
            return self._apply(current, operation.content, operation.fields, operation.idempotency_key)
        if isinstance(operation, DeleteAppointment) or key.kind is Kind.UNAVAILABILITY:
            return Done(revision=self._remove(key, operation.idempotency_key).revision)
        state = self._store(replace(current, resources=tuple(sorted(operation.remaining))), operation.idempotency_key)
        return Done(revision=state.revision, answer=render(state))

    def _ask(self, operation: ProposeUnplan) -> Outcome:
        """A decided question stays decided until it is asked about a later revision."""
        if operation.key.kind is not Kind.TASK:
            return Denied("only tasks can be proposed to be un-planned")
        if not self.takes_proposals:
            return Denied("this board takes no proposals")
        known = self.proposals.get(operation.proposal)
        is_decided = known is not None and known.state in (ProposalState.ACCEPTED, ProposalState.DECLINED)
        if known and is_decided and operation.revision <= known.revision:
            return Done()
        entry = self._entries.get(operation.key)
        if entry is None or entry.state is None:
            return Done() if operation.is_withdrawn else Missing()
        state = ProposalState.WITHDRAWN if operation.is_withdrawn else ProposalState.OPEN
        asked = Proposal(operation.key, operation.resource, operation.revision, state, operation.reason)
        self.proposals[operation.proposal] = _decided(asked, entry)
        return Done()

    def _open(self, proposal: str) -> Proposal:
        asked = self.proposals[proposal]
        if asked.state is not ProposalState.OPEN:
            raise KeyError(proposal)
        return asked

    def _settle_proposals(self, key: AppointmentKey) -> None:
        """Whatever the planner does to an appointment decides what was asked about it."""
        entry = self._entries[key]
        self.proposals |= {name: _decided(one, entry) for name, one in self.proposals.items() if one.key == key}

    def _own_or_moved(self, entry: _Entry, operation: BoardOperation) -> Outcome:
        """The state names who made it, so a write that took effect unnoticed is recognised where it can be read."""
        if self.can_read and entry.state and entry.changed_by == operation.idempotency_key:
            return Done(revision=entry.revision, answer=render(entry.state))
        return Moved()

    def _apply(self, base: Appointment, content: Content, fields: frozenset[Field], key: str) -> Outcome:
        changes: dict[str, Any] = {}
        if Field.TIME in fields:
            if isinstance(content.span, TimeSpan) and content.span.start_at == content.span.end_at:
                return Denied("the board takes nothing without length")
            changes["span"] = _to_quarters(content.span) if self.rounds_to_quarters else content.span
        if Field.LOCATION in fields:
            changes["location"] = Location(name=content.location)
        if Field.SHOW_AS in fields:
            changes["show_as"] = ShowAs.BUSY if content.show_as is ShowAs.UNKNOWN else content.show_as
        for one in fields & {Field.SUBJECT, Field.SENSITIVITY, Field.IMPORTANCE}:
            changes[one.value] = getattr(content, one.value)
        state = self._store(replace(base, **changes), key)
        return Done(revision=state.revision, answer=render(state))

    def _store(self, state: Appointment, changed_by: str | None) -> Appointment:
        state = replace(
            state,
            revision=self._next_revision(state.key),
            updated_at=self.clock.now(),
            is_our_write=changed_by is not None,
        )
        self._keep(state.key, state.revision, state, changed_by)
        self.outbox.append(Placement(state.key, state.revision, state))
        return state

    def _remove(self, key: AppointmentKey, changed_by: str | None) -> Placement:
        revision = self._next_revision(key)
        self._keep(key, revision, None, changed_by)
        self.outbox.append(Placement(key, revision, None))
        return self.outbox[-1]

    def _keep(self, key: AppointmentKey, revision: Revision, state: Appointment | None, changed_by: str | None) -> None:
        known = self._entries.get(key)
        planned_at = revision if changed_by is None else known.planned_at if known else 0
        self._entries[key] = _Entry(revision, state, changed_by, planned_at)
        self._settle_proposals(key)

    def _next_revision(self, key: AppointmentKey) -> Revision:
        entry = self._entries.get(key)
        return Revision(entry.revision + 1 if entry else 1)


def _same_write(one: BoardOperation, other: BoardOperation) -> bool:
    """Would both be sent as the same request? Reasons and before-images are not."""
    if isinstance(other, ProposeUnplan):
        return one == other
    same = {"reason": "", "before": None} if not isinstance(other, CreateAppointment) else {"reason": ""}
    return type(one) is type(other) and replace(one, **same) == replace(other, **same)


def _decided(asked: Proposal, entry: _Entry) -> Proposal:
    """The question as it stands now: off is what was asked for, and a later act of the planner is an answer, too."""
    if asked.state is not ProposalState.OPEN:
        return asked
    if entry.state is None or asked.resource not in entry.state.resources:
        return replace(asked, state=ProposalState.ACCEPTED)
    return replace(asked, state=ProposalState.DECLINED) if entry.planned_at > asked.revision else asked


def _to_quarters(span: Span) -> Span:
    if not isinstance(span, TimeSpan):
        return span
    start_at, end_at = (_nearest(instant) for instant in (span.start_at, span.end_at))
    return TimeSpan(start_at, max(end_at, start_at + _QUARTER))


def _nearest(instant: datetime) -> datetime:
    epoch = datetime(2000, 1, 1, tzinfo=UTC)
    return epoch + round((instant - epoch) / _QUARTER) * _QUARTER
