"""What every `Board` keeps, the one in memory and the one behind HTTP alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import pytest

from sync_core.domain.appointment import AppointmentKey, Kind, Revision
from sync_core.domain.content import Content, Field, Sensitivity, ShowAs
from sync_core.domain.errors import Refused, TryAgain
from sync_core.domain.plan import (
    BoardOperation,
    CreateAppointment,
    DeleteAppointment,
    Denied,
    Done,
    Missing,
    Moved,
    Postponed,
    ProposeUnplan,
    Unknown,
    Unplan,
    UpdateAppointment,
)
from sync_core.domain.resource import ResourceId
from sync_core.domain.timespan import DaySpan, Span, TimeSpan
from sync_core.domain.window import Window
from sync_core.ports import Board
from tests.fakes.board import Fault

ADA, BEN = ResourceId("R-ADA"), ResourceId("R-BEN")
TASK = AppointmentKey(Kind.TASK, "A-1")
BLOCK = AppointmentKey(Kind.UNAVAILABILITY, "8f7d0a52-77c1-8a31-9d3e-1b2c3d4e5f60")
MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WINDOW = Window(MORNING - timedelta(days=1), MORNING + timedelta(days=2))


def hours(start: float, end: float) -> TimeSpan:
    return TimeSpan(MORNING + timedelta(hours=start), MORNING + timedelta(hours=end))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a planner sees of an appointment."""

    revision: int
    span: Span
    resources: tuple[str, ...]
    subject: str
    place: str
    address: str
    absence: str


class Bench(Protocol):
    """A board and the planner beside it."""

    @property
    def board(self) -> Board: ...

    async def plan(self, key: AppointmentKey, span: Span, *resources: ResourceId, subject: str = "") -> Revision: ...

    async def rename(self, key: AppointmentKey, subject: str) -> Revision: ...

    async def place(self, key: AppointmentKey, name: str, address: str) -> Revision: ...

    async def delete(self, key: AppointmentKey) -> None: ...

    async def look(self, key: AppointmentKey) -> Shown | None: ...

    async def fail_once(self, how: Fault) -> None: ...

    async def fail(self) -> None: ...

    async def switch_off(self, *abilities: str) -> None: ...

    async def round_to_quarters(self) -> None: ...

    async def reports(self) -> Sequence[tuple[str, str, str]]: ...

    async def proposals(self) -> Sequence[tuple[str, str, str, str]]:
        """Name, appointment, resource and state of each."""

    async def decide(self, proposal: str, is_accepted: bool) -> None: ...


def create(span: Span, subject: str = "Private", key: str = "c-1", block: AppointmentKey = BLOCK) -> CreateAppointment:
    content = Content(span, subject=subject, show_as=ShowAs.OOF, sensitivity=Sensitivity.PRIVATE)
    return CreateAppointment(block, ADA, content, 1, key, "an event blocks time")


def update(
    key: AppointmentKey, revision: Revision | None, content: Content, *fields: Field, name: str = "u-1"
) -> UpdateAppointment:
    assert revision is not None
    return UpdateAppointment(key, ADA, None, content, frozenset(fields), revision, name, "the worker moved it")


def remove(key: AppointmentKey, revision: Revision | None, name: str = "d-1") -> DeleteAppointment:
    assert revision is not None
    return DeleteAppointment(key, ADA, None, revision, name, "the event is gone")


def propose(
    revision: Revision | int,
    resource: ResourceId = ADA,
    *,
    key: AppointmentKey = TASK,
    name: str = "q-1",
    is_withdrawn: bool = False,
) -> ProposeUnplan:
    reason = "The worker brought it back." if is_withdrawn else "The worker deleted it."
    return ProposeUnplan(key, resource, f"P {resource}", Revision(revision), name, reason, is_withdrawn)


async def carry_out(bench: Bench, operation: BoardOperation) -> object:
    (outcome,) = await bench.board.carry_out([operation])
    return outcome


