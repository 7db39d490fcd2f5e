"""A fault at every step in turn, for accept and for the runs: the end is right, and nothing is doubled or lost.

A step is a moment before or after the call of a port, counted from the first one after the story's event. Each test
plays one story once for every such moment and names those at which it ends wrongly.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import LinkRow
from sync_core.flows.sync_resource import sync_resource
from tests.fakes.board import Fault
from tests.flows.scenarios import SCENARIOS, Scenario
from tests.flows.stage import Interrupted, Stage
from tests.machine.peril import Worker, drive
from tests.turns import in_turn

MOST_MOMENTS = 2000
BEYOND_THE_LEASE = timedelta(seconds=70)
Sabotage = Callable[[Stage, int], Worker]


def _crash(_: Stage, at: int) -> Worker:
    return Worker(crash_at=at)


def _lose_reply(_: Stage, at: int) -> Worker:
    return Worker(lose_at=at)


def _lose_write(stage: Stage, at: int) -> Worker:
    def lose(where: str) -> None:
        if where == "before WatchedOutlook.carry_out":
            stage.outlook.replies_to_lose = 1
        elif where == "before FakeBoard.carry_out":
            stage.board.faults.append(Fault.LOST_REPLY)

    return Interrupted(at=at, happens=lose)


def _lose_request(stage: Stage, at: int) -> Worker:
    def lose(where: str) -> None:
        if where == "before WatchedOutlook.carry_out":
            stage.outlook.requests_to_lose = 1
        elif where == "before FakeBoard.carry_out":
            stage.board.faults.append(Fault.LOST_REQUEST)

    return Interrupted(at=at, happens=lose)


def _be_overtaken(stage: Stage, at: int) -> Worker:
    """Another does the same work to its end while this one sleeps longer than its lease, and then goes on."""

    def overtake(_: str) -> None:
        job = stage.running[-1].job if stage.running else None
        if job is not None:
            stage.clock.advance(BEYOND_THE_LEASE)
            drive(sync_resource(stage.ports, job))
        else:
            stage.deliver(stage.board.outbox[stage.delivered :])

    return Interrupted(at=at, happens=overtake)


def _be_overtaken_and_crash(stage: Stage, at: int) -> Worker:
    worker = _be_overtaken(stage, at)
    worker.crash_at = at + 1
    return worker


SABOTAGES: dict[str, Sabotage] = {
    "the worker is killed": _crash,
    "a reply is lost": _lose_reply,
    "the reply to a write is lost": _lose_write,
    "a write is lost": _lose_request,
    "another worker overtakes": _be_overtaken,
    "another worker overtakes and this one is killed": _be_overtaken_and_crash,
}


@pytest.mark.parametrize("sabotage", SABOTAGES)
@pytest.mark.parametrize("scenario", in_turn(SCENARIOS), ids=lambda scenario: scenario.name)
def test_a_story_ends_the_same_whatever_step_is_hit(scenario: Scenario, sabotage: str) -> None:
    wrong: list[str] = []
    for at in range(1, MOST_MOMENTS):
        stage = scenario.set_up()
        worker = SABOTAGES[sabotage](stage, at)
        try:
            _play(scenario, stage, worker)
        except Exception as difference:
            where = worker.trace[at - 1] if worker.moments >= at else "without a fault"
            wrong.append(f"{at} ({where}): {difference!r}")
        if worker.moments < at:
            break
    else:
        pytest.fail("the story has no end")
    assert not wrong, "\n".join([f"{len(wrong)} of {at - 1} moments end wrongly", *wrong])


def _play(scenario: Scenario, stage: Stage, worker: Worker) -> None:
    _, outlook, board = stage.writes()
    scenario.happen(stage)
    stage.settle(worker)
    scenario.is_right(stage)
    for resource in stage.resources:
        assert not stage.waiting(resource), f"left: {stage.waiting(resource)}"
        _links_fit_events(stage, resource)
    assert not drive(stage.placements.list_owing(stage.clock.now())), "something is owing"
    assert stage.outlook.mails == 0
    _, outlook_now, board_now = stage.writes()
    assert (outlook_now - outlook, board_now - board) == (scenario.outlook, scenario.board), "writes are doubled"
    _is_quiet(stage)


def _links_fit_events(stage: Stage, resource: ResourceId) -> None:
    links = [row.link for row in stage.found(LinkRow, resource)]
    paired = [link.event.id for link in links if link.is_paired and link.event]
    assert len(paired) == len(set(paired)), "one event belongs to two pairs"


def _is_quiet(stage: Stage) -> None:
    for _ in range(2):
        before = stage.writes()
        for resource in stage.resources:
            stage.run(resource)  # the first time, echoes of our own writes are read
        stage.settle()
    assert stage.writes() == before, "a further run writes"
