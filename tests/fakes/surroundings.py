"""What the set-up check asks beside the ports, in memory: all is well until a test says otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sync_core.domain.profile import MailboxState
from sync_core.domain.resource import CalendarRef
from sync_core.domain.secret import SecretState, SecretTerm
from sync_core.domain.turns import Timer, Turns
from sync_core.flows.setup import Deployment, Surroundings
from sync_core.ports import Clock

ABLE = (
    *("read_appointments", "sync_status", "conditional_writes", "idempotency_keys", "origin_echoed", "proposals"),
    *("write_appointments", "write_unavailabilities", "delete_unavailabilities"),
)


@dataclass
class FakeTables:
    clock: Clock
    missing: Sequence[str] = ()
    trouble: Exception | None = None
    is_ahead: timedelta = timedelta(0)

    async def find_missing(self) -> Sequence[str]:
        if self.trouble:
            raise self.trouble
        return self.missing

    async def read_clock(self) -> datetime | None:
        if self.trouble:
            raise self.trouble
        return self.clock.now() + self.is_ahead


@dataclass
class FakeQueues:
    missing: Sequence[str] = ()
    poisoned: int = 0

    async def find_missing(self) -> Sequence[str]:
        return self.missing

    async def count_poisoned(self) -> int:
        return self.poisoned


@dataclass
class FakeTurns:
    turns: dict[Timer, datetime] = field(default_factory=dict)

    async def read(self) -> Turns:
        return Turns(*(self.turns.get(timer) for timer in (Timer.PULL, Timer.RENEW, Timer.TIDY)))

    async def note(self, timer: Timer, at: datetime) -> None:
        self.turns[timer] = at


@dataclass
class FakeVault:
    state: SecretState = SecretState.VALID
    trouble: Exception | None = None
    asked: list[str] = field(default_factory=list)

    async def term(self, name: str) -> SecretTerm:
        self.asked.append(name)
        if self.trouble:
            raise self.trouble
        return SecretTerm(name, self.state)


@dataclass
class FakeGraph:
    clock: Clock
    roles: frozenset[str] | None = None
    trouble: Exception | None = None
    refusal: Exception | None = None
    is_ahead: timedelta = timedelta(0)
    mailboxes: dict[str, MailboxState] = field(default_factory=dict)
    called_back: list[CalendarRef] = field(default_factory=list)

    async def knock(self) -> datetime | None:
        if self.trouble:
            raise self.trouble
        return self.clock.now() + self.is_ahead

    async def read_roles(self) -> frozenset[str] | None:
        if self.trouble:
            raise self.trouble
        return self.roles

    async def open_mailbox(self, principal: str) -> MailboxState:
        if self.trouble:
            raise self.trouble
        return self.mailboxes.get(principal, MailboxState.MISSING)

    async def have_called_back(self, calendar: CalendarRef) -> None:
        if refusal := self.trouble or self.refusal:
            raise refusal
        self.called_back.append(calendar)


@dataclass
class FakeBoardProof:
    abilities: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(ABLE, True))
    trouble: Exception | None = None

    async def ask_abilities(self) -> Mapping[str, bool]:
        if self.trouble:
            raise self.trouble
        return self.abilities


@dataclass
class FakeSurroundings:
    """Every proof by its name; `around` is what the check is given."""

    clock: Clock
    deployment: Deployment = field(default_factory=Deployment)
    vault: FakeVault | None = None

    def __post_init__(self) -> None:
        self.tables = FakeTables(self.clock)
        self.queues = FakeQueues()
        self.turns = FakeTurns(dict.fromkeys(Timer, self.clock.now()))
        self.graph = FakeGraph(self.clock)
        self.board = FakeBoardProof()

    @property
    def around(self) -> Surroundings:
        return Surroundings(
            deployment=self.deployment,
            clock=self.clock,
            tables=self.tables,
            queues=self.queues,
            turns=self.turns,
            vault=self.vault,
            graph=self.graph,
            board=self.board,
        )
