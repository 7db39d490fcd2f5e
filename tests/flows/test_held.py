"""What waits for a person or for the board says why, and is tried again when something new comes."""

from datetime import timedelta

import pytest

from sync_core.domain.plan import UpdateAppointment
from sync_core.domain.resource import Direction
from sync_core.domain.stored import BoardInbox, Held, OutlookInbox, Todo
from sync_core.flows.carry_out import WAITING_FOR_BOARD
from tests.flows.stage import R0, TASK, Stage, hours, planned

JOBS = ("job 0", "job 1", "job 2")


def test_a_refused_pair_is_held_with_words_and_the_others_go_on() -> None:
    stage = planned(subjects=JOBS)
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
    stage = planned(subjects=JOBS[:1])
    stage.board.edit(TASK, subject="changed")
    stage.outlook.operations_to_deny = 1
    stage.settle()
    stage.pull()  # reads what is left of echoes
    stage.outlook.calls.clear()
    before = stage.writes()
    for _ in range(3):
        stage.pull()
    assert stage.outlook.calls == {"read_changes": 3}
    assert stage.writes() == before
    assert stage.found(Held)


@pytest.mark.parametrize("side", ["board", "Outlook"])
def test_a_held_pair_is_tried_again_when_something_new_comes(side: str) -> None:
    stage = planned(subjects=JOBS[:1])
    stage.board.edit(TASK, subject="changed")
    stage.outlook.operations_to_deny = 1
    stage.settle()
    if side == "board":
        stage.board.move(TASK, hours(9))
    else:
        stage.outlook.worker_edits(stage.event().ref, span=hours(9))
    stage.pull()
    assert (stage.event().content.subject, stage.event().content.span) == ("changed", hours(9))
    assert stage.board.state(TASK).span == hours(9)
    assert not stage.waiting()


def test_an_event_that_keeps_being_changed_is_held_after_three_put_backs_an_hour() -> None:
    stage = planned(Direction.UP, subjects=JOBS[:1])
    for number in range(5):
        stage.outlook.worker_edits(stage.event().ref, subject=f"mine {number}")
        stage.pull()
        stage.clock.advance(timedelta(minutes=5))
    assert stage.event().content.subject == "mine 4"
    (held,) = stage.found(Held)
    assert "keeps changing" in held.why


def test_put_backs_of_long_ago_do_not_count() -> None:
    stage = planned(Direction.UP, subjects=JOBS[:1])
    for number in range(5):
        stage.outlook.worker_edits(stage.event().ref, subject=f"mine {number}")
        stage.pull()
        stage.clock.advance(timedelta(minutes=25))
    assert stage.event().content.subject == "job 0"
    assert not stage.found(Held)


def ahead(*, can_read: bool) -> Stage:
    """The worker moved the event while the board has a newer state whose webhook does not come."""
    stage = planned(subjects=JOBS[:1])
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
    stage.pull()
    assert stage.writes()[1:] == before
    stage.deliver([stage.board.placement(TASK)])
    stage.settle()
    assert merged(stage)
    assert not stage.waiting()
