"""What an appointment looks like as an event: mapping tables for its marks, templates for its words."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from zoneinfo import ZoneInfo

from sync_core.domain.appointment import Appointment, Kind, Location
from sync_core.domain.content import Content, Importance, Sensitivity, ShowAs, normalise
from sync_core.domain.timespan import Span

ABSENT = "Absent"
_SHOW_AS = {Kind.TASK: ShowAs.BUSY, Kind.UNAVAILABILITY: ShowAs.OOF, Kind.WORKING_DAY: ShowAs.FREE}
PRIVACY = (Sensitivity.NORMAL, Sensitivity.PERSONAL, Sensitivity.PRIVATE, Sensitivity.CONFIDENTIAL)


@dataclass(frozen=True, slots=True)
class Notes:
    """What the event says of its own history: where a planner moved it from, and that a worker's edit was undone."""

    moved_from: Span | None = None
    is_put_back: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of an event; `body` is HTML."""

    subject: str
    location: str
    body: str


WordsOf = Callable[[Appointment, Notes, ZoneInfo], Words]


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a kind of absence, a category or a time marker means in Outlook; what is None or empty changes nothing.

    `subject` takes the place of the board's own, `categories` that of the category's or marker's name.
    """

    subject: str = ""
    show_as: ShowAs | None = None
    sensitivity: Sensitivity | None = None
    importance: Importance | None = None
    categories: tuple[str, ...] | None = None
    reminder_minutes: int | None = None


Mapping = tuple[tuple[str, Mapped], ...]
# Of an illness a calendar that colleagues can open says no more than that somebody is away.
ABSENCES: Mapping = (("sick", Mapped(subject=ABSENT, sensitivity=Sensitivity.PRIVATE)),)


def plain_words(appointment: Appointment, notes: Notes, zone: ZoneInfo) -> Words:
    """The words without a template: everything a worker needs, and nothing of the event's history."""
    place, customer = appointment.location, appointment.customer
    lines = [
        ("Number", appointment.number),
        ("Customer", customer.name),
        ("Contact", ", ".join(part for part in (customer.contact, customer.phone, customer.email) if part)),
    ]
    head = [f"<p>{label}: {escape(value)}</p>" for label, value in lines if value]
    text = appointment.body if appointment.body_is_html else "<br>".join(escape(appointment.body).splitlines())
    links = [f'<p><a href="{escape(link.href)}">{escape(link.title)}</a></p>' for link in appointment.links]
    return Words(
        subject=appointment.subject or (ABSENT if appointment.key.kind is Kind.UNAVAILABILITY else ""),
        location=", ".join(part for part in (place.name, place.address) if part),
        body="\n".join([*head, *([f"<div>{text}</div>"] if text else []), *links]),
    )


@dataclass(frozen=True, slots=True)
class Look:
    """How appointments of one resource look. `reminder_minutes` None leaves events without a reminder.

    Where several mapping tables speak, the time marker's word counts before the category's, and that before the kind
    of absence; all count before what the board itself says, but none makes an event less private than the board did.
    """

    zone: ZoneInfo = ZoneInfo("UTC")
    words: WordsOf = plain_words
    absences: Mapping = ABSENCES
    categories: Mapping = ()
    time_markers: Mapping = ()
    reminder_minutes: int | None = None

    def of(self, appointment: Appointment, notes: Notes = Notes()) -> Content:
        """The event content of an appointment, normalised; the same for the same state, whoever asks."""
        found = [
            (dict(self.absences).get(appointment.absence), ""),
            (dict(self.categories).get(appointment.category), appointment.category),
            (dict(self.time_markers).get(appointment.time_marker), appointment.time_marker),
        ]
        mapped = [one for one, _ in found if one is not None]
        subject = next((one.subject for one in reversed(mapped) if one.subject), "")
        if subject:
            appointment = replace(appointment, subject=subject)
            if appointment.key.kind is Kind.UNAVAILABILITY:
                # Whoever hides what an absence is called does not mean to tell where it is spent.
                appointment = replace(appointment, body="", location=Location())
        words = self.words(appointment, notes, self.zone)
        show_as = [one.show_as for one in mapped if one.show_as]
        importance = [one.importance for one in mapped if one.importance]
        reminders = [self.reminder_minutes]
        reminders += [one.reminder_minutes for one in mapped if one.reminder_minutes is not None]
        privacy = [appointment.sensitivity, *(one.sensitivity for one in mapped if one.sensitivity)]
        categories: list[str] = []
        for one, name in found:
            if one is not None and one.categories is not None:
                categories += one.categories
            elif name:
                categories.append(name)
        return normalise(
            Content(
                span=appointment.span,
                subject=words.subject,
                location=words.location,
                body=words.body,
                show_as=(show_as or [appointment.show_as or _SHOW_AS[appointment.key.kind]])[-1],
                sensitivity=max(privacy, key=PRIVACY.index),
                importance=(importance or [appointment.importance])[-1],
                categories=tuple(categories),
                reminder_minutes=reminders[-1],
            )
        )
