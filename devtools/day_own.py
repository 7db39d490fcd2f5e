"""What workers enter themselves, and what of it the planner sees."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from devtools.scene import ADA, BEN, CLEO, Scene, Seen, Step

SECRET = "Blood test at Dr. Weiss"  # noqa: S105 - a worker's secret, and no key to anything


class OwnEvents:
    """An absence, a foreign event, a private one, and a weekly series."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.dentist = self.series = ""
        self.mornings = [scene.at("08:00") + timedelta(weeks=number) for number in range(4)]

    def steps(self) -> Iterator[Step]:
        """Yield the steps of this chapter."""
        yield Step("Outlook", "Ada is out of office", self._out_of_office)
        yield Step("Outlook", "a foreign event blocks time", self._block)
        yield Step("Outlook", "it is cancelled", self._unblock)
        yield Step("Outlook", "a private event: only its time", self._keep_private)
        yield Step("Outlook", "a weekly series: four blocks", self._repeat)
        yield Step("Outlook", "one of them moves, and only that", self._move_one)

    def _out_of_office(self) -> Seen:
        scene = self.scene
        scene.workers[ADA].enter("Training", scene.at("14:00"), 120, "oof")
        return lambda: len(scene.planner.absences(ADA, scene.at("14:00"))) == 1

    def _block(self) -> Seen:
        scene = self.scene
        self.dentist = scene.workers[BEN].enter("Dentist", scene.at("15:00"), 60, "busy")
        return lambda: len(scene.planner.absences(BEN, scene.at("15:00"))) == 1

    def _unblock(self) -> Seen:
        scene = self.scene
        if not scene.planner.absences(BEN, scene.at("15:00")):
            raise LookupError("the board never showed it")
        scene.workers[BEN].delete(self.dentist)
        return lambda: not scene.planner.absences(BEN, scene.at("15:00"))

    def _keep_private(self) -> Seen:
        scene = self.scene
        scene.workers[CLEO].enter(SECRET, scene.at("16:00"), 45, "busy", sensitivity="private")

        def is_only_time() -> bool:
            titles = [each["title"] for each in scene.planner.absences(CLEO, scene.at("16:00"))]
            return titles == ["Private"] and SECRET not in json.dumps(scene.planner.board_as_shown())

        return is_only_time

    def _repeat(self) -> Seen:
        self.series = self.scene.workers[BEN].enter_weekly("Stand-up", self.mornings[0], 30, len(self.mornings))
        return lambda: self._blocks() == self.mornings

    def _move_one(self) -> Seen:
        scene, second = self.scene, self.mornings[1]
        later = second + timedelta(hours=1)
        occurrences = [each for each in scene.workers[BEN].events("Stand-up", second) if each["series"] == self.series]
        if not occurrences:
            raise LookupError("the series has no occurrence there")
        scene.workers[BEN].move(occurrences[0]["id"], later, 30)
        expected = sorted({*self.mornings, later} - {second})
        return lambda: self._blocks() == expected

    def _blocks(self) -> list[datetime]:
        """When the blocks of the series begin, in order."""
        shown = self.scene.planner.absences_of(BEN)
        return sorted(datetime.fromisoformat(each["start"]) for each in shown if each["title"] == "Stand-up")
