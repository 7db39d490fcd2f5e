"""A bell that cannot be answered is filed where an admin sees it, consumes nothing, and is rung again."""

from datetime import timedelta

from sync_core.domain.stored import BoardInbox, Held, Job
from sync_core.flows.accept import WEBHOOKS
from sync_core.flows.jobs import file_poison, file_undecodable
from tests.flows.stage import R0, TASK, Stage, hours, now


def poisoned(stage: Stage, attempt: int = 0) -> Job:
    return Job(R0, stage.clock.now(), "board", "c", attempt)


def test_a_poisoned_bell_is_filed_under_its_resource_and_rung_again_later() -> None:
    stage = Stage()
    now(file_poison(stage.ports, poisoned(stage), "KeyError"))
    (held,) = stage.found(Held)
    assert (held.why, bool(held.what), bool(held.remedy)) == ("KeyError (correlation id c)", True, True)
    (waiting,) = stage.bells.waiting
    assert (waiting.job.resource, waiting.job.reason) == (R0, "poison")
    assert stage.due_in() == [timedelta(minutes=15)]


def test_no_inbox_row_is_consumed_by_it_and_the_next_bell_carries_it_out() -> None:
    stage = Stage()
    stage.board.plan(TASK, hours(3), R0, subject="planned")
    stage.deliver()
    (job,) = stage.bells.take_due()
    now(file_poison(stage.ports, job, "KeyError"))
    assert len(stage.found(BoardInbox)) == 1
    stage.settle()
    assert stage.event().content.subject == "planned"


def test_the_same_trouble_twice_is_one_row() -> None:
    stage = Stage()
    now(file_poison(stage.ports, poisoned(stage), "KeyError"))
    now(file_poison(stage.ports, poisoned(stage), "KeyError"))
    assert len(stage.found(Held)) == 1


def test_a_bell_that_waited_long_is_rung_again_like_any_other() -> None:
    stage = Stage()
    now(file_poison(stage.ports, poisoned(stage, attempt=80), "KeyError"))
    assert stage.due_in() == [timedelta(minutes=15)]


def test_the_row_goes_with_the_first_run_that_ends_well() -> None:
    stage = Stage()
    now(file_poison(stage.ports, poisoned(stage), "KeyError"))
    stage.board.plan(TASK, hours(3), R0, subject="planned")
    stage.deliver()
    stage.settle()
    assert not stage.found(Held)


def test_a_message_that_is_no_job_is_filed_beside_the_webhooks() -> None:
    stage = Stage()
    now(file_undecodable(stage.ports, "message-1", "no JSON"))
    (held,) = stage.found(Held, WEBHOOKS)
    assert (held.subject, held.why) == ("message.message-1", "no JSON")
