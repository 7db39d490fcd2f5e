"""A small world: a board, calendars, storage in memory, and workers that run the real flows and can be killed."""

from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sync_core.domain.appointment import AppointmentKey, Kind, Placement
from sync_core.domain.choices import Choices
from sync_core.domain.content import Content, Field, ShowAs
from sync_core.domain.errors import TryAgain
from sync_core.domain.event import Event
from sync_core.domain.identity import ConnectorId
from sync_core.domain.look import WordsOf, plain_words
from sync_core.domain.plan import CreateEvent, DeleteEvent, EventOperation, Outcome
from sync_core.domain.policy import OnDeletion
from sync_core.domain.profile import CalendarUse, Profile
from sync_core.domain.resource import CalendarRef, Direction, ResourceId
from sync_core.domain.stored import Job, Lease, ProfileRow, Todo, TodoReason
from sync_core.domain.timespan import Span, TimeSpan
from sync_core.domain.window import window_around
from sync_core.flows.accept import accept, complete_owing
from sync_core.flows.pull import pull_due_calendars
from sync_core.flows.sync_resource import sync_resource
from sync_core.ports import Ports, Tenant
from tests.fakes.bells import FakeBells
from tests.fakes.board import FakeBoard
from tests.fakes.claims import FakeClaims
from tests.fakes.clock import FakeClock
from tests.fakes.deletions import FakeDeletions
from tests.fakes.directory import FakeDirectory
from tests.fakes.names import FakeNames
from tests.fakes.outlook import FakeOutlook
from tests.fakes.overview import FakeOverviews
from tests.fakes.placements import FakePlacements
from tests.fakes.rows import FakeRows
from tests.fakes.secrets import FakeSecrets
from tests.fakes.sources import FakeSources
from tests.fakes.subscription_rows import FakeSubscriptionRows
from tests.fakes.subscriptions import FakeSubscriptions
from tests.fakes.tenant import FakeTenantRow
from tests.fakes.trail import FakeTrail
from tests.machine.peril import Crash, Perilous, Worker, drive

UTC_ZONE = ZoneInfo("UTC")
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
CONNECTOR = ConnectorId("7a4f3c1e-9b52-4c8e-8d1a-2f6b0c9e5d31")
HIDDEN = timedelta(minutes=10)
RETRY = timedelta(seconds=30)


# Both ways are open, so that a resource's own direction tells what may be written.
OPEN = Choices(changes_down=True, events_down=True, on_deletion=OnDeletion.RESTORE)


class PlainWording:
    """No templates: every tenant's words are the plain ones."""

    def words_of(self, choices: Choices) -> WordsOf:
        return plain_words


class WatchedOutlook(FakeOutlook):
    """Outlook that remembers what words of a worker a write of ours took away."""

    def __init__(self, clock: FakeClock, connector: ConnectorId) -> None:
        super().__init__(clock, connector)
        self.overwritten: list[str] = []

    def _apply(self, operation: EventOperation) -> Outcome:
        before = None if isinstance(operation, CreateEvent) else self.current(operation.ref)
        writes = self.writes
        outcome = super()._apply(operation)
        is_lossy = isinstance(operation, DeleteEvent) or (
            not isinstance(operation, CreateEvent) and Field.SUBJECT in operation.fields
        )
        if before is not None and is_lossy and self.writes > writes and before.content.subject.startswith("worker"):
            self.overwritten.append(before.content.subject)
        return outcome


@dataclass
class Running:
    """A run or a webhook under way: its worker, its coroutine, and the queue message that a run holds."""

    worker: Worker
    coroutine: Coroutine[Any, Any, Any]
    job: Job | None


async def _ignoring(delivery: Coroutine[Any, Any, Any]) -> None:
    """A webhook without an answer is the sender's to repeat."""
    with suppress(TryAgain):
        await delivery


