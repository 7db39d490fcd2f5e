"""What an appointment looks like as an event; the same words whoever asks, so that comparing is possible."""

from html import escape

from sync_core.domain.appointment import Appointment, Kind
from sync_core.domain.content import Content, ShowAs, normalise

_ABSENT = "Absent"
_SHOW_AS = {Kind.TASK: ShowAs.BUSY, Kind.UNAVAILABILITY: ShowAs.OOF, Kind.WORKING_DAY: ShowAs.FREE}


def render(appointment: Appointment) -> Content:
    """The event content of an appointment, normalised.

    The location is one line, so that a calendar app can navigate to it; the body holds what a worker needs on site.
    """
    place = appointment.location
    location = ", ".join(part for part in (place.name, place.address) if part)
    return normalise(
        Content(
            span=appointment.span,
            subject=appointment.subject or (_ABSENT if appointment.key.kind is Kind.UNAVAILABILITY else ""),
            location=location,
            body=_body(appointment),
            show_as=appointment.show_as or _SHOW_AS[appointment.key.kind],
            sensitivity=appointment.sensitivity,
            importance=appointment.importance,
            categories=tuple(name for name in (appointment.category, appointment.time_marker) if name),
        )
    )


def _body(appointment: Appointment) -> str:
    customer = appointment.customer
    lines = [
        ("Number", appointment.number),
        ("Customer", customer.name),
        ("Contact", ", ".join(part for part in (customer.contact, customer.phone, customer.email) if part)),
    ]
    head = [f"<p>{label}: {escape(value)}</p>" for label, value in lines if value]
    notes = appointment.body if appointment.body_is_html else "<br>".join(escape(appointment.body).splitlines())
    links = [f'<p><a href="{escape(link.href)}">{escape(link.title)}</a></p>' for link in appointment.links]
    return "\n".join([*head, *([f"<div>{notes}</div>"] if notes else []), *links])
