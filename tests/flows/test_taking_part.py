"""Resources that wait, take part, rest and go on, and are taken off the list, as an admin says."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.errors import Refused, VersionMoved
from sync_core.domain.overview import State
from sync_core.domain.profile import CalendarWish, Participation, Profile
from sync_core.domain.resource import CalendarRef, Direction, ResourceId
from sync_core.domain.stored import LinkRow, ProfileRow, Todo
from sync_core.flows.offboard import OnLeaving, offboard
from sync_core.flows.profiles import find_profile, note_profile
from sync_core.flows.revise import PlaceRefused, revise
from sync_core.flows.roster import find_member, page_members
from sync_core.flows.taking_part import activate, pause, resume, sync_now, take_off
from tests.fakes.claims import FakeClaims
from tests.flows.crew import ADDRESS, ANNA, ASKED, BERT, Crew
from tests.flows.stage import R0, TASK, Interrupted, hours, now


def known(crew: Crew) -> Profile:
    profile = now(find_profile(crew.ports, ANNA))
    assert profile is not None
    return profile


def planned() -> Crew:
    crew = Crew()
    crew.ask()
    crew.board.plan(TASK, hours(30), ANNA, subject="planned")
    crew.settle()
    crew.pull(ANNA)
    return crew


def test_a_new_resource_waits_with_its_mailbox_looked_up_and_is_written_once_it_is_activated() -> None:
    crew = Crew()
    profile = now(revise(crew.ports, ASKED, None))
    crew.board.plan(TASK, hours(30), ANNA, subject="planned")
    crew.settle()
    assert (profile.participation, profile.mailbox.state) == (Participation.WAITING, "ready")
    assert crew.owners == {} or ANNA not in crew.owners.values()
    assert crew.ours_in(crew.main) == []
    now(activate(crew.ports, ANNA))
    crew.settle()
    assert crew.ours_in(crew.main) == ["planned"]
    assert [each.resource for each in now(crew.ports.subscription_rows.list())] == [ANNA]


def test_a_new_resource_that_the_pilot_names_takes_part_at_once() -> None:
    crew = Crew()
    crew.choose(pilot_resources=(ANNA,))
    assert now(revise(crew.ports, ASKED, None)).participation is Participation.ACTIVE


def test_who_is_activated_while_another_admin_changes_them_keeps_their_calendar() -> None:
    crew = Crew()
    seen = now(revise(crew.ports, ASKED, None))
    claims = crew.ports.claims

    class Interleaved(FakeClaims):
        async def release(self, calendar: CalendarRef, resource: ResourceId) -> None:
            await activate(crew.ports, ANNA)
            await claims.release(calendar, resource)

        async def find_owner(self, calendar: CalendarRef) -> ResourceId | None:
            owner = await claims.find_owner(calendar)
            await activate(crew.ports, ANNA)
            return owner

        async def claim(self, calendar: CalendarRef, resource: ResourceId) -> ResourceId:
            return await claims.claim(calendar, resource)

    with pytest.raises(VersionMoved):
        now(revise(replace(crew.ports, claims=Interleaved()), replace(ASKED, name="Anna B."), seen))
    assert known(crew).participation is Participation.ACTIVE
    assert crew.owners == {crew.main: ANNA}


def test_no_calendar_is_made_for_who_waits() -> None:
    crew = Crew()
    made = (CalendarWish("Planning", is_main=True, is_made=True),)
    now(revise(crew.ports, replace(ASKED, calendars=made), None))
    assert "Planning" not in crew.directory.calendars_of(ADDRESS)
    now(activate(crew.ports, ANNA))
    assert "Planning" in crew.directory.calendars_of(ADDRESS)


def test_a_calendar_of_another_resource_is_refused_by_its_place_and_nothing_is_kept() -> None:
    crew = planned()
    wishes = (CalendarWish("Leave"), CalendarWish("Calendar", is_main=True))
    with pytest.raises(PlaceRefused) as refused:
        now(revise(crew.ports, replace(ASKED, resource=BERT, calendars=wishes), None))
    assert (refused.value.place, refused.value.owner) == ("calendars[1]", ANNA)
    assert now(find_profile(crew.ports, BERT)) is None
    assert BERT not in crew.owners.values()


def test_what_was_changed_since_it_was_seen_is_left_as_it_is() -> None:
    crew = planned()
    seen = known(crew)
    now(revise(crew.ports, replace(ASKED, name="Anna B."), seen))
    with pytest.raises(VersionMoved):
        now(revise(crew.ports, replace(ASKED, name="Anna C."), seen))
    with pytest.raises(VersionMoved):
        now(revise(crew.ports, ASKED, None))
    assert known(crew).name == "Anna B."


def test_saying_the_same_again_walks_nothing() -> None:
    crew = planned()
    writes = crew.writes()
    now(revise(crew.ports, ASKED, known(crew)))
    crew.settle()
    assert crew.writes() == writes
    assert not crew.found(Todo, ANNA)


def test_nothing_is_written_while_it_is_paused_and_all_is_made_up_for_when_it_is_resumed() -> None:
    crew = planned()
    now(pause(crew.ports, ANNA))
    crew.board.plan(TASK, hours(40), ANNA, subject="moved")
    crew.settle()
    crew.pull(ANNA)
    assert crew.ours_in(crew.main) == ["planned"]
    assert known(crew).direction is Direction.BOTH
    now(resume(crew.ports, ANNA))
    crew.settle()
    assert crew.ours_in(crew.main) == ["moved"]
    assert known(crew).direction is Direction.BOTH


@pytest.mark.parametrize("moment", range(1, 60, 4))
def test_a_run_under_way_ends_with_what_it_is_sending_and_is_completed_when_it_is_resumed(moment: int) -> None:
    crew = planned()
    crew.board.plan(TASK, hours(40), ANNA, subject="moved")
    crew.deliver()
    writes: list[int] = []

    def happens(_: str) -> None:
        now(pause(crew.ports, ANNA))
        writes.append(crew.outlook.writes)

    crew.settle(Interrupted(at=moment, happens=happens))
    assert not writes or crew.outlook.writes - writes[0] <= 1
    now(resume(crew.ports, ANNA))
    crew.settle()
    assert crew.ours_in(crew.main) == ["moved"]
    assert not crew.waiting(ANNA)


def test_settings_that_change_while_it_is_paused_hold_when_it_is_resumed() -> None:
    crew = planned()
    now(pause(crew.ports, ANNA))
    now(revise(crew.ports, replace(ASKED, overrides=replace(ASKED.overrides, reminder_minutes=45)), known(crew)))
    crew.settle()
    assert known(crew).participation is Participation.PAUSED
    assert crew.found(Todo, ANNA)
    now(resume(crew.ports, ANNA))
    crew.settle()
    assert not crew.found(Todo, ANNA)


def test_what_enters_the_window_while_it_is_paused_is_written_when_it_is_resumed() -> None:
    crew = Crew()
    crew.choose(days_ahead=10)
    crew.ask()
    crew.board.plan(TASK, hours(24 * 12), ANNA, subject="later")
    crew.settle()
    crew.pull(ANNA)
    assert crew.ours_in(crew.main) == []
    now(pause(crew.ports, ANNA))
    crew.clock.advance(timedelta(days=5))
    crew.tidy()
    assert crew.ours_in(crew.main) == []
    now(resume(crew.ports, ANNA))
    crew.settle()
    assert crew.ours_in(crew.main) == ["later"]


def test_pausing_and_resuming_twice_does_no_more_than_once() -> None:
    crew = planned()
    for _ in range(2):
        now(pause(crew.ports, ANNA))
    for _ in range(2):
        now(resume(crew.ports, ANNA))
    crew.settle()
    assert known(crew).participation is Participation.ACTIVE
    assert not crew.found(Todo, ANNA)


def test_who_takes_no_part_cannot_be_paused_resumed_or_read() -> None:
    crew = Crew()
    now(revise(crew.ports, ASKED, None))
    for act in (pause, resume, sync_now):
        with pytest.raises(Refused):
            now(act(crew.ports, ANNA))


def test_activating_again_a_resource_that_was_taken_out_writes_what_is_planned() -> None:
    crew = planned()
    now(offboard(crew.ports, ANNA, OnLeaving.REMOVE))
    crew.settle()
    assert crew.ours_in(crew.main) == []
    with pytest.raises(Refused, match="mailbox"):
        now(activate(crew.ports, ANNA))
    now(revise(crew.ports, ASKED, known(crew)))
    assert known(crew).participation is Participation.WAITING
    now(activate(crew.ports, ANNA))
    crew.settle()
    assert crew.ours_in(crew.main) == ["planned"]


def test_only_who_was_taken_out_leaves_the_list_and_its_journal_stays() -> None:
    crew = planned()
    with pytest.raises(Refused):
        now(take_off(crew.ports, ANNA, known(crew)))
    now(offboard(crew.ports, ANNA, OnLeaving.KEEP))
    journal = crew.journal(ANNA)
    now(take_off(crew.ports, ANNA, known(crew)))
    assert now(find_member(crew.ports, ANNA)) is None
    assert not crew.found(ProfileRow, ANNA)
    assert crew.journal(ANNA) == journal
    assert journal != "[]"


def test_of_one_that_was_taken_off_the_list_the_journal_goes_in_its_time() -> None:
    crew = Crew()
    crew.ask()
    crew.board.plan(crew.key(0), hours(30), ANNA, subject="boiler")
    crew.settle()
    now(offboard(crew.ports, ANNA, OnLeaving.REMOVE))
    crew.settle()
    now(take_off(crew.ports, ANNA, known(crew)))
    crew.clock.advance(timedelta(days=29))
    crew.tidy()
    assert (crew.journal(ANNA) != "[]", len(crew.found(LinkRow, ANNA))) == (True, 1)
    crew.clock.advance(timedelta(days=2))
    crew.tidy()
    assert (crew.journal(ANNA), crew.found(LinkRow, ANNA)) == ("[]", [])


def test_numbers_that_a_crash_left_of_one_taken_off_the_list_are_gone_after_the_night() -> None:
    crew = planned()
    now(offboard(crew.ports, ANNA, OnLeaving.KEEP))
    left = crew.overviews.rows[ANNA]
    now(take_off(crew.ports, ANNA, known(crew)))
    now(crew.overviews.put(left))
    crew.tidy()
    assert ANNA not in crew.overviews.rows
    assert R0 in crew.overviews.rows


def test_who_waits_leaves_the_list_only_if_nobody_enlisted_it() -> None:
    crew = Crew()
    now(note_profile(crew.ports, BERT, lambda _: Profile(BERT, "", "", None, (), Participation.WAITING)))
    bert = now(find_profile(crew.ports, BERT))
    assert bert is not None
    now(take_off(crew.ports, BERT, bert))
    now(revise(crew.ports, ASKED, None))
    with pytest.raises(Refused):
        now(take_off(crew.ports, ANNA, known(crew)))
    now(offboard(crew.ports, ANNA, OnLeaving.REMOVE))
    now(take_off(crew.ports, ANNA, known(crew)))
    assert now(find_profile(crew.ports, ANNA)) is None


async def test_the_list_tells_where_each_stands_and_is_filtered_by_it() -> None:
    crew = Crew()
    await revise(crew.ports, ASKED, None)
    await activate(crew.ports, ANNA)
    await revise(crew.ports, replace(ASKED, resource=BERT, name="Bert Brecht", mailbox=""), None)
    whole = await page_members(crew.ports, None, "", 10, None)
    assert {each.profile.resource: each.state for each in whole.members} == {
        ANNA: State.ACTIVE,
        BERT: State.WAITING,
        R0: State.ACTIVE,
    }
    few = await page_members(crew.ports, State.WAITING, "brecht", 10, None)
    assert [each.profile.resource for each in few.members] == [BERT]
    await pause(crew.ports, ANNA)
    paused = await page_members(crew.ports, State.PAUSED, "", 10, None)
    assert [each.profile.resource for each in paused.members] == [ANNA]
    first = await page_members(crew.ports, None, "", 1, None)
    assert first.place is not None
    second = await page_members(crew.ports, None, "", 1, first.place)
    assert len({each.profile.resource for each in (*first.members, *second.members)}) == 2


def test_asking_now_reads_the_board_and_rings_under_one_correlation() -> None:
    crew = planned()
    crew.bells.take_due()
    correlation_id = now(sync_now(crew.ports, ANNA))
    assert {(job.resource, job.correlation_id) for job in crew.bells.take_due()} == {(ANNA, correlation_id)}
