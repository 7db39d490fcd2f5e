"""Whom the board names is listed and waits; its word narrows and never widens; the pilot has some take part."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sync_core.domain.choices import Overrides
from sync_core.domain.mention import Mention, ResourceWord
from sync_core.domain.profile import CalendarWish, MailboxState, Participation, Profile
from sync_core.domain.resource import Direction, ResourceId
from sync_core.domain.stored import BoardInbox, ProfileRow
from sync_core.flows.accept import AcceptVerdict
from sync_core.flows.meet_resources import (
    KNOWN_FOR,
    ActivationReport,
    KnownResources,
    activate_matched,
    meet_resources,
    take_word,
)
from sync_core.flows.offboard import OnLeaving, offboard
from sync_core.flows.profiles import note_profile
from sync_core.ports import Pending
from tests.flows.crew import ADDRESS, ANNA, BERT, Crew
from tests.flows.stage import TASK, hours, now

GROUP = "8f3a2c4e-0000-4000-8000-000000000001"
NAMED = Mention(ANNA, "Anna", ADDRESS, "Europe/Berlin")
HOUR = timedelta(hours=1)


def meet(crew: Crew, *mentions: Mention, known: KnownResources | None = None) -> int:
    return now(meet_resources(crew.ports, mentions or (NAMED,), known or KnownResources()))


def tell(crew: Crew, revision: int, narrowed: Direction | None = None, *, gone: bool = False) -> AcceptVerdict:
    """Have the board say something of Anna, and all that follows come to rest."""
    mention = Mention(ANNA) if gone else NAMED
    verdict = now(take_word(crew.ports, ResourceWord(mention, revision, narrowed, gone), KnownResources()))
    crew.settle()
    return verdict


def activate(crew: Crew) -> ActivationReport:
    report = now(activate_matched(crew.ports))
    crew.settle()
    return report


def waiting_crew(**choices: object) -> Crew:
    crew = Crew()
    crew.choose(**choices)
    assert meet(crew) == 1
    return crew


def test_who_is_named_waits_without_a_calendar_and_what_is_planned_waits_too() -> None:
    crew = waiting_crew()
    crew.board.plan(TASK, hours(30), ANNA, subject="for anna")
    crew.settle()
    profile = crew.profile(ANNA)
    assert profile == Profile(
        ANNA, "Anna", "Europe/Berlin", None, (), participation=Participation.WAITING, address=ADDRESS
    )
    assert crew.ours_in(crew.main) == []
    assert [row.key for row in crew.rows.all_rows(ANNA) if isinstance(row, BoardInbox)] == [TASK]


def test_naming_those_that_are_known_reads_and_writes_nothing() -> None:
    crew, known = Crew(), KnownResources()
    assert meet(crew, NAMED, Mention(BERT), known=known) == 2
    before, crew.rows.read_pending = crew.rows.writes, None  # type: ignore[assignment, method-assign]
    assert meet(crew, NAMED, Mention(BERT), NAMED, known=known) == 0
    assert crew.rows.writes == before


def test_one_that_was_forgotten_is_listed_again_within_the_hour() -> None:
    crew, known = Crew(), KnownResources()
    meet(crew, known=known)
    crew.rows.partitions.clear()
    crew.rows._tags.clear()
    assert meet(crew, known=known) == 0
    crew.clock.advance(KNOWN_FOR)
    assert meet(crew, known=known) == 1


def test_what_one_naming_leaves_open_another_in_the_same_call_tells() -> None:
    crew = Crew()
    assert meet(crew, Mention(ANNA), Mention(ANNA, "Anna"), Mention(ANNA, "A.", ADDRESS, "UTC")) == 1
    profile = crew.profile(ANNA)
    assert (profile.name, profile.address, profile.zone) == ("Anna", ADDRESS, "UTC")


def test_who_takes_part_or_left_is_not_touched_by_being_named() -> None:
    crew = Crew()
    crew.choose()
    active = crew.ask()
    assert meet(crew) == 0
    assert crew.profile(ANNA) == active
    now(offboard(crew.ports, ANNA, OnLeaving.KEEP))
    left = crew.profile(ANNA)
    assert meet(crew) == 0
    assert crew.profile(ANNA) == left


def test_enlisting_one_that_waited_brings_what_was_planned_meanwhile() -> None:
    crew = waiting_crew()
    crew.board.plan(TASK, hours(30), ANNA, subject="for anna")
    crew.settle()
    crew.ask()
    assert crew.ours_in(crew.main) == ["for anna"]


# The board's own word.


def test_a_narrowed_direction_closes_what_was_open_and_its_end_opens_it_again() -> None:
    crew = Crew()
    crew.choose()
    crew.ask()
    crew.board.plan(TASK, hours(30), ANNA, subject="as planned")
    crew.settle()
    assert tell(crew, 1, Direction.DOWN) is AcceptVerdict.ACCEPTED
    crew.board.edit(TASK, subject="edited")
    crew.settle()
    assert crew.ours_in(crew.main) == ["as planned"]
    assert tell(crew, 2) is AcceptVerdict.ACCEPTED
    assert crew.ours_in(crew.main) == ["edited"]


def test_a_wish_for_more_than_an_admin_chose_opens_nothing() -> None:
    crew = Crew()
    crew.choose()
    crew.ask(direction=Direction.NONE)
    tell(crew, 1, Direction.UP)
    crew.board.plan(TASK, hours(30), ANNA, subject="for anna")
    crew.settle()
    assert crew.ours_in(crew.main) == []


def test_the_wish_survives_whatever_an_admin_writes() -> None:
    crew = waiting_crew()
    tell(crew, 4, Direction.DOWN)
    crew.ask()
    crew.ask(direction=Direction.UP, name="Anna B.")
    profile = crew.profile(ANNA)
    assert (profile.narrowed, profile.told_revision, profile.name) == (Direction.DOWN, 4, "Anna B.")


def test_the_board_renames_nobody_who_takes_part() -> None:
    crew = Crew()
    crew.choose()
    before = crew.ask(name="Anna of the north", mailbox="anna.new@tandem.example")
    tell(crew, 1)
    assert crew.profile(ANNA) == replace(before, told_revision=1)


def test_a_word_without_news_causes_no_run() -> None:
    crew = Crew()
    crew.choose()
    crew.ask()
    now(take_word(crew.ports, ResourceWord(NAMED, 1), KnownResources()))
    assert not crew.bells.waiting


def test_one_that_left_the_board_is_noted_and_not_off_boarded() -> None:
    crew = Crew()
    crew.choose()
    crew.ask()
    crew.board.plan(TASK, hours(30), ANNA, subject="for anna")
    crew.settle()
    assert tell(crew, 1, gone=True) is AcceptVerdict.ACCEPTED
    profile = crew.profile(ANNA)
    assert (profile.is_off_board, profile.participation) == (True, Participation.ACTIVE)
    assert crew.ours_in(crew.main) == ["for anna"]
    assert tell(crew, 1, gone=True) is AcceptVerdict.REPEATED


def test_a_removal_that_overtakes_everything_else_is_known_too() -> None:
    crew = Crew()
    assert tell(crew, 5, gone=True) is AcceptVerdict.ACCEPTED
    assert tell(crew, 4) is AcceptVerdict.SUPERSEDED
    assert crew.profile(ANNA).is_off_board


def test_a_newer_word_that_comes_in_between_is_not_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    crew = waiting_crew()
    read = crew.rows.read_pending

    async def overtaken(resource: ResourceId) -> Pending:
        pending = await read(resource)
        monkeypatch.setattr(crew.rows, "read_pending", read)
        await take_word(crew.ports, ResourceWord(NAMED, 2, Direction.UP), KnownResources())
        return pending

    monkeypatch.setattr(crew.rows, "read_pending", overtaken)
    tell(crew, 1, gone=True)
    profile = crew.profile(ANNA)
    assert (profile.told_revision, profile.narrowed, profile.is_off_board) == (2, Direction.UP, False)


def test_a_corrected_address_is_looked_up_anew_and_one_that_was_found_stays() -> None:
    crew = Crew()
    crew.choose()
    meet(crew, replace(NAMED, address="typo@tandem.example", name=""))
    activate(crew)
    assert crew.profile(ANNA).mailbox.state is MailboxState.MISSING
    tell(crew, 1)
    assert (crew.profile(ANNA).address, crew.profile(ANNA).name) == (ADDRESS, "Anna")
    activate(crew)
    assert crew.profile(ANNA).mailbox.state is MailboxState.READY
    other = replace(NAMED, address="anna.new@tandem.example", zone="UTC")
    now(take_word(crew.ports, ResourceWord(other, 2), KnownResources()))
    assert (crew.profile(ANNA).address, crew.profile(ANNA).zone) == (ADDRESS, "Europe/Berlin")


# The pilot.


def test_without_a_pilot_nobody_takes_part_by_being_named_but_the_mailbox_is_looked_up_once() -> None:
    crew = waiting_crew()
    assert activate(crew) == ActivationReport(0, 1, 0)
    profile = crew.profile(ANNA)
    assert (profile.participation, profile.mailbox.state) == (Participation.WAITING, MailboxState.READY)
    assert profile.calendars == ()
    before = crew.writes()
    assert activate(crew) == ActivationReport(0, 0, 0)
    assert crew.writes() == before


def test_a_mailbox_that_is_missing_is_looked_up_again_after_longer_and_longer() -> None:
    crew = waiting_crew()
    crew.directory.set_state(ADDRESS, MailboxState.UNLICENSED)
    looked = []
    for _ in range(8):
        looked.append(activate(crew).resources_looked_up)
        crew.clock.advance(HOUR)
    assert looked == [1, 1, 0, 1, 0, 0, 0, 1]
    assert crew.profile(ANNA).mailbox.state is MailboxState.UNLICENSED


def test_whom_the_pilot_lists_takes_part_within_the_hour_with_what_was_planned() -> None:
    crew = waiting_crew(pilot_resources=("anna",))
    meet(crew, Mention(BERT, "Bert"))
    crew.board.plan(TASK, hours(30), ANNA, subject="for anna")
    crew.settle()
    assert activate(crew).resources_activated == 1
    assert crew.profile(ANNA).participation is Participation.ACTIVE
    assert crew.profile(BERT).participation is Participation.WAITING
    assert crew.ours_in(crew.main) == ["for anna"]
    assert activate(crew) == ActivationReport()


def test_whom_the_pilots_group_holds_takes_part_within_the_hour() -> None:
    crew = waiting_crew(pilot_group=GROUP)
    crew.directory.put_group(GROUP, ["anna.new@tandem.example"])
    assert activate(crew) == ActivationReport(0, 1, 0)
    assert crew.profile(ANNA).participation is Participation.WAITING
    crew.directory.put_group(GROUP, [ADDRESS])
    assert activate(crew) == ActivationReport(1, 1, 0)
    profile = crew.profile(ANNA)
    assert (profile.participation, profile.is_in_pilot_group) == (Participation.ACTIVE, True)


def test_what_an_admin_said_of_one_that_waits_goes_with_it() -> None:
    crew = waiting_crew(pilot_resources=("anna",))
    said = {
        "direction": Direction.UP,
        "group": "vans",
        "overrides": Overrides(days_back=3),
        "wishes": (CalendarWish("Leave"),),
        "narrowed": Direction.DOWN,
    }
    saying: Any = said
    now(note_profile(crew.ports, ANNA, lambda was: replace(was or crew.profile(ANNA), **saying)))
    activate(crew)
    profile = crew.profile(ANNA)
    assert {name: getattr(profile, name) for name in said} == said
    assert [use.ref for use in profile.calendars] == [crew.leave]


def test_no_calendar_is_made_for_somebody_who_only_waits() -> None:
    crew = waiting_crew(planning_calendar="Plan")
    activate(crew)
    assert "Plan" not in crew.directory.calendars_of("anna-id")


def test_who_left_the_board_is_not_activated() -> None:
    crew = waiting_crew(pilot_resources=("anna",))
    tell(crew, 1, gone=True)
    assert activate(crew) == ActivationReport()
    assert crew.profile(ANNA).participation is Participation.WAITING


def test_an_admin_who_comes_first_is_not_written_over(monkeypatch: pytest.MonkeyPatch) -> None:
    crew = waiting_crew(pilot_resources=("anna",))
    listed = now(crew.rows.list_profiles())
    mine = crew.ask(name="Anna by hand")

    async def as_it_was() -> Sequence[ProfileRow]:
        return listed

    with monkeypatch.context() as before:
        before.setattr(crew.rows, "list_profiles", as_it_was)
        assert activate(crew).resources_activated == 0
    assert crew.profile(ANNA) == mine


def test_trouble_with_one_stops_no_other() -> None:
    crew = waiting_crew(pilot_group=GROUP)
    crew.directory.put_group(GROUP, [ADDRESS])
    crew.directory.may_read_groups = False
    assert activate(crew).resources_unasked == 1
    crew.directory.unavailable = True
    assert activate(crew).resources_unasked == 1
    crew.directory.unavailable = False
    crew.directory.may_read_groups = True
    assert activate(crew).resources_activated == 1


def test_of_thousands_that_wait_each_has_its_turn() -> None:
    crew = Crew()
    crew.choose(pilot_group=GROUP)
    crew.directory.put_group(GROUP, [])
    many = [Mention(ResourceId(f"w{number:03}"), "", ADDRESS) for number in range(450)]
    meet(crew, *many)
    asked = 0
    for _ in range(3):
        report = activate(crew)
        assert report.resources_looked_up == 200
        asked += report.resources_looked_up
        crew.clock.advance(HOUR)
    states = [crew.profile(one.resource).mailbox.state for one in many]
    assert asked == 600
    assert set(states) == {MailboxState.READY}
