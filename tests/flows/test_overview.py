"""Runs leave behind what an admin looks at: numbers and fixed words, written only where something is otherwise."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.content import Content, Sensitivity, ShowAs
from sync_core.domain.errors import TryAgain
from sync_core.domain.lags import NO_LAGS, count_lags
from sync_core.domain.overview import Overview, Progress, State
from sync_core.domain.profile import MailboxSearch, MailboxState, Participation
from sync_core.domain.resource import Direction, ResourceId
from sync_core.domain.stored import BoardInbox, Held, Job, Todo, TodoReason
from sync_core.flows import run as engine
from sync_core.flows.carry_out import WAITING_FOR_BOARD
from sync_core.flows.jobs import file_poison
from sync_core.flows.keep_subscriptions import keep_subscriptions
from sync_core.flows.offboard import OnLeaving, offboard
from sync_core.flows.overview import (
    lag_down_of,
    lag_up_of,
    list_overviews,
    note_resource,
    overview_of,
    total,
)
from sync_core.flows.snapshot import BRAKED, FAILING
from tests.fakes.board import Fault
from tests.flows.stage import BOTH, R0, TASK, Stage, hours, now, planned

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def row(stage: Stage, resource: ResourceId = R0) -> Overview:
    found = now(overview_of(stage.ports, resource))
    assert found is not None
    return found


@pytest.mark.parametrize("direction", [BOTH, Direction.UP, Direction.DOWN, Direction.NONE])
def test_a_quiet_resource_leaves_nothing_behind_however_often_it_is_pulled(direction: Direction) -> None:
    stage = planned(direction)
    stage.own(5)
    stage.pull()
    stage.pull()
    before = stage.overviews.writes
    for _ in range(10):
        stage.clock.advance(timedelta(minutes=30))
        stage.notify()
        stage.settle()
        assert stage.run().ended == "quiet"
    assert stage.overviews.writes == before


def test_a_run_tells_how_the_resource_stands() -> None:
    stage = planned()
    assert row(stage).state is State.ACTIVE
    assert (row(stage).paired, row(stage).waiting, row(stage).held, row(stage).watched) == (1, 0, (), 1)
    assert row(stage).ended == "whole"
    at = stage.clock.now() + timedelta(hours=5)
    stage.clock.advance(timedelta(hours=5))
    stage.own(9)
    stage.pull()
    assert (row(stage).last_run_at, row(stage).last_change_at) == (at, at)
    assert row(stage).paired == 2


def test_what_was_lost_is_written_by_the_next_run_even_a_quiet_one() -> None:
    stage = planned()
    stage.pull()
    known = row(stage)
    stage.overviews.rows[R0] = replace(known, waiting=7, paired=9)
    assert stage.run().ended == "quiet"
    assert replace(row(stage), last_run_at=known.last_run_at) == known


@pytest.mark.parametrize("call", ["get", "put"])
def test_a_table_that_does_not_answer_stops_no_run(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = planned()

    async def silent(*_: object) -> None:
        raise TryAgain("no answer")

    monkeypatch.setattr(stage.overviews, call, silent)
    stage.board.edit(TASK, subject="changed")
    stage.settle()
    assert stage.event().content.subject == "changed"
    assert not stage.waiting()


def test_a_lag_up_counts_from_when_the_change_was_accepted() -> None:
    stage = planned()
    before = lag_up_of(row(stage), stage.clock.now()).count
    stage.board.edit(TASK, subject="changed")
    stage.deliver()
    stage.clock.advance(SECOND * 45)
    stage.settle()
    spread = lag_up_of(row(stage), stage.clock.now())
    assert spread.count == before + 1
    assert spread.p95 is not None
    assert timedelta(seconds=30) < spread.p95 <= timedelta(seconds=60)
    assert lag_down_of(row(stage), stage.clock.now()).count == 0


def test_a_lag_down_counts_from_when_the_change_was_read() -> None:
    stage = planned()
    stage.own(7)
    stage.board.fault = Fault.POSTPONED
    stage.ring(R0, "pull")
    stage.run_due()
    stage.clock.advance(MINUTE * 4)
    stage.board.fault = None
    stage.settle()
    spread = lag_down_of(row(stage), stage.clock.now())
    assert spread.count == 1
    assert spread.p50 is not None
    assert MINUTE * 2 < spread.p50 <= MINUTE * 5


def test_each_occurrence_of_a_series_is_measured_from_when_the_series_was_read() -> None:
    stage = planned()
    content = Content(hours(20), subject="standing", show_as=ShowAs.BUSY)
    starts = [hours(start).start_at for start in (20, 44, 68)]
    stage.outlook.worker_creates_series(stage.calendars[R0], content, starts)
    stage.pull()
    assert len(stage.blocks()) == 3
    assert lag_down_of(row(stage), stage.clock.now()).count == 3


def test_what_waited_for_a_person_is_no_lag_of_ours() -> None:
    stage = planned()
    before = lag_up_of(row(stage), stage.clock.now())
    stage.board.edit(TASK, subject="changed")
    stage.outlook.operations_to_deny = 1
    stage.settle()
    assert row(stage).held == (("held for a person", 1),)
    stage.clock.advance(timedelta(hours=3))
    pair = stage.link().pair
    now(stage.rows.insert(R0, [Todo(TodoReason.RELEASE, pair, pair)]))
    stage.pull()
    assert stage.event().content.subject == "changed"
    assert row(stage).held == ()
    assert lag_up_of(row(stage), stage.clock.now()) == before


def test_what_was_planned_before_a_resource_took_part_is_no_lag_of_ours() -> None:
    stage = Stage(BOTH)
    stage.change_profile(participation=Participation.WAITING)
    stage.board.plan(TASK, hours(300), R0, subject="planned")
    stage.settle()
    assert row(stage).state is State.WAITING
    assert row(stage).waiting == 1
    stage.clock.advance(timedelta(days=3))
    stage.change_profile(participation=Participation.ACTIVE)
    stage.pull()
    assert len(stage.events(R0)) == 1
    spread = lag_up_of(row(stage), stage.clock.now())
    assert spread.count == 1
    assert spread.p95 is not None
    assert spread.p95 < MINUTE


def test_what_is_put_off_waits_and_says_since_when_and_until_when() -> None:
    stage = planned()
    stage.board.edit(TASK, subject="changed")
    stage.deliver()
    accepted_at = stage.clock.now()
    stage.clock.advance(SECOND * 3)
    stage.outlook.operations_to_postpone = 1
    stage.run_due()
    seen = row(stage)
    assert (seen.ended, seen.waiting, seen.waiting_since_at) == ("more to do", 1, accepted_at)
    assert seen.throttled_until == stage.clock.now() + SECOND * 30
    stage.settle()
    assert (row(stage).ended, row(stage).waiting, row(stage).throttled_until) == ("whole", 0, None)


def test_a_silence_is_written_once_and_its_end_once() -> None:
    stage = planned()
    stage.pull()
    stage.outlook.unavailable = True
    stage.ring(R0, "pull")
    before = stage.overviews.writes
    for _ in range(4):
        stage.run_due()
        stage.clock.advance(MINUTE)
    assert row(stage).ended == "no answer"
    assert stage.overviews.writes == before + 1
    stage.outlook.unavailable = False
    stage.settle()
    assert row(stage).ended == "whole"
    assert stage.overviews.writes == before + 2


def test_a_silence_under_the_lease_is_written_too() -> None:
    stage = planned()
    stage.board.edit(TASK, subject="changed")
    stage.deliver()
    stage.outlook.unavailable = True
    assert stage.run().ended == "no answer"
    assert (row(stage).ended, row(stage).waiting) == ("no answer", 1)


def test_a_run_that_breaks_is_told_and_held_when_it_breaks_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = planned()
    stage.board.edit(TASK, subject="changed")
    stage.deliver()

    async def broken(*_: object) -> None:
        raise ValueError("a fault nobody knew")

    with monkeypatch.context() as patched:
        patched.setattr(engine, "gather", broken)
        for _ in range(3):
            with pytest.raises(ValueError, match="nobody knew"):
                stage.run()
    assert (row(stage).ended, row(stage).state) == ("failed", State.HELD)
    assert row(stage).reason == "its runs fail again and again"
    now(file_poison(stage.ports, Job(R0, stage.clock.now(), "board", "c"), "it failed"))
    now(note_resource(stage.ports, R0))
    assert row(stage).held == ((FAILING, 1),)
    stage.settle()
    assert (row(stage).ended, row(stage).state, row(stage).held) == ("whole", State.ACTIVE, ())


def test_what_is_held_is_counted_by_fixed_words() -> None:
    stage = Stage(BOTH)
    refs = [stage.own(1 + number, f"own {number}").ref for number in range(15)]
    stage.pull()
    for ref in refs[:12]:
        stage.outlook.worker_deletes(ref)
    stage.pull()
    assert row(stage).held == ((BRAKED, 12),)


def test_the_wait_for_the_boards_webhook_has_its_own_words() -> None:
    stage = planned()
    stage.board.edit(TASK, subject="changed")
    stage.outlook.worker_edits(stage.event().ref, subject="moved")
    stage.ring(R0, "pull")
    stage.run_due()
    assert dict(row(stage).held).keys() <= {WAITING_FOR_BOARD}


@pytest.mark.parametrize("participation", Participation)
def test_whoever_takes_no_part_is_told_by_the_word_of_the_profile(participation: Participation) -> None:
    stage = planned()
    stage.change_profile(participation=participation)
    noted = now(note_resource(stage.ports, R0))
    assert noted is not None
    assert noted.state.value == participation.value


def test_a_pilot_that_does_not_take_a_resource_in_leaves_it_waiting() -> None:
    stage = planned()
    stage.set_choices(pilot_resources=("somebody else",))
    assert stage.run().ended == "takes no part"
    assert (row(stage).state, row(stage).watched) == (State.WAITING, 0)


def test_a_resource_without_a_direction_is_paused() -> None:
    stage = planned()
    stage.change_profile(direction=Direction.NONE)
    stage.pull()
    assert row(stage).state is State.PAUSED


def test_a_mailbox_that_cannot_be_used_holds_its_resource_in_fixed_words() -> None:
    stage = planned()
    search = MailboxSearch(MailboxState.UNLICENSED, "ada@tandem.example has no licence")
    stage.change_profile(mailbox=search)
    stage.pull()
    assert (row(stage).state, row(stage).reason) == (State.HELD, "its mailbox is unlicensed")


def test_a_calendar_that_refuses_us_holds_its_resource_until_it_answers() -> None:
    stage = planned()
    stage.outlook.refuse(stage.calendars[R0])
    stage.board.edit(TASK, subject="changed")
    stage.deliver()
    stage.run_due()
    assert (row(stage).state, row(stage).reason) == (State.HELD, "its calendar does not answer")
    stage.outlook.allow(stage.calendars[R0])
    stage.clock.advance(timedelta(hours=1))
    stage.settle()
    assert row(stage).state is State.ACTIVE


def test_who_leaves_is_told_as_off_boarded_at_the_end() -> None:
    stage = planned()
    now(offboard(stage.ports, R0, OnLeaving.REMOVE))
    stage.settle()
    assert (row(stage).state, row(stage).paired) == (State.OFFBOARDED, 0)


def test_a_resource_that_nobody_enlisted_has_no_row() -> None:
    stage = Stage(BOTH)
    stranger = ResourceId("stranger")
    stage.ring(stranger, "board")
    stage.settle()
    assert now(overview_of(stage.ports, stranger)) is None
    assert now(note_resource(stage.ports, stranger)) is None


def test_the_next_expiry_and_the_last_notification_are_known() -> None:
    stage = planned()
    assert (row(stage).expires_at, row(stage).subscribed) == (None, 0)
    now(keep_subscriptions(stage.ports))
    stage.settle()
    expires_at = row(stage).expires_at
    assert expires_at is not None
    (known,) = stage.subscription_rows.slots.values()
    assert (expires_at, row(stage).subscribed) == (known.expires_at, 1)
    stage.clock.advance(timedelta(days=4))
    now(keep_subscriptions(stage.ports))
    stage.own(8)
    stage.notify()
    notified_at = stage.clock.now()
    stage.settle()
    (renewed,) = stage.subscription_rows.slots.values()
    assert row(stage).expires_at == renewed.expires_at != expires_at
    assert row(stage).last_notified_at == notified_at


def test_a_walk_is_followed_from_run_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = planned(subjects=[f"job {number}" for number in range(250)])
    monkeypatch.setattr(engine, "_PASSES", 1)
    assert row(stage).paired == 250
    stage.set_choices(subject_template="any")
    stage.roll(R0)
    seen: list[Progress] = []
    while not seen or seen[-1].ended_at is None:
        stage.clock.advance(MINUTE)
        stage.run_due()
        progress = row(stage).progress
        assert progress is not None
        seen.append(progress)
    assert [(one.walked, one.left, one.found) for one in seen] == [(100, 150, 250), (200, 50, 250), (250, 0, 250)]
    assert row(stage).state is State.ACTIVE


def test_a_row_holds_nothing_that_anybody_wrote() -> None:
    stage = planned(subjects=["Zebra"])
    stage.own(5, "Quagga", body="Okapi", location="Gazelle")
    stage.own(6, "Secret", sensitivity=Sensitivity.PRIVATE)
    stage.board.edit(TASK, body="Aardvark")
    stage.outlook.operations_to_deny = 1
    stage.settle()
    stage.pull()
    now(stage.rows.insert(R0, [Held("b.task.x", stage.clock.now(), "held for a person", "Zebra", "Okapi")]))
    now(note_resource(stage.ports, R0))
    stored = repr(stage.overviews.rows)
    words = ("Zebra", "Quagga", "Okapi", "Gazelle", "Secret", "Aardvark", "@tandem.example")
    assert not [word for word in words if word in stored]


def test_a_row_from_before_lags_were_measured_is_carried_out_without_one() -> None:
    stage = planned()
    before = lag_up_of(row(stage), stage.clock.now())
    state = stage.board.edit(TASK, subject="changed")
    now(stage.rows.insert(R0, [BoardInbox(TASK, state.revision, state)]))
    stage.run()
    assert stage.event().content.subject == "changed"
    assert lag_up_of(row(stage), stage.clock.now()) == before


def test_five_thousand_rows_are_added_up_within_a_second() -> None:
    stage = Stage()
    at = stage.clock.now()
    lags = NO_LAGS
    for hour in range(24):
        lags = count_lags(lags, [SECOND, SECOND * 2], at - timedelta(hours=23 - hour))
    sample = replace(row(stage), lag_up=lags, lag_down=lags, held=(("one", 1), ("other", 2)), waiting=3, paired=10)
    for number in range(5_000):
        resource = ResourceId(f"r{number:04d}")
        state = State.HELD if number % 2 else State.ACTIVE
        stage.overviews.rows[resource] = replace(sample, resource=resource, state=state)
    del stage.overviews.rows[R0]
    began = time.process_time()
    summed = now(total(stage.ports))
    assert time.process_time() - began < 1
    assert summed.resources == ((State.ACTIVE, 2_500), (State.HELD, 2_500))
    assert (summed.held, summed.held_count) == ((("one", 5_000), ("other", 10_000)), 15_000)
    assert (summed.waiting, summed.paired, summed.lag_up.count) == (15_000, 50_000, 240_000)
    assert summed.lag_up.p50 == SECOND


def test_rows_are_listed_by_state_and_by_name() -> None:
    stage = planned(BOTH, BOTH)
    stage.change_profile(participation=Participation.OFFBOARDED)
    now(note_resource(stage.ports, R0))
    stage.run(ResourceId("r1"))
    everyone = now(list_overviews(stage.ports, limit=1))
    assert len(everyone.overviews) == 1
    rest = now(list_overviews(stage.ports, limit=1, cursor=everyone.place))
    assert {everyone.overviews[0].resource, rest.overviews[0].resource} == {R0, "r1"}
    (gone,) = now(list_overviews(stage.ports, State.OFFBOARDED)).overviews
    assert gone.resource == R0
    (found,) = now(list_overviews(stage.ports, search="R1")).overviews
    assert found.resource == "r1"
