"""A changed choice holds for what exists already, and what an admin answered is remembered."""

from dataclasses import replace

import pytest

from sync_core.domain.appointment import Appointment, AppointmentKey, Kind
from sync_core.domain.choices import InwardWords
from sync_core.domain.content import Content, Sensitivity, ShowAs
from sync_core.domain.look import Mapped
from sync_core.domain.policy import OnDeletion
from sync_core.domain.profile import CalendarUse, Participation
from sync_core.domain.resource import Direction
from sync_core.domain.rules import Rule
from sync_core.domain.stored import Cursor, Held, Todo, TodoReason
from tests.fakes.board import Fault
from tests.flows.stage import BOTH, R0, TASK, Stage, hours, now, planned


def read_in_full(stage: Stage) -> None:
    """Begin every cursor anew, as a change of what comes down does."""
    pending = now(stage.rows.read_pending(R0))
    assert pending.lease is not None
    anew = [
        replace(row, place="", is_full=True, round=row.round + 1) for row in pending.rows if isinstance(row, Cursor)
    ]
    now(stage.rows.transact(R0, pending.lease, pending.lease_tag, anew))
    stage.pull()


def test_a_mapping_is_applied_to_events_that_exist() -> None:
    stage = Stage()
    stage.board.plan(TASK, hours(3), R0, subject="planned", category="Service")
    stage.settle()
    stage.apply(categories=(("Service", Mapped(show_as=ShowAs.TENTATIVE, categories=("Green",))),))

    shown = stage.event().content
    assert shown.show_as is ShowAs.TENTATIVE
    assert shown.categories == ("Green",)


def test_a_rule_takes_away_what_it_keeps_back_and_its_end_brings_it_again() -> None:
    stage = planned()
    stage.apply(rules=(Rule("nothing", False),))
    assert not stage.events(R0)
    assert stage.link().reason == "kept back by the rule nothing"

    stage.apply(rules=())
    assert stage.event().content.subject == "planned"


def test_a_closed_kind_stays_as_it_is_and_goes_on_when_it_opens() -> None:
    stage = planned()
    stage.apply(tasks_up=False)
    stage.board.edit(TASK, subject="later")
    stage.settle()
    assert stage.event().content.subject == "planned"

    stage.apply(tasks_up=True)
    assert stage.event().content.subject == "later"


def test_inward_words_are_taken_from_the_board_and_from_everything_stored() -> None:
    stage = Stage()
    stage.own(3, "dentist")
    stage.pull()
    assert [block.subject for block in stage.blocks()] == ["dentist"]

    stage.tenant.tenant = replace(
        stage.tenant.tenant, choices=replace(stage.tenant.tenant.choices, inward_words=InwardWords.NONE)
    )
    read_in_full(stage)
    assert [(block.subject, block.show_as) for block in stage.blocks()] == [("Busy", ShowAs.BUSY)]
    assert "dentist" not in stage.words_stored()


def test_an_event_made_private_leaves_no_word_of_itself_behind() -> None:
    stage = Stage()
    event = stage.own(3, "clinic")
    stage.pull()
    stage.outlook.worker_edits(event.ref, span=hours(5))
    stage.pull()
    assert "clinic" in stage.journal()

    stage.outlook.worker_marks_private(event.ref)
    stage.pull()
    assert [block.subject for block in stage.blocks()] == ["Private"]
    assert "clinic" not in stage.words_stored()
    assert not stage.waiting()


def test_a_filter_takes_blocks_away_and_brings_them_back() -> None:
    stage = Stage()
    stage.own(3, show_as=ShowAs.OOF)
    stage.pull()
    choices = stage.tenant.tenant.choices

    stage.apply(inward_show_as=(ShowAs.BUSY,))
    assert not stage.blocks()
    stage.apply(inward_show_as=choices.inward_show_as)
    assert len(stage.blocks()) == 1


