"""Who is taken out leaves nothing behind: not in the calendar unless it is to be kept, not at Graph, not in storage."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.appointment import AppointmentKey, Kind
from sync_core.domain.content import Content, ShowAs
from sync_core.domain.errors import Refused
from sync_core.domain.link import Condition
from sync_core.domain.profile import MailboxState, Participation
from sync_core.domain.resource import Direction
from sync_core.domain.stored import BoardInbox, JournalPage, Lease, LinkRow, ProfileRow, Row
from sync_core.flows.administer import enlist
from sync_core.flows.keep_subscriptions import keep_subscriptions
from sync_core.flows.offboard import OnLeaving, finish_leaving, offboard
from sync_core.flows.tenure import Tenure
from tests.flows.crew import ADDRESS, ANNA, ASKED, BERT, Crew
from tests.flows.stage import TASK, hours, now
from tests.machine.peril import Crash, Worker, drive

KEEP, REMOVE = OnLeaving.KEEP, OnLeaving.REMOVE


def at_work() -> Crew:
    """Anna has an event of ours and one of her own, which the board shows, and a subscription."""
    crew = Crew()
    crew.ask()
    crew.board.plan(TASK, hours(30), ANNA, subject="planned")
    crew.outlook.worker_creates(crew.main, Content(hours(40), subject="dentist", show_as=ShowAs.BUSY))
    crew.pull(ANNA)
    now(keep_subscriptions(crew.ports, ANNA))
    crew.settle()
    return crew


def leave(crew: Crew, events: OnLeaving) -> None:
    """Take Anna out and let what follows come to rest, the night's round included."""
    now(offboard(crew.ports, ANNA, events))
    crew.settle()
    crew.tidy()


def rest(crew: Crew) -> list[Row]:
    """What is stored of Anna besides her profile, the fence, the journal, tombstones, and what the board tells."""
    kept = (ProfileRow, Lease, JournalPage, BoardInbox)
    rows = [row for row in crew.rows.all_rows(ANNA) if not isinstance(row, kept)]
    return [row for row in rows if not (isinstance(row, LinkRow) and row.link.condition is Condition.TOMBSTONE)]


def test_removed_the_events_and_the_blocks_we_made_go_and_the_workers_own_stay() -> None:
    crew = at_work()
    leave(crew, REMOVE)
    assert crew.profile(ANNA).participation is Participation.OFFBOARDED
    assert [event.content.subject for event in crew.outlook.living(crew.main)] == ["dentist"]
    assert not crew.blocks(ANNA)
    assert crew.board.state(TASK).resources == (ANNA,)


def test_kept_they_are_the_workers_and_nothing_is_written_anywhere() -> None:
    crew = at_work()
    before = crew.writes()[1:]
    leave(crew, KEEP)
    assert crew.profile(ANNA).participation is Participation.OFFBOARDED
    assert crew.writes()[1:] == before
    assert sorted(event.content.subject for event in crew.outlook.living(crew.main)) == ["dentist", "planned"]
    assert len(crew.blocks(ANNA)) == 1


@pytest.mark.parametrize("events", [KEEP, REMOVE])
def test_subscriptions_claims_and_rows_are_given_back(events: OnLeaving) -> None:
    crew = at_work()
    leave(crew, events)
    assert not crew.graph.active
    assert not crew.owners
    assert not rest(crew)
    assert crew.found(JournalPage, ANNA)
    profile = crew.profile(ANNA)
    assert (profile.calendars, profile.former, profile.address) == ((), (), "")


@pytest.mark.parametrize("events", [KEEP, REMOVE])
def test_the_calendar_is_free_for_another_resource(events: OnLeaving) -> None:
    crew = at_work()
    leave(crew, events)
    assert now(enlist(crew.ports, replace(ASKED, resource=BERT))).calendars


