"""What an appointment looks like as an event."""

from sync_core.domain.appointment import AppointmentKey, Customer, Hyperlink, Kind, Location
from sync_core.domain.content import Content, Importance, Sensitivity, ShowAs
from sync_core.domain.render import render
from tests.builders import appointment, days, span


def test_a_bare_task_is_busy_time_under_its_subject() -> None:
    assert render(appointment()) == Content(span(), "Boiler")


def test_each_kind_shows_the_worker_in_its_own_way() -> None:
    shows = {kind: render(appointment(key=AppointmentKey(kind, "1"))).show_as for kind in Kind}

    assert shows == {Kind.TASK: ShowAs.BUSY, Kind.UNAVAILABILITY: ShowAs.OOF, Kind.WORKING_DAY: ShowAs.FREE}
    assert render(appointment(show_as=ShowAs.TENTATIVE)).show_as is ShowAs.TENTATIVE


def test_an_unavailability_without_words_is_an_absence() -> None:
    away = AppointmentKey(Kind.UNAVAILABILITY, "1")

    assert render(appointment(key=away, subject="", span=days())).subject == "Absent"
    assert render(appointment(key=away, subject="Training")).subject == "Training"
    assert render(appointment(subject="")).subject == ""


def test_a_place_is_one_line() -> None:
    assert render(appointment(location=Location("Mill", "Street 1"))).location == "Mill, Street 1"
    assert render(appointment(location=Location("", "Street 1", 52.5, 13.4))).location == "Street 1"


def test_the_body_holds_what_a_worker_needs_on_site_and_nobody_can_inject_markup() -> None:
    full = appointment(
        number="A-1",
        customer=Customer("Mill & Sons", "<b>Ada</b>", "0123", "ada@mill.example"),
        body="ring\ntwice <now>",
        links=(Hyperlink("job", 'https://x.example/?a=1&b="2"'),),
    )

    assert render(full).body == (
        "<p>Number: A-1</p>\n"
        "<p>Customer: Mill &amp; Sons</p>\n"
        "<p>Contact: &lt;b&gt;Ada&lt;/b&gt;, 0123, ada@mill.example</p>\n"
        "<div>ring<br>twice &lt;now&gt;</div>\n"
        '<p><a href="https://x.example/?a=1&amp;b=&quot;2&quot;">job</a></p>'
    )
    assert render(appointment(body="<i>html</i>", body_is_html=True)).body == "<div><i>html</i></div>"


def test_the_rest_is_carried_as_it_is_and_normalised() -> None:
    seen = render(
        appointment(
            subject=" Boi  ler ",
            category="Service",
            time_marker="fixed",
            importance=Importance.HIGH,
            sensitivity=Sensitivity.PRIVATE,
        )
    )

    assert (seen.subject, seen.categories) == ("Boi ler", ("Service", "fixed"))
    assert (seen.importance, seen.sensitivity) == (Importance.HIGH, Sensitivity.PRIVATE)
