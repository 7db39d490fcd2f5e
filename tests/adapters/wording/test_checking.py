"""Whether a template will do: refused when it is saved, with the line and words an admin can act on."""

import pytest

from sync_core.adapters.wording import TemplateProblem, check_template
from sync_core.adapters.wording.filters import address_mail, dial, map_link

BODY = "body_template"


@pytest.mark.parametrize(
    ("template", "line", "reason"),
    [
        ("<p>\n{{ subject }</p>", 2, "unexpected '}'"),
        ("a\n{% if number %}\nb", 3, "Unexpected end of template. Jinja was looking for the following tags"),
        ("a\n\n{{ customr.name }}", 3, "customr: did you mean customer?"),
        ("{{ customer.nmae }}", 1, "customer.nmae: did you mean customer.name?"),
        ("{{ xyz }}", 1, "xyz is not known"),
        ("{% for one in links %}\n{{ one.herf }}{% endfor %}", 2, "one.herf: did you mean one.href?"),
        ("{{ subject|\ntme }}", 2, "filter tme: did you mean time?"),
        ("{{ subject|safe }}", 1, "filter safe"),
        ("{{ 'x' if subject is emty }}", 1, "test emty"),
        ("{{ subject.__class__ }}", 1, "__class__ is not allowed"),
        ("{{ _secret }}", 1, "_secret is not allowed"),
        ("{{ subject.upper() }}", 1, "nothing can be called: use a filter"),
        ("{% for one in range(9) %}{% endfor %}", 1, "nothing can be called"),
        ("{% include 'a' %}", 1, "no other template can be used"),
        ("{% extends 'a' %}", 1, "no other template can be used"),
        ("{% macro a() %}{% endmacro %}", 1, "a macro cannot be defined"),
        ("{% autoescape false %}{{ subject }}{% endautoescape %}", 1, "escaping cannot be turned off"),
        ("{{ 2 * 3 }}", 1, "* is not supported"),
        ("{% for one in links recursive %}{% endfor %}", 1, "a loop cannot be recursive"),
        ("a\n{{ subject + 1 }}", 2, "fails with TypeError"),
        ("{% for a in notes %}{% for b in notes %}{{ b }}{% endfor %}{% endfor %}", 1, "its loops run too long"),
        ("{% for a in links %}" * 25 + "{% endfor %}" * 25, 1, "is nested too deeply"),
        ("x" * 20_001, 1, "is longer than 20000 characters"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_a_template_that_will_not_do_is_refused_with_its_line(template: str, line: int, reason: str) -> None:
    problem = check_template(BODY, template)

    assert problem is not None
    assert (problem.name, problem.line) == (BODY, line)
    assert problem.reason.startswith(reason)


@pytest.mark.parametrize(
    "template",
    [
        "{{ fields.whatever }} {{ fields['Our gate'] }}",
        "{% set title = subject or number %}{{ title }}",
        "{% for one in links %}{{ one.title }}{% endfor %}",
        "{{ start|day }} {{ moved_from|time }} {{ location|map }} {{ customer.phone|tel }}",
        "{{ subject if subject is defined and kind in ('task', 'working_day') }}",
        "{# a remark of {{ nobody }} #}plain",
    ],
)
@pytest.mark.parametrize("name", ["subject_template", "location_template", BODY])
def test_a_template_that_will_do_is_taken(name: str, template: str) -> None:
    assert check_template(name, template) is None


def test_a_problem_is_told_by_the_name_of_its_setting() -> None:
    assert check_template("location_template", "{{ adress }}") == TemplateProblem(
        "location_template", 1, "adress is not known"
    )


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("+49 (0)40 555 01-23", "+49405550123"),
        ("(040) 555/0123", "0405550123"),
        ("040 5550123 ext. 7", "0405550123"),
        ("040 5550123, 0171 1", "0405550123"),
        ("٠٤٠٥٥٥", "040555"),
        ("ask Eva", ""),
        ("", ""),
    ],
)
def test_of_a_telephone_number_the_digits_are_dialled(written: str, dialled: str) -> None:
    assert dial(written) == dialled


@pytest.mark.parametrize("written", ["a@b.example?bcc=c@d.example", "a b@c.example", "ada", "", "a@b@c"])
def test_what_is_no_address_is_no_link(written: str) -> None:
    assert address_mail(written) == ""
    assert address_mail(" ada@b.example ") == "ada@b.example"


def test_a_map_is_asked_for_what_is_known_best() -> None:
    assert map_link({"name": "Pier", "address": "Kai 1", "latitude": 1.5, "longitude": -2}).endswith("query=1.5,-2")
    assert map_link({"name": "Pier", "address": "Kai 1", "latitude": 1.5}).endswith("query=Kai%201")
    assert map_link({"name": "Pier"}).endswith("query=Pier")
    assert map_link("Kai 1").endswith("query=Kai%201")
    assert map_link({}) == map_link(None) == ""
