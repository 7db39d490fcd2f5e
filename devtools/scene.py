"""What every chapter of the demo's day shares: the people, the date, and what a step is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from time import monotonic, sleep
from zoneinfo import ZoneInfo

from devtools.admin import Admin
from devtools.hands import Planner, Worker, starts_at

ADA, BEN, CLEO, DAN = "R-ada", "R-ben", "R-cleo", "R-dan"
ZONE = ZoneInfo("Europe/Berlin")
Seen = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """One change. `act` makes it and returns what must become true on the other side within `deadline` seconds.

    What `prepare` does comes before the clock is started.
    """

    side: str
    what: str
    act: Callable[[], Seen]
    deadline: float = 15.0
    prepare: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Scene:
    """Everybody at work on the day `on`; `graph` is where the simulated Graph is reached."""

    planner: Planner
    workers: Mapping[str, Worker]
    admin: Admin
    graph: str
    on: date

    def at(self, clock: str) -> datetime:
        """Return a time of the day in the planners' zone."""
        return datetime.combine(self.on, time.fromisoformat(clock), ZONE)

    def shows(self, resource: str, subject: str, clock: str) -> bool:
        """Whether the calendar of a resource shows exactly one such event, at that time."""
        events = self.workers[resource].events(subject, self.at(clock))
        return len(events) == 1 and starts_at(events[0], self.at(clock))

    def lacks(self, resource: str, subject: str) -> bool:
        """Whether the calendar of a resource shows no such event."""
        return not self.workers[resource].events(subject, self.at("12:00"))

    def event(self, resource: str, subject: str) -> str:
        """Return the id of the one such event of a resource.

        Raises:
            LookupError: There is none.
        """
        events = self.workers[resource].events(subject, self.at("12:00"))
        if not events:
            raise LookupError(f"no calendar of {resource} shows it")
        return str(events[0]["id"])


def wait_until(condition: Seen, otherwise: str) -> None:
    """Wait until a condition holds.

    Raises:
        LookupError: It did not within twenty seconds; the text is `otherwise`.
    """
    until = monotonic() + 20
    while not condition():
        if monotonic() > until:
            raise LookupError(otherwise)
        sleep(0.05)
