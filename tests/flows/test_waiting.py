"""What cannot be done now waits where it can be seen, stands in nobody's way, and is done once it can be."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from sync_core.domain.change import Pair
from sync_core.domain.plan import EventOperation, Outcome, Plan, UpdateAppointment
from sync_core.domain.policy import Policy
from sync_core.domain.reconcile import reconcile
from sync_core.domain.resource import Direction, ResourceId
from sync_core.domain.stored import Address, Announcement, BoardInbox, Held, Job, Lease, OutlookInbox, Row, Todo
from sync_core.flows.carry_out import WAITING_FOR_BOARD
from sync_core.flows.sync_resource import sync_resource
from sync_core.flows.tenure import Tenure
from tests.fakes.board import Fault
from tests.flows.stage import BOTH, R0, TASK, Stage, hours, now


def planned(count: int = 1, direction: Direction = BOTH) -> Stage:
    stage = Stage(direction)
    for number in range(count):
        stage.board.plan(stage.key(number), hours(3 + number), R0, subject=f"job {number}")
    stage.settle()
    stage.run()
    stage.settle()
    return stage


def pull(stage: Stage) -> None:
    stage.ring(R0, "pull")
    stage.settle()


def lease(stage: Stage) -> Lease:
    (row,) = stage.found(Lease)
    return row


# Asked for time.


def test_what_was_put_off_is_done_when_the_other_side_said_and_not_before() -> None:
    stage = planned()
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
    stage = planned()
    stage.board.edit(TASK, subject="changed")
    stage.deliver()
    stage.outlook.operations_to_postpone = 1
    stage.run_due()
    stage.bells.waiting.clear()
    stage.clock.advance(timedelta(seconds=10))
    stage.run()
    assert stage.due_in() == [timedelta(seconds=20)]


def test_the_others_of_a_batch_are_committed_though_one_was_put_off() -> None:
    stage = planned(3)
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
    stage = planned()
    stage.outlook.worker_edits(stage.event().ref, span=hours(7))
    stage.board.faults.append(Fault.POSTPONED)
    stage.ring(R0, "pull")
    stage.run_due()
    assert stage.due_in() == [timedelta(seconds=2)]
    stage.settle()
    assert stage.board.state(TASK).span == hours(7)


# Held with words.


def test_a_refused_pair_is_held_with_words_and_the_others_go_on() -> None:
    stage = planned(3)
    for number in range(3):
        stage.board.edit(stage.key(number), subject=f"changed {number}")
    stage.outlook.operations_to_deny = 1
    stage.settle()
    (held,) = stage.found(Held)
    assert "refused" in held.why
    assert held.remedy
    assert sum(event.content.subject.startswith("changed") for event in stage.events(R0)) == 2
    assert len(stage.found(BoardInbox)) == 1, "what waits for a person was consumed"


def test_a_held_pair_is_not_tried_by_every_bell() -> None:
    stage = planned()
    stage.board.edit(TASK, subject="changed")
    stage.outlook.operations_to_deny = 1
    stage.settle()
    pull(stage)  # reads what is left of echoes
    stage.outlook.calls.clear()
    before = stage.writes()
    for _ in range(3):
        pull(stage)
    assert stage.outlook.calls == {"read_changes": 3}
    assert stage.writes() == before
    assert stage.found(Held)


@pytest.mark.parametrize("side", ["board", "Outlook"])
def test_a_held_pair_is_tried_again_when_something_new_comes(side: str) -> None:
    stage = planned()
    stage.board.edit(TASK, subject="changed")
    stage.outlook.operations_to_deny = 1
    stage.settle()
    if side == "board":
        stage.board.move(TASK, hours(9))
    else:
        stage.outlook.worker_edits(stage.event().ref, span=hours(9))
    pull(stage)
    assert (stage.event().content.subject, stage.event().content.span) == ("changed", hours(9))
    assert stage.board.state(TASK).span == hours(9)
    assert not stage.waiting()


def test_an_event_that_keeps_being_changed_is_held_after_three_put_backs_an_hour() -> None:
    stage = planned(direction=Direction.UP)
    for number in range(5):
        stage.outlook.worker_edits(stage.event().ref, subject=f"mine {number}")
        pull(stage)
        stage.clock.advance(timedelta(minutes=5))
    assert stage.event().content.subject == "mine 4"
    (held,) = stage.found(Held)
    assert "keeps changing" in held.why


def test_put_backs_of_long_ago_do_not_count() -> None:
    stage = planned(direction=Direction.UP)
    for number in range(5):
        stage.outlook.worker_edits(stage.event().ref, subject=f"mine {number}")
        pull(stage)
        stage.clock.advance(timedelta(minutes=25))
    assert stage.event().content.subject == "job 0"
    assert not stage.found(Held)


# The board is ahead of its webhook.


def ahead(*, can_read: bool) -> Stage:
    """The worker moved the event while the board has a newer state whose webhook does not come."""
    stage = planned()
    stage.board.can_read = can_read
    stage.board.edit(TASK, subject="newer")
    stage.outlook.worker_edits(stage.event().ref, span=hours(9))
    stage.run()
    return stage


def merged(stage: Stage) -> bool:
    state, event = stage.board.state(TASK), stage.event().content
    return (state.subject, state.span, event.subject, event.span) == ("newer", hours(9), "newer", hours(9))


def test_a_write_to_a_state_that_moved_waits_for_its_webhook() -> None:
    stage = ahead(can_read=True)
    (held,) = stage.found(Held)
    assert held.what == WAITING_FOR_BOARD
    assert stage.found(OutlookInbox), "the worker's edit was consumed"
    assert not [write for write in stage.board.writes if isinstance(write, UpdateAppointment)]


def test_the_webhook_decides_and_nothing_is_left() -> None:
    stage = ahead(can_read=False)
    stage.clock.advance(timedelta(minutes=1))
    stage.settle()
    assert merged(stage)
    assert not stage.waiting()


def test_without_a_webhook_the_board_is_read_after_a_quarter_of_an_hour() -> None:
    stage = ahead(can_read=True)
    stage.delivered = len(stage.board.outbox)  # it is never sent
    assert timedelta(minutes=15) in stage.due_in()
    stage.settle()
    assert merged(stage)
    assert not stage.waiting()


def test_a_board_that_cannot_be_read_leaves_it_to_a_person() -> None:
    stage = ahead(can_read=False)
    stage.delivered = len(stage.board.outbox)
    stage.settle()
    (held,) = stage.found(Held)
    assert held.what != WAITING_FOR_BOARD
    assert "send the appointment again" in held.remedy
    assert not stage.found(Todo)
    before = stage.writes()[1:]
    pull(stage)
    assert stage.writes()[1:] == before
    stage.deliver([stage.board.placement(TASK)])
    stage.settle()
    assert merged(stage)
    assert not stage.waiting()


# Unknown.


def test_a_write_whose_fate_is_unknown_blocks_its_own_pair_alone() -> None:
    stage = planned(2)
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
    stage = planned()
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


# Somebody else, and faults outside a pair.


def test_a_bell_for_a_resource_that_is_being_run_rings_again_in_seconds() -> None:
    stage = planned()
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
    stage = planned()
    _break_gathering(stage)
    with pytest.raises(RuntimeError):
        stage.run()
    assert (lease(stage).holder, lease(stage).broken_runs) == ("", 1)


def test_after_three_broken_runs_one_pair_at_a_time_is_taken_until_a_good_one() -> None:
    stage = planned(3)
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
    stage = planned(2)

    def stumble(pair: Pair, policy: Policy, at: datetime) -> Plan:
        if pair.id.endswith("a0"):
            raise KeyError("job 0 of somebody")
        return reconcile(pair, policy, at)

    monkeypatch.setattr("sync_core.flows.sync_resource.reconcile", stumble)
    for number in range(2):
        stage.board.edit(stage.key(number), subject=f"changed {number}")
    stage.settle()
    (held,) = stage.found(Held)
    assert "KeyError" in held.why
    assert "somebody" not in held.why
    assert sorted(event.content.subject for event in stage.events(R0)) == ["changed 1", "job 0"]


def test_a_run_that_could_not_announce_in_time_sends_nothing() -> None:
    stage = planned()
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