@pytest.mark.parametrize("can_read", [True, False], ids=["readable board", "mute board"])
def test_enlisted_again_after_keeping_everything_begins_anew_and_nothing_is_doubled(can_read: bool) -> None:
    crew = at_work()
    crew.board.can_read = can_read
    leave(crew, KEEP)
    crew.ask()
    crew.pull(ANNA)
    assert crew.ours_in(crew.main) == ["planned"]
    assert len(crew.blocks(ANNA)) == 1


def test_enlisted_again_after_removing_everything_is_written_anew() -> None:
    crew = at_work()
    leave(crew, REMOVE)
    crew.ask()
    crew.pull(ANNA)
    assert crew.ours_in(crew.main) == ["planned"]
    assert [block.subject for block in crew.blocks(ANNA)] == ["dentist"]


def test_what_is_told_of_who_was_taken_out_waits_and_counts_when_they_come_back() -> None:
    crew = at_work()
    crew.board.can_read = False
    leave(crew, KEEP)
    crew.board.edit(TASK, subject="changed meanwhile")
    second = AppointmentKey(Kind.TASK, "second")
    crew.board.plan(second, hours(50), ANNA, subject="new meanwhile")
    crew.settle()
    assert crew.ours_in(crew.main) == ["planned"]
    crew.ask()
    crew.pull(ANNA)
    assert sorted(crew.ours_in(crew.main)) == ["changed meanwhile", "new meanwhile"]


def test_what_was_taken_off_before_leaving_does_not_come_back() -> None:
    crew = at_work()
    stale = crew.board.placement(TASK)
    crew.board.delete(TASK)
    crew.settle()
    crew.deliver([stale])
    leave(crew, KEEP)
    crew.ask()
    crew.pull(ANNA)
    assert crew.ours_in(crew.main) == []


def test_one_who_was_paused_is_cleared_as_well() -> None:
    crew = at_work()
    crew.ask(direction=Direction.NONE)
    leave(crew, REMOVE)
    assert crew.profile(ANNA).participation is Participation.OFFBOARDED
    assert not crew.ours_in(crew.main)


def test_one_without_a_mailbox_leaves_as_well() -> None:
    crew = Crew()
    crew.ask(mailbox="")
    crew.board.plan(TASK, hours(30), ANNA)
    crew.settle()
    leave(crew, REMOVE)
    assert crew.profile(ANNA).participation is Participation.OFFBOARDED


def test_a_mailbox_that_does_not_answer_keeps_it_leaving_until_an_admin_lets_the_events_be() -> None:
    crew = at_work()
    crew.outlook.refuse(crew.main)
    now(offboard(crew.ports, ANNA, REMOVE))
    for _ in range(3):
        crew.clock.advance(timedelta(minutes=5))
        crew.bells.waiting.clear()
        crew.run(ANNA)
    assert not now(finish_leaving(crew.ports, ANNA))
    assert crew.profile(ANNA).participation is Participation.LEAVING
    assert now(offboard(crew.ports, ANNA, KEEP)) is Participation.OFFBOARDED
    assert not crew.owners
    assert not rest(crew)


def test_who_is_leaving_can_be_kept_after_all() -> None:
    crew = at_work()
    now(offboard(crew.ports, ANNA, REMOVE))
    crew.ask()
    assert crew.profile(ANNA).participation is Participation.ACTIVE
    assert crew.ours_in(crew.main) == ["planned"]
    assert not now(finish_leaving(crew.ports, ANNA))


def test_nobody_leaves_before_what_waits_is_done() -> None:
    crew = at_work()
    now(offboard(crew.ports, ANNA, REMOVE))
    assert not now(finish_leaving(crew.ports, ANNA))
    assert crew.profile(ANNA).participation is Participation.LEAVING
    assert crew.owners


def test_nobody_leaves_before_every_link_was_looked_at() -> None:
    crew = Crew()
    crew.ask()
    now(offboard(crew.ports, ANNA, REMOVE))
    crew.settle()
    assert crew.profile(ANNA).participation is Participation.OFFBOARDED
    crew.ask()
    now(offboard(crew.ports, ANNA, REMOVE))
    assert not now(finish_leaving(crew.ports, ANNA)), "the walk was not made yet"


