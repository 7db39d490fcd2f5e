"""What may surprise an admin is said when a resource is set up, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from sync_core.domain.choices import Choices
from sync_core.domain.profile import CalendarUse, CalendarWish, MailboxSearch, MailboxState, Profile
from sync_core.domain.resource import CalendarRef, Direction, ResourceId
from sync_core.flows.advice import advise
from tests.machine.world import MONDAY

MAIN, OTHER = CalendarRef("anna-id", "main"), CalendarRef("anna-id", "other")
ANNA = Profile(ResourceId("anna"), "Anna", "", None, (CalendarUse(MAIN),), address="anna@tandem.example")
SEARCH = MailboxSearch(MailboxState.UNLICENSED, "it has no licence", 1, MONDAY)


def test_what_is_as_expected_needs_no_word() -> None:
    assert advise(ANNA, Choices()) == ()


@pytest.mark.parametrize(
    ("profile", "choices", "words"),
    [
        ({"calendars": ()}, {}, "no mailbox"),
        ({"calendars": (), "mailbox": SEARCH}, {}, "unlicensed"),
        ({"wishes": (CalendarWish("Jobs"),)}, {}, "free and busy"),
        ({"wishes": (CalendarWish(), CalendarWish("Jobs", is_main=True))}, {}, "Jobs"),
        ({}, {"planning_calendar": "Planning"}, "Planning"),
        ({"calendars": (CalendarUse(MAIN), CalendarUse(OTHER, Direction.UP))}, {}, "only the main calendar"),
        ({"former": (OTHER,)}, {}, "received before"),
        ({"direction": Direction.NONE}, {}, "paused"),
        ({"direction": Direction.BOTH}, {"events_down": True}, "changes_down"),
        ({"direction": Direction.BOTH}, {"changes_down": True}, "events_down"),
        ({"direction": Direction.DOWN}, {}, "events_down"),
        ({}, {"tasks_up": False, "unavailabilities_up": False, "working_days_up": False}, "tasks_up"),
        ({}, {"pilot_resources": ("bert",)}, "pilot"),
    ],
)
def test_what_may_surprise_is_said(profile: dict[str, Any], choices: dict[str, Any], words: str) -> None:
    (warning,) = advise(replace(ANNA, **profile), replace(Choices(), **choices))
    assert words in warning


def test_a_wish_that_is_main_for_the_own_calendar_is_as_expected() -> None:
    wishes = (CalendarWish("Jobs"), CalendarWish(is_main=True))
    assert advise(replace(ANNA, wishes=wishes), Choices()) == ()
