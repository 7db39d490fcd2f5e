"""What the check asks of the world beyond the ports: small proofs that nothing else needs. Docstrings are contracts.

Every method raises `TryAgain` where nobody answers, and `Misconfigured` where this app is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from sync_core.domain.profile import MailboxState
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.domain.secret import SecretTerm
from sync_core.domain.turns import Timer, Turns
from sync_core.ports import Clock, Ports


class TableProof(Protocol):
    async def find_missing(self) -> Sequence[str]:
        """Ask every table; return the names of those that do not exist."""

    async def read_clock(self) -> datetime | None:
        """What the storage's own clock says; None where its answer does not tell."""


class QueueProof(Protocol):
    async def find_missing(self) -> Sequence[str]:
        """Ask both queues; return the names of those that do not exist."""

    async def count_poisoned(self) -> int:
        """How many bells lie in the poison queue, about; zero where there is no such queue."""


class TurnRow(Protocol):
    """When timers last turned: one row of table `overview`."""

    async def read(self) -> Turns:
        """Read them; never where there is no row."""

    async def note(self, timer: Timer, at: datetime) -> None:
        """Write when one turned; what the others did stays."""


class VaultProof(Protocol):
    async def term(self, name: str) -> SecretTerm:
        """Ask for one secret now; `UNKNOWN` where the vault refuses us."""


class GraphProof(Protocol):
    async def knock(self) -> datetime | None:
        """Make a call that any token may make; returns what Graph's own clock says."""

    async def read_roles(self) -> frozenset[str] | None:
        """The permissions that the token names; None for a token that does not tell, such as a development one."""

    async def open_mailbox(self, principal: str) -> MailboxState:
        """Try to read a mailbox: `READY` if it answers, `BLOCKED` if it refuses us, else why nobody could open it."""

    async def have_called_back(self, calendar: CalendarRef) -> None:
        """Subscribe to a calendar beside what is subscribed, for which Graph calls our addresses, and end it at once.

        Raises:
            Refused: Graph did not get the answer it wants, or does not take the subscription; with Graph's words.
        """


class BoardProof(Protocol):
    async def ask_abilities(self) -> Mapping[str, bool]:
        """What the board can do, asked now, by the names of its contract; what it does not name is False."""


class SettingFault(Protocol):
    """One setting that is wrong or missing, in words without secrets."""

    @property
    def name(self) -> str: ...
    @property
    def wrong(self) -> str: ...
    @property
    def allowed(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the settings say. `is_notified`: can the Graph that is set reach this app at all?

    `is_late_after` tells how long after its last turn each timer must have turned again.
    """

    faults: Sequence[SettingFault] = ()
    is_notified: bool = True
    vault_secrets: Sequence[str] = ()
    is_late_after: Mapping[Timer, timedelta] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything the check may ask beside the ports. `vault` is None where secrets stand in the settings."""

    deployment: Deployment
    clock: Clock
    tables: TableProof
    queues: QueueProof
    turns: TurnRow
    vault: VaultProof | None
    graph: GraphProof
    board: BoardProof


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller wants proven by doing; nothing is written anywhere unless they may change things."""

    resource: ResourceId | None = None
    control: str = ""
    may_change: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """What each line is given."""

    ports: Ports
    around: Surroundings
    asked: Asked = Asked()
