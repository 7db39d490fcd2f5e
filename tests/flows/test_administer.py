"""What an admin says of a resource holds at once, for what exists as for what comes, and a running worker is fenced."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.choices import Overrides
from sync_core.domain.content import Content
from sync_core.domain.errors import LeaseLost, Refused
from sync_core.domain.link import Condition
from sync_core.domain.profile import CalendarWish, Participation, Profile
from sync_core.domain.resource import CalendarRef, Direction, ResourceId
from sync_core.domain.stored import Job, LinkRow, OutlookInbox
from sync_core.flows.administer import ResourceRequest, enlist
from sync_core.flows.sync_resource import sync_resource
from sync_core.flows.tenure import Tenure
from sync_core.ports import Mailbox, Tenant
from tests.fakes.claims import FakeClaims
from tests.flows.stage import BOTH, R0, TASK, Interrupted, Stage, hours, now, planned
from tests.machine.peril import Crash, Worker, drive
from tests.machine.world import OPEN

ANNA = ResourceId("anna")
ASKED = ResourceRequest(ANNA, "Anna", "anna@tandem.example", "Europe/Berlin", BOTH)


def staged() -> tuple[Stage, CalendarRef]:
    stage = Stage()
    calendar = stage.outlook.open_calendar("anna-id", "calendar")
    leave = stage.outlook.open_calendar("anna-id", "leave")
    names = {"Calendar": calendar.calendar, "Leave": leave.calendar}
    stage.directory.add("anna@tandem.example", Mailbox("anna-id", "calendar", names))
    return stage, calendar


def ask(stage: Stage, request: ResourceRequest = ASKED) -> Profile:
    return now(enlist(stage.ports, request))


def ours(stage: Stage, calendar: CalendarRef) -> list[str]:
    return [event.content.subject for event in stage.outlook.ours(calendar)]


def test_who_is_enlisted_has_a_profile_a_claim_and_a_bell() -> None:
    stage, calendar = staged()
    profile = ask(stage)
    assert profile == stage.profile(ANNA)
    assert profile.participation is Participation.ACTIVE
    assert stage.ports.claims.owners[calendar] == ANNA  # type: ignore[attr-defined]
    assert [one.job.resource for one in stage.bells.waiting] == [ANNA]


def test_what_is_planned_and_what_is_in_the_calendar_arrive_at_once() -> None:
    stage, calendar = staged()
    stage.board.plan(TASK, hours(3), ANNA, subject="planned long ago")
    stage.delivered = len(stage.board.outbox)  # sent before anybody listened
    stage.remember(stage.outlook.worker_creates(calendar, stage.foreign_content(5)))
    ask(stage)
    stage.settle()
    assert ours(stage, calendar) == ["planned long ago"]
    assert len(stage.blocks(ANNA)) == 1


def test_asking_twice_changes_nothing() -> None:
    stage, _ = staged()
    ask(stage)
    stage.settle()
    before = stage.writes()
    ask(stage)
    assert stage.writes() == before
    assert not stage.bells.waiting


def test_a_calendar_belongs_to_one_resource_and_the_second_is_refused_with_words() -> None:
    stage, _ = staged()
    ask(stage)
    with pytest.raises(Refused, match="anna"):
        ask(stage, replace(ASKED, resource=ResourceId("bert")))
    assert ResourceId("bert") not in stage.rows.partitions


def test_several_resources_may_use_different_calendars_of_one_mailbox() -> None:
    stage, _ = staged()
    ask(stage)
    assert ask(stage, replace(ASKED, resource=ResourceId("van"), calendars=("Leave",))).calendars


def test_the_first_calendar_named_receives_and_all_give() -> None:
    stage, calendar = staged()
    profile = ask(stage, replace(ASKED, calendars=("Leave", "Calendar")))
    assert profile.main_calendar is not None
    assert profile.main_calendar.ref == CalendarRef("anna-id", "leave")
    assert [use.ref for use in profile.calendars] == [CalendarRef("anna-id", "leave"), calendar]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("W. Europe Standard Time", "Europe/Berlin"), ("Europe/Berlin", "Europe/Berlin")],
)
def test_a_zone_is_named_as_windows_or_as_the_rest_of_the_world_does(zone: str, expected: str) -> None:
    stage, _ = staged()
    assert ask(stage, replace(ASKED, zone=zone)).zone == expected


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"calendars": ("Holidays",)}, "Holidays"),
        ({"overrides": Overrides(days_ahead=0)}, "days_ahead"),
        ({"overrides": Overrides(days_back=366)}, "days_back"),
        ({"overrides": Overrides(pull_minutes=4)}, "pull_minutes"),
        ({"calendars": (CalendarWish("Leave", overrides=Overrides(days_back=-1)),)}, "days_back"),
        ({"calendars": ("Leave", "Leave")}, "twice"),
        ({"calendars": (CalendarWish("Leave", is_main=True), CalendarWish(is_main=True))}, "main"),
        ({"mailbox": "", "calendars": ("Leave",)}, "address"),
    ],
    ids=["zone", "calendar", "short", "long", "often", "a calendar's", "twice", "two mains", "no mailbox"],
)
def test_what_cannot_be_is_refused_with_words_and_nothing_is_written(wrong: dict[str, object], words: str) -> None:
    stage, _ = staged()
    with pytest.raises(Refused, match=words):
        ask(stage, replace(ASKED, **wrong))  # type: ignore[arg-type]
    assert ANNA not in stage.rows.partitions


def test_a_resource_without_a_mailbox_remembers_what_is_planned_until_it_has_one() -> None:
    stage, calendar = staged()
    ask(stage, replace(ASKED, mailbox=""))
    stage.board.plan(TASK, hours(3), ANNA, subject="planned")
    stage.settle()
    assert stage.link(TASK, ANNA).reason == "the resource has no mailbox"
    ask(stage)
    stage.settle()
    assert ours(stage, calendar) == ["planned"]


def test_a_run_under_the_old_profile_is_fenced_at_every_step_and_commits_nothing_more() -> None:
    at, moments = 0, 1
    while at < moments:
        at += 1
        stage, calendar = staged()
        ask(stage)
        stage.board.plan(TASK, hours(3), ANNA, subject="planned")
        stage.deliver()

        def close(_: str, stage: Stage = stage) -> None:
            ask(stage, replace(ASKED, direction=Direction.NONE))

        worker = Interrupted(at=at, happens=close)
        ended = drive(sync_resource(stage.ports_of(worker), Job(ANNA, stage.clock.now(), "board", "c"))).ended
        moments = worker.moments
        stage.settle()
        where = worker.trace[at - 1]
        assert stage.profile(ANNA).direction is Direction.NONE, where
        is_sent = bool(ours(stage, calendar))
        is_linked = stage.link(TASK, ANNA).is_paired
        assert is_sent == is_linked, f"{ended}, fenced {where}"
        ask(stage)
        stage.settle()
        assert ours(stage, calendar) == ["planned"], f"{ended}, fenced {where}"
        assert not stage.waiting(ANNA)


def test_whoever_holds_the_lease_loses_it_to_a_new_profile() -> None:
    stage, _ = staged()
    ask(stage)
    tenure = now(Tenure.take(stage.ports, ANNA, now(stage.rows.read_pending(ANNA))))
    assert tenure is not None
    ask(stage, replace(ASKED, direction=Direction.UP))
    with pytest.raises(LeaseLost):
        now(tenure.commit())
    assert stage.run(ANNA).ended == "whole", "the next run waits for a lease that is worth nothing"


def test_opening_up_writes_what_is_planned_already() -> None:
    stage, calendar = staged()
    ask(stage, replace(ASKED, direction=Direction.DOWN))
    stage.board.plan(TASK, hours(3), ANNA, subject="planned")
    stage.settle()
    assert stage.link(TASK, ANNA).reason == "the direction is closed"
    ask(stage)
    stage.settle()
    assert ours(stage, calendar) == ["planned"]


def test_opening_down_shows_what_is_in_the_calendar_already() -> None:
    stage, calendar = staged()
    ask(stage, replace(ASKED, direction=Direction.UP))
    stage.remember(stage.outlook.worker_creates(calendar, stage.foreign_content(5)))
    stage.notify(ANNA)
    stage.settle()
    assert not stage.blocks(ANNA)
    ask(stage)
    stage.settle()
    assert len(stage.blocks(ANNA)) == 1


def test_what_happened_while_closed_is_made_up_for() -> None:
    stage, calendar = staged()
    ask(stage)
    stage.board.plan(TASK, hours(3), ANNA, subject="planned")
    stage.settle()
    ask(stage, replace(ASKED, direction=Direction.NONE))
    stage.settle()
    stage.board.edit(TASK, subject="changed while closed")
    stage.settle()
    assert ours(stage, calendar) == ["planned"]
    ask(stage)
    stage.settle()
    assert ours(stage, calendar) == ["changed while closed"]


def test_a_longer_window_is_applied_to_what_exists() -> None:
    stage, calendar = staged()
    ask(stage)
    stage.board.plan(TASK, hours(24 * 200), ANNA, subject="next year")
    stage.settle()
    assert not ours(stage, calendar)
    ask(stage, replace(ASKED, overrides=Overrides(days_ahead=300)))
    stage.settle()
    assert ours(stage, calendar) == ["next year"]


def test_an_enlisting_killed_at_any_step_is_completed_by_the_next_pull() -> None:
    at = 0
    while True:
        at += 1
        stage, calendar = staged()
        ask(stage, replace(ASKED, direction=Direction.DOWN))
        stage.board.plan(TASK, hours(3), ANNA, subject="planned")
        stage.settle()
        worker = Worker(crash_at=at)
        ports = replace(stage.ports_of(worker), claims=stage.ports.claims)
        try:
            drive(enlist(ports, ASKED))
        except Crash:
            ask(stage)  # the admin asks again
        stage.clock.advance(timedelta(minutes=30))
        stage.run(ANNA)
        stage.settle()
        assert ours(stage, calendar) == ["planned"], f"killed {worker.trace[-1]}"
        if not worker.is_dead:
            break
    assert at > 4
    assert isinstance(stage.ports.claims, FakeClaims)
    assert all(row.link.condition is Condition.PAIRED for row in stage.found(LinkRow, ANNA))


def test_the_first_resource_is_none_of_its_business() -> None:
    stage, _ = staged()
    before = stage.rows.all_rows(R0)
    ask(stage)
    stage.settle()
    assert stage.rows.all_rows(R0) == before


def test_a_workers_edit_that_was_read_while_the_pair_was_paused_is_carried_over_on_resume() -> None:
    stage, calendar = staged()
    ask(stage)
    stage.board.plan(TASK, hours(3), ANNA, subject="planned")
    stage.settle()
    (event,) = stage.outlook.ours(calendar)
    stage.outlook.worker_edits(event.ref, subject="edited in the pause")
    stage.start_and_kill_when(lambda: bool(stage.found(OutlookInbox, ANNA)), ANNA)
    ask(stage, replace(ASKED, direction=Direction.NONE))
    stage.settle()
    assert not stage.found(OutlookInbox, ANNA)
    assert stage.board.state(TASK).subject == "planned"
    ask(stage)
    stage.settle()
    assert stage.board.state(TASK).subject == "edited in the pause"


def test_a_second_calendar_gives_down_by_its_own_direction() -> None:
    stage = planned(Direction.UP)
    leave = stage.add_calendar("leave", Direction.DOWN)
    stage.settle()
    stage.outlook.worker_creates(leave, Content(hours(6), subject="on leave"))
    stage.run()
    stage.settle()
    assert [block.subject for block in stage.blocks()] == ["on leave"]
    assert stage.board.state(TASK).subject == "planned"


def test_a_workers_edit_in_days_that_were_frozen_is_carried_over_when_they_take_part_again() -> None:
    stage, calendar = staged()
    stage.tenant.tenant = Tenant(replace(OPEN, changes_after_end=True))
    ask(stage)
    stage.board.plan(TASK, hours(-24 * 5), ANNA, subject="planned")
    stage.settle()
    ask(stage, replace(ASKED, overrides=Overrides(days_back=1)))
    stage.settle()
    (event,) = stage.outlook.ours(calendar)
    stage.outlook.worker_edits(event.ref, subject="edited while frozen")
    stage.pull(ANNA)
    assert stage.board.state(TASK).subject == "planned"
    ask(stage)
    stage.settle()
    assert stage.board.state(TASK).subject == "edited while frozen"
