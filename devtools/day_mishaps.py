"""What goes wrong on a working day: a calendar that is emptied at once, and a Graph that does not answer."""

from collections.abc import Iterator
from datetime import timedelta

from devtools.calls import call
from devtools.scene import ADA, DAN, Scene, Seen, Step, wait_until

TOO_MANY = 15
REPAIR = "Emergency repair"


class Mishaps:
    """The brake, and an outage."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.visits: list[str] = []

    def steps(self) -> Iterator[Step]:
        """Yield the steps of this chapter."""
        yield Step("Outlook", f"Ada loses {TOO_MANY} events: held back", self._lose_many, prepare=self._enter_many)
        yield Step("admin", "lets them go: the blocks leave", self._release)
        yield Step("board", "planned while Graph was down", self._end_outage, 90, self._plan_in_an_outage)

    def _enter_many(self) -> None:
        scene = self.scene
        starts = [scene.at("07:00") + timedelta(days=day) for day in range(1, TOO_MANY + 1)]
        self.visits = [scene.workers[ADA].enter("Site visit", start, 30, "busy") for start in starts]
        wait_until(lambda: self._blocks() == TOO_MANY, "the board never showed them all")

    def _lose_many(self) -> Seen:
        scene = self.scene
        # Outlook gathers what it has to say; told one by one, the first ten would be nothing unusual.
        call("PATCH", f"{scene.graph}/_control/switches", {"notificationDelayMs": 1000})
        try:
            for visit in self.visits:
                scene.workers[ADA].delete(visit)
        finally:
            call("PATCH", f"{scene.graph}/_control/switches", {"notificationDelayMs": 20})
        return lambda: scene.admin.count_held(ADA) == TOO_MANY and self._blocks() == TOO_MANY

    def _release(self) -> Seen:
        if self.scene.admin.release(ADA) != TOO_MANY:
            raise LookupError("they were not held")
        return lambda: self._blocks() == 0 and self.scene.admin.count_held(ADA) == 0

    def _blocks(self) -> int:
        return sum(each["title"] == "Site visit" for each in self.scene.planner.absences_of(ADA))

    def _plan_in_an_outage(self) -> None:
        scene = self.scene
        call("POST", f"{scene.graph}/_control/faults", {"kind": "unavailable", "count": -1, "retryAfter": "2"})
        scene.planner.plan(REPAIR, scene.at("16:30"), 60, DAN)
        # Only once the webhook was taken in can a refused request be one that this appointment needs.
        wait_until(scene.planner.has_told_everything, "the board could not tell of it")
        before = self._refused_requests()
        wait_until(lambda: self._refused_requests() > before, "nobody asked Graph while it was down")

    def _refused_requests(self) -> int:
        return int(call("GET", f"{self.scene.graph}/_control/counters")["statuses"].get("503", 0))

    def _end_outage(self) -> Seen:
        scene = self.scene
        if not scene.lacks(DAN, REPAIR):
            raise LookupError("it arrived although Graph was down")
        call("DELETE", f"{scene.graph}/_control/faults")
        return lambda: scene.shows(DAN, REPAIR, "16:30")
