"""An admin's word on what is held: carried out once, or not at all, and nobody else is touched."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sync_core.domain.appointment import AppointmentKey, Kind
from sync_core.domain.identity import PairId, pair_of_appointment
from sync_core.domain.policy import OnDeletion
from sync_core.domain.resource import Direction
from sync_core.domain.stored import Held, Todo, TodoReason
from sync_core.flows.judge import list_held, reject, release
from sync_core.ports import Tenant
from tests.flows.stage import R0, Stage, hours, now
from tests.machine.peril import Worker
from tests.machine.world import OPEN


def key(number: int) -> AppointmentKey:
    return AppointmentKey(Kind.TASK, f"a{number:02}")


def pair(number: int) -> PairId:
    return pair_of_appointment(key(number))


def emptied(*, kept: int = 0) -> Stage:
    """Twelve events of ours of which the mailbox lost all but some: the brake holds."""
    stage = Stage()
    stage.tenant.tenant = Tenant(replace(OPEN, on_deletion=OnDeletion.UNPLAN), "tag")
    for number in range(12):
        stage.board.plan(key(number), hours(24 + number), R0, subject=f"job {number}")
    stage.settle()
    stage.run()
    stage.settle()
    for event in stage.events(R0)[kept:]:
        stage.outlook.worker_deletes(event.ref)
    stage.pull()
    return stage


def held(*whys: str) -> Stage:
    """Rows that are held for these reasons, a pair each, and one that is no pair's."""
    stage = Stage()
    rows = [
        Held(pair(number), stage.clock.now(), "held for a person", why, "look", pair(number))
        for number, why in enumerate(whys)
    ]
    poison = Held("poison.x", stage.clock.now(), "a run", "it failed", "look")
    now(stage.rows.insert(R0, [*rows, poison]))
    return stage


def verdicts(stage: Stage) -> list[tuple[TodoReason, PairId | None]]:
    return [(todo.reason, todo.pair) for todo in stage.found(Todo)]


def test_everything_that_is_held_is_listed_with_its_words() -> None:
    assert [row.why for row in now(list_held(held("one", "two").ports, R0))] == ["one", "two", "it failed"]


def test_the_pairs_that_are_named_are_released_and_the_resource_is_rung() -> None:
    stage = held("one", "two")
    stage.bells.waiting.clear()
    assert now(release(stage.ports, R0, pairs=[pair(1)])) == 1
    assert verdicts(stage) == [(TodoReason.RELEASE, pair(1))]
    assert [one.job.resource for one in stage.bells.waiting] == [R0]


def test_all_that_are_held_for_one_reason_are_judged_together() -> None:
    stage = held("brake", "else", "brake")
    assert now(reject(stage.ports, R0, why="brake")) == 2
    assert verdicts(stage) == [(TodoReason.REJECT, pair(0)), (TodoReason.REJECT, pair(2))]


def test_what_is_not_held_is_not_judged_and_nobody_is_rung() -> None:
    stage = held("one")
    stage.bells.waiting.clear()
    assert now(release(stage.ports, R0, pairs=[pair(7)], why="two")) == 0
    assert not verdicts(stage)
    assert not stage.bells.waiting


def test_a_verdict_is_not_turned_before_it_is_carried_out() -> None:
    stage = held("one")
    now(release(stage.ports, R0, pairs=[pair(0)]))
    assert now(reject(stage.ports, R0, pairs=[pair(0)])) == 0
    assert verdicts(stage) == [(TodoReason.RELEASE, pair(0))]


def test_what_the_brake_held_is_carried_out_once_it_is_released() -> None:
    stage = emptied()
    (why,) = {row.why for row in now(list_held(stage.ports, R0))}
    assert all(stage.board.state(key(number)).resources for number in range(12))
    assert now(release(stage.ports, R0, why=why)) == 12
    stage.settle()
    assert not any(stage.board.state(key(number)).resources for number in range(12))
    assert not stage.waiting()