def test_an_event_moved_beyond_the_window_loses_its_block_and_has_it_again_when_it_returns() -> None:
    stage = Stage()
    event = stage.own(3)
    stage.pull()
    stage.outlook.worker_edits(event.ref, span=hours(24 * 300))
    stage.pull()
    assert not stage.blocks()

    stage.outlook.worker_edits(event.ref, span=hours(7))
    stage.pull()
    assert [block.span for block in stage.blocks()] == [hours(7)]


def test_an_event_moved_to_a_calendar_without_a_part_loses_its_block_until_it_returns() -> None:
    stage = Stage()
    event = stage.own(3)
    stage.pull()
    main = stage.calendars[R0]
    strange = stage.outlook.open_calendar(main.mailbox, "strange")
    moved = stage.outlook.worker_moves_to_calendar(event.ref, strange)
    stage.pull()
    assert not stage.blocks()

    stage.outlook.worker_moves_to_calendar(moved.ref, main)
    stage.pull()
    assert len(stage.blocks()) == 1


def test_another_main_calendar_gets_the_events_and_the_former_one_is_cleared() -> None:
    stage = planned(subjects=("one", "two"))
    old = stage.calendars[R0]
    new = stage.outlook.open_calendar("other@tandem.example")
    stage.change_profile(calendars=(CalendarUse(new),), former=(old,))
    stage.roll(R0)
    stage.settle()

    assert sorted(event.content.subject for event in stage.outlook.living(new)) == ["one", "two"]
    assert not stage.outlook.living(old)
    stage.board.edit(TASK, subject="three")
    stage.settle()
    assert sorted(event.content.subject for event in stage.outlook.living(new)) == ["three", "two"]


def test_a_former_mailbox_that_does_not_answer_is_left_and_stops_nothing() -> None:
    stage = planned()
    old = stage.calendars[R0]
    new = stage.outlook.open_calendar("other@tandem.example")
    stage.outlook.refuse(old)
    stage.change_profile(calendars=(CalendarUse(new),), former=(old,))
    stage.roll(R0)
    stage.settle()

    assert [event.content.subject for event in stage.outlook.living(new)] == ["planned"]
    assert len(stage.outlook.living(old)) == 1
    assert "does not answer" in stage.journal() or "refuses" in stage.journal()
    assert not stage.waiting()


def test_who_leaves_keeps_nothing_of_ours_on_either_side() -> None:
    stage = planned()
    stage.own(9)
    stage.pull()
    assert stage.blocks()
    stage.change_profile(participation=Participation.LEAVING)
    stage.roll(R0)
    stage.settle()

    assert not stage.events(R0)
    assert not stage.blocks()
    assert stage.profile().participation is Participation.OFFBOARDED


def test_an_equal_event_is_taken_over_instead_of_doubled_when_that_is_chosen() -> None:
    stage = Stage()
    stage.apply(adopt_equal_events=True)
    by_hand = stage.outlook.worker_creates(
        stage.calendars[R0], Content(hours(3), subject="planned", show_as=ShowAs.BUSY)
    )
    stage.board.plan(TASK, hours(3), R0, subject="planned")
    stage.settle()

    assert [event.ref for event in stage.outlook.living(stage.calendars[R0])] == [by_hand.ref]
    assert stage.link().event == by_hand.ref
    assert not stage.blocks()
    stage.board.move(TASK, hours(5))
    stage.settle()
    assert stage.outlook.living(stage.calendars[R0])[0].content.span == hours(5)


def test_an_event_that_is_known_as_the_workers_own_is_not_taken_over() -> None:
    stage = Stage()
    stage.apply(adopt_equal_events=True)
    stage.own(3, "planned")
    stage.pull()
    stage.board.plan(TASK, hours(3), R0, subject="planned")
    stage.settle()

    assert len(stage.outlook.living(stage.calendars[R0])) == 2
    assert len(stage.blocks()) == 1


def test_without_that_choice_an_equal_event_is_somebody_elses() -> None:
    stage = Stage()
    stage.outlook.worker_creates(stage.calendars[R0], Content(hours(3), subject="planned"))
    stage.board.plan(TASK, hours(3), R0, subject="planned")
    stage.settle()

    assert len(stage.outlook.living(stage.calendars[R0])) == 2


