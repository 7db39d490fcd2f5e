"""A worker's deletion as a question to the planner: it becomes the plan only by a new revision."""

from sync_core.domain.link import Condition
from sync_core.domain.plan import ProposeUnplan
from sync_core.domain.policy import OnDeletion
from tests.flows.stage import TASK, Stage, hours, planned


def asked() -> Stage:
    """The worker deleted the event, and the planner was asked."""
    stage = planned()
    stage.apply(on_deletion=OnDeletion.PROPOSE)
    stage.outlook.worker_deletes(stage.event().ref)
    stage.pull()
    return stage


def open_questions(stage: Stage) -> list[str]:
    return [name for name, proposal in stage.board.proposals.items() if proposal.state == "open"]


def test_the_planner_is_asked_once_and_nothing_changes_until_they_answer() -> None:
    stage = asked()
    before = stage.writes()
    stage.pull()
    stage.roll(stage.resources[0])
    stage.settle()

    assert len(open_questions(stage)) == 1
    assert stage.link().condition is Condition.PROPOSED
    assert not stage.events(stage.resources[0])
    assert stage.board.state(TASK).resources == stage.resources
    assert (stage.writes()[1], stage.writes()[2]) == before[1:]


def test_a_planner_who_agrees_takes_the_resource_off() -> None:
    stage = asked()
    stage.board.accept(open_questions(stage)[0])
    stage.settle()

    assert not stage.events(stage.resources[0])
    assert stage.link().condition is Condition.TOMBSTONE


def test_a_planner_who_keeps_it_has_the_event_made_anew() -> None:
    stage = asked()
    stage.board.decline(open_questions(stage)[0])
    stage.settle()

    assert stage.event().content.subject == "planned"
    assert stage.link().is_paired


def test_a_planner_who_moves_it_has_answered_too() -> None:
    stage = asked()
    stage.board.move(TASK, hours(30))
    stage.settle()

    assert stage.event().content.span == hours(30)


def test_a_worker_who_brings_it_back_takes_the_question_back_and_may_ask_again() -> None:
    stage = planned()
    stage.apply(on_deletion=OnDeletion.PROPOSE)
    ref = stage.event().ref
    for _ in range(2):
        stage.outlook.worker_deletes(ref)
        stage.pull()
        assert len(open_questions(stage)) == 1
        stage.outlook.worker_undeletes(ref)
        stage.pull()
        assert not open_questions(stage)
        assert stage.event().ref == ref
        assert stage.link().is_paired


def test_what_the_worker_changed_while_bringing_it_back_reaches_the_planner() -> None:
    stage = planned()
    stage.apply(on_deletion=OnDeletion.PROPOSE)
    ref = stage.event().ref
    stage.outlook.worker_deletes(ref)
    stage.pull()
    stage.outlook.worker_undeletes(ref)
    stage.outlook.worker_edits(ref, span=hours(50))
    stage.pull()

    assert stage.board.state(TASK).span == hours(50)


def test_a_board_that_takes_no_proposals_has_the_event_restored() -> None:
    stage = planned()
    stage.board.takes_proposals = False
    stage.apply(on_deletion=OnDeletion.PROPOSE)
    stage.outlook.worker_deletes(stage.event().ref)
    stage.pull()

    assert stage.event().content.subject == "planned"
    assert not any(isinstance(write, ProposeUnplan) for write in stage.board.writes)


def test_an_admin_who_wants_deletions_restored_has_open_questions_withdrawn() -> None:
    stage = asked()
    stage.apply(on_deletion=OnDeletion.RESTORE)

    assert not open_questions(stage)
    assert stage.event().content.subject == "planned"
