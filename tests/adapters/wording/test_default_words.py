"""The product's own templates: what a worker reads where nobody chose otherwise."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtools.paths import ROOT
from simulators.graph.bodies import show_html, show_text
from sync_core.adapters.graph.reading import read_event
from sync_core.adapters.graph.wire import WireEvent
from sync_core.adapters.wording import TemplateWording, check_template, default_templates
from sync_core.adapters.wording.markup import words_of_html
from sync_core.adapters.wording.samples import FULL, MINIMAL, SAMPLES, WHOLE_DAYS, ZONE
from sync_core.domain.appointment import Appointment, AppointmentKey, Customer, Hyperlink, Kind, Location
from sync_core.domain.choices import Choices
from sync_core.domain.content import Content, Field, differing, normalise
from sync_core.domain.cutting import CUT_MARK
from sync_core.domain.look import Look, Notes, Words, plain_words
from sync_core.domain.resource import CalendarRef
from sync_core.domain.timespan import TimeSpan
from tests.builders import days, span

WORDS = TemplateWording().words_of(Choices())
lines = st.text(st.sampled_from("aé& <>{}%\"'ש😀"), max_size=8).map(str.strip)
places = st.builds(Location, name=lines, address=lines)


def words(appointment: Appointment, notes: Notes = Notes()) -> Words:
    return WORDS(appointment, notes, ZONE)


def body_of(appointment: Appointment, notes: Notes = Notes()) -> str:
    return words(appointment, notes).body


@given(subject=lines, place=places, kind=st.sampled_from(Kind))
def test_subject_and_location_are_the_boards_own_so_that_an_edit_can_travel_back(
    subject: str, place: Location, kind: Kind
) -> None:
    state = replace(MINIMAL, key=AppointmentKey(kind, "A"), subject=subject, location=place)
    plain = plain_words(state, Notes(), ZONE)

    assert (words(state).subject, words(state).location) == (plain.subject, plain.location)


def test_the_body_says_what_a_worker_needs_in_this_order() -> None:
    told = words_of_html(body_of(*SAMPLES[0]).replace("<br>", "<br>\n").replace("</span>", "</span>\n")).split("\n")

    assert [line for line in told if line] == [
        "Moved from 09:00.",
        "Your change to this event was put back: the plan is made on the board. Call your planner if it does not suit.",
        "Customer",
        "Hamburg Baths",
        "Ada Lindqvist",
        "+49 (0)40 555 01 23",
        "ada@baths.example",
        "Address",
        "Harbour Baths",
        "Uferstraße 12, 20457 Hamburg",
        "Open in maps",
        "Task",
        "4711-3",
        "Open on the board",
        "Boiler manual",
        "Notes",
        "Bring the long ladder; the key is with the caretaker.",
        "The boiler stands in the second cellar, on the left.",
    ]


@pytest.mark.parametrize(
    "href",
    [
        "tel:+49405550123",
        "mailto:ada@baths.example",
        "https://www.google.com/maps/search/?api=1&amp;query=53.5413,9.9841",
        "https://board.example/appointments/A-4711",
    ],
)
def test_what_can_be_tapped_is_a_link(href: str) -> None:
    assert f'<a href="{href}"' in body_of(FULL)


def test_without_coordinates_the_map_is_asked_for_the_address() -> None:
    body = body_of(replace(MINIMAL, location=Location(address="Kai 1 & 2, Köln")))

    assert "&amp;query=Kai%201%20%26%202%2C%20K%C3%B6ln" in body


@pytest.mark.parametrize(
    ("before", "now", "line"),
    [
        (span("07:30", "08:00"), span("09:00", "10:00"), "Moved from 08:30."),
        (span("23:30", "23:45", day=-1), span("09:00", "10:00"), "Moved from 00:30."),
        (span("08:00", "09:00", day=-3), span("08:00", "09:00"), "Moved from Fri 20 Nov 09:00."),
        (days(-3), days(), "Moved from Fri 20 Nov."),
        (days(), span("08:00", "09:00"), "Moved from Mon 23 Nov."),
        (span("08:00", "09:00"), span("08:00", "10:00"), ""),
        (None, span(), ""),
    ],
    ids=["same day", "same day in the zone", "another day", "whole days", "whole day to hours", "longer", "new"],
)
def test_a_move_is_told_in_the_resources_zone(before: TimeSpan | None, now: TimeSpan, line: str) -> None:
    assert words_of_html(body_of(replace(MINIMAL, span=now), Notes(moved_from=before))) == line


def test_a_move_is_told_in_summer_time_where_it_was_summer() -> None:
    summer = TimeSpan(datetime(2026, 10, 24, 8, tzinfo=UTC), datetime(2026, 10, 24, 9, tzinfo=UTC))

    assert "Sat 24 Oct 10:00" in words_of_html(body_of(MINIMAL, Notes(moved_from=summer)))


@pytest.mark.parametrize(
    "bare",
    [
        MINIMAL,
        replace(MINIMAL, body="  \n "),
        replace(MINIMAL, body="<p>&nbsp;</p><script>go()</script>", body_is_html=True),
        replace(MINIMAL, links=(Hyperlink("Run", "javascript:go()"),)),
        replace(WHOLE_DAYS, body="", body_is_html=False),
    ],
    ids=["nothing", "blank notes", "empty markup", "a link that is none", "whole days"],
)
def test_nothing_empty_is_shown(bare: Appointment) -> None:
    assert body_of(bare) == ""


def test_a_label_stands_only_above_words() -> None:
    assert words_of_html(body_of(replace(MINIMAL, number="4711-3"))) == "Task4711-3"
    assert words_of_html(body_of(replace(MINIMAL, customer=Customer(phone="ask Eva", email="none")))) == (
        "Customerask Evanone"
    )


def test_of_an_illness_the_body_says_nothing() -> None:
    sick = replace(
        MINIMAL,
        key=AppointmentKey(Kind.UNAVAILABILITY, "U"),
        subject="Surgery",
        absence="sick",
        location=Location("Clinic", "Clinic Road 1"),
        body="hip",
    )
    shown = Look(zone=ZONE, words=WORDS).of(sick)

    assert (shown.subject, shown.body) == ("Absent", "")


def test_what_the_board_says_is_escaped() -> None:
    state = replace(FULL, customer=Customer("<img src=x onerror=go()>", "A & B", email="a@b.example?bcc=c@d.example"))
    body = body_of(replace(state, body="if a < b:\n<b>stop</b>"))

    assert "&lt;img src=x onerror=go()&gt;" in body
    assert "A &amp; B" in body
    assert "mailto:" not in body
    assert "if a &lt; b:<br>\n&lt;b&gt;stop&lt;/b&gt;" in body


def test_notes_in_html_keep_their_form_and_lose_what_acts() -> None:
    notes = (
        "<style>p {}</style><p onclick=go()>Bring <b>both</b> <a href='javascript:go()'>keys</a>"
        "<img src=https://t.example/x></p><iframe src=https://x.example></iframe><ul><li>one</ul>"
    )
    body = body_of(replace(MINIMAL, body=notes, body_is_html=True))

    assert '<div dir="auto"><p>Bring <b>both</b> <a>keys</a></p><ul><li>one</li></ul></div>' in body


def test_a_link_without_words_is_called_by_where_it_leads() -> None:
    href = "https://board.example/a/1"

    assert f'<a href="{href}" ' in (body := body_of(replace(MINIMAL, links=(Hyperlink(href, href),))))
    assert words_of_html(body) == "board.example"


@pytest.mark.parametrize(("state", "notes"), SAMPLES)
@pytest.mark.parametrize("length", [1, 900], ids=["short", "cut"])
@pytest.mark.parametrize("kind", ["html", "text"])
def test_a_body_that_comes_back_from_outlook_means_what_was_sent(
    state: Appointment, notes: Notes, length: int, kind: str
) -> None:
    sent = Look(zone=ZONE, words=WORDS).of(replace(state, body=state.body * length), notes)
    shown = (show_html if kind == "html" else show_text)("html", sent.body)
    read = read_event(
        WireEvent.model_validate(
            {
                "id": "1",
                "subject": sent.subject,
                "body": {"contentType": kind, "content": shown},
                "start": {"dateTime": "2026-11-23T09:00:00.0000000", "timeZone": "UTC"},
                "end": {"dateTime": "2026-11-23T10:00:00.0000000", "timeZone": "UTC"},
                "isAllDay": False,
                "type": "singleInstance",
                "changeKey": "k",
            }
        ),
        CalendarRef("ben@tandem.example", "main"),
    )

    assert not differing(sent, read.content, {Field.BODY, Field.SUBJECT})
    assert (CUT_MARK in sent.body) == (length > 1 and bool(state.body))


def test_the_same_state_gives_the_same_words() -> None:
    assert TemplateWording().words_of(Choices()) == TemplateWording().words_of(Choices(days_back=1))
    assert words(*SAMPLES[0]) == words(*SAMPLES[0])


def test_a_body_leaves_the_sandbox_in_normal_form() -> None:
    for state, notes in SAMPLES:
        body = body_of(state, notes)
        assert normalise(Content(span(), body=body)).body == body


def test_the_defaults_pass_the_check_that_a_tenants_own_must_pass() -> None:
    for name, text in default_templates().items():
        assert check_template(name, text) is None
        assert check_template(name, "") is None


def test_a_zone_far_away_shifts_the_day() -> None:
    moved = Notes(moved_from=span("11:00", "12:00", day=1))

    assert "Wed 25 Nov 01:00" in WORDS(MINIMAL, moved, ZoneInfo("Pacific/Kiritimati")).body


def test_importing_the_app_imports_no_template_engine() -> None:
    question = "import sys, function_app; print([name for name in ('jinja2', 'nh3') if name in sys.modules])"
    asked = subprocess.run([sys.executable, "-c", question], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (asked.returncode, asked.stdout.strip()) == (0, "[]"), asked.stderr
