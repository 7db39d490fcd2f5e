"""What cannot be done now waits where it can be seen, stands in nobody's way, and is done once it can be."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from sync_core.domain.change import Pair
from sync_core.domain.plan import EventOperation, Outcome, Plan
from sync_core.domain.policy import Policy
from sync_core.domain.reconcile import reconcile
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Address, Announcement, BoardInbox, Held, Job, Lease, Row
from sync_core.flows.sync_resource import sync_resource
from sync_core.flows.tenure import Tenure
from tests.fakes.board import Fault
from tests.flows.stage import R0, TASK, Stage, hours, now, planned

JOBS = ("job 0", "job 1", "job 2")


def lease(stage: Stage) -> Lease:
    (row,) = stage.found(Lease)
    return row


def test_what_was_put_off_is_done_when_the_other_side_said_and_not_before() -> None:
    stage = planned(subjects=JOBS[:1])
    stage.board.edit(TASK, subject="changed")
    stage.deliver()
    stage.outlook.operations_to_postpone = 1
    stage.run_due()
    assert lease(stage).not_before == stage.clock.now() + timedelta(seconds=30)
    assert stage.due_in() == [timedelta(seconds=30)]
    stage.outlook.calls.clear()
    assert stage.run().ended == "throttled"
    assert not stage.outlook.calls
    stage.settle()
    assert stage.event().content.subject == "changed"
    assert not stage.waiting()


def test_a_bell_during_the_wait_is_rung_for_its_end() -> None:
    stage = planned(subjects=JOBS[:1])
    stage.board.edit(TASK, subject="changed")
    stage.deliver()
    stage.outlook.operations_to_postpone = 1
    stage.run_due()
    stage.bells.waiting.clear()
    stage.clock.advance(timedelta(seconds=10))
    stage.run()
    assert stage.due_in() == [timedelta(seconds=20)]


def test_the_others_of_a_batch_are_committed_though_one_was_put_off() -> None:
    stage = planned(subjects=JOBS)
    for number in range(3):
        stage.board.edit(stage.key(number), subject=f"changed {number}")
    stage.deliver()
    stage.outlook.operations_to_postpone = 1
    stage.run_due()
    assert sum(event.content.subject.startswith("changed") for event in stage.events(R0)) == 2
    assert len(stage.found(BoardInbox)) == 1
    before = stage.outlook.writes
    stage.settle()
    assert sum(event.content.subject.startswith("changed") for event in stage.events(R0)) == 3
    assert stage.outlook.writes == before + 1


def test_a_board_that_asks_for_time_gets_it() -> None:
    stage = planned(subjects=JOBS[:1])
    stage.outlook.worker_edits(stage.event().ref, span=hours(7))
    stage.board.faults.append(Fault.POSTPONED)
    stage.ring(R0, "pull")
    stage.run_due()
    assert stage.due_in() == [timedelta(seconds=2)]
    stage.settle()
    assert stage.board.state(TASK).span == hours(7)


def test_a_write_whose_fate_is_unknown_blocks_its_own_pair_alone() -> None:
    stage = planned(subjects=JOBS[:2])
    stage.board.edit(TASK, subject="changed")
    stage.deliver()
    stage.outlook.replies_to_lose = 1
    stage.run_due()
    assert len(stage.found(Announcement)) == 1
    look_up = stage.outlook.look_up

    async def know_nothing(*_: object) -> dict[str, object]:
        return {}

    vars(stage.outlook)["look_up"] = know_nothing
    stage.board.edit(stage.key(1), subject="changed too")
    stage.board.edit(TASK, subject="changed again")
    stage.deliver()
    stage.clock.advance(timedelta(minutes=1))
    stage.run()
    assert sorted(event.content.subject for event in stage.events(R0)) == ["changed", "changed too"]
    vars(stage.outlook)["look_up"] = look_up
    stage.settle()
    assert sorted(event.content.subject for event in stage.events(R0)) == ["changed again", "changed too"]
    assert not stage.waiting()


def test_an_unsettled_birth_on_the_board_is_not_taken_for_a_planners_absence() -> None:
    stage = planned(subjects=JOBS[:1])
    stage.own(5)
    stage.board.faults.append(Fault.LOST_REPLY)
    stage.run()
    assert len(stage.found(Announcement)) == 1
    stage.board.fault = Fault.POSTPONED
    (block,) = [state for state in stage.board.living() if state.key != TASK]
    stage.board.edit(block.key, subject="the planner's")
    stage.deliver()  # the block's own webhooks are faster than the answer
    stage.clock.advance(timedelta(minutes=1))
    stage.run()
    assert len(stage.events(R0)) == 1
    stage.board.fault = None
    stage.settle()
    assert len(stage.events(R0)) == 1
    assert [shown.subject for shown in stage.blocks()] == ["dentist"], "the planner's edit was not answered"
    assert not stage.waiting()


def test_a_bell_for_a_resource_that_is_being_run_rings_again_in_seconds() -> None:
    stage = planned(subjects=JOBS[:1])
    tenure = now(Tenure.take(stage.ports, R0, now(stage.rows.read_pending(R0))))
    assert tenure is not None
    stage.board.edit(TASK, subject="changed")
    stage.deliver()
    stage.run_due()
    assert stage.due_in() == [timedelta(seconds=2)]
    assert stage.event().content.subject == "job 0"
    now(tenure.release())
    stage.settle()
    assert stage.event().content.subject == "changed"


def test_an_unknown_fault_raises_with_the_lease_given_back() -> None:
    stage = planned(subjects=JOBS[:1])
    _break_gathering(stage)
    with pytest.raises(RuntimeError):
        stage.run()
    assert (lease(stage).holder, lease(stage).broken_runs) == ("", 1)


def test_after_three_broken_runs_one_pair_at_a_time_is_taken_until_a_good_one() -> None:
    stage = planned(subjects=JOBS)
    restore = _break_gathering(stage)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            stage.run()
    assert lease(stage).broken_runs == 3
    restore()
    for number in range(3):
        stage.board.edit(stage.key(number), subject=f"changed {number}")
    stage.deliver()
    batches: list[int] = []
    carry_out = stage.outlook.carry_out

    async def counting(mailbox: str, operations: Sequence[EventOperation]) -> Sequence[Outcome]:
        batches.append(len(operations))
        return await carry_out(mailbox, operations)

    vars(stage.outlook)["carry_out"] = counting
    stage.settle()
    assert batches == [1, 1, 1]
    assert lease(stage).broken_runs == 0


def test_a_pair_that_cannot_be_decided_is_held_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = planned(subjects=JOBS[:2])

    def stumble(pair: Pair, policy: Policy, at: datetime) -> Plan:
        if pair.id.endswith("a0"):
            raise KeyError("job 0 of somebody")
        return reconcile(pair, policy, at)

    monkeypatch.setattr("sync_core.flows.deciding.reconcile", stumble)
    for number in range(2):
        stage.board.edit(stage.key(number), subject=f"changed {number}")
    stage.settle()
    (held,) = stage.found(Held)
    assert "KeyError" in held.why
    assert "somebody" not in held.why
    assert sorted(event.content.subject for event in stage.events(R0)) == ["changed 1", "job 0"]


def test_a_run_that_could_not_announce_in_time_sends_nothing() -> None:
    stage = planned(subjects=JOBS[:1])
    stage.board.edit(TASK, subject="changed")
    stage.deliver()
    transact = stage.rows.transact

    async def slow(
        resource: ResourceId, held: Lease, tag: str | None, puts: Sequence[Row] = (), deletes: Sequence[Address] = ()
    ) -> str:
        written = await transact(resource, held, tag, puts, deletes)
        if any(isinstance(row, Announcement) for row in puts):
            stage.clock.advance(timedelta(seconds=40))
        return written

    vars(stage.rows)["transact"] = slow
    assert now(sync_resource(stage.ports, Job(R0, stage.clock.now(), "board", "c"))).ended == "lease lost"
    assert stage.event().content.subject == "job 0"
    vars(stage.rows).pop("transact")
    stage.settle()
    assert stage.event().content.subject == "changed"


def _break_gathering(stage: Stage) -> Callable[[], object]:
    """Work waits, and reading what is known of it fails in a way nobody foresaw."""
    now(stage.rows.insert(R0, [BoardInbox(stage.key(7), stage.board.state(TASK).revision, None)]))

    async def fail(*_: object) -> None:
        raise RuntimeError("unforeseen")

    vars(stage.rows)["get"] = fail
    return lambda: vars(stage.rows).pop("get")
