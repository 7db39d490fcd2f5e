"""The names that a template knows: everything of the appointment, and what the event says of its own history."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from markupsafe import Markup

from sync_core.adapters.wording.markup import clean_notes, words_of_html
from sync_core.domain.appointment import Appointment, Hyperlink
from sync_core.domain.look import Notes
from sync_core.domain.timespan import DaySpan, Span

_HREF = re.compile(r"(?:https?://|tel:|mailto:)[^\s<>\"\x00-\x1f]+", re.IGNORECASE)
LINK_NAMES = frozenset({"title", "href"})


def variables_of(appointment: Appointment, history: Notes, zone: ZoneInfo, *, is_html: bool) -> Mapping[str, object]:
    """The variables of one rendering; times in `zone`, and for whole days the first and the last of them.

    `notes` is safe HTML where HTML is rendered and plain text otherwise. What the board did not say is empty or None.
    """
    place, customer, work = appointment.location, appointment.customer, appointment.work
    return {
        "subject": appointment.subject,
        "number": appointment.number,
        "kind": appointment.key.kind.value,
        "absence": appointment.absence,
        "category": appointment.category,
        "time_marker": appointment.time_marker,
        "status": appointment.status,
        "locked": appointment.locked,
        "notes": _notes(appointment, is_html=is_html),
        "location": {
            "name": place.name,
            "address": place.address,
            "latitude": place.latitude,
            "longitude": place.longitude,
        },
        "customer": {
            "name": customer.name,
            "contact": customer.contact,
            "phone": customer.phone,
            "email": customer.email,
        },
        "work": {
            "source_app": work.source_app,
            "source_type": work.source_type,
            "job_id": work.job_id,
            "task_id": work.task_id,
        },
        "links": [_link(link) for link in appointment.links if _HREF.fullmatch(link.href)],
        "fields": dict(appointment.fields),
        "start": _start(appointment.span, zone),
        "end": _end(appointment.span, zone),
        "all_day": isinstance(appointment.span, DaySpan),
        "zone": zone.key,
        "resources": [str(resource) for resource in appointment.resources],
        "moved_from": _start(history.moved_from, zone) if history.moved_from else None,
        "is_put_back": history.is_put_back,
    }


def _notes(appointment: Appointment, *, is_html: bool) -> str:
    if is_html:
        return Markup(clean_notes(appointment.body, is_html=appointment.body_is_html))  # noqa: S704
    return words_of_html(appointment.body) if appointment.body_is_html else appointment.body


def _link(link: Hyperlink) -> Mapping[str, str]:
    """A link; one without words of its own is called by where it leads."""
    is_bare = link.title in ("", link.href)
    return {"title": (urlsplit(link.href).hostname or link.href) if is_bare else link.title, "href": link.href}


def _start(span: Span, zone: ZoneInfo) -> datetime | date:
    return span.start_on if isinstance(span, DaySpan) else span.start_at.astimezone(zone)


def _end(span: Span, zone: ZoneInfo) -> datetime | date:
    return span.end_on - timedelta(days=1) if isinstance(span, DaySpan) else span.end_at.astimezone(zone)
