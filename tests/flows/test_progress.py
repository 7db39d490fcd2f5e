"""A change of template for two thousand appointments: told, walked in slices, followed, paused amid and completed."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from sync_core.domain.profile import Participation
from sync_core.flows.administer import enlist
from sync_core.flows.offboard import OnLeaving, offboard
from sync_core.flows.preview import preview_settings
from sync_core.flows.progress import Course, Pace, follow
from sync_core.flows.settings_change import change_settings
from sync_core.flows.taking_part import pause, resume
from tests.flows.crew import ANNA, ASKED, Crew
from tests.flows.stage import hours, now
from tests.flows.test_preview import Worded
from tests.machine.peril import Worker

MANY = 2000
TEMPLATE = "{{ subject }} (planned)"


def planned(count: int) -> Crew:
    crew = Worded()
    crew.ask()
    for number in range(count):
        crew.board.plan(crew.key(number), hours(30 + number), ANNA, subject=f"job {number}")
    for _ in range(10):  # a round of settling has only so many runs
        if len(crew.ours_in(crew.main)) < count:
            crew.pull(ANNA)
    crew.pull(ANNA)
    return crew


def change_template(crew: Crew) -> None:
    tenant = crew.tenant.tenant
    now(change_settings(crew.ports, replace(tenant.choices, subject_template=TEMPLATE), tenant.tag))


def course(crew: Crew) -> Course:
    found = now(follow(crew.ports, ANNA))
    assert found is not None
    return found


def answer_next_bell(crew: Crew) -> None:
    due_at = crew.bells.next_due_at()
    assert due_at is not None, "nobody rang for what is left"
    crew.clock.advance(max(due_at - crew.clock.now(), timedelta(0)))
    crew.run_due()


def rewritten(crew: Crew) -> int:
    return sum(subject.endswith("(planned)") for subject in crew.ours_in(crew.main))


@pytest.mark.timeout(300)
def test_a_new_template_for_two_thousand_is_walked_in_slices_paused_amid_and_completed_with_each_written_once() -> None:
    crew = planned(MANY)
    assert len(crew.ours_in(crew.main)) == MANY
    template = replace(crew.tenant.tenant.choices, subject_template=TEMPLATE)
    assert now(preview_settings(crew.ports, template)).events == MANY
    before = crew.outlook.writes

    change_template(crew)
    first = course(crew)
    assert (first.pace, first.left, first.walked) == (Pace.RUNNING, MANY, 0)
    while course(crew).written < MANY // 3:
        answer_next_bell(crew)
    amid = course(crew)
    assert amid.pace is Pace.RUNNING
    assert amid.written == rewritten(crew) == crew.outlook.writes - before < MANY
    assert amid.walked + amid.left == amid.found == MANY

    now(pause(crew.ports, ANNA))
    crew.settle()
    crew.pull(ANNA)
    paused = course(crew)
    assert paused.pace is Pace.PAUSED
    assert (paused.written, paused.left, paused.walked) == (amid.written, amid.left, amid.walked)
    assert crew.outlook.writes - before == amid.written

    now(resume(crew.ports, ANNA))
    counts = [course(crew)]
    while counts[-1].pace is Pace.RUNNING:
        answer_next_bell(crew)
        counts.append(course(crew))
    assert counts[0].written == amid.written  # it goes on, and does not begin anew
    assert all(one.written <= other.written for one, other in pairwise(counts))
    end = counts[-1]
    assert (end.pace, end.written, end.walked, end.left) == (Pace.DONE, MANY, MANY, 0)
    assert end.ended_at is not None
    crew.settle()
    assert rewritten(crew) == MANY
    assert crew.outlook.writes - before == MANY
    assert max(Counter(crew.ours_in(crew.main)).values()) == 1
    assert not crew.waiting(ANNA)


def test_a_course_that_was_paused_before_its_first_run_says_so_and_what_lies_before_it() -> None:
    crew = planned(3)
    change_template(crew)
    now(pause(crew.ports, ANNA))
    assert (course(crew).pace, course(crew).left) == (Pace.PAUSED, 3)


def test_one_that_is_paused_with_nothing_under_way_is_done() -> None:
    crew = planned(3)
    now(pause(crew.ports, ANNA))
    crew.settle()
    assert course(crew).pace is Pace.DONE


def test_the_end_of_an_earlier_course_is_not_taken_for_that_of_a_new_one() -> None:
    crew = planned(3)
    assert course(crew).pace is Pace.DONE
    change_template(crew)
    assert course(crew).pace is Pace.RUNNING
    crew.settle()
    assert (course(crew).pace, course(crew).written) == (Pace.DONE, 3)


def test_a_leaving_runs_until_nothing_of_ours_is_left() -> None:
    crew = planned(3)
    now(offboard(crew.ports, ANNA, OnLeaving.REMOVE))
    assert (course(crew).pace, course(crew).left) == (Pace.RUNNING, 3)
    crew.settle()
    assert crew.ours_in(crew.main) == []
    assert (course(crew).pace, course(crew).left) == (Pace.DONE, 0)


def test_who_is_not_known_has_no_course() -> None:
    assert now(follow(Crew().ports, ANNA)) is None


class Watched(Worker):
    """A worker who is followed at each of its moments."""

    def __init__(self, crew: Crew) -> None:
        super().__init__()
        self.crew = crew
        self.seen: list[Course] = []

    async def pause(self, where: str) -> None:
        self.seen.append(course(self.crew))
        await super().pause(where)


def test_an_activation_runs_until_everything_is_written_and_tells_so_amid_a_long_run() -> None:
    crew = Worded()
    now(enlist(crew.ports, ASKED, Participation.PAUSED))
    for number in range(450):
        crew.board.plan(crew.key(number), hours(30 + number), ANNA, subject=f"job {number}")
    crew.settle()
    crew.clock.advance(timedelta(seconds=1))
    now(resume(crew.ports, ANNA))
    watched = Watched(crew)
    crew.settle(watched)
    amid = [one for one in watched.seen if one.written < 450]
    assert {one.pace for one in amid} == {Pace.RUNNING}
    assert {0, 200, 400} <= {one.written for one in amid}
    assert course(crew).written == len(crew.ours_in(crew.main)) == 450
