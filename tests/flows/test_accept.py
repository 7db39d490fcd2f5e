"""What the board says is in every inbox that it concerns before its sender hears that it was taken."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.appointment import Appointment, AppointmentKey, Kind, Owing, Placement, Revision
from sync_core.domain.errors import TryAgain
from sync_core.domain.link import Condition
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import BoardInbox, Held
from sync_core.flows.accept import (
    WEBHOOKS,
    Acceptance,
    AcceptVerdict,
    Rejection,
    accept,
    complete_owing,
    file_rejected,
)
from sync_core.flows.administer import ResourceRequest, enlist
from sync_core.ports import Mailbox
from tests.flows.stage import BOTH, R0, R1, TASK, Interrupted, Stage, hours, now
from tests.machine.peril import Crash, Worker, drive

NOBODY_YET = ResourceId("r9")


def placed(revision: int, *resources: ResourceId, key: AppointmentKey = TASK, subject: str = "planned") -> Placement:
    state = Appointment(key, Revision(revision), hours(3), resources or (R0,), subject=subject)
    return Placement(key, state.revision, state)


def gone(revision: int, key: AppointmentKey = TASK) -> Placement:
    return Placement(key, Revision(revision), None)


def take(stage: Stage, *placements: Placement) -> list[Acceptance]:
    return list(now(accept(stage.ports, placements, "c")))


def verdicts(answers: list[Acceptance]) -> list[AcceptVerdict]:
    return [answer.verdict for answer in answers]


def inbox(stage: Stage, resource: ResourceId = R0) -> list[tuple[int, str | None]]:
    rows = stage.found(BoardInbox, resource)
    return [(row.revision, row.state.subject if row.state else None) for row in rows]


def test_a_state_is_in_the_inbox_and_the_bell_is_rung_before_the_answer() -> None:
    stage = Stage()
    assert verdicts(take(stage, placed(1))) == [AcceptVerdict.ACCEPTED]
    assert inbox(stage) == [(1, "planned")]
    assert [one.job.resource for one in stage.bells.waiting] == [R0]
    assert not now(stage.placements.list_owing(stage.clock.now() + timedelta(days=1)))


def test_an_older_revision_is_superseded_and_writes_nothing() -> None:
    stage = Stage()
    take(stage, placed(2))
    before = stage.writes()
    (answer,) = take(stage, placed(1, subject="old"))
    assert (answer.verdict, bool(answer.reason)) == (AcceptVerdict.SUPERSEDED, True)
    assert stage.writes() == before
    assert inbox(stage) == [(2, "planned")]


def test_a_repeat_is_told_apart_and_rings_again_for_the_first_bell_may_be_what_was_lost() -> None:
    stage = Stage()
    take(stage, placed(1))
    stage.bells.waiting.clear()
    before = stage.rows.writes
    assert verdicts(take(stage, placed(1))) == [AcceptVerdict.REPEATED]
    assert [one.job.resource for one in stage.bells.waiting] == [R0]
    assert stage.rows.writes == before


def test_another_state_under_the_same_revision_is_refused_with_words_for_the_sender() -> None:
    stage = Stage()
    take(stage, placed(1))
    stage.bells.waiting.clear()
    (answer,) = take(stage, placed(1, subject="other"))
    assert answer.verdict is AcceptVerdict.CONFLICTING
    assert "raise the revision" in answer.reason
    assert inbox(stage) == [(1, "planned")]
    assert not stage.bells.waiting


def test_when_it_was_changed_is_no_part_of_the_state() -> None:
    stage = Stage()
    first = placed(1)
    assert first.state
    take(stage, first)
    told_later = replace(first, state=replace(first.state, updated_at=stage.clock.now()))
    assert verdicts(take(stage, told_later)) == [AcceptVerdict.REPEATED]


def test_of_one_batch_the_newest_counts_whatever_the_order() -> None:
    stage = Stage()
    answers = take(stage, placed(2, subject="second"), placed(3, subject="third"), placed(1, subject="first"))
    assert verdicts(answers) == [AcceptVerdict.SUPERSEDED, AcceptVerdict.ACCEPTED, AcceptVerdict.SUPERSEDED]
    assert inbox(stage) == [(3, "third")]


def test_two_states_under_one_revision_in_one_batch_are_one_taken_and_one_refused() -> None:
    stage = Stage()
    answers = take(stage, placed(1), placed(1, subject="other"), placed(1))
    assert verdicts(answers) == [AcceptVerdict.ACCEPTED, AcceptVerdict.CONFLICTING, AcceptVerdict.ACCEPTED]
    assert inbox(stage) == [(1, "planned")]


def test_whoever_had_it_before_is_told_that_it_is_no_longer_here() -> None:
    stage = Stage(BOTH, BOTH)
    take(stage, placed(1, R0))
    take(stage, placed(2, R1))
    assert inbox(stage, R0) == [(1, "planned"), (2, None)]
    assert inbox(stage, R1) == [(2, "planned")]


def test_a_resource_nobody_enlisted_finds_later_what_was_planned_for_it() -> None:
    stage = Stage()
    take(stage, placed(1, NOBODY_YET))
    assert inbox(stage, NOBODY_YET) == [(1, "planned")]
    stage.settle()
    calendar = stage.outlook.open_calendar("nine@tandem.example")
    stage.directory.add("nine@tandem.example", Mailbox(calendar.mailbox, calendar.calendar, {}))
    request = ResourceRequest(NOBODY_YET, "Nine", "nine@tandem.example", "Europe/Berlin", BOTH)
    now(enlist(stage.ports, request))
    stage.settle()
    assert [event.content.subject for event in stage.outlook.ours(calendar)] == ["planned"]


def test_ids_of_different_kinds_may_collide() -> None:
    stage = Stage()
    absence = AppointmentKey(Kind.UNAVAILABILITY, TASK.id)
    assert verdicts(take(stage, placed(4), placed(1, key=absence, subject="vacation"))) == [AcceptVerdict.ACCEPTED] * 2
    stage.settle()
    assert sorted(event.content.subject for event in stage.events(R0)) == ["planned", "vacation"]
    take(stage, gone(2, absence))
    stage.settle()
    assert stage.event().content.subject == "planned"


def test_five_hundred_in_one_batch_cost_few_calls() -> None:
    stage = Stage()
    many = [placed(1, key=AppointmentKey(Kind.TASK, f"m{number}")) for number in range(500)]
    before = stage.rows.writes
    assert verdicts(take(stage, *many)) == [AcceptVerdict.ACCEPTED] * 500
    assert stage.rows.writes == before + 1
    assert len(stage.bells.waiting) == 1
    stage.outlook.calls.clear()
    stage.settle()
    assert len(stage.events(R0)) == 500
    assert stage.outlook.calls["carry_out"] <= 30


def test_a_state_of_nobody_is_remembered_and_rings_nobody() -> None:
    stage = Stage()
    assert verdicts(take(stage, gone(3))) == [AcceptVerdict.ACCEPTED]
    assert not stage.bells.waiting
    assert verdicts(take(stage, placed(2))) == [AcceptVerdict.SUPERSEDED]


def test_no_longer_here_for_what_was_never_here_keeps_an_older_webhook_from_planting_an_event() -> None:
    stage = Stage(BOTH, BOTH)
    stage.rows.partitions[R0].update(
        {row.address: row for row in (BoardInbox(TASK, Revision(3), None),)},
    )
    stage.run()
    assert stage.link().condition is Condition.TOMBSTONE
    old = placed(2)
    now(stage.rows.insert(R0, [BoardInbox(TASK, old.revision, old.state)]))
    stage.run()
    assert not stage.events(R0)
    assert not stage.waiting()


def test_what_a_killed_webhook_owes_is_completed_by_the_timer_wherever_it_was_killed() -> None:
    at = 0
    while True:
        at += 1
        stage = Stage(BOTH, BOTH)
        take(stage, placed(1, R0))
        stage.settle()
        worker = Worker(crash_at=at)
        try:
            drive(accept(stage.ports_of(worker), [placed(2, R1)], "c"))
        except Crash:
            stage.complete_owing()
        placement = stage.placements.placed[TASK].placement
        assert placement is not None
        stage.settle()
        if placement.revision == 2:
            assert (len(stage.events(R0)), len(stage.events(R1))) == (0, 1), f"killed {worker.trace[-1]}"
        else:
            assert (len(stage.events(R0)), len(stage.events(R1))) == (1, 0), f"killed {worker.trace[-1]}"
        if not worker.is_dead:
            break
    assert at > 10


def test_what_has_been_owing_for_less_than_a_minute_is_left_to_its_own_webhook() -> None:
    stage = Stage()
    with pytest.raises(Crash):
        drive(accept(stage.ports_of(Worker(crash_at=6)), [placed(1)], "c"))
    assert stage.placements.placed[TASK].owing is not None
    stage.clock.advance(timedelta(seconds=50))
    assert now(complete_owing(stage.ports)) == 0
    stage.clock.advance(timedelta(seconds=20))
    assert now(complete_owing(stage.ports)) == 1
    assert stage.placements.placed[TASK].owing is None


@pytest.mark.parametrize(("first", "second"), [(2, 3), (3, 2)], ids=["a newer one", "an older one"])
def test_a_webhook_overtaken_at_any_step_by_another_ends_in_the_newer_state(first: int, second: int) -> None:
    at, moments = 0, 1
    while at < moments:
        at += 1
        stage = Stage(BOTH, BOTH)
        take(stage, placed(1, R0, R1))
        stage.settle()
        states = {2: placed(2, R0, subject="second"), 3: placed(3, R1, subject="third")}

        def overtake(_: str, stage: Stage = stage, state: Placement = states[second]) -> None:
            take(stage, state)

        worker = Interrupted(at=at, happens=overtake)
        drive(accept(stage.ports_of(worker), [states[first]], "c"))
        moments = worker.moments
        stage.settle()
        assert not stage.events(R0), f"overtaken {worker.trace[at - 1]}"
        assert stage.event(R1).content.subject == "third", f"overtaken {worker.trace[at - 1]}"
        assert not now(stage.placements.list_owing(stage.clock.now() + timedelta(days=1)))


def test_too_many_writers_at_one_appointment_ask_the_sender_to_repeat() -> None:
    stage = Stage()

    class Crowded(Worker):
        async def pause(self, where: str) -> None:
            if where == "before FakePlacements.write":
                placed_now = now(stage.placements.read([TASK]))[TASK]
                owing = Owing(TASK, Revision(1), (R0,), stage.clock.now())
                now(stage.placements.write([(placed_now, placed(1), owing)]))
            await super().pause(where)

    with pytest.raises(TryAgain):
        drive(accept(stage.ports_of(Crowded()), [placed(2)], "c"))


def test_a_member_that_could_not_be_taken_is_filed_once_with_what_to_do() -> None:
    stage = Stage()
    rejection = Rejection("event-7", "an appointment", "data.end lies before data.start")
    now(file_rejected(stage.ports, [rejection]))
    stage.clock.advance(timedelta(minutes=1))
    now(file_rejected(stage.ports, [rejection]))
    (row,) = stage.found(Held, WEBHOOKS)
    assert (row.subject, row.why) == ("event-7", "data.end lies before data.start")
    assert "again" in row.remedy


def test_a_delivery_without_bad_members_files_nothing() -> None:
    stage = Stage()
    before = stage.rows.writes
    now(file_rejected(stage.ports, []))
    assert stage.rows.writes == before
