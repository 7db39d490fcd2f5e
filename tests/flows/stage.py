"""A stage for flows: the small world of the state machine with a sender that repeats what was not answered."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from sync_core.domain.appointment import AppointmentKey, Kind, Placement
from sync_core.domain.content import Content, ShowAs
from sync_core.domain.errors import TryAgain
from sync_core.domain.event import Event
from sync_core.domain.identity import pair_of_appointment
from sync_core.domain.link import Link
from sync_core.domain.profile import CalendarUse, Profile
from sync_core.domain.render import render
from sync_core.domain.resource import CalendarRef, Direction, ResourceId
from sync_core.domain.stored import (
    Announcement,
    BoardInbox,
    Cursor,
    Held,
    Job,
    JournalPage,
    Lease,
    LinkRow,
    OutlookInbox,
    ProfileRow,
    Row,
    Todo,
)
from sync_core.domain.timespan import TimeSpan
from sync_core.flows.accept import accept, complete_owing
from sync_core.flows.run import RunReport
from sync_core.flows.sync_resource import sync_resource
from tests.machine.peril import Crash, Worker, drive
from tests.machine.world import MONDAY, World

BOTH = Direction.BOTH
R0, R1 = ResourceId("r0"), ResourceId("r1")
TASK = AppointmentKey(Kind.TASK, "a0")
_ROUNDS = 80
_R = TypeVar("_R")


def now(coroutine: Coroutine[Any, Any, _R]) -> _R:
    """The result of a flow on ports that never really wait."""
    return cast(_R, drive(coroutine))


def hours(start: float, length: float = 1) -> TimeSpan:
    """A span so many hours after the Monday on which every story begins."""
    begin = MONDAY + timedelta(hours=start)
    return TimeSpan(begin, begin + timedelta(hours=length))


@dataclass
class Interrupted(Worker):
    """A worker to whom something happens at one of its moments."""

    at: int = 0
    happens: Callable[[str], None] = lambda _: None

    async def pause(self, where: str) -> None:
        if self.moments + 1 == self.at:
            self.happens(where)
        await super().pause(where)


class Stage(World):
    """`delivered` counts the webhooks that the board's sender got an answer for."""

    def __init__(self, *directions: Direction) -> None:
        super().__init__(directions or (BOTH,))
        self.delivered = 0
        self.settle()

    # What happens.

    def deliver(self, placements: Sequence[Placement] = (), worker: Worker | None = None) -> bool:  # type: ignore[override]
        """Send webhooks, by default every one not answered yet; False if no answer came."""
        end = len(self.board.outbox)
        batch = list(placements) or self.board.outbox[self.delivered :]
        try:
            if batch:
                drive(accept(self.ports_of(worker), batch, "c"))
        except (Crash, TryAgain):
            return False
        if not placements:
            self.delivered = end
        return True

    def notify(self, resource: ResourceId = R0) -> None:
        self.ring(resource, "notification", is_hint=True)

    def pull(self, resource: ResourceId = R0) -> None:
        """Ring as the timer does, and let all that follows come to rest."""
        self.ring(resource, "pull")
        self.settle()

    def run(self, resource: ResourceId = R0, reason: str = "pull", *, is_hint: bool = False) -> RunReport:
        """One run, at once, whatever bells wait."""
        return now(sync_resource(self.ports, Job(resource, self.clock.now(), reason, "c", is_hint=is_hint)))

    def start_and_kill_when(self, is_time: Callable[[], bool], resource: ResourceId = R0) -> None:
        """Start a run and kill it at the first moment at which something is so."""
        running = self.start(Job(resource, self.clock.now(), "pull", "c"), Worker())
        while not is_time():
            assert running in self.running, "the run ended before its time"
            self.step(running, 1)
        self.kill(running)

    def settle(self, worker: Worker | None = None) -> None:
        """Deliver and answer bells until there are none; a dead worker is followed by a healthy one."""
        working = worker or Worker()
        for _ in range(_ROUNDS):
            if not self.deliver(worker=working):
                working = Worker() if working.is_dead else working
                self.clock.advance(timedelta(seconds=5))
                continue
            due_at = self.bells.next_due_at()
            if due_at is None and self.delivered == len(self.board.outbox):
                return
            if due_at is not None and due_at > self.clock.now():
                self.clock.advance(due_at - self.clock.now())
            self.run_due(working)
            working = Worker() if working.is_dead else working
        raise AssertionError(f"it does not come to rest: {[one.job for one in self.bells.waiting]}")

    def complete_owing(self) -> int:
        self.clock.advance(timedelta(minutes=2))
        return now(complete_owing(self.ports))

    def profile(self, resource: ResourceId = R0) -> Profile:
        return next(row.profile for row in self.found(ProfileRow, resource))

    def change_profile(self, resource: ResourceId = R0, **changes: Any) -> Profile:
        """Change a profile as an admin does: together with the lease row."""
        pending = now(self.rows.read_pending(resource))
        profile = replace(self.profile(resource), **changes)
        now(self.rows.transact(resource, pending.lease or Lease(), pending.lease_tag, [ProfileRow(profile)]))
        return profile

    def apply(self, **choices: Any) -> None:
        """Change the tenant's choices, and have every link decided by them, as an admin's change does."""
        self.set_choices(**choices)
        for resource in self.resources:
            self.roll(resource)
        self.settle()

    def add_calendar(self, name: str, direction: Direction | None = None, resource: ResourceId = R0) -> CalendarRef:
        """One more calendar in the resource's mailbox."""
        ref = self.outlook.open_calendar(self.calendars[resource].mailbox, name)
        uses = (*self.profile(resource).calendars, CalendarUse(ref, direction))
        self.change_profile(resource, calendars=uses)
        return ref

    # What is there.

    def found(self, kind: type[_R], resource: ResourceId = R0) -> list[_R]:
        """The rows of one kind in a resource's partition."""
        return [row for row in self.rows.all_rows(resource) if isinstance(row, kind)]

    def link(self, key: AppointmentKey = TASK, resource: ResourceId = R0) -> Link:
        pair = pair_of_appointment(key)
        return next(row.link for row in self.found(LinkRow, resource) if row.link.pair == pair)

    def event(self, resource: ResourceId = R0) -> Event:
        """The one event that we made in a resource's main calendar."""
        events = self.events(resource)
        assert len(events) == 1, f"{len(events)} events where one was expected"
        return events[0]

    def blocks(self, resource: ResourceId = R0) -> list[Content]:
        """What the board shows of the worker's own events."""
        return [
            render(state)
            for state in self.board.living()
            if state.key.kind is Kind.UNAVAILABILITY and resource in state.resources
        ]

    def cursor(self, calendar: CalendarRef | None = None, resource: ResourceId = R0) -> Cursor:
        wanted = calendar or self.calendars[resource]
        return next(row for row in self.found(Cursor, resource) if row.calendar == wanted)

    def journal(self, resource: ResourceId = R0) -> str:
        return repr(self.found(JournalPage, resource))

    def words_stored(self) -> str:
        """Every row of every partition as text."""
        return repr([self.rows.all_rows(resource) for resource in self.rows.partitions])

    def waiting(self, resource: ResourceId = R0) -> list[Row]:
        """What is not settled: announcements, inbox rows, todos, held pairs."""
        kinds = (Announcement, BoardInbox, OutlookInbox, Todo, Held)
        return [row for row in self.rows.all_rows(resource) if isinstance(row, kinds)]

    def writes(self) -> tuple[int, int, int]:
        """How often rows, Outlook and the board were written to."""
        return self.rows.writes, self.outlook.writes, len(self.board.writes)

    def own(self, start: float, subject: str = "dentist", **changes: Any) -> Event:
        """The worker puts an event of their own into the first resource's calendar."""
        content = replace(Content(hours(start), subject=subject, show_as=ShowAs.BUSY), **changes)
        event = self.outlook.worker_creates(self.calendars[R0], content)
        self.remember(event)
        return event

    def due_in(self) -> list[timedelta]:
        """How long from now each waiting bell falls due."""
        return [one.due_at - self.clock.now() for one in self.bells.waiting]


def at(stage: Stage, **ahead: float) -> datetime:
    """The instant so far ahead on the stage's clock."""
    return stage.clock.now() + timedelta(**ahead)


def planned(*directions: Direction, subjects: Sequence[str] = ("planned",)) -> Stage:
    """Appointments of the first resource, an hour apart, each with its event; echoes are read."""
    stage = Stage(*directions)
    for number, subject in enumerate(subjects):
        stage.board.plan(stage.key(number), hours(3 + number), R0, subject=subject)
    stage.settle()
    stage.run()
    stage.settle()
    return stage