def own_and_gone(count: int) -> Stage:
    """So many of the worker's own events vanished at once; each block is held."""
    stage = Stage()
    refs = [stage.own(1 + number, f"own {number}").ref for number in range(count)]
    stage.pull()
    for ref in refs:
        stage.outlook.worker_deletes(ref)
    stage.pull()
    assert len(stage.found(Held)) == count
    return stage


def judge(stage: Stage, verdict: TodoReason) -> None:
    pairs = [held.pair for held in stage.found(Held) if held.pair]
    now(stage.rows.insert(R0, [Todo(verdict, pair, pair) for pair in pairs]))
    stage.pull()


def test_what_an_admin_refuses_stays_and_is_not_asked_again() -> None:
    stage = own_and_gone(12)
    judge(stage, TodoReason.REJECT)
    assert len(stage.blocks()) == 12
    assert not stage.waiting()

    before = stage.writes()[2]
    stage.roll(R0)
    stage.pull()
    assert len(stage.blocks()) == 12
    assert stage.writes()[2] == before
    assert not stage.found(Held)


def test_a_runaway_board_is_stopped_by_the_tenants_limit_and_a_planners_week_is_not() -> None:
    subjects = tuple(f"task {number}" for number in range(12))
    stage = planned(subjects=subjects)
    stage.apply(tenant_brake_deletions=10, tenant_brake_percent=30)
    for number in range(12):
        stage.board.unplan(stage.key(number))
    stage.settle()
    assert len(stage.events(R0)) == 12
    assert len(stage.found(Held)) == 12

    calm = planned(subjects=subjects)
    for number in range(12):
        calm.board.unplan(calm.key(number))
    calm.settle()
    assert not calm.events(R0)


def test_the_join_link_of_an_online_meeting_survives_the_planners_notes() -> None:
    stage = planned()
    online = stage.outlook.worker_makes_online(stage.event().ref)
    stage.pull()
    stage.board.edit(TASK, body="bring the ladder", subject="renamed")
    stage.settle()

    shown = stage.event().content
    assert shown.subject == "renamed"
    assert shown.body == online.content.body


def test_who_is_not_of_the_pilot_waits_and_catches_up_when_taken_in() -> None:
    stage = Stage()
    stage.apply(pilot_resources=("somebody else",))
    stage.board.plan(TASK, hours(3), R0, subject="planned")
    stage.settle()
    assert not stage.events(R0)

    stage.apply(pilot_resources=())
    assert stage.event().content.subject == "planned"


def test_what_has_ended_hears_no_more_from_outlook() -> None:
    stage = Stage()
    stage.board.plan(TASK, hours(-5), R0, subject="planned")
    stage.settle()
    stage.outlook.worker_edits(stage.event().ref, span=hours(3))
    stage.pull()

    assert stage.board.state(TASK).span == hours(-5)
    assert stage.event().content.span == hours(-5)


@pytest.mark.parametrize("direction", [Direction.UP, BOTH])
def test_a_sick_worker_is_absent_and_private_in_outlook(direction: Direction) -> None:
    stage = Stage(direction)
    sick = AppointmentKey(Kind.UNAVAILABILITY, "s1")
    stage.board.plan(sick, hours(3), R0, subject="Flu", absence="sick")
    stage.settle()

    shown = stage.event().content
    assert (shown.subject, shown.sensitivity, shown.show_as) == ("Absent", Sensitivity.PRIVATE, ShowAs.OOF)


def test_a_deletion_by_policy_may_be_chosen_for_one_resource() -> None:
    stage = planned()
    stage.change_profile(overrides=replace(stage.profile().overrides, on_deletion=OnDeletion.UNPLAN))
    stage.outlook.worker_deletes(stage.event().ref)
    stage.pull()

    state: Appointment | None = next((one for one in stage.board.living() if one.key == TASK), None)
    assert state is None or state.resources == ()


