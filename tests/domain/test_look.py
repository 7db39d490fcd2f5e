"""How appointments look as events: mapping tables, words, notes."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sync_core.domain.appointment import Appointment, AppointmentKey, Kind, Location
from sync_core.domain.content import Importance, Sensitivity, ShowAs
from sync_core.domain.look import Look, Mapped, Notes, Words
from sync_core.domain.notes import notes_of
from sync_core.domain.rules import Rule, why_kept_back
from tests.builders import BERLIN, appointment, board_link, span

VACATION = AppointmentKey(Kind.UNAVAILABILITY, "1")
EARLIER, LATER = span("07:00", "08:00"), span("14:00", "15:00")


def away(absence: str, **fields: Any) -> Appointment:
    return appointment(key=VACATION, absence=absence, **fields)


def test_an_illness_goes_up_as_absent_and_private() -> None:
    shown = Look().of(away("sick", subject="Flu", location=Location("Clinic")))

    assert shown.location == ""
    assert (shown.subject, shown.show_as, shown.sensitivity) == ("Absent", ShowAs.OOF, Sensitivity.PRIVATE)
    assert Look().of(away("vacation", subject="Crete")).subject == "Crete"
    green = Look(absences=(("vacation", Mapped(categories=("Green",))),))
    assert green.of(away("vacation")).categories == ("Green",)


def test_a_mapping_speaks_before_the_board_and_the_time_marker_before_the_category() -> None:
    look = Look(
        categories=(
            ("Secret", Mapped(subject="Job")),
            ("Service", Mapped(show_as=ShowAs.TENTATIVE, categories=("Green",), reminder_minutes=10)),
            ("Plain", Mapped()),
        ),
        time_markers=(("Fixed", Mapped(show_as=ShowAs.BUSY, importance=Importance.HIGH)),),
        reminder_minutes=30,
    )
    state = appointment(category="Service", time_marker="Fixed", show_as=ShowAs.FREE)
    shown = look.of(state)

    assert (shown.show_as, shown.importance, shown.reminder_minutes) == (ShowAs.BUSY, Importance.HIGH, 10)
    assert shown.categories == ("Fixed", "Green")
    assert look.of(replace(state, time_marker="")).show_as is ShowAs.TENTATIVE
    assert look.of(appointment(category="Plain", show_as=ShowAs.FREE)).show_as is ShowAs.FREE
    assert look.of(appointment(category="Plain")).categories == ("Plain",)
    assert look.of(appointment()).reminder_minutes == 30
    named = look.of(appointment(category="Secret", location=Location("Site")))
    assert (named.subject, named.location) == ("Job", "Site"), "a task is still somewhere"


def test_no_mapping_makes_an_event_less_private_than_the_board_did() -> None:
    look = Look(categories=(("Open", Mapped(sensitivity=Sensitivity.NORMAL)),))

    assert look.of(appointment(category="Open", sensitivity=Sensitivity.PRIVATE)).sensitivity is Sensitivity.PRIVATE


def test_the_words_are_the_templates_and_know_the_zone_and_the_notes() -> None:
    def words(state: Appointment, notes: Notes, zone: ZoneInfo) -> Words:
        return Words(f"{zone.key} {notes.is_put_back}", state.number, state.subject)

    shown = Look(zone=BERLIN, words=words).of(appointment(number="7"), Notes(is_put_back=True))

    assert (shown.subject, shown.location, shown.body) == ("Europe/Berlin True", "7", "Boiler")


def test_an_event_tells_where_from_the_planner_moved_it_until_the_next_change() -> None:
    look, link = Look(), board_link()
    moved = notes_of(link, appointment(2, span=LATER), look)

    assert moved == Notes(moved_from=span())
    assert notes_of(None, appointment(), look) == Notes()
    assert notes_of(replace(link, board_state=None), appointment(2), look) == Notes()
    assert notes_of(link, appointment(2, subject="Pump"), look) == Notes()


def test_an_echo_takes_no_note_away() -> None:
    link = replace(board_link(), notes=Notes(moved_from=EARLIER))

    assert notes_of(link, appointment(2), Look()) == Notes(moved_from=EARLIER)
    assert notes_of(link, appointment(2, show_as=ShowAs.BUSY), Look()) == Notes(moved_from=EARLIER), "it means the same"


@pytest.mark.parametrize(
    ("rule", "goes_up"),
    [
        (Rule("all", False), False),
        (Rule("tasks", False, kinds=(Kind.TASK,)), False),
        (Rule("absences", False, kinds=(Kind.UNAVAILABILITY,)), True),
        (Rule("service", False, categories=("service",)), False),
        (Rule("other category", False, categories=("Sales",)), True),
        (Rule("marker", False, time_markers=("Fixed",)), False),
        (Rule("status", False, statuses=("tentative",)), True),
        (Rule("group", False, groups=("Vans",)), False),
        (Rule("field", False, fields=(("Region", "north"),)), False),
        (Rule("another value", False, fields=(("region", "south"),)), True),
        (Rule("no such field", False, fields=(("team", "a"),)), True),
        (Rule("explicitly", True, categories=("Service",)), True),
    ],
    ids=lambda value: value.name if isinstance(value, Rule) else "",
)
def test_a_rule_keeps_back_what_fits_all_of_its_conditions(rule: Rule, goes_up: bool) -> None:
    state = appointment(category="Service", time_marker="Fixed", status="planned", fields=(("region", "North"),))

    reason = why_kept_back([rule], state, "Vans")
    assert reason == ("" if goes_up else f"kept back by the rule {rule.name}")


def test_the_first_rule_that_fits_decides() -> None:
    state = appointment(category="Service", fields=(("crew", None),))
    open_first = [Rule("service goes up", True, categories=("Service",)), Rule("nothing else", False)]

    assert why_kept_back(open_first, state, "") == ""
    assert why_kept_back(open_first, replace(state, category=""), "") == "kept back by the rule nothing else"
    assert why_kept_back([], state, "") == ""
    assert why_kept_back([Rule("empty", False, fields=(("crew", ""),))], state, "") != ""
