"""Which calendars a resource uses follows what an admin wished, in one mailbox or several, and may change later."""

from dataclasses import replace

import pytest

from sync_core.domain.choices import Overrides, PrincipalLookup
from sync_core.domain.content import Content, ShowAs
from sync_core.domain.errors import Refused
from sync_core.domain.profile import CalendarUse, CalendarWish
from sync_core.domain.resource import CalendarRef, Direction, ResourceId
from sync_core.domain.stored import Announcement, Cursor
from sync_core.flows.administer import enlist, override
from sync_core.flows.keep_subscriptions import keep_subscriptions
from sync_core.flows.tidy_up import tidy_up
from sync_core.ports import Mailbox
from tests.flows.crew import ADDRESS, ANNA, ASKED, BERT, Crew
from tests.flows.stage import TASK, hours, now


def planned() -> Crew:
    crew = Crew()
    crew.ask()
    crew.board.plan(TASK, hours(3), ANNA, subject="planned")
    crew.settle()
    return crew


def test_the_planning_calendar_is_made_and_receives_and_the_own_one_only_gives() -> None:
    crew = Crew()
    crew.choose(planning_calendar="Planning")
    profile = crew.ask()
    planning, own = (use.ref for use in profile.calendars)
    assert own == crew.main
    assert "Planning" in crew.directory.calendars_of(ADDRESS)
    crew.board.plan(TASK, hours(3), ANNA, subject="planned")
    crew.outlook.worker_creates(crew.main, Content(hours(6), subject="dentist", show_as=ShowAs.BUSY))
    crew.pull(ANNA)
    assert (crew.ours_in(planning), crew.ours_in(crew.main)) == (["planned"], [])
    assert [block.subject for block in crew.blocks(ANNA)] == ["dentist"]


def test_a_planning_calendar_is_made_once_and_found_afterwards() -> None:
    crew = Crew()
    crew.choose(planning_calendar="Planning")
    first = crew.ask()
    assert crew.ask() == first
    assert len(crew.directory.calendars_of(ADDRESS)) == 3


def test_who_wishes_calendars_gets_those_and_no_planning_calendar() -> None:
    crew = Crew()
    crew.choose(planning_calendar="Planning")
    assert crew.ask(calendars=("Leave",)).calendars == (CalendarUse(crew.leave),)


def test_one_resource_may_have_a_planning_calendar_of_its_own() -> None:
    crew = planned()
    profile = now(override(crew.ports, ANNA, Overrides(planning_calendar="Jobs")))
    crew.settle()
    assert profile.former == (crew.main,)
    assert profile.main_calendar is not None
    assert (crew.ours_in(profile.main_calendar.ref), crew.ours_in(crew.main)) == (["planned"], [])


def test_a_wish_may_have_its_calendar_made() -> None:
    crew = Crew()
    with pytest.raises(Refused, match="Jobs"):
        crew.ask(calendars=("Jobs",))
    profile = crew.ask(calendars=(CalendarWish("Jobs", is_made=True), CalendarWish()))
    assert [use.ref.calendar for use in profile.calendars] == ["made-1", "calendar"]


def test_the_main_calendar_is_the_one_that_says_so() -> None:
    crew = Crew()
    profile = crew.ask(calendars=("Calendar", CalendarWish("Leave", is_main=True)))
    assert [use.ref for use in profile.calendars] == [crew.leave, crew.main]


def test_a_calendar_may_lie_in_another_mailbox_and_have_a_direction_and_choices_of_its_own() -> None:
    crew = Crew()
    other = CalendarWish(address="anna.new@tandem.example", direction=Direction.DOWN, overrides=Overrides(days_back=1))
    profile = crew.ask(calendars=(CalendarWish(), other))
    assert profile.calendars == (
        CalendarUse(crew.main),
        CalendarUse(crew.new, Direction.DOWN, Overrides(days_back=1)),
    )


def test_zone_and_direction_that_are_not_said_follow_the_tenant() -> None:
    crew = Crew()
    profile = crew.ask(zone="", direction=None)
    assert (profile.zone, profile.direction) == ("", None)


def test_a_refused_calendar_leaves_no_claim_on_the_others() -> None:
    crew = Crew()
    crew.ask(calendars=("Leave",))
    with pytest.raises(Refused, match="anna"):
        now(enlist(crew.ports, replace(ASKED, resource=BERT, calendars=("Calendar", "Leave"))))
    assert crew.owners == {crew.leave: ANNA}


