"""The script of one working day: each step changes one side and says how the other must look then."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from devtools.admin import Admin
from devtools.day_mishaps import Mishaps
from devtools.day_own import OwnEvents
from devtools.day_planned import PlannedWork
from devtools.hands import Planner, Worker
from devtools.scene import ZONE, Scene, Step


class Day:
    """One day's work, on the next working day; what a step finds, later steps of its chapter use."""

    def __init__(
        self, planner: Planner, workers: Mapping[str, Worker], admin: Admin, graph: str, today: datetime
    ) -> None:
        local = today.astimezone(ZONE)
        ahead = next(days for days in range(1, 5) if (local + timedelta(days=days)).isoweekday() < 6)
        self.scene = Scene(planner, workers, admin, graph, (local + timedelta(days=ahead)).date())

    def steps(self) -> Iterator[Step]:
        """Yield the steps in the order of the day; each builds on those before."""
        yield from PlannedWork(self.scene).steps()
        yield from OwnEvents(self.scene).steps()
        yield from Mishaps(self.scene).steps()
