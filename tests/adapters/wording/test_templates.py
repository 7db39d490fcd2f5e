"""A tenant's own templates: what they can say, and what becomes of one that goes wrong where nobody can mend it."""

import logging
from dataclasses import replace

import pytest

from sync_core.adapters.wording import TemplateWording
from sync_core.adapters.wording.samples import FULL, MINIMAL, WHOLE_DAYS, ZONE
from sync_core.domain.appointment import Appointment
from sync_core.domain.choices import Choices
from sync_core.domain.look import Notes, plain_words
from tests.builders import span


def subject_by(template: str, state: Appointment = FULL, notes: Notes = Notes()) -> str:
    return TemplateWording().words_of(Choices(subject_template=template))(state, notes, ZONE).subject


def body_by(template: str, state: Appointment = FULL) -> str:
    return TemplateWording().words_of(Choices(body_template=template))(state, Notes(), ZONE).body


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ number }} {{ subject }}", "4711-3 Boiler inspection"),
        ("{{ kind }}, {{ absence }}, {{ category }}, {{ time_marker }}", "task, , Service, Confirmed"),
        ("{{ status }} {{ 'locked' if locked }}", "planned locked"),
        ("{{ start|day }} {{ start|time }}-{{ end|time }} {{ zone }}", "Mon 23 Nov 10:30-12:00 Europe/Berlin"),
        ("{{ start.day }}.{{ start.month }}.{{ start.year }}", "23.11.2026"),
        ("{{ location.address }} {{ location.latitude }}", "Uferstraße 12, 20457 Hamburg 53.5413"),
        ("{{ customer.name }}/{{ customer['contact'] }}", "Hamburg Baths/Ada Lindqvist"),
        ("{{ customer.phone|tel }}", "+49405550123"),
        ("{{ work.source_app }} {{ work.job_id }}-{{ work.task_id }}", "ERP SO-1042-30"),
        ("{{ fields.gate }}{{ fields.floor }}{{ fields.remark }}", "B-2"),
        ("{% for a, b in fields|items %}{{ a }}={{ b }};{% endfor %}", "floor=-2;gate=B;is_urgent=False;remark=;"),
        ("{{ resources|join(' + ') }}", "R-ben + R-cleo"),
        ("{% for one in links %}{{ loop.index }}{{ ' ' if not loop.last }}{% endfor %}", "1 2"),
        ("{{ notes|truncate(16) }}", "Bring the..."),
        ("{{ number|replace('-', '/') }} {{ subject|upper }}", "4711/3 BOILER INSPECTION"),
        ("{{ 'all day' if all_day else 'hours' }}", "hours"),
        ("{{ customer.name }} & <sons>", "Hamburg Baths & <sons>"),
    ],
)  # fmt: skip
def test_a_template_knows_everything_of_the_appointment(template: str, text: str) -> None:
    assert subject_by(template) == text


def test_whole_days_have_a_first_and_a_last_day() -> None:
    assert subject_by("{{ start|day }} to {{ end|day }}{{ start|time }}", WHOLE_DAYS) == "Mon 23 Nov to Wed 25 Nov"


def test_a_template_knows_what_became_of_the_event() -> None:
    notes = Notes(moved_from=span("07:00", "08:00"), is_put_back=True)

    assert subject_by("{{ moved_from|time }} {{ 'put back' if is_put_back }}", FULL, notes) == "08:00 put back"


def test_notes_are_plain_in_a_line() -> None:
    assert subject_by("{{ notes }}", WHOLE_DAYS) == "Hall 7"


@pytest.mark.parametrize(
    "template",
    [
        "{{ nobody }}",
        "{{ nobody.knows.this['one'] }}",
        "{{ customer.name }}{{ location.address }}{{ fields.gate.more }}",
        "{% for one in nobody %}x{% endfor %}{% for one in fields.remark %}x{% endfor %}",
        "{{ nobody|day }}{{ nobody|time }}{{ nobody|tel }}{{ nobody|mail }}{{ nobody|map }}",
        "{{ nobody|join(', ') }}{{ nobody|replace('a', 'b') }}{{ nobody|upper }}{{ nobody|items|first }}",
        "{{ nobody - 1 }}{{ -nobody }}{{ 'x' if nobody < 1 or nobody >= start }}",
        "{{ moved_from|day }}{{ links[7].href }}",
    ],
)
def test_what_is_missing_is_empty_at_any_depth(template: str) -> None:
    assert subject_by(f"[{template}]", MINIMAL) == "[]"


