"""A changed setting is applied to what exists, for those it concerns and nobody else, whatever crashes meanwhile."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sync_core.domain.choices import Choices, Overrides
from sync_core.domain.content import Content, Field, ShowAs
from sync_core.domain.errors import LeaseLost, Refused, TryAgain, VersionMoved
from sync_core.domain.look import Mapped
from sync_core.domain.policy import OnClosed, Owner
from sync_core.domain.profile import MailboxState
from sync_core.domain.resource import Direction, ResourceId
from sync_core.domain.rules import Rule
from sync_core.domain.stored import Cursor, Row, Todo
from sync_core.flows.administer import enlist, override
from sync_core.flows.mailboxes import find_mailboxes
from sync_core.flows.settings_change import SettingsChange, change_settings
from sync_core.flows.tenure import Tenure
from sync_core.ports import Tenant
from tests.flows.crew import ADDRESS, ANNA, ASKED, BERT, Crew
from tests.flows.stage import R0, TASK, hours, now
from tests.machine.peril import Crash, Worker, drive

GROUP = "8f3a2c4e-0000-4000-8000-000000000001"


def change(crew: Crew, **changes: Any) -> SettingsChange:
    """Change what the tenant has chosen, by its newest tag."""
    tenant = crew.tenant.tenant
    return now(change_settings(crew.ports, replace(tenant.choices, **changes), tenant.tag))


def concerned(crew: Crew, **changes: Any) -> set[str]:
    return set(change(crew, **changes).resources)


def planned(**fields: Any) -> Crew:
    crew = Crew()
    crew.ask()
    crew.board.plan(TASK, hours(30), ANNA, subject="planned", **fields)
    crew.settle()
    crew.pull(ANNA)
    return crew


def test_a_rule_takes_down_what_is_written_already_and_gives_it_back_when_it_goes() -> None:
    crew = planned(category="internal")
    change(crew, rules=(Rule("not internal", goes_up=False, categories=("internal",)),))
    crew.settle()
    assert crew.ours_in(crew.main) == []
    change(crew, rules=())
    crew.settle()
    assert crew.ours_in(crew.main) == ["planned"]


def test_a_mapping_is_applied_to_events_that_exist() -> None:
    crew = planned(category="visit")
    change(crew, categories=(("visit", Mapped(show_as=ShowAs.OOF)),))
    crew.settle()
    assert [event.content.show_as for event in crew.outlook.ours(crew.main)] == [ShowAs.OOF]


def test_opening_events_down_shows_what_is_in_the_calendars_already_and_closing_takes_nothing_of_the_workers() -> None:
    crew = Crew()
    crew.choose(events_down=False)
    crew.ask()
    crew.outlook.worker_creates(crew.main, Content(hours(30), subject="dentist", show_as=ShowAs.BUSY))
    crew.pull(ANNA)
    assert not crew.blocks(ANNA)
    change(crew, events_down=True)
    crew.settle()
    assert [block.subject for block in crew.blocks(ANNA)] == ["dentist"]
    change(crew, events_down=False)
    crew.settle()
    assert len(crew.outlook.living(crew.main)) == 1


def test_what_was_not_of_interest_before_is_read_anew() -> None:
    crew = Crew()
    crew.choose(inward_show_as=(ShowAs.BUSY,))
    crew.ask()
    crew.outlook.worker_creates(crew.main, Content(hours(30), subject="trip", show_as=ShowAs.OOF))
    crew.pull(ANNA)
    assert not crew.blocks(ANNA)
    round_before = crew.cursor(crew.main, ANNA).round
    change(crew, inward_show_as=(ShowAs.BUSY, ShowAs.OOF))
    crew.settle()
    assert crew.cursor(crew.main, ANNA).round > round_before
    assert [block.subject for block in crew.blocks(ANNA)] == ["trip"]


def test_what_only_goes_up_reads_no_calendar_anew() -> None:
    crew = planned()
    before = crew.cursor(crew.main, ANNA).round
    change(crew, reminder_minutes=15)
    crew.settle()
    assert crew.cursor(crew.main, ANNA).round == before


@pytest.mark.parametrize(
    "changes",
    [
        {"pull_minutes": 60},
        {"pull_minutes_when_notified": 240},
        {"brake_deletions": 20, "brake_percent": 50},
        {"tenant_brake_deletions": 20, "tenant_brake_percent": 50},
        {"journal_days": 60, "trail_days": 90},
        {"adopt_equal_events": True},
        {"zone": "Europe/Paris"},
        {"direction": Direction.DOWN},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_makes_no_difference_to_what_exists_concerns_nobody(changes: dict[str, Any]) -> None:
    crew = planned()
    crew.bells.waiting.clear()
    rows = crew.rows.writes
    assert not concerned(crew, **changes)
    assert crew.rows.writes == rows
    assert not crew.bells.waiting
    assert all(getattr(crew.tenant.tenant.choices, name) == value for name, value in changes.items())


@pytest.mark.parametrize(
    "changes",
    [
        {"tasks_up": False},
        {"changes_down": False},
        {"days_back": 10},
        {"subject_template": "{{ number }}"},
        {"owners": ((Field.TIME, Owner.PLANNER),)},
        {"on_closed": OnClosed.LEAVE},
        {"pilot_resources": ("r0",)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_decides_about_pairs_concerns_who_takes_part(changes: dict[str, Any]) -> None:
    assert ANNA in concerned(planned(), **changes)


def test_who_follows_the_tenant_is_concerned_and_who_has_chosen_otherwise_is_not() -> None:
    crew = planned()
    crew.add_mailbox("bert@tandem.example", "bert-id", "bert")
    bert = replace(ASKED, resource=BERT, mailbox="bert@tandem.example", zone="", direction=None)
    now(enlist(crew.ports, bert))
    now(override(crew.ports, ANNA, Overrides(days_ahead=90)))
    assert concerned(crew, zone="Europe/Paris") == {BERT}
    assert concerned(crew, direction=Direction.DOWN) == {BERT}
    assert concerned(crew, days_ahead=200) == {BERT, R0}


def test_a_pilot_concerns_who_enters_and_who_leaves() -> None:
    crew = planned()
    assert concerned(crew, pilot_resources=(ANNA,)) == {R0}
    assert concerned(crew, pilot_resources=(ANNA, R0)) == {R0}
    assert concerned(crew, pilot_resources=(R0,)) == {ANNA}


def test_what_was_told_of_who_is_outside_the_pilot_is_written_when_they_enter() -> None:
    crew = planned()
    change(crew, pilot_resources=(R0,))
    assert not crew.waiting(ANNA)
    crew.board.edit(TASK, subject="changed meanwhile")
    crew.settle()
    assert crew.ours_in(crew.main) == ["planned"]
    change(crew, pilot_resources=())
    crew.settle()
    assert crew.ours_in(crew.main) == ["changed meanwhile"]


def test_a_new_pilot_group_is_asked_for_at_once() -> None:
    crew = planned()
    crew.directory.put_group(GROUP, [ADDRESS])
    assert concerned(crew, pilot_group=GROUP) == {ANNA, R0}
    assert crew.profile(ANNA).is_in_pilot_group
    assert not crew.profile(R0).is_in_pilot_group


def test_a_group_that_cannot_be_asked_is_refused_before_anything_is_written() -> None:
    crew = planned()
    before, rows = crew.tenant.tenant, crew.rows.writes
    with pytest.raises(Refused, match="group"):
        change(crew, pilot_group=GROUP)
    assert (crew.tenant.tenant, crew.rows.writes) == (before, rows)


def test_a_planning_calendar_for_everybody_takes_the_events_along_and_back() -> None:
    crew = planned()
    change(crew, planning_calendar="Planning")
    crew.settle()
    main = crew.profile(ANNA).main_calendar
    assert main is not None
    assert (crew.ours_in(main.ref), crew.ours_in(crew.main)) == (["planned"], [])
    change(crew, planning_calendar="")
    crew.settle()
    assert (crew.ours_in(main.ref), crew.ours_in(crew.main)) == ([], ["planned"])


def test_a_planning_calendar_that_cannot_be_made_now_is_made_later() -> None:
    crew = planned()
    crew.directory.set_state(ADDRESS, MailboxState.BLOCKED)
    change(crew, planning_calendar="Planning")
    crew.settle()
    assert crew.ours_in(crew.main) == ["planned"]
    crew.directory.set_state(ADDRESS, MailboxState.READY)
    crew.clock.advance(timedelta(hours=1))
    now(find_mailboxes(crew.ports))
    crew.settle()
    assert len(crew.profile(ANNA).calendars) == 2
    assert crew.ours_in(crew.main) == []


def test_who_saw_older_settings_writes_nothing() -> None:
    crew = planned()
    stale = crew.tenant.tenant
    change(crew, days_back=10)
    rows = crew.rows.writes
    with pytest.raises(VersionMoved):
        now(change_settings(crew.ports, replace(stale.choices, days_back=20), stale.tag))
    assert crew.tenant.tenant.choices.days_back == 10
    assert crew.rows.writes == rows


def test_the_first_choice_of_a_tenant_is_written_over_no_row() -> None:
    crew = planned()
    crew.tenant.tenant = Tenant()
    answer = now(change_settings(crew.ports, Choices(days_back=10), None))
    assert (crew.tenant.tenant.tag, crew.tenant.tenant.choices.days_back) == (answer.tag, 10)


def test_the_same_once_more_changes_nothing() -> None:
    crew = planned()
    first = change(crew, days_back=10)
    crew.settle()
    rows = crew.rows.writes
    again = now(change_settings(crew.ports, crew.tenant.tenant.choices, "a tag of before"))
    assert again == SettingsChange(first.tag)
    assert crew.rows.writes == rows


def test_a_run_under_the_old_settings_is_fenced() -> None:
    crew = planned()
    tenure = now(Tenure.take(crew.ports, ANNA, now(crew.rows.read_pending(ANNA))))
    assert tenure is not None
    change(crew, days_back=10)
    with pytest.raises(LeaseLost):
        now(tenure.commit())


def test_trouble_with_one_resource_stops_no_other_and_is_told() -> None:
    crew = planned()
    transact = crew.rows.transact

    async def transact_or_fail(resource: ResourceId, *given: Any, **named: Any) -> str:
        if resource == ANNA:
            raise TryAgain("no answer")
        return await transact(resource, *given, **named)

    vars(crew.rows)["transact"] = transact_or_fail
    answer = change(crew, rules=(Rule("nothing", goes_up=False),))
    assert (set(answer.resources), answer.waiting) == ({ANNA, R0}, (ANNA,))
    del vars(crew.rows)["transact"]
    crew.settle()
    assert crew.ours_in(crew.main) == ["planned"]
    assert change(crew).resources == (ANNA,)
    crew.settle()
    assert crew.ours_in(crew.main) == []


@pytest.mark.parametrize("is_repeated", [True, False], ids=["repeated", "left to the night"])
def test_killed_at_any_step_it_is_completed(is_repeated: bool) -> None:
    at = 0
    while True:
        at += 1
        crew = Crew()
        crew.choose(events_down=False)
        crew.ask()
        crew.board.plan(TASK, hours(30), ANNA, subject="planned", category="internal")
        crew.outlook.worker_creates(crew.main, Content(hours(50), subject="dentist", show_as=ShowAs.BUSY))
        crew.settle()
        crew.pull(ANNA)
        before = crew.tenant.tenant
        wanted = replace(before.choices, events_down=True, rules=(Rule("none", goes_up=False),))
        worker = Worker(crash_at=at)
        try:
            drive(change_settings(crew.ports_of(worker), wanted, before.tag))
        except Crash:
            crew.settle()
            crew.pull(ANNA)
            if is_repeated:
                now(change_settings(crew.ports, wanted, before.tag))
        crew.settle()
        crew.tidy()
        crew.pull(ANNA)
        is_chosen = crew.tenant.tenant.choices == wanted
        assert is_chosen or not is_repeated
        where = worker.trace[-1]
        assert crew.ours_in(crew.main) == ([] if is_chosen else ["planned"]), where
        assert len(crew.blocks(ANNA)) == is_chosen, where
        assert not crew.found(Todo, ANNA), where
        if not worker.is_dead:
            break
    assert at > 8


def test_an_override_holds_for_one_resource_and_for_what_exists() -> None:
    crew = planned()
    profile = now(override(crew.ports, ANNA, Overrides(days_ahead=1)))
    assert profile.overrides == Overrides(days_ahead=1)
    crew.settle()
    with pytest.raises(Refused, match="days_ahead"):
        now(override(crew.ports, ANNA, Overrides(days_ahead=800)))
    with pytest.raises(Refused, match="not enlisted"):
        now(override(crew.ports, BERT, Overrides()))


def test_an_override_of_what_comes_down_reads_that_resource_anew() -> None:
    crew = planned()
    before = crew.cursor(crew.main, ANNA).round
    now(override(crew.ports, ANNA, Overrides(inward_show_as=(ShowAs.OOF,))))
    cursors: Sequence[Row] = crew.found(Cursor, ANNA)
    assert [row.round for row in cursors if isinstance(row, Cursor)] == [before + 1]
