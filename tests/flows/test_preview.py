"""What a change of settings would do is told before it is done, and is what the walk does then."""

from dataclasses import replace
from typing import Any

import pytest

from sync_core.adapters.wording import TemplateWording
from sync_core.domain.content import ShowAs
from sync_core.domain.look import Mapped
from sync_core.domain.resource import Direction
from sync_core.domain.rules import Rule
from sync_core.flows.preview import Effects, preview_settings
from sync_core.flows.settings_change import change_settings
from sync_core.flows.taking_part import pause
from sync_core.ports import Ports
from tests.flows.crew import ANNA, Crew
from tests.flows.stage import hours, now
from tests.machine.peril import Worker


class Worded(Crew):
    """A crew whose events are put into words by the tenant's templates."""

    wording = TemplateWording()

    def ports_of(self, worker: Worker | None) -> Ports:
        return replace(super().ports_of(worker), wording=self.wording)


def planned(count: int = 6) -> Crew:
    crew = Worded()
    crew.ask()
    for number in range(count):
        category = "visit" if number % 2 else "internal"
        crew.board.plan(crew.key(number), hours(30 + number), ANNA, subject=f"job {number}", category=category)
    crew.settle()
    crew.pull(ANNA)
    return crew


def preview(crew: Crew, **changes: Any) -> Effects:
    return now(preview_settings(crew.ports, replace(crew.tenant.tenant.choices, **changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"subject_template": "{{ number }} {{ subject }}!"},
        {"categories": (("visit", Mapped(show_as=ShowAs.OOF)),)},
        {"rules": (Rule("not internal", goes_up=False, categories=("internal",)),)},
        {"days_ahead": 1},
        {"reminder_minutes": 15},
        {"tasks_up": False},
        {"planning_calendar": "Planning"},
        {"zone": "America/New_York"},
        {"pull_minutes": 45},
        {"pilot_resources": ("nobody",)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_as_many_events_are_written_as_were_told(changes: dict[str, Any]) -> None:
    crew = planned()
    told = preview(crew, **changes)
    writes = crew.outlook.writes
    tenant = crew.tenant.tenant
    change = now(change_settings(crew.ports, replace(tenant.choices, **changes), tenant.tag))
    crew.settle()
    crew.pull(ANNA)
    moved = 2 if "planning_calendar" in changes else 1  # made in the one, removed from the other
    assert len(change.resources) == told.resources
    assert crew.outlook.writes - writes == told.events * moved


def test_telling_writes_nothing_and_asks_nobody() -> None:
    crew = planned()
    writes = crew.writes()
    asked = crew.directory.queries
    assert preview(crew, subject_template="{{ subject }}!").events == 6
    assert crew.writes() == writes
    assert crew.directory.queries == asked
    assert crew.bells.next_due_at() is None


def test_who_would_enter_the_pilot_is_told_with_what_waits_for_it() -> None:
    crew = Crew()
    crew.choose(pilot_resources=("nobody",))
    crew.ask()
    for number in range(3):
        crew.board.plan(crew.key(number), hours(30 + number), ANNA, subject="job")
    crew.settle()
    told = preview(crew, pilot_resources=(ANNA,))
    assert (told.resources, told.events) == (1, 3)


def test_one_that_is_paused_is_told_since_it_is_walked_when_it_is_resumed() -> None:
    crew = planned()
    now(pause(crew.ports, ANNA))
    assert preview(crew, subject_template="{{ subject }}!").events == 6


def test_a_count_that_was_cut_says_so() -> None:
    crew = planned()
    choices = replace(crew.tenant.tenant.choices, subject_template="{{ subject }}!")
    assert now(preview_settings(crew.ports, choices, most=4)) == Effects(2, 4, at_least=True)
    assert now(preview_settings(crew.ports, choices, most=6)) == Effects(2, 6)


def test_the_same_settings_have_no_effect() -> None:
    crew = planned()
    assert preview(crew) == Effects(0, 0)
    assert preview(crew, direction=Direction.DOWN) == Effects(0, 0)  # everybody has a direction of their own