def test_a_run_under_way_is_fenced() -> None:
    crew = at_work()
    tenure = now(Tenure.take(crew.ports, ANNA, now(crew.rows.read_pending(ANNA))))
    assert tenure is not None
    assert now(offboard(crew.ports, ANNA, KEEP)) is Participation.OFFBOARDED
    assert not rest(crew)


def test_who_was_never_enlisted_cannot_be_taken_out() -> None:
    crew = Crew()
    with pytest.raises(Refused, match="not enlisted"):
        now(offboard(crew.ports, BERT, KEEP))


def test_taking_out_twice_changes_nothing() -> None:
    crew = at_work()
    leave(crew, KEEP)
    before = crew.writes()
    assert now(offboard(crew.ports, ANNA, REMOVE)) is Participation.OFFBOARDED
    assert crew.writes() == before
    assert not crew.bells.waiting


def test_many_links_go_in_transactions_that_storage_takes() -> None:
    crew = Crew()
    crew.ask()
    for number in range(150):
        crew.board.plan(AppointmentKey(Kind.TASK, f"m{number}"), hours(number), ANNA)
    crew.settle()
    leave(crew, KEEP)
    assert len(crew.found(BoardInbox, ANNA)) == 150
    assert not rest(crew)


@pytest.mark.parametrize("events", [KEEP, REMOVE])
def test_killed_at_any_step_it_is_completed_at_night(events: OnLeaving) -> None:
    at = 0
    while True:
        at += 1
        crew = at_work()
        worker = Worker(crash_at=at)
        ports = crew.ports_of(worker)
        try:
            drive(offboard(ports, ANNA, events))
            crew.settle()
            drive(finish_leaving(ports, ANNA))
        except Crash:
            pass
        where = worker.trace[-1]
        is_begun = crew.profile(ANNA).participation is not Participation.ACTIVE
        crew.clock.advance(timedelta(minutes=30))
        crew.settle()
        crew.tidy()
        crew.tidy()
        assert (crew.profile(ANNA).participation is Participation.OFFBOARDED) == is_begun, where
        assert bool(crew.owners) != is_begun, where
        assert bool(rest(crew)) != is_begun, where
        if not worker.is_dead:
            break
    assert at > 10


def test_journal_and_tombstones_of_who_left_go_when_their_time_has_come() -> None:
    crew = at_work()
    leave(crew, REMOVE)
    crew.clock.advance(timedelta(days=31))
    crew.tidy()
    assert not crew.found(JournalPage, ANNA)
    assert not crew.found(LinkRow, ANNA)


def test_a_mailbox_that_is_looked_for_is_looked_for_no_more() -> None:
    crew = Crew()
    crew.directory.set_state(ADDRESS, MailboxState.BLOCKED)
    crew.ask()
    leave(crew, KEEP)
    assert crew.profile(ANNA).mailbox.again_at is None


def test_however_many_events_there_are_no_brake_holds_what_an_admin_had_removed() -> None:
    crew = Crew()
    crew.choose(tenant_brake_deletions=5, tenant_brake_percent=1)
    crew.ask()
    for number in range(40):
        crew.board.plan(AppointmentKey(Kind.TASK, f"m{number}"), hours(24 + number), ANNA)
        crew.outlook.worker_creates(crew.main, Content(hours(100 + number), subject="own", show_as=ShowAs.BUSY))
    crew.pull(ANNA)
    assert len(crew.blocks(ANNA)) == 40
    leave(crew, REMOVE)
    assert (len(crew.ours_in(crew.main)), len(crew.blocks(ANNA))) == (0, 0)
    assert crew.profile(ANNA).participation is Participation.OFFBOARDED


def test_who_is_outside_the_pilot_is_cleared_as_well() -> None:
    crew = at_work()
    crew.choose(pilot_resources=("somebody",))
    leave(crew, REMOVE)
    assert not crew.ours_in(crew.main)
    assert crew.profile(ANNA).participation is Participation.OFFBOARDED
