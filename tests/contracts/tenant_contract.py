"""What every `TenantRow` keeps, the one in memory and the one on Table Storage alike."""

from dataclasses import replace

import pytest

from sync_core.domain.appointment import Kind
from sync_core.domain.choices import NO_REMINDER, Choices, InwardWords, PrincipalLookup
from sync_core.domain.content import Field, Importance, Sensitivity, ShowAs
from sync_core.domain.errors import VersionMoved
from sync_core.domain.look import Mapped
from sync_core.domain.policy import OWNERS, OnClosed, OnDeletion, Owner, Winner
from sync_core.domain.resource import Direction
from sync_core.domain.rules import Rule
from sync_core.ports import Tenant, TenantRow

LARGE = "{{ subject }} 🔧 مرحبا \r\n" * 900
# Every setting otherwise than by default.
CHOSEN = Choices(
    direction=Direction.BOTH,
    tasks_up=False,
    unavailabilities_up=False,
    working_days_up=False,
    changes_down=True,
    events_down=True,
    planning_calendar="Einsätze",
    zone="Europe/Berlin",
    days_back=0,
    days_ahead=730,
    changes_after_end=True,
    pull_minutes=31,
    journal_days=31,
    trail_days=31,
    pull_minutes_when_notified=240,
    pilot_resources=("anna", "ben/#?"),
    pilot_group="0f5e5f0e-9d52-4c8e-8d1a-2f6b0c9e5d31",
    adopt_equal_events=True,
    subject_template=LARGE,
    location_template="{{ location.address }}",
    body_template=LARGE,
    reminder_minutes=15,
    absences=(("training", Mapped(subject="Course", show_as=ShowAs.WORKING_ELSEWHERE)),),
    categories=(("Emergency", Mapped("", None, None, Importance.HIGH, ("Red", "Now"), 0)),),
    time_markers=(("fixed", Mapped(categories=())),),
    rules=(Rule("no drafts", False, (Kind.TASK,), ("a",), ("b",), ("draft",), ("vans",), (("depot", "north"),)),),
    owners=tuple({**OWNERS, Field.BODY: Owner.WORKER}.items()),
    winner=Winner.NEWEST,
    on_closed=OnClosed.LEAVE,
    on_deletion=OnDeletion.UNPLAN,
    on_block_edited=OnClosed.LEAVE,
    inward_words=InwardWords.NONE,
    inward_show_as=(ShowAs.BUSY,),
    inward_sensitivities=(Sensitivity.NORMAL,),
    inward_tentative=ShowAs.BUSY,
    principal_lookup=PrincipalLookup.DIRECTORY,
    brake_deletions=1,
    brake_percent=100,
    tenant_brake_deletions=100_000,
    tenant_brake_percent=1,
)


class TenantContract:
    """Give it the fixtures `row` and `same_row`, two ways into one storage that is empty."""

    async def test_a_new_tenant_has_the_defaults_and_no_mark(self, row: TenantRow) -> None:
        assert await row.read() == Tenant(Choices(), None)

    async def test_every_choice_is_read_as_it_was_written(self, row: TenantRow, same_row: TenantRow) -> None:
        tag = await row.write(CHOSEN, None)
        assert await row.read() == Tenant(CHOSEN, tag)
        assert await same_row.read() == Tenant(CHOSEN, tag)

    async def test_who_chose_meanwhile_is_not_written_over(self, row: TenantRow, same_row: TenantRow) -> None:
        tag = await row.write(Choices(days_back=1), None)
        newer = await same_row.write(Choices(days_back=2), tag)
        with pytest.raises(VersionMoved):
            await row.write(Choices(days_back=3), tag)
        assert await row.read() == await same_row.read() == Tenant(Choices(days_back=2), newer)

    async def test_only_one_of_two_makes_the_first_choice(self, row: TenantRow, same_row: TenantRow) -> None:
        await row.write(Choices(days_back=1), None)
        with pytest.raises(VersionMoved):
            await same_row.write(Choices(days_back=2), None)
        assert (await same_row.read()).choices.days_back == 1

    async def test_nothing_is_written_over_a_row_that_is_not_there(self, row: TenantRow) -> None:
        with pytest.raises(VersionMoved):
            await row.write(Choices(days_back=1), "W/\"datetime'2026-11-23T08%3A00%3A00.0000000Z'\"")
        assert await row.read() == Tenant()

    async def test_what_another_writes_is_seen_by_the_next_reading(self, row: TenantRow, same_row: TenantRow) -> None:
        tag: str | None = None
        for number in range(1, 4):
            assert (await row.read()).tag == tag
            tag = await same_row.write(replace(CHOSEN, days_back=number, reminder_minutes=NO_REMINDER), tag)
            assert (await row.read()).choices.days_back == number