def test_what_is_missing_leaves_a_sum_as_it_is() -> None:
    assert subject_by("{{ 'a' + nobody }}{{ nobody + 'b' }}") == "ab"


@pytest.mark.parametrize(
    "template",
    [
        "{{ subject",
        "{% include 'x' %}",
        "{{ subject.upper() }}",
        "{{ subject.__class__ }}",
        "{{ start + start }}",
        "{{ 9 in subject }}",
        "{% for a in notes %}{% for b in notes %}{% for c in notes %}{% endfor %}{% endfor %}{% endfor %}",
        "{{ 'x' * 999999999 }}",
        "{% set a = notes ~ notes ~ notes ~ notes %}" + "{% set a = a ~ a ~ a ~ a %}" * 30 + "{{ a }}",
        "{{ notes|replace('', notes)|replace('', notes) }}",
        "{{ notes|join(notes)|join(notes) }}",
        "{% for a in notes %}{{ notes }}{{ notes }}{{ notes }}{{ notes }}{% endfor %}",
        "{{ subject|safe }}",
        "{% for a in links %}" * 25 + "{% endfor %}" * 25,
        "x" * 20_001,
        "{{ " + "(" * 900 + "1" + ")" * 900 + " }}",
        "{{ " + "-" * 5_000 + "1 }}",
    ],
    ids=lambda template: template[:30],
)  # fmt: skip
@pytest.mark.timeout(10)
def test_a_template_that_goes_wrong_gives_plain_words_for_its_text_alone(template: str) -> None:
    state = replace(FULL, body="Bring the key. " * 40)
    plain = plain_words(state, Notes(), ZONE)
    choices = Choices(subject_template=template, location_template="{{ location.name }}", body_template=template)
    words = TemplateWording().words_of(choices)(state, Notes(), ZONE)

    assert (words.subject, words.location, words.body) == (plain.subject, "Harbour Baths", plain.body)


def test_what_goes_wrong_is_said_once_and_without_a_word_of_the_appointment(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "tandem")
    for _ in range(3):
        subject_by("once\n{{ 1 + subject }}")

    assert [entry.getMessage() for entry in caplog.records] == [
        "subject_template fails in line 2, plain words are used: fails with TypeError"
    ]


@pytest.mark.parametrize(
    ("template", "html"),
    [
        ("<p>{{ fields.gate }}</p>", "<p>&lt;b&gt;</p>"),
        ("<p>{{ [fields.gate, notes]|join }}</p>", "<p>&lt;b&gt;a</p>"),
        ("<p>{{ notes|replace('a', fields.gate) }}</p>", "<p>&lt;b&gt;</p>"),
        ('<a href="{{ fields.url }}">x</a>', "<a>x</a>"),
        ('<p style="color:red;background-image:url(https://t.example)">x</p>', '<p style="color:red">x</p>'),
        ("<script>go()</script><p onclick=go()>x</p>", "<p>x</p>"),
        ("<p>{{ nobody }}</p><br>", ""),
        ("<img src='https://tandem.example/logo.png' alt='x'>", '<img src="https://tandem.example/logo.png" alt="x">'),
    ],
)  # fmt: skip
def test_a_body_is_escaped_and_holds_only_what_a_calendar_may_be_told(template: str, html: str) -> None:
    state = replace(MINIMAL, body="a", fields=(("gate", "<b>"), ("url", "javascript:go()")))

    assert body_by(template, state) == html


def test_a_field_may_have_any_name() -> None:
    state = replace(MINIMAL, fields=(("items", "one"), ("keys", "two"), ("Zone 1", "three")))

    assert subject_by("{{ fields.items }} {{ fields.keys }} {{ fields['Zone 1'] }}", state) == "one two three"