def test_another_mailbox_takes_the_events_along_and_the_old_one_is_let_go_when_it_is_empty() -> None:
    crew = planned()
    now(keep_subscriptions(crew.ports, ANNA))
    profile = now(enlist(crew.ports, replace(ASKED, mailbox="anna.new@tandem.example")))
    assert (profile.former, profile.main_calendar) == ((crew.main,), CalendarUse(crew.new))
    assert set(crew.owners) == {crew.main, crew.new}
    crew.tidy()
    crew.tidy()
    assert (crew.ours_in(crew.main), crew.ours_in(crew.new)) == ([], ["planned"])
    assert crew.profile(ANNA).former == ()
    assert crew.owners == {crew.new: ANNA}
    assert [row.calendar for row in crew.found(Cursor, ANNA)] == [crew.new]
    now(keep_subscriptions(crew.ports, ANNA))
    assert {one.calendar for one in crew.graph.active.values()} == {crew.new}


def test_a_calendar_that_still_holds_an_event_of_ours_stays_claimed() -> None:
    crew = planned()
    crew.ask(mailbox="anna.new@tandem.example", direction=Direction.NONE)
    crew.tidy()
    assert (crew.ours_in(crew.main), crew.profile(ANNA).former) == (["planned"], (crew.main,))
    assert crew.owners == {crew.main: ANNA, crew.new: ANNA}


def test_an_old_mailbox_that_does_not_answer_keeps_its_event_and_holds_nobody_up() -> None:
    crew = planned()
    crew.outlook.refuse(crew.main)
    crew.ask(mailbox="anna.new@tandem.example")
    crew.tidy()
    assert (crew.ours_in(crew.main), crew.ours_in(crew.new)) == (["planned"], ["planned"])
    assert crew.profile(ANNA).former == ()
    assert crew.owners == {crew.new: ANNA}


def test_the_main_calendar_of_before_may_come_back() -> None:
    crew = planned()
    crew.ask(mailbox="anna.new@tandem.example")
    profile = crew.ask()
    assert (profile.former, profile.main_calendar) == ((crew.new,), CalendarUse(crew.main))
    assert (crew.ours_in(crew.main), crew.ours_in(crew.new)) == (["planned"], [])


def test_another_main_calendar_of_the_same_mailbox_takes_the_events_along() -> None:
    crew = planned()
    crew.ask(calendars=("Leave", "Calendar"))
    assert (crew.ours_in(crew.main), crew.ours_in(crew.leave)) == ([], ["planned"])
    crew.tidy()
    assert crew.owners == {crew.leave: ANNA, crew.main: ANNA}
    assert crew.profile(ANNA).former == ()


def test_a_calendar_that_never_received_is_given_back_at_once() -> None:
    crew = Crew()
    crew.ask(calendars=("Calendar", "Leave"))
    crew.ask(calendars=("Calendar",))
    assert crew.owners == {crew.main: ANNA}
    assert now(enlist(crew.ports, replace(ASKED, resource=BERT, calendars=("Leave",)))).calendars


def test_a_claim_that_a_crash_left_is_given_back_at_night() -> None:
    crew = Crew()
    crew.ask(calendars=("Calendar", "Leave"))
    crew.change_profile(ANNA, calendars=crew.profile(ANNA).calendars[:1])
    crew.tidy()
    assert crew.owners == {crew.main: ANNA}


def test_another_way_of_looking_people_up_moves_no_calendar() -> None:
    crew = Crew()
    crew.directory.add("carl@tandem.example", Mailbox("carl@tandem.example", "cal-c", {}), object_id="carl-object")
    calendar = crew.outlook.open_calendar("carl@tandem.example", "cal-c")
    carl = ResourceId("carl")
    request = replace(ASKED, resource=carl, mailbox="carl@tandem.example")
    crew.choose(principal_lookup=PrincipalLookup.OFF)
    now(enlist(crew.ports, request))
    assert crew.profile(carl).calendars == (CalendarUse(calendar),)
    crew.choose(principal_lookup=PrincipalLookup.DIRECTORY)
    before = crew.rows.writes
    now(enlist(crew.ports, request))
    assert crew.profile(carl).calendars == (CalendarUse(calendar),)
    assert (crew.profile(carl).former, crew.rows.writes) == ((), before)
    assert crew.owners == {CalendarRef("carl@tandem.example", "cal-c"): carl}


def test_what_was_announced_in_a_mailbox_that_falls_silent_is_made_in_the_new_one() -> None:
    crew = Crew()
    crew.ask()
    crew.board.plan(TASK, hours(30), ANNA, subject="planned")
    crew.outlook.replies_to_lose = 1
    crew.deliver()
    crew.run(ANNA)
    assert crew.found(Announcement, ANNA)
    crew.outlook.refuse(crew.main)
    crew.change_profile(ANNA, calendars=(CalendarUse(crew.new),), former=(crew.main,))

    now(tidy_up(crew.ports))
    assert crew.profile(ANNA).former == (crew.main,), "nobody knows yet what became of the announcement"
    crew.settle()
    crew.tidy()
    assert crew.ours_in(crew.new) == ["planned"]
    assert not crew.found(Announcement, ANNA)
    assert crew.profile(ANNA).former == ()