def test_what_the_brake_holds_stays_held_whatever_is_edited_meanwhile() -> None:
    stage = own_and_gone(14)
    for state in [state for state in stage.board.living() if state.key.kind is Kind.UNAVAILABILITY][:10]:
        stage.board.edit(state.key, subject="edited by the planner")
        stage.settle()

    assert len(stage.blocks()) == 14
    judge(stage, TodoReason.RELEASE)
    assert not stage.blocks()


def test_a_deletion_that_is_put_off_counts_once() -> None:
    stage = Stage()
    refs = [stage.own(1 + number, f"own {number}").ref for number in range(7)]
    stage.pull()
    for ref in refs[:6]:
        stage.outlook.worker_deletes(ref)
    stage.board.faults += [Fault.POSTPONED] * 3
    stage.pull()
    stage.pull()

    assert not stage.found(Held)
    assert len(stage.blocks()) == 1


def test_a_shorter_window_takes_no_block_of_a_series_away() -> None:
    stage = Stage()
    starts = [hours(24 * day).start_at for day in (1, 20)]
    content = Content(hours(24), subject="weekly", show_as=ShowAs.BUSY)
    series = stage.outlook.worker_creates_series(stage.calendars[R0], content, starts)
    stage.pull()
    assert len(stage.blocks()) == 2

    stage.change_profile(overrides=replace(stage.profile().overrides, days_ahead=10))
    stage.outlook.worker_touches(series.ref)
    read_in_full(stage)
    assert len(stage.blocks()) == 2


def test_an_occurrence_nobody_can_read_is_held_with_words_and_keeps_its_block_until_it_can_be_read_again() -> None:
    stage = Stage()
    starts = [hours(24 * day).start_at for day in (1, 2)]
    content = Content(hours(24), subject="weekly", show_as=ShowAs.BUSY)
    series = stage.outlook.worker_creates_series(stage.calendars[R0], content, starts)
    stage.pull()
    kept = stage.outlook._kept[(stage.calendars[R0].mailbox, series.ref.id)]
    stage.outlook.unreadable = {kept.occurrences[1].ref.id}
    stage.outlook.worker_touches(series.ref)
    stage.board.plan(TASK, hours(3), R0, subject="planned")
    stage.pull()
    assert len(stage.blocks()) == 2
    assert len(stage.found(Held)) == 1
    assert stage.link().is_paired

    stage.outlook.unreadable = set()
    stage.outlook.worker_touches(series.ref)
    stage.pull()
    assert not stage.found(Held)


def test_a_calendar_that_loses_its_part_takes_its_blocks_along() -> None:
    stage = Stage()
    stage.own(3)
    stage.pull()
    other = stage.outlook.open_calendar(stage.calendars[R0].mailbox, "other")
    stage.change_profile(calendars=(CalendarUse(other, Direction.UP),))
    stage.roll(R0)
    stage.settle()

    assert not stage.blocks()


def test_what_is_the_workers_own_goes_along_to_another_calendar() -> None:
    stage = planned()
    stage.outlook.worker_edits(stage.event().ref, categories=("Mine",), reminder_minutes=5)
    stage.outlook.worker_edits(stage.event().ref, span=hours(30))
    new = stage.outlook.open_calendar("other@tandem.example")
    stage.change_profile(calendars=(CalendarUse(new),), former=(stage.calendars[R0],))
    stage.roll(R0)
    stage.settle()

    (event,) = stage.outlook.living(new)
    assert (event.content.categories, event.content.reminder_minutes) == (("Mine",), 5)
    assert event.content.span == stage.board.state(TASK).span == hours(30)
    assert not stage.outlook.living(stage.calendars[R0])


def test_a_released_appointment_that_is_planned_again_gets_an_event_of_its_own() -> None:
    stage = planned()
    meeting = stage.outlook.worker_adds_attendee(stage.event().ref)
    stage.pull()
    stage.board.unplan(TASK)
    stage.settle()
    stage.board.assign(TASK, R0)
    stage.settle()

    assert len(stage.events(R0)) == 2
    assert stage.link().event != meeting.ref
    stage.outlook.worker_edits(meeting.ref, subject="theirs")
    stage.pull()
    assert stage.outlook.mails == 0