async def done(bench: Bench, operation: BoardOperation) -> Done:
    outcome = await carry_out(bench, operation)
    assert isinstance(outcome, Done), outcome
    return outcome


class BoardContract:
    async def test_a_block_that_was_created_is_answered_with_its_revision_and_its_look(self, bench: Bench) -> None:
        outcome = await done(bench, create(hours(0, 1)))
        shown = await bench.look(BLOCK)
        assert shown is not None
        assert (shown.span, shown.resources, shown.subject, shown.absence) == (
            hours(0, 1),
            ("R-ADA",),
            "Private",
            "other",
        )
        assert outcome.revision == shown.revision
        assert outcome.answer is not None
        assert outcome.answer.span == hours(0, 1)
        assert (outcome.answer.subject, outcome.answer.show_as) == ("Private", ShowAs.OOF)

    async def test_a_block_of_whole_days_keeps_its_days(self, bench: Bench) -> None:
        days = DaySpan(date(2026, 12, 24), date(2026, 12, 27))
        outcome = await done(bench, create(days))
        assert outcome.answer is not None
        assert outcome.answer.span == days
        shown = await bench.look(BLOCK)
        assert shown is not None
        assert shown.span == days

    async def test_a_create_that_is_repeated_under_its_key_makes_no_second_revision(self, bench: Bench) -> None:
        first = await done(bench, create(hours(0, 1)))
        again = await done(bench, create(hours(0, 1)))
        assert again == first

    async def test_a_create_whose_reply_was_lost_is_found_again_without_idempotency_keys(self, bench: Bench) -> None:
        await bench.switch_off("idempotency_keys")
        await bench.fail_once(Fault.LOST_REPLY)
        assert isinstance(await carry_out(bench, create(hours(0, 1))), Unknown)
        again = await done(bench, create(hours(0, 1)))
        assert again.revision == 1

    async def test_an_id_that_is_taken_by_other_content_is_not_overwritten(self, bench: Bench) -> None:
        await bench.plan(BLOCK, hours(4, 5), BEN, subject="Dentist")
        assert await carry_out(bench, create(hours(0, 1))) == Moved()
        shown = await bench.look(BLOCK)
        assert shown is not None
        assert shown.subject == "Dentist"

    async def test_a_block_without_length_is_denied_with_words(self, bench: Bench) -> None:
        outcome = await carry_out(bench, create(hours(1, 1)))
        assert isinstance(outcome, Denied)
        assert "length" in outcome.reason

    async def test_a_task_cannot_be_created(self, bench: Bench) -> None:
        assert isinstance(await carry_out(bench, create(hours(0, 1), block=TASK)), Denied)

    async def test_an_update_changes_the_named_fields_only(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA, BEN, subject="Pump service")
        content = Content(hours(3, 5), subject="never sent")
        outcome = await done(bench, update(TASK, revision, content, Field.TIME))
        shown = await bench.look(TASK)
        assert shown is not None
        assert (shown.span, shown.subject, shown.resources) == (hours(3, 5), "Pump service", ("R-ADA", "R-BEN"))
        assert shown.revision > revision
        assert outcome.revision == shown.revision

    async def test_an_appointment_becomes_whole_days_and_hours_again(self, bench: Bench) -> None:
        revision: Revision | None = await bench.plan(TASK, hours(0, 2), ADA)
        spans: list[Span] = [DaySpan(date(2026, 11, 24), date(2026, 11, 25)), hours(1, 2)]
        for number, span in enumerate(spans):
            outcome = await done(bench, update(TASK, revision, Content(span), Field.TIME, name=f"u-{number}"))
            revision = outcome.revision
            shown = await bench.look(TASK)
            assert shown is not None
            assert shown.span == span

    async def test_a_location_replaces_the_whole_place(self, bench: Bench) -> None:
        await bench.plan(TASK, hours(0, 2), ADA)
        revision = await bench.place(TASK, "Waterworks", "Kanalstraße 12")
        outcome = await done(bench, update(TASK, revision, Content(hours(0, 2), location="Gate 4"), Field.LOCATION))
        assert outcome.answer is not None
        assert outcome.answer.location == "Gate 4"
        shown = await bench.look(TASK)
        assert shown is not None
        assert (shown.place, shown.address) == ("Gate 4", "")

    async def test_an_absence_keeps_its_kind_when_the_worker_moves_it(self, bench: Bench) -> None:
        revision = await bench.plan(BLOCK, hours(0, 2), ADA, subject="Sick")
        outcome = await done(bench, update(BLOCK, revision, Content(hours(1, 3)), Field.TIME))
        shown = await bench.look(BLOCK)
        assert shown is not None
        assert (shown.span, shown.subject, shown.absence) == (hours(1, 3), "Sick", "sick")
        assert outcome.revision == shown.revision

    @pytest.mark.parametrize("key", [TASK, BLOCK])
    async def test_an_update_of_what_has_moved_writes_nothing(self, bench: Bench, key: AppointmentKey) -> None:
        old = await bench.plan(key, hours(0, 2), ADA, subject="before")
        await bench.rename(key, "after")
        assert await carry_out(bench, update(key, old, Content(hours(3, 4)), Field.TIME)) == Moved()
        shown = await bench.look(key)
        assert shown is not None
        assert (shown.span, shown.subject) == (hours(0, 2), "after")

    @pytest.mark.parametrize("key", [TASK, BLOCK])
    async def test_an_update_that_is_repeated_under_its_key_gives_the_first_answer(
        self, bench: Bench, key: AppointmentKey
    ) -> None:
        revision = await bench.plan(key, hours(0, 2), ADA)
        operation = update(key, revision, Content(hours(3, 4)), Field.TIME)
        first = await done(bench, operation)
        assert await done(bench, operation) == first

    @pytest.mark.parametrize("key", [TASK, BLOCK])
    async def test_an_update_whose_reply_was_lost_is_known_again_by_its_origin(
        self, bench: Bench, key: AppointmentKey
    ) -> None:
        await bench.switch_off("idempotency_keys")
        revision = await bench.plan(key, hours(0, 2), ADA)
        operation = update(key, revision, Content(hours(3, 4)), Field.TIME)
        await bench.fail_once(Fault.LOST_REPLY)
        assert isinstance(await carry_out(bench, operation), Unknown)
        again = await done(bench, operation)
        assert again.revision == revision + 1

    async def test_a_key_that_named_another_write_is_denied(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA)
        first = await done(bench, update(TASK, revision, Content(hours(3, 4)), Field.TIME))
        other = update(TASK, first.revision, Content(hours(5, 6)), Field.TIME)
        assert isinstance(await carry_out(bench, other), Denied)

    @pytest.mark.parametrize("key", [TASK, BLOCK])
    async def test_an_update_of_what_is_not_there_is_missing(self, bench: Bench, key: AppointmentKey) -> None:
        await bench.plan(key, hours(0, 2), ADA)
        await bench.delete(key)
        assert await carry_out(bench, update(key, Revision(1), Content(hours(3, 4)), Field.TIME)) == Missing()

    async def test_a_field_that_never_travels_is_denied(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA)
        operation = update(TASK, revision, Content(hours(0, 2), body="words"), Field.BODY)
        assert isinstance(await carry_out(bench, operation), Denied)

    async def test_a_deletion_is_answered_with_its_own_revision(self, bench: Bench) -> None:
        made = await done(bench, create(hours(0, 1)))
        gone = await done(bench, remove(BLOCK, made.revision))
        assert await bench.look(BLOCK) is None
        assert gone.revision is not None
        assert made.revision is not None
        assert gone.revision > made.revision
        assert gone.answer is None

    async def test_deleting_what_is_gone_is_done(self, bench: Bench) -> None:
        made = await done(bench, create(hours(0, 1)))
        await bench.delete(BLOCK)
        assert isinstance(await carry_out(bench, remove(BLOCK, made.revision)), Done)

    async def test_deleting_what_has_moved_deletes_nothing(self, bench: Bench) -> None:
        made = await done(bench, create(hours(0, 1)))
        await bench.rename(BLOCK, "kept by the planner")
        assert await carry_out(bench, remove(BLOCK, made.revision)) == Moved()
        assert await bench.look(BLOCK) is not None

    async def test_a_block_made_anew_goes_on_counting(self, bench: Bench) -> None:
        made = await done(bench, create(hours(0, 1)))
        gone = await done(bench, remove(BLOCK, made.revision))
        again = await done(bench, create(hours(2, 3), key="c-2"))
        assert gone.revision is not None
        assert again.revision is not None
        assert again.revision > gone.revision

    async def test_unplanning_takes_one_resource_off(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA, BEN)
        operation = Unplan(TASK, ADA, (BEN,), None, revision, "p-1", "the worker deleted it")
        await done(bench, operation)
        shown = await bench.look(TASK)
        assert shown is not None
        assert shown.resources == ("R-BEN",)

    async def test_unplanning_the_last_resource_leaves_the_appointment_on_nobody(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA)
        await done(bench, Unplan(TASK, ADA, (), None, revision, "p-1", "the worker deleted it"))
        shown = await bench.look(TASK)
        assert shown is not None
        assert shown.resources == ()

    async def test_unplanning_an_absence_deletes_it(self, bench: Bench) -> None:
        revision = await bench.plan(BLOCK, hours(0, 2), ADA)
        await done(bench, Unplan(BLOCK, ADA, (), None, revision, "p-1", "the worker deleted it"))
        assert await bench.look(BLOCK) is None

    async def test_a_proposal_is_shown_as_open_and_changes_nothing(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA, BEN)
        assert (await bench.board.capabilities()).takes_proposals
        assert await carry_out(bench, propose(revision)) == Done()
        assert await bench.proposals() == [("P R-ADA", "A-1", "R-ADA", "open")]
        shown = await bench.look(TASK)
        assert shown is not None
        assert (shown.revision, shown.resources) == (revision, ("R-ADA", "R-BEN"))

    async def test_a_proposal_that_is_repeated_stays_one_question(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA)
        for _ in range(2):
            assert await carry_out(bench, propose(revision)) == Done()
        assert await carry_out(bench, propose(revision, name="q-2")) == Done()
        assert await bench.proposals() == [("P R-ADA", "A-1", "R-ADA", "open")]

    @pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.LOST_REQUEST])
    async def test_a_proposal_whose_answer_was_lost_is_put_again(self, bench: Bench, fault: Fault) -> None:
        await bench.switch_off("idempotency_keys")
        revision = await bench.plan(TASK, hours(0, 2), ADA)
        await bench.fail_once(fault)
        await carry_out(bench, propose(revision))
        assert await carry_out(bench, propose(revision)) == Done()
        assert await bench.proposals() == [("P R-ADA", "A-1", "R-ADA", "open")]

    async def test_a_withdrawn_proposal_waits_no_longer_and_can_be_asked_again(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA)
        states = []
        for number, is_withdrawn in enumerate([False, True, False]):
            asked = propose(revision, name=f"q-{number}", is_withdrawn=is_withdrawn)
            assert await carry_out(bench, asked) == Done()
            states += [state for *_, state in await bench.proposals()]
        assert states == ["open", "withdrawn", "open"]

    async def test_a_proposal_that_is_agreed_to_takes_the_resource_off_under_a_new_revision(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA, BEN)
        await done(bench, propose(revision))
        await bench.decide("P R-ADA", is_accepted=True)
        shown = await bench.look(TASK)
        assert shown is not None
        assert (shown.revision, shown.resources) == (revision + 1, ("R-BEN",))
        assert await bench.proposals() == [("P R-ADA", "A-1", "R-ADA", "accepted")]

    async def test_a_proposal_that_is_declined_leaves_the_plan_under_a_new_revision(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA, subject="Pump service")
        await done(bench, propose(revision))
        before = await bench.look(TASK)
        await bench.decide("P R-ADA", is_accepted=False)
        after = await bench.look(TASK)
        assert before is not None
        assert after == replace(before, revision=revision + 1)
        assert await bench.proposals() == [("P R-ADA", "A-1", "R-ADA", "declined")]

    async def test_what_was_decided_meanwhile_stays_decided_and_is_done(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA)
        await done(bench, propose(revision))
        await bench.decide("P R-ADA", is_accepted=False)
        for number, is_withdrawn in enumerate([False, True]):
            asked = propose(revision, name=f"q-again-{number}", is_withdrawn=is_withdrawn)
            assert await carry_out(bench, asked) == Done()
            assert [state for *_, state in await bench.proposals()] == ["declined"]

    async def test_a_declined_proposal_is_open_again_about_the_next_revision(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA)
        await done(bench, propose(revision))
        await bench.decide("P R-ADA", is_accepted=False)
        assert await carry_out(bench, propose(revision + 1, name="q-2")) == Done()
        assert [state for *_, state in await bench.proposals()] == ["open"]

    async def test_a_planner_who_changes_the_appointment_otherwise_has_declined(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA, BEN)
        await done(bench, propose(revision))
        await done(bench, propose(revision, BEN, name="q-2"))
        await bench.rename(TASK, "Valve")
        assert {state for *_, state in await bench.proposals()} == {"declined"}
        assert await carry_out(bench, propose(revision, name="q-3")) == Done()
        assert {state for *_, state in await bench.proposals()} == {"declined"}

    async def test_a_write_of_ours_leaves_the_question_to_the_planner(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA, BEN)
        await done(bench, propose(revision))
        await done(bench, update(TASK, revision, Content(hours(3, 5)), Field.TIME))
        assert [state for *_, state in await bench.proposals()] == ["open"]
        await done(bench, Unplan(TASK, ADA, (BEN,), None, Revision(revision + 1), "p-1", "the worker deleted it"))
        assert [state for *_, state in await bench.proposals()] == ["accepted"]

    async def test_a_proposal_about_what_is_gone_is_missing_and_its_withdrawal_done(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA)
        await bench.delete(TASK)
        assert await carry_out(bench, propose(revision)) == Missing()
        assert await carry_out(bench, propose(revision, name="q-2", is_withdrawn=True)) == Done()

    async def test_a_deleted_appointment_leaves_no_question_open(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA)
        await done(bench, propose(revision))
        await bench.delete(TASK)
        assert [state for *_, state in await bench.proposals()] == ["accepted"]

    async def test_a_board_that_takes_no_proposals_denies_them_with_words(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA)
        await bench.switch_off("proposals")
        assert not (await bench.board.capabilities()).takes_proposals
        outcome = await carry_out(bench, propose(revision))
        assert isinstance(outcome, Denied)
        assert "proposals" in outcome.reason
        assert await bench.proposals() == []

    async def test_only_tasks_can_be_proposed_to_be_unplanned(self, bench: Bench) -> None:
        revision = await bench.plan(BLOCK, hours(0, 2), ADA)
        outcome = await carry_out(bench, propose(revision, key=BLOCK))
        assert isinstance(outcome, Denied)
        assert "tasks" in outcome.reason

    async def test_a_board_that_rounds_says_so_in_its_answer(self, bench: Bench) -> None:
        await bench.round_to_quarters()
        odd = TimeSpan(MORNING + timedelta(minutes=4), MORNING + timedelta(minutes=71))
        outcome = await done(bench, create(odd))
        assert outcome.answer is not None
        assert outcome.answer.span == TimeSpan(MORNING, MORNING + timedelta(minutes=75))

    async def test_being_asked_for_time_is_postponed_and_nothing_behind_it_is_lost(self, bench: Bench) -> None:
        await bench.fail_once(Fault.POSTPONED)
        outcome = await carry_out(bench, create(hours(0, 1)))
        assert isinstance(outcome, Postponed)
        assert outcome.after_seconds > 0
        assert await bench.look(BLOCK) is None
        await done(bench, create(hours(0, 1)))

    async def test_a_request_that_was_lost_is_unknown_and_may_be_repeated(self, bench: Bench) -> None:
        await bench.switch_off("idempotency_keys")
        await bench.fail_once(Fault.LOST_REQUEST)
        assert isinstance(await carry_out(bench, create(hours(0, 1))), Unknown)
        assert await bench.look(BLOCK) is None
        await done(bench, create(hours(0, 1)))

    async def test_several_operations_are_answered_in_the_order_given(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 2), ADA)
        outcomes = await bench.board.carry_out(
            [
                create(hours(0, 1)),
                update(TASK, Revision(revision + 7), Content(hours(3, 4)), Field.TIME),
                update(TASK, revision, Content(hours(3, 4)), Field.TIME, name="u-2"),
            ]
        )
        assert [type(one) for one in outcomes] == [Done, Moved, Done]

    async def test_a_window_is_read_page_by_page_with_everything_once(self, bench: Bench) -> None:
        for number in range(5):
            await bench.plan(AppointmentKey(Kind.TASK, f"A-{number}"), hours(number, number + 1), ADA)
        await bench.plan(BLOCK, hours(0, 1), BEN)
        await bench.plan(AppointmentKey(Kind.TASK, "A-9"), hours(400, 401), ADA)
        await bench.plan(AppointmentKey(Kind.TASK, "A-8"), hours(0, 1), ADA)
        await bench.delete(AppointmentKey(Kind.TASK, "A-8"))
        assert await self._read(bench, None) == [*(f"A-{number}" for number in range(5)), BLOCK.id]
        assert await self._read(bench, BEN) == [BLOCK.id]

    async def test_a_window_is_read_with_states_and_revisions(self, bench: Bench) -> None:
        revision = await bench.plan(TASK, hours(0, 1), ADA, subject="Pump service")
        page = await bench.board.read_window(WINDOW, None, None)
        (placement,) = page.placements
        assert placement.revision == revision
        assert placement.state is not None
        assert (placement.state.subject, placement.state.span) == ("Pump service", hours(0, 1))

    async def test_a_board_that_cannot_be_read_says_so(self, bench: Bench) -> None:
        assert (await bench.board.capabilities()).can_read
        await bench.switch_off("read")
        assert not (await bench.board.capabilities()).can_read
        with pytest.raises(Refused):
            await bench.board.read_window(WINDOW, None, None)

    async def test_a_read_that_fails_may_be_tried_again(self, bench: Bench) -> None:
        await bench.fail()
        with pytest.raises(TryAgain):
            await bench.board.read_window(WINDOW, None, None)

    async def test_a_report_reaches_the_planner(self, bench: Bench) -> None:
        await bench.plan(TASK, hours(0, 1), ADA)
        await bench.board.report(TASK, ADA, "held", "The mailbox has no licence.")
        assert await bench.reports() == [("A-1", "R-ADA", "held")]

    async def _read(self, bench: Bench, resource: ResourceId | None) -> Sequence[str]:
        seen: list[str] = []
        place: str | None = None
        for _ in range(20):
            page = await bench.board.read_window(WINDOW, resource, place)
            seen += [placement.key.id for placement in page.placements]
            place = page.place
            if place is None:
                return seen
        raise AssertionError("the pages never end")