def test_one_of_many_is_released_and_the_others_stay_held() -> None:
    stage = emptied()
    now(release(stage.ports, R0, pairs=[pair(3)]))
    stage.settle()
    assert [n for n in range(12) if not stage.board.state(key(n)).resources] == [3]
    assert len(now(list_held(stage.ports, R0))) == 11


def test_what_is_rejected_is_not_done_and_not_asked_again() -> None:
    stage = emptied()
    assert now(reject(stage.ports, R0, pairs=[row.pair for row in stage.found(Held) if row.pair])) == 12
    stage.settle()
    stage.pull()
    assert all(stage.board.state(key(number)).resources for number in range(12))
    assert not now(list_held(stage.ports, R0))
    assert not stage.waiting()


def denied(subject: str = "changed") -> Stage:
    """Graph does not take what the planner changed."""
    stage = Stage()
    stage.board.plan(key(0), hours(24), R0, subject="planned")
    stage.settle()
    stage.board.edit(key(0), subject=subject)
    stage.outlook.operations_to_deny = 1
    stage.settle()
    assert now(list_held(stage.ports, R0))
    return stage


def test_a_rejected_change_is_not_made_by_any_later_look_at_the_pair() -> None:
    stage = denied()
    assert now(reject(stage.ports, R0, pairs=[pair(0)])) == 1
    stage.settle()
    before = stage.outlook.writes
    for _ in range(2):
        stage.roll(R0)
        stage.settle()
    assert stage.outlook.writes == before
    assert not now(list_held(stage.ports, R0))
    assert not stage.waiting()
    assert stage.event().content.subject == "planned"


def test_the_planner_is_not_told_that_a_rejected_change_arrived() -> None:
    stage = denied()
    told = len(stage.board.reports)
    now(reject(stage.ports, R0, pairs=[pair(0)]))
    stage.settle()
    assert not [report for report in stage.board.reports[told:] if report.state == "delivered"]


def test_a_rejected_change_is_made_once_the_board_says_more() -> None:
    stage = denied()
    now(reject(stage.ports, R0, pairs=[pair(0)]))
    stage.settle()
    stage.board.move(key(0), hours(30))
    stage.settle()
    assert (stage.event().content.subject, stage.event().content.span) == ("changed", hours(30))


def test_a_birth_that_was_rejected_is_made_once_the_board_says_more() -> None:
    stage = Stage()
    stage.outlook.operations_to_deny = 1
    stage.board.plan(key(0), hours(24), R0, subject="planned")
    stage.settle()
    now(reject(stage.ports, R0, pairs=[pair(0)]))
    stage.settle()
    stage.roll(R0)
    stage.settle()
    assert not stage.events(R0)
    assert not now(list_held(stage.ports, R0))
    stage.board.edit(key(0), subject="planned again")
    stage.settle()
    assert stage.event().content.subject == "planned again"


def test_what_is_held_because_somebody_keeps_changing_it_can_be_rejected() -> None:
    stage = Stage(Direction.UP)
    stage.board.plan(key(0), hours(24), R0, subject="planned")
    stage.settle()
    for number in range(5):
        stage.outlook.worker_edits(stage.event().ref, subject=f"mine {number}")
        stage.pull()
    assert now(list_held(stage.ports, R0))
    assert now(reject(stage.ports, R0, pairs=[pair(0)])) == 1
    stage.settle()
    stage.roll(R0)
    stage.settle()
    assert not now(list_held(stage.ports, R0))
    assert stage.event().content.subject.startswith("mine")


@pytest.mark.parametrize("verdict", [release, reject])
def test_nothing_is_lost_or_done_twice_wherever_a_worker_dies_on_a_verdict(verdict: Callable[..., Any]) -> None:
    moment = 0
    while True:
        moment += 1
        stage = denied()
        before = stage.outlook.writes
        now(verdict(stage.ports, R0, pairs=[pair(0)]))
        worker = Worker(crash_at=moment)
        stage.settle(worker)
        assert stage.event().content.subject == ("changed" if verdict is release else "planned")
        assert stage.outlook.writes - before == (1 if verdict is release else 0)
        assert not now(list_held(stage.ports, R0))
        if worker.moments < moment:
            return
