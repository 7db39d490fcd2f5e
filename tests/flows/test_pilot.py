"""Who is in the pilot's group is known before a run asks, and a directory in trouble changes nobody's part."""

from dataclasses import replace
from datetime import timedelta

from sync_core.domain.profile import MailboxState
from sync_core.flows.administer import enlist
from sync_core.flows.keep_subscriptions import keep_subscriptions
from sync_core.flows.pilot import PilotReport, refresh_pilot
from sync_core.flows.pull import pull_due_calendars
from tests.flows.crew import ADDRESS, ANNA, ASKED, BERT, Crew
from tests.flows.stage import TASK, hours, now

GROUP = "8f3a2c4e-0000-4000-8000-000000000001"


def in_pilot(*members: str) -> Crew:
    crew = Crew()
    crew.add_mailbox("bert@tandem.example", "bert-id", "bert")
    crew.add_mailbox("r0@tandem.example", "r0@tandem.example", "main")
    crew.directory.put_group(GROUP, members)
    crew.choose(pilot_group=GROUP)
    crew.ask()
    now(enlist(crew.ports, replace(ASKED, resource=BERT, mailbox="bert@tandem.example")))
    crew.settle()
    return crew


def refresh(crew: Crew) -> PilotReport:
    report = now(refresh_pilot(crew.ports))
    crew.settle()
    return report


def test_who_is_enlisted_is_asked_for_at_once() -> None:
    crew = in_pilot(ADDRESS)
    assert (crew.profile(ANNA).is_in_pilot_group, crew.profile(BERT).is_in_pilot_group) == (True, False)


def test_who_enters_is_made_up_for_and_who_leaves_stops() -> None:
    crew = in_pilot(ADDRESS)
    crew.board.plan(TASK, hours(30), BERT, subject="for bert")
    crew.settle()
    calendar = crew.profile(BERT).calendars[0].ref
    assert crew.ours_in(calendar) == []
    crew.directory.put_group(GROUP, ["bert@tandem.example"])
    assert refresh(crew).pilot_changed == 2
    assert crew.ours_in(calendar) == ["for bert"]
    crew.board.edit(TASK, resources=(ANNA,))
    crew.settle()
    assert (crew.ours_in(calendar), crew.ours_in(crew.main)) == ([], [])


def test_nothing_is_written_while_nobody_enters_or_leaves() -> None:
    crew = in_pilot(ADDRESS)
    refresh(crew)
    before = crew.writes()
    assert now(refresh_pilot(crew.ports)) == PilotReport()
    assert crew.writes() == before
    assert not crew.bells.waiting


def test_a_directory_in_trouble_leaves_everybody_what_they_were() -> None:
    crew = in_pilot(ADDRESS)
    crew.directory.may_read_groups = False
    report = refresh(crew)
    assert (report.pilot_changed, report.pilot_unasked) == (0, 3)
    crew.directory.unavailable = True
    assert refresh(crew).pilot_unasked == 3
    assert crew.profile(ANNA).is_in_pilot_group


def test_without_a_group_no_directory_is_asked() -> None:
    crew = in_pilot(ADDRESS)
    crew.choose()
    before = crew.directory.queries
    assert refresh(crew) == PilotReport()
    assert crew.directory.queries == before


def test_who_is_outside_is_neither_pulled_nor_subscribed_nor_tidied() -> None:
    crew = in_pilot(ADDRESS)
    now(keep_subscriptions(crew.ports))
    assert {one.resource for one in crew.graph.active.values()} == {ANNA}
    crew.bells.waiting.clear()
    for _ in range(48):
        now(pull_due_calendars(crew.ports))
        crew.clock.advance(timedelta(minutes=5))
    assert {one.job.resource for one in crew.bells.waiting} == {ANNA}
    before = crew.rows.all_rows(BERT)
    assert crew.tidy().rung == 1
    assert crew.rows.all_rows(BERT) == before


def test_the_subscription_of_who_leaves_the_pilot_is_dropped() -> None:
    crew = in_pilot(ADDRESS)
    now(keep_subscriptions(crew.ports))
    crew.directory.put_group(GROUP, [])
    refresh(crew)
    assert now(keep_subscriptions(crew.ports)).dropped == 1


def test_one_without_a_mailbox_is_in_no_group_and_no_trouble() -> None:
    crew = in_pilot(ADDRESS)
    crew.directory.set_state(ADDRESS, MailboxState.BLOCKED)
    crew.change_profile(BERT, calendars=())
    assert refresh(crew).pilot_unasked == 0
    assert not crew.profile(BERT).is_in_pilot_group
