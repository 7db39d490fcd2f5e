"""The daily round: days enter the window, what is outlived goes, and no resource's trouble stops the others."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.appointment import AppointmentKey, Kind
from sync_core.domain.errors import TryAgain
from sync_core.domain.link import Condition
from sync_core.domain.profile import Participation
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Address, JournalPage, Lease, LinkRow, Row
from sync_core.flows.tenure import Tenure
from sync_core.flows.tidy_up import TidyReport, tidy_up
from sync_core.ports import Tenant
from tests.contracts.trail_contract import entry
from tests.fakes.board import Fault
from tests.flows.stage import BOTH, R0, R1, TASK, Stage, hours, now
from tests.machine.world import OPEN

DAY = timedelta(days=1)
FAR = 24 * 200.0  # hours: beyond the window of 180 days


def tidy(stage: Stage) -> TidyReport:
    return now(tidy_up(stage.ports))


def with_history(*resources: ResourceId) -> Stage:
    """Each resource has a tombstone and a journal page of today."""
    stage = Stage(BOTH, BOTH)
    for number, resource in enumerate(resources or (R0,)):
        key = AppointmentKey(Kind.TASK, f"old{number}")
        stage.board.plan(key, hours(3), resource, subject="old")
        stage.settle()
        stage.board.delete(key)
        stage.settle()
    return stage


def tombstones(stage: Stage, resource: ResourceId = R0) -> int:
    return sum(row.link.condition is Condition.TOMBSTONE for row in stage.found(LinkRow, resource))


def test_what_enters_the_window_by_time_is_written() -> None:
    stage = Stage()
    stage.board.plan(TASK, hours(FAR), R0, subject="next year")
    stage.settle()
    assert not stage.events(R0)
    assert stage.link().reason == "outside the window"
    stage.clock.advance(30 * DAY)
    tidy(stage)
    stage.settle()
    assert stage.event().content.subject == "next year"


def test_an_event_of_the_workers_that_enters_the_window_by_time_is_shown() -> None:
    stage = Stage()
    stage.own(FAR, "next year")
    stage.notify()
    stage.settle()
    assert not stage.blocks()
    stage.clock.advance(30 * DAY)
    tidy(stage)
    stage.settle()
    assert [block.subject for block in stage.blocks()] == ["next year"]


def test_what_leaves_the_window_by_time_is_left_as_it_is() -> None:
    stage = Stage()
    stage.board.plan(TASK, hours(3), R0, subject="planned")
    stage.settle()
    before = stage.writes()[1:]
    for _ in range(5):
        stage.clock.advance(10 * DAY)
        tidy(stage)
        stage.settle()
    assert stage.event().content.subject == "planned"
    assert stage.writes()[1:] == before


def test_a_second_round_on_the_same_day_leaves_one_todo() -> None:
    stage = Stage()
    tidy(stage)
    tidy(stage)
    assert len(stage.waiting()) == 1


def test_tombstones_and_journal_go_after_thirty_days_and_not_before() -> None:
    stage = with_history()
    pages = len(stage.found(JournalPage))
    assert (tombstones(stage), pages > 0) == (1, True)
    stage.clock.advance(29 * DAY)
    tidy(stage)
    assert (tombstones(stage), len(stage.found(JournalPage))) == (1, pages)
    stage.clock.advance(2 * DAY)
    assert tidy(stage).buried == 1 + pages
    assert (tombstones(stage), len(stage.found(JournalPage))) == (0, 0)


@pytest.mark.parametrize(("days", "kept"), [(30, 30), (7, 7), (60, 60)])
def test_the_journal_is_kept_for_as_long_as_the_tenant_says(days: int, kept: int) -> None:
    stage = with_history()
    stage.tenant.tenant = Tenant(replace(OPEN, journal_days=days))
    pages = len(stage.found(JournalPage))
    stage.clock.advance(kept * DAY - timedelta(minutes=1))
    tidy(stage)
    assert len(stage.found(JournalPage)) == pages
    stage.clock.advance(timedelta(hours=1))
    tidy(stage)
    assert not stage.found(JournalPage)


@pytest.mark.parametrize("days", [400, 30])
def test_the_trail_is_kept_for_as_long_as_the_tenant_says(days: int) -> None:
    stage = Stage()
    stage.tenant.tenant = Tenant(replace(OPEN, trail_days=days))
    begun_at = stage.clock.now()
    now(stage.trail.write([replace(entry(number), at=begun_at + number * DAY) for number in range(2)]))
    stage.clock.advance(days * DAY)
    assert tidy(stage).forgotten == 0
    stage.clock.advance(timedelta(minutes=1))
    assert tidy(stage).forgotten == 1
    assert [one.at for one in stage.trail.newest_first()] == [begun_at + DAY]


def test_living_links_stay_however_old() -> None:
    stage = Stage()
    stage.board.plan(TASK, hours(3), R0)
    stage.settle()
    stage.clock.advance(400 * DAY)
    tidy(stage)
    stage.settle()
    assert stage.link().condition is Condition.PAIRED


def test_much_history_is_buried_in_transactions_that_storage_takes() -> None:
    stage = Stage()
    stage.tenant.tenant = Tenant(replace(OPEN, tenant_brake_deletions=1000))
    for number in range(250):
        stage.board.plan(AppointmentKey(Kind.TASK, f"m{number}"), hours(number % 50), R0)
    stage.settle()
    for number in range(250):
        stage.board.delete(AppointmentKey(Kind.TASK, f"m{number}"))
    stage.settle()
    stage.clock.advance(31 * DAY)
    assert tidy(stage).buried >= 250
    assert tombstones(stage) == 0


def test_a_resource_that_is_being_run_is_tidied_the_next_day() -> None:
    stage = with_history()
    stage.clock.advance(31 * DAY)
    tenure = now(Tenure.take(stage.ports, R0, now(stage.rows.read_pending(R0))))
    assert tenure is not None
    assert tidy(stage).skipped == 1
    assert tombstones(stage) == 1
    now(tenure.release())
    assert tidy(stage).buried > 0
    assert tombstones(stage) == 0


def test_who_does_not_take_part_is_left_alone_but_for_words_that_are_kept_no_longer() -> None:
    stage = with_history()
    stage.change_profile(R0, participation=Participation.WAITING)
    stage.tenant.tenant = Tenant(replace(OPEN, pilot_resources=("somebody",)))
    before = stage.rows.writes
    assert tidy(stage) == TidyReport()
    assert stage.rows.writes == before
    stage.clock.advance(31 * DAY)
    pages = len(stage.found(JournalPage))
    assert tidy(stage) == TidyReport(buried=pages)
    assert (tombstones(stage), len(stage.found(JournalPage))) == (1, 0)


def test_the_board_is_read_and_brings_what_no_webhook_told() -> None:
    stage = Stage()
    stage.board.plan(TASK, hours(3), R0, subject="untold")
    stage.delivered = len(stage.board.outbox)
    tidy(stage)
    stage.settle()
    assert stage.event().content.subject == "untold"


def test_a_board_that_is_down_stops_neither_windows_nor_burials() -> None:
    stage = with_history(R0, R1)
    stage.board.plan(TASK, hours(FAR), R1, subject="next year")
    stage.settle()
    stage.clock.advance(31 * DAY)
    stage.board.fault = Fault.LOST_REQUEST
    report = tidy(stage)
    assert (report.rung, report.failed) == (2, 2)
    assert (tombstones(stage, R0), tombstones(stage, R1)) == (0, 0)
    stage.settle()
    assert stage.event(R1).content.subject == "next year"


def test_storage_trouble_with_one_resource_stops_no_other() -> None:
    stage = with_history(R0, R1)
    stage.clock.advance(31 * DAY)
    insert = stage.rows.insert

    async def insert_or_fail(resource: ResourceId, rows: list[Row]) -> None:
        if resource == R0:
            raise TryAgain("no answer")
        await insert(resource, rows)

    vars(stage.rows)["insert"] = insert_or_fail
    report = tidy(stage)
    assert (report.rung, report.failed) == (1, 1)
    assert tombstones(stage, R1) == 0


def test_a_lease_that_is_lost_while_tidying_stops_no_other() -> None:
    stage = with_history(R0, R1)
    stage.clock.advance(31 * DAY)
    transact = stage.rows.transact
    fenced: list[ResourceId] = []

    async def fence_after_taking(
        resource: ResourceId, lease: Lease, tag: str | None, puts: Sequence[Row] = (), deletes: Sequence[Address] = ()
    ) -> str:
        fresh = await transact(resource, lease, tag, puts, deletes)
        if resource == R0 and not fenced:
            fenced.append(resource)
            await transact(resource, Lease(), fresh)
        return fresh

    vars(stage.rows)["transact"] = fence_after_taking
    report = tidy(stage)
    assert fenced
    assert report.rung == 2
    assert (tombstones(stage, R0), tombstones(stage, R1)) == (1, 0)
