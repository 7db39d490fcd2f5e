"""A line of the set-up check links to its remedy where there is one, and timers are told apart."""

from datetime import UTC, datetime

import pytest

from sync_core.domain.mend import link_to_remedy
from sync_core.domain.setup import Subject
from sync_core.domain.source import Level
from sync_core.domain.turns import Timer, Turns

VAULT = Subject("key-vault", "Key Vault")


def test_a_green_line_asks_for_nothing_and_links_nowhere() -> None:
    line = VAULT.green("It answers.")
    assert (line.level, line.remedy, line.link) == (Level.GREEN, "", None)


@pytest.mark.parametrize("judge", [VAULT.amber, VAULT.red])
def test_any_other_line_says_what_to_do_and_where_it_is_told(judge: object) -> None:
    line = judge("It does not answer.", "Wait.")  # type: ignore[operator]
    assert (line.id, line.title, line.remedy) == ("key-vault", "Key Vault", "Wait.")
    assert line.level in (Level.AMBER, Level.RED)
    assert line.link == "docs/admin/mend.md#setup-key-vault"


@pytest.mark.parametrize(
    ("family", "name", "anchor"),
    [
        ("setup", "mailbox:R-ada", "setup-mailbox"),
        ("alert", "secret:graph-client-secret", "alert-secret"),
        ("held", "a second event with our mark", "held-a-second-event-with-our-mark"),
        ("held", "it's odd, isn't it?", "held-its-odd-isnt-it"),
    ],
)
def test_all_of_a_kind_are_told_in_one_section(family: str, name: str, anchor: str) -> None:
    assert link_to_remedy(family, name) == f"docs/admin/mend.md#{anchor}"


def test_each_timer_has_its_own_last_turn() -> None:
    turns = Turns(*(datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (1, 2, 3)))
    assert [getattr(turns.last_of(timer), "hour", None) for timer in Timer] == [1, 2, 3]
    assert {Turns().last_of(timer) for timer in Timer} == {None}
