"""A mailbox that cannot be used is a state with words and growing retries, and nobody else waits for it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.choices import Overrides, PrincipalLookup
from sync_core.domain.errors import TryAgain
from sync_core.domain.profile import CalendarWish, MailboxState
from sync_core.flows.administer import enlist, override
from sync_core.flows.mailboxes import MailboxReport, find_mailboxes
from tests.flows.crew import ADDRESS, ANNA, ASKED, BERT, Crew
from tests.flows.stage import TASK, hours, now

HOUR = timedelta(hours=1)
UNUSABLE = [state for state in MailboxState if not state.answers and state is not MailboxState.NONE]


def look(crew: Crew) -> MailboxReport:
    report = now(find_mailboxes(crew.ports))
    crew.settle()
    return report


def without_a_mailbox(state: MailboxState = MailboxState.UNLICENSED) -> Crew:
    crew = Crew()
    crew.choose(principal_lookup=PrincipalLookup.DIRECTORY)
    crew.directory.set_state(ADDRESS, state)
    crew.ask()
    return crew


@pytest.mark.parametrize("state", UNUSABLE)
def test_each_trouble_of_a_mailbox_has_its_own_state_and_words(state: MailboxState) -> None:
    profile = without_a_mailbox(state).profile(ANNA)
    assert (profile.mailbox.state, profile.calendars) == (state, ())
    assert profile.mailbox.reason


@pytest.mark.parametrize("state", [MailboxState.SHARED, MailboxState.ROOM])
def test_a_shared_mailbox_and_a_room_are_used_and_known_for_what_they_are(state: MailboxState) -> None:
    profile = without_a_mailbox(state).profile(ANNA)
    assert (profile.mailbox.state, profile.mailbox.again_at, len(profile.calendars)) == (state, None, 1)


def test_nobody_answering_to_an_address_is_no_error() -> None:
    profile = Crew().ask(mailbox="nobody@tandem.example")
    assert (profile.mailbox.state, profile.calendars) == (MailboxState.MISSING, ())


def test_what_is_planned_waits_and_is_written_once_the_mailbox_is_there() -> None:
    crew = without_a_mailbox()
    crew.board.plan(TASK, hours(30), ANNA, subject="planned")
    crew.settle()
    assert not crew.link(TASK, ANNA).is_paired
    crew.directory.set_state(ADDRESS, MailboxState.READY)
    crew.clock.advance(HOUR)
    assert look(crew) == MailboxReport(mailboxes_found=1)
    assert crew.ours_in(crew.main) == ["planned"]
    assert crew.owners == {crew.main: ANNA}
    assert look(crew) == MailboxReport()


def test_what_the_board_told_nobody_is_read_when_the_mailbox_is_found() -> None:
    crew = without_a_mailbox()
    crew.board.plan(TASK, hours(30), ANNA, subject="planned")
    crew.delivered = len(crew.board.outbox)
    crew.directory.set_state(ADDRESS, MailboxState.READY)
    crew.clock.advance(HOUR)
    look(crew)
    assert crew.ours_in(crew.main) == ["planned"]


def test_the_waits_double_from_an_hour_to_a_day() -> None:
    crew = without_a_mailbox()
    waits = []
    for _ in range(8):
        again_at = crew.profile(ANNA).mailbox.again_at
        assert again_at is not None
        waits.append(again_at - crew.clock.now())
        crew.clock.advance(waits[-1] - timedelta(seconds=1))
        assert look(crew) == MailboxReport()
        crew.clock.advance(timedelta(seconds=1))
        assert look(crew) == MailboxReport(mailboxes_missing=1)
    assert waits == [hours * HOUR for hours in (1, 2, 4, 8, 16, 24, 24, 24)]


def test_asking_again_before_its_time_changes_nothing_and_finds_it_if_it_is_there() -> None:
    crew = without_a_mailbox()
    crew.settle()
    before = crew.rows.writes
    crew.ask()
    assert crew.rows.writes == before
    crew.directory.set_state(ADDRESS, MailboxState.READY)
    assert crew.ask().mailbox.state is MailboxState.READY


def test_one_that_cannot_be_used_stops_no_other() -> None:
    crew = without_a_mailbox()
    now(enlist(crew.ports, replace(ASKED, resource=BERT, mailbox="bert@tandem.example")))
    calendar = crew.add_mailbox("bert@tandem.example", "bert-id", "bert")
    crew.clock.advance(HOUR)
    assert look(crew) == MailboxReport(mailboxes_found=1, mailboxes_missing=1)
    assert crew.owners == {calendar: BERT}


def test_a_silent_directory_costs_no_try() -> None:
    crew = without_a_mailbox()
    before = crew.profile(ANNA)
    crew.clock.advance(HOUR)
    crew.directory.unavailable = True
    assert look(crew) == MailboxReport(mailboxes_unasked=1)
    assert crew.profile(ANNA) == before
    with pytest.raises(TryAgain):
        crew.ask(name="Anne")
    assert crew.profile(ANNA) == before


def test_a_calendar_that_has_become_anothers_meanwhile_is_told_in_words_and_tried_again() -> None:
    crew = without_a_mailbox()
    crew.owners[crew.main] = BERT
    crew.directory.set_state(ADDRESS, MailboxState.READY)
    crew.clock.advance(HOUR)
    assert look(crew) == MailboxReport(mailboxes_missing=1)
    assert "bert" in crew.profile(ANNA).mailbox.reason
    del crew.owners[crew.main]
    crew.clock.advance(2 * HOUR)
    assert look(crew) == MailboxReport(mailboxes_found=1)


def test_a_second_mailbox_in_trouble_leaves_the_main_calendar_working() -> None:
    crew = Crew()
    crew.directory.set_state("anna.new@tandem.example", MailboxState.BLOCKED)
    wishes = (CalendarWish(), CalendarWish(address="anna.new@tandem.example"))
    profile = crew.ask(calendars=wishes)
    assert ([use.ref for use in profile.calendars], profile.mailbox.state) == ([crew.main], MailboxState.BLOCKED)
    crew.directory.set_state("anna.new@tandem.example", MailboxState.READY)
    crew.clock.advance(HOUR)
    look(crew)
    assert [use.ref for use in crew.profile(ANNA).calendars] == [crew.main, crew.new]


def test_no_other_calendar_takes_the_place_of_a_main_one_in_trouble() -> None:
    crew = Crew()
    crew.directory.set_state(ADDRESS, MailboxState.BLOCKED)
    profile = crew.ask(calendars=(CalendarWish(), CalendarWish(address="anna.new@tandem.example")))
    assert profile.calendars == ()


def test_trouble_with_a_mailbox_that_is_in_use_takes_no_calendar_away() -> None:
    crew = Crew()
    crew.choose(principal_lookup=PrincipalLookup.DIRECTORY)
    crew.ask()
    crew.directory.set_state(ADDRESS, MailboxState.UNLICENSED)
    profile = now(override(crew.ports, ANNA, Overrides(planning_calendar="Planning")))
    assert [use.ref for use in profile.calendars] == [crew.main]
    crew.directory.set_state(ADDRESS, MailboxState.READY)
    crew.clock.advance(HOUR)
    look(crew)
    assert len(crew.profile(ANNA).calendars) == 2


def test_the_night_looks_as_well() -> None:
    crew = without_a_mailbox()
    crew.directory.set_state(ADDRESS, MailboxState.READY)
    crew.clock.advance(HOUR)
    assert crew.tidy().completed == 1
    assert crew.profile(ANNA).calendars