class World:
    """`ports` reach the fakes directly; `ports_of` reaches them through a worker that may die."""

    def __init__(self, directions: tuple[Direction, ...]) -> None:
        self.clock = FakeClock(MONDAY)
        self.names = FakeNames()
        self.rows = FakeRows()
        self.placements = FakePlacements()
        self.bells = FakeBells(self.clock)
        self.outlook = WatchedOutlook(self.clock, CONNECTOR)
        self.board = FakeBoard(self.clock)
        self.directory = FakeDirectory()
        self.tenant = FakeTenantRow(OPEN)
        self.deletions = FakeDeletions()
        self.sources = FakeSources()
        self.overviews = FakeOverviews()
        self.secrets = FakeSecrets()
        self.trail = FakeTrail()
        self.subscriptions = FakeSubscriptions(self.clock)
        self.subscription_rows = FakeSubscriptionRows()
        self.claims = FakeClaims()
        self.resources = tuple(ResourceId(f"r{number}") for number in range(len(directions)))
        self.directions = dict(zip(self.resources, directions, strict=True))
        self.calendars: dict[ResourceId, CalendarRef] = {}
        self.running: list[Running] = []
        self.lost_words = 0
        self.foreign: dict[str, Event] = {}
        self.crashes = 0
        self.workers_words: dict[str, str] = {}
        self.newest_words: dict[AppointmentKey, str] = {}
        self.ports = self.ports_of(None)
        for resource in self.resources:
            self._enlist(resource)

    def ports_of(self, worker: Worker | None) -> Ports:
        def through(port: Any, *may_lose: str) -> Any:
            return Perilous(port, worker, may_lose=frozenset(may_lose)) if worker else port

        return Ports(
            connector=CONNECTOR,
            clock=self.clock,
            names=self.names,
            rows=through(self.rows, "transact", "insert", "read_pending"),
            placements=through(self.placements, "write", "settle", "read"),
            bells=through(self.bells, "ring"),
            outlook=through(self.outlook, "read_changes", "look_up", "find_marked"),
            board=through(self.board, "read_window"),
            subscriptions=self.subscriptions,
            subscription_rows=self.subscription_rows,
            claims=self.claims,
            directory=self.directory,
            tenant=through(self.tenant, "read"),
            deletions=self.deletions,
            wording=PlainWording(),
            sources=self.sources,
            overviews=through(self.overviews, "get", "put"),
            secrets=self.secrets,
            trail=self.trail,
        )

    def _enlist(self, resource: ResourceId) -> None:
        self.calendars[resource] = self.outlook.open_calendar(f"{resource}@tandem.example")
        profile = Profile(
            resource,
            str(resource),
            "Europe/Berlin",
            self.directions[resource],
            (CalendarUse(self.calendars[resource]),),
        )
        drive(self.rows.transact(resource, Lease(), None, [ProfileRow(profile)]))
        self.ring(resource, "enlisted")

    def ring(self, resource: ResourceId, reason: str, *, is_hint: bool = False) -> None:
        drive(self.bells.ring([Job(resource, self.clock.now(), reason, "c", is_hint=is_hint)]))

    # Webhooks.

    def deliver(self, placements: list[Placement], worker: Worker) -> None:
        """Send a webhook; the sender repeats it later if it got no answer."""
        try:
            drive(accept(self.ports_of(worker), placements, "c"))
        except Crash:
            self.crashes += 1
        except TryAgain:
            pass

    def begin_delivery(self, placements: list[Placement], moments: int) -> None:
        """Send a webhook whose answer is slow: other things happen in the middle of it."""
        worker = Worker()
        running = Running(worker, _ignoring(accept(self.ports_of(worker), placements, "c")), None)
        self.running.append(running)
        self.step(running, moments)

    # Runs.

    def start(self, job: Job, worker: Worker) -> Running:
        running = Running(worker, sync_resource(self.ports_of(worker), job), job)
        self.running.append(running)
        return running

    def step(self, running: Running, moments: int) -> None:
        """Let a run go on for some moments, or to its end."""
        for _ in range(moments):
            try:
                running.coroutine.send(None)
            except StopIteration:
                self.running.remove(running)
                return
            except Crash:
                self.crashes += 1
                self.running.remove(running)
                self._put_back(running.job, HIDDEN)
                return
            except TryAgain:
                self.running.remove(running)
                self._put_back(running.job, RETRY)
                return

    def kill(self, running: Running) -> None:
        running.worker.is_dead = True
        self.step(running, 1)

    def _put_back(self, job: Job | None, delay: timedelta) -> None:
        if job is not None:
            drive(self.bells.ring([job], delay))

    def run_due(self, worker: Worker | None = None) -> int:
        """Answer every bell that is due; returns how many."""
        jobs = self.bells.take_due()
        for job in jobs:
            self.step(self.start(job, worker or Worker()), 100_000)
        return len(jobs)

    def come_to_rest(self) -> None:
        """Everything heals: replies arrive, pages are whole, each webhook was delivered, every bell is answered."""
        for running in list(self.running):
            self.step(running, 100_000)
        outlook = self.outlook
        outlook.lag = outlook.replay = outlook.replies_to_lose = outlook.requests_to_lose = 0
        outlook.cursors_to_refuse = outlook.operations_to_postpone = 0
        outlook.unavailable = False
        self.board.faults.clear()
        self.board.fault = None
        delivered = 0
        for _ in range(12):
            self.clock.advance(timedelta(minutes=20))
            for placement in self.board.outbox[delivered:]:
                drive(accept(self.ports, [placement], "c"))
            delivered = len(self.board.outbox)
            drive(complete_owing(self.ports))
            drive(pull_due_calendars(self.ports, timedelta(days=1)))
            for _ in range(60):
                due_at = self.bells.next_due_at()
                if due_at is None:
                    break
                if due_at > self.clock.now():
                    self.clock.advance(due_at - self.clock.now())
                self.run_due()
            if len(self.board.outbox) == delivered and self._is_empty():
                return

    def _is_empty(self) -> bool:
        return self.bells.next_due_at() is None

    def set_choices(self, **choices: Any) -> None:
        """Let the tenant choose so from now on."""
        self.tenant.tenant = Tenant(replace(self.tenant.tenant.choices, **choices), self.names.fresh())

    def roll(self, resource: ResourceId, reason: TodoReason = TodoReason.SETTINGS) -> None:
        """Have every link of the resource decided again, as a changed setting or a new day does."""
        drive(self.rows.insert(resource, [Todo(reason, self.names.fresh())]))
        self.ring(resource, "settings")

    # The planner and the worker.

    def key(self, number: int) -> AppointmentKey:
        return AppointmentKey(Kind.TASK, f"a{number}")

    def is_inside(self, span: Span) -> bool:
        return window_around(self.clock.now(), 30, 180).touches(span, UTC_ZONE)

    def slot(self, number: int) -> TimeSpan:
        start = MONDAY + timedelta(hours=number)
        return TimeSpan(start, start + timedelta(hours=1))

    def events(self, resource: ResourceId) -> list[Event]:
        return list(self.outlook.ours(self.calendars[resource]))

    def own_events(self, resource: ResourceId) -> list[Event]:
        return [event for event in self.outlook.living(self.calendars[resource]) if event.ref.id in self.foreign]

    def word(self, who: str) -> str:
        self.lost_words += 1
        return f"{who}-{self.lost_words}"

    def planners_word(self, key: AppointmentKey) -> str:
        self.newest_words[key] = self.word("planner")
        return self.newest_words[key]

    def workers_word(self, event: Event) -> str:
        self.workers_words[str(event.marker)] = self.word("worker")
        return self.workers_words[str(event.marker)]

    def foreign_content(self, slot: int) -> Content:
        return Content(self.slot(slot), subject=self.word("own"), show_as=ShowAs.BUSY)

    def remember(self, event: Event) -> None:
        self.foreign[event.ref.id] = replace(event)
