"""What planners plan, and what becomes of it where the workers change it."""

from collections.abc import Iterator

from devtools.hands import starts_at
from devtools.scene import ADA, BEN, CLEO, DAN, Scene, Seen, Step, wait_until

BOILER, FILTER, AWAY = "Boiler inspection", "Filter change", "Afternoon off"
PUT_BACK = "was put back"


class PlannedWork:
    """One task through all hands, a task of somebody who may not re-plan, and an absence."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.boiler = self.absence = ""

    def steps(self) -> Iterator[Step]:
        """Yield the steps of this chapter."""
        yield Step("board", "plan for Ada", self._plan)
        yield Step("board", "move in time", self._move)
        yield Step("board", "move from Ada to Ben", self._hand_over)
        yield Step("board", "plan two at once", self._plan_two)
        yield Step("Outlook", "Ben moves his event", self._worker_moves)
        yield Step("Outlook", "Dan moves his: put back, told why", self._worker_is_put_back, prepare=self._plan_for_dan)
        yield Step("Outlook", "Ben deletes it: planner is asked", self._worker_deletes)
        yield Step("board", "the planner says no: it is back", self._decline)
        yield Step("board", "asked again, says yes: Ben is out", self._accept, prepare=self._ask_again)
        yield Step("board", "un-plan", self._unplan)
        yield Step("board", "enter a vacation", self._enter_absence)
        yield Step("board", "end the vacation", self._end_absence)

    def _plan(self) -> Seen:
        scene = self.scene
        self.boiler = scene.planner.plan(BOILER, scene.at("09:00"), 90, ADA)
        return lambda: scene.shows(ADA, BOILER, "09:00")

    def _move(self) -> Seen:
        scene = self.scene
        event = scene.event(ADA, BOILER)
        scene.planner.move(self.boiler, scene.at("10:30"))
        return lambda: scene.shows(ADA, BOILER, "10:30") and scene.event(ADA, BOILER) == event

    def _hand_over(self) -> Seen:
        scene = self.scene
        scene.planner.assign(self.boiler, BEN)
        return lambda: scene.lacks(ADA, BOILER) and scene.shows(BEN, BOILER, "10:30")

    def _plan_two(self) -> Seen:
        scene = self.scene
        scene.planner.assign(self.boiler, BEN, CLEO)
        return lambda: all(scene.shows(each, BOILER, "10:30") for each in (BEN, CLEO))

    def _worker_moves(self) -> Seen:
        scene = self.scene
        scene.workers[BEN].move(scene.event(BEN, BOILER), scene.at("11:00"), 90)

        def is_everywhere() -> bool:
            planned = scene.planner.appointment(self.boiler)
            is_planned = planned is not None and starts_at(planned, scene.at("11:00"))
            return is_planned and scene.shows(CLEO, BOILER, "11:00")

        return is_everywhere

    def _plan_for_dan(self) -> None:
        self.scene.planner.plan(FILTER, self.scene.at("08:00"), 60, DAN)
        wait_until(lambda: self.scene.shows(DAN, FILTER, "08:00"), "Outlook never showed it")

    def _worker_is_put_back(self) -> Seen:
        scene, dan = self.scene, self.scene.workers[DAN]
        event = scene.event(DAN, FILTER)
        dan.move(event, scene.at("13:00"), 60)

        def is_back_with_words() -> bool:
            shown = dan.events(FILTER, scene.at("08:00"))
            is_back = [each["id"] for each in shown] == [event] and starts_at(shown[0], scene.at("08:00"))
            return is_back and PUT_BACK in shown[0]["body"]

        return is_back_with_words

    def _worker_deletes(self) -> Seen:
        scene = self.scene
        scene.workers[BEN].delete(scene.event(BEN, BOILER))
        return lambda: len(scene.planner.open_questions(self.boiler)) == 1

    def _decline(self) -> Seen:
        scene = self.scene
        scene.planner.decline(self._question())
        return lambda: scene.shows(BEN, BOILER, "11:00") and not scene.planner.open_questions(self.boiler)

    def _ask_again(self) -> None:
        self._worker_deletes()
        wait_until(lambda: bool(self.scene.planner.open_questions(self.boiler)), "the planner was never asked")

    def _accept(self) -> Seen:
        scene = self.scene
        scene.planner.accept(self._question())

        def is_cleos_alone() -> bool:
            planned = scene.planner.appointment(self.boiler)
            is_hers = planned is not None and [each["id"] for each in planned["resources"]] == [CLEO]
            is_told = scene.planner.has_told_everything()
            return is_hers and is_told and scene.lacks(BEN, BOILER) and scene.shows(CLEO, BOILER, "11:00")

        return is_cleos_alone

    def _question(self) -> str:
        questions = self.scene.planner.open_questions(self.boiler)
        if not questions:
            raise LookupError("the planner was never asked")
        return questions[0]

    def _unplan(self) -> Seen:
        scene = self.scene
        scene.event(CLEO, BOILER)
        scene.planner.unplan(self.boiler)
        return lambda: scene.lacks(BEN, BOILER) and scene.lacks(CLEO, BOILER)

    def _enter_absence(self) -> Seen:
        scene = self.scene
        self.absence = scene.planner.enter_absence(CLEO, AWAY, scene.at("13:00"), 240)
        return lambda: scene.shows(CLEO, AWAY, "13:00")

    def _end_absence(self) -> Seen:
        scene = self.scene
        scene.event(CLEO, AWAY)
        scene.planner.end_absence(self.absence)
        return lambda: scene.lacks(CLEO, AWAY)
