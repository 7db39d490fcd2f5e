"""The script of one working day: each step changes one side and says how the other must look then."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from time import monotonic, sleep
from zoneinfo import ZoneInfo

from devtools.calls import call
from devtools.hands import Planner, Worker, starts_at

ADA, BEN, CLEO = "R-ada", "R-ben", "R-cleo"
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


class Day:
    """One day's work; what a step finds, later steps use."""

    def __init__(self, planner: Planner, workers: dict[str, Worker], graph: str, today: datetime) -> None:
        self.planner = planner
        self.workers = workers
        self.graph = graph
        local = today.astimezone(ZONE)
        ahead = next(days for days in range(1, 5) if (local + timedelta(days=days)).isoweekday() < 6)
        self.on = (local + timedelta(days=ahead)).date()
        self.inspection = self.absence = self.meeting = ""

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

    def steps(self) -> Iterator[Step]:
        """Yield the steps in the order of the day; each builds on those before."""
        yield Step("board", "plan for Ada", self._plan)
        yield Step("board", "move in time", self._move)
        yield Step("board", "move from Ada to Ben", self._hand_over)
        yield Step("board", "plan two at once", self._plan_two)
        yield Step("Outlook", "Ben moves his event", self._worker_moves)
        yield Step("Outlook", "Ben deletes it: put back", self._worker_deletes, 30)
        yield Step("board", "un-plan", self._unplan)
        yield Step("board", "enter a vacation", self._enter_absence)
        yield Step("board", "end the vacation", self._end_absence)
        yield Step("Outlook", "Ada is out of office", self._out_of_office)
        yield Step("Outlook", "a foreign event blocks time", self._block)
        yield Step("Outlook", "it is cancelled", self._unblock)
        yield Step("board", "planned while Graph was down", self._end_outage, 90, self._plan_in_an_outage)

    def _plan(self) -> Seen:
        self.inspection = self.planner.plan("Boiler inspection", self.at("09:00"), 90, ADA)
        return lambda: self.shows(ADA, "Boiler inspection", "09:00")

    def _move(self) -> Seen:
        event = self.workers[ADA].events("Boiler inspection", self.at("09:00"))[0]["id"]
        self.planner.move(self.inspection, self.at("10:30"))

        def has_moved() -> bool:
            events = self.workers[ADA].events("Boiler inspection", self.at("10:30"))
            return [each["id"] for each in events] == [event] and starts_at(events[0], self.at("10:30"))

        return has_moved

    def _hand_over(self) -> Seen:
        self.planner.assign(self.inspection, BEN)
        return lambda: self.lacks(ADA, "Boiler inspection") and self.shows(BEN, "Boiler inspection", "10:30")

    def _plan_two(self) -> Seen:
        self.planner.assign(self.inspection, BEN, CLEO)
        return lambda: all(self.shows(each, "Boiler inspection", "10:30") for each in (BEN, CLEO))

    def _worker_moves(self) -> Seen:
        event = self.workers[BEN].events("Boiler inspection", self.at("10:30"))[0]["id"]
        self.workers[BEN].move(event, self.at("11:00"), 90)

        def is_everywhere() -> bool:
            planned = self.planner.appointment(self.inspection)
            is_planned = planned is not None and starts_at(planned, self.at("11:00"))
            return is_planned and self.shows(CLEO, "Boiler inspection", "11:00")

        return is_everywhere

    def _worker_deletes(self) -> Seen:
        event = self.workers[BEN].events("Boiler inspection", self.at("11:00"))[0]["id"]
        self.workers[BEN].delete(event)

        def is_back() -> bool:
            events = self.workers[BEN].events("Boiler inspection", self.at("11:00"))
            return len(events) == 1 and events[0]["id"] != event and starts_at(events[0], self.at("11:00"))

        return is_back

    def _unplan(self) -> Seen:
        if self.lacks(BEN, "Boiler inspection"):
            raise LookupError("Outlook does not show it")
        self.planner.unplan(self.inspection)
        return lambda: all(self.lacks(each, "Boiler inspection") for each in (BEN, CLEO))

    def _enter_absence(self) -> Seen:
        self.absence = self.planner.enter_absence(CLEO, "Afternoon off", self.at("13:00"), 240)
        return lambda: self.shows(CLEO, "Afternoon off", "13:00")

    def _end_absence(self) -> Seen:
        if self.lacks(CLEO, "Afternoon off"):
            raise LookupError("Outlook never showed it")
        self.planner.end_absence(self.absence)
        return lambda: self.lacks(CLEO, "Afternoon off")

    def _out_of_office(self) -> Seen:
        self.workers[ADA].enter("Training", self.at("14:00"), 120, "oof")
        return lambda: len(self.planner.absences(ADA, self.at("14:00"))) == 1

    def _block(self) -> Seen:
        self.meeting = self.workers[BEN].enter("Dentist", self.at("15:00"), 60, "busy")
        return lambda: len(self.planner.absences(BEN, self.at("15:00"))) == 1

    def _unblock(self) -> Seen:
        if not self.planner.absences(BEN, self.at("15:00")):
            raise LookupError("the board never showed it")
        self.workers[BEN].delete(self.meeting)
        return lambda: not self.planner.absences(BEN, self.at("15:00"))

    def _plan_in_an_outage(self) -> None:
        call("POST", f"{self.graph}/_control/faults", {"kind": "unavailable", "count": -1, "retryAfter": "2"})
        self.planner.plan("Emergency repair", self.at("16:30"), 60, ADA)
        # Only once the webhook was taken in can a refused request be one that this appointment needs.
        _wait(self.planner.has_told_everything, "the board could not tell of it")
        before = self._refused_requests()
        _wait(lambda: self._refused_requests() > before, "nobody asked Graph while it was down")

    def _refused_requests(self) -> int:
        return int(call("GET", f"{self.graph}/_control/counters")["statuses"].get("503", 0))

    def _end_outage(self) -> Seen:
        if not self.lacks(ADA, "Emergency repair"):
            raise LookupError("it arrived although Graph was down")
        call("DELETE", f"{self.graph}/_control/faults")
        return lambda: self.shows(ADA, "Emergency repair", "16:30")


def _wait(condition: Seen, otherwise: str) -> None:
    until = monotonic() + 20
    while not condition():
        if monotonic() > until:
            raise LookupError(otherwise)
        sleep(0.05)
