"""What lies before a run: the resource's pending rows, sorted by what they are for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sync_core.domain.appointment import AppointmentKey, Kind
from sync_core.domain.choices import Choices
from sync_core.domain.event import EventKey
from sync_core.domain.identity import PairId
from sync_core.domain.profile import Profile
from sync_core.domain.resource import CalendarRef
from sync_core.domain.stored import (
    Address,
    Announcement,
    BoardInbox,
    Cursor,
    Family,
    Held,
    OutlookInbox,
    ProfileRow,
    Row,
    Todo,
)
from sync_core.domain.terms import Terms
from sync_core.ports import Ports

POISON = "poison."
UNREADABLE, TWIN = "event.", "twin."
NOTICES = (UNREADABLE, TWIN)


@dataclass(slots=True)
class Desk:
    """The pending rows of one resource. `profile` is None for a resource nobody has enlisted.

    `notices` are held rows about single events, by subject: they go once the event reads well, or is gone.
    """

    profile: Profile | None = None
    cursors: dict[CalendarRef, Cursor] = field(default_factory=dict)
    doing: list[Announcement] = field(default_factory=list)
    board: dict[AppointmentKey, list[BoardInbox]] = field(default_factory=dict)
    outlook: dict[EventKey, OutlookInbox] = field(default_factory=dict)
    todos: list[Todo] = field(default_factory=list)
    held: dict[PairId, Held] = field(default_factory=dict)
    poisoned: list[Held] = field(default_factory=list)
    notices: dict[str, Held] = field(default_factory=dict)
    unpaired: list[Held] = field(default_factory=list)
    given_terms: Terms | None = None

    @classmethod
    def of(cls, rows: Iterable[Row], ports: Ports, choices: Choices) -> "Desk":
        desk = cls()
        for row in rows:
            match row:
                case ProfileRow(profile=profile):
                    desk.profile = profile
                    desk.given_terms = terms_of(ports, profile, choices)
                case Cursor():
                    desk.cursors[row.calendar] = row
                case Announcement():
                    desk.doing.append(row)
                case BoardInbox():
                    desk.board.setdefault(row.key, []).append(row)
                case OutlookInbox():
                    desk.outlook[row.key] = row
                case Todo():
                    desk.todos.append(row)
                case Held(pair=pair) if pair is not None:
                    desk.held[pair] = row
                case Held(subject=subject) if subject.startswith(NOTICES):
                    desk.notices[subject] = row
                case Held(subject=subject) if subject.startswith(POISON):
                    desk.poisoned.append(row)
                case Held():
                    desk.unpaired.append(row)
                case _:
                    pass
        return desk

    @property
    def is_active(self) -> bool:
        return self.given_terms is not None and self.given_terms.takes_part

    @property
    def terms(self) -> Terms:
        """What holds for the resource; to be asked only where it takes part."""
        assert self.given_terms is not None  # noqa: S101 — only active resources come this far
        return self.given_terms

    def waiting(self) -> frozenset[Address]:
        """Traces of inbox rows that a held pair has seen already: they are no reason to try it again."""
        return frozenset(address for held in self.held.values() for address in held.rows)

    def taken_up(self) -> frozenset[Address]:
        """Traces of inbox rows that an unsettled announcement is about to consume."""
        return frozenset(trace for doing in self.doing for intent in doing.intents for trace in intent.consumes)

    def rows_left(self, traces: Iterable[Address]) -> list[Address]:
        """The addresses of rows that are still what their trace says; a later state is not to be consumed."""
        present = {row.trace: row.address for row in self.outlook.values()}
        return [present.get(trace, trace) for trace in traces if trace[0] != Family.OUTLOOK_INBOX or trace in present]

    def known_at(self, traces: Iterable[Address], family: Family) -> datetime | None:
        """Since when the oldest of these inbox rows of one side has been known; None where nothing tells."""
        instants: list[datetime | None] = []
        for trace in traces:
            if trace[0] != family:
                continue
            if family is Family.BOARD_INBOX:
                rows = self.board.get(AppointmentKey(Kind(trace[1]), trace[2]), [])
                instants += [row.known_at for row in rows if row.trace == trace]
            else:
                row = self.outlook.get(EventKey(trace[1]))
                instants.append(row.known_at if row is not None and row.trace == trace else None)
        return min((instant for instant in instants if instant is not None), default=None)

    def due_todos(self, now: datetime) -> list[Todo]:
        return [todo for todo in self.todos if todo.due_at is None or todo.due_at <= now]

    def has_work(self, now: datetime) -> bool:
        """Is there anything to do before a calendar is even looked at?"""
        if self.doing or self.due_todos(now):
            return True
        inbox = [row.trace for rows in self.board.values() for row in rows]
        inbox += [row.trace for row in self.outlook.values()]
        return bool(set(inbox) - self.waiting())


def terms_of(ports: Ports, profile: Profile, choices: Choices) -> Terms:
    """What holds for a resource under the tenant's choices. Pure; templates are compiled once."""
    return Terms(ports.connector, profile, choices, ports.wording.words_of(choices))
