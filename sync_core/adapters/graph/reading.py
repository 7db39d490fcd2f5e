"""From Graph's event to ours: every quirk of how Exchange tells time and text, in one room.

https://learn.microsoft.com/graph/api/resources/event
https://learn.microsoft.com/graph/delta-query-events
"""

import re
from datetime import UTC, date, datetime, timedelta
from html import escape

from sync_core.adapters.graph.wire import MARKER_PROPERTY, Body, WireEvent, ZonedTime
from sync_core.domain.content import Content, Importance, Sensitivity, ShowAs, normalise
from sync_core.domain.errors import Refused
from sync_core.domain.event import Event, EventId, EventKind, EventRef, Response
from sync_core.domain.resource import CalendarRef
from sync_core.domain.timespan import DaySpan, Span, TimeSpan
from sync_core.domain.zones import find_zone

EPOCH = datetime.fromtimestamp(0, UTC)
_SHOW_AS = {member.value: member for member in ShowAs}
_SENSITIVITY = {member.value: member for member in Sensitivity}
_IMPORTANCE = {member.value: member for member in Importance}
_KIND = {"seriesMaster": EventKind.SERIES, "occurrence": EventKind.OCCURRENCE, "exception": EventKind.OCCURRENCE}
_RESPONSE = {
    "declined": Response.DECLINED,
    "tentativelyAccepted": Response.TENTATIVE,
    "notResponded": Response.TENTATIVE,
}
# Exchange writes a link into text as its words with the address behind them, in HTML it is an attribute: dropping it
# makes both forms of one body mean the same.
_LINK_RESIDUE = re.compile(r"\s?<(?:https?://|mailto:|tel:)[^>\s]*>")
_PAGE_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.IGNORECASE | re.DOTALL)


def read_event(wire: WireEvent, calendar: CalendarRef) -> Event:
    """Translate an event; one without its time (see `is_told`) cannot be.

    `marker` is empty where it was asked for and there is none. A sparse occurrence has its time, its series and its
    version; `modified_at` is the epoch where Graph did not tell.

    Raises:
        Refused: its time cannot be understood; the words name its zone or its id, never its content.
    """
    reminder = wire.reminder if wire.is_reminder_on else None
    return Event(
        ref=EventRef(calendar, EventId(wire.id)),
        content=normalise(
            Content(
                span=_read_span(wire),
                subject=wire.subject or "",
                location=(wire.place.name or "") if wire.place else "",
                body=_read_body(wire.body) if wire.body else "",
                show_as=_SHOW_AS.get(wire.show_as or "busy", ShowAs.UNKNOWN),
                sensitivity=_read_sensitivity(wire.sensitivity),
                importance=_IMPORTANCE.get(wire.importance or "", Importance.NORMAL),
                categories=tuple(wire.categories or ()),
                reminder_minutes=reminder,
            )
        ),
        version=wire.etag or (f'W/"{wire.change_key}"' if wire.change_key else ""),
        modified_at=read_instant(wire.modified) if wire.modified else EPOCH,
        kind=EventKind.SERIES if wire.recurrence else _KIND.get(wire.kind or "", EventKind.SINGLE),
        transaction_id=wire.transaction_id or "",
        marker=None if wire.extended is None else _read_marker(wire),
        series_id=EventId(wire.series) if wire.series else None,
        original_start_at=read_instant(wire.original_start) if wire.original_start else None,
        is_organizer=wire.is_organizer is not False,
        has_attendees=bool(wire.attendees),
        is_cancelled=bool(wire.is_cancelled),
        is_online=bool(wire.is_online),
        response=_RESPONSE.get((wire.answer.response or "") if wire.answer else "", Response.ACCEPTED),
    )


def is_told(wire: WireEvent) -> bool:
    """Does it say when the event is? Without that nothing is known but that it changed."""
    return wire.start is not None and wire.end is not None


def is_older_than_its_answer(wire: WireEvent, answered_at: datetime | None) -> bool:
    """Was a newly answered event made by an earlier request? Graph answers a repeated create like the first one.

    Both its instants and `answered_at` are the service's own clocks, so that ours does not count.
    """
    if not wire.created:
        return False
    created_at = read_instant(wire.created)
    if wire.modified and read_instant(wire.modified) - created_at > timedelta(seconds=1):
        return True
    return answered_at is not None and answered_at - created_at > timedelta(seconds=30)


def read_instant(text: str) -> datetime:
    """An instant with an offset; digits beyond the microsecond are dropped."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo is UTC else instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)


def _read_span(wire: WireEvent) -> Span:
    start, end = wire.start, wire.end
    if start is None or end is None:
        raise Refused(f"Outlook did not tell the time of event {wire.id}")
    try:
        if wire.is_all_day:
            # Only the date counts: whichever zone it was made in, an all-day event floats.
            start_on = date.fromisoformat(start.date_time[:10])
            return DaySpan(start_on, max(date.fromisoformat(end.date_time[:10]), start_on + timedelta(days=1)))
        start_at = _read_zoned(start)
        return TimeSpan(start_at, max(_read_zoned(end), start_at))
    except KeyError as unknown:
        zone = f"the time zone {unknown.args[0]!r}, which is not known here; by it it begins {start.date_time[:16]}"
        raise Refused(f"event {wire.id} is in {zone}") from None
    except ValueError:
        raise Refused(f"the time of event {wire.id} cannot be read") from None


def _read_zoned(value: ZonedTime) -> datetime:
    moment = datetime.fromisoformat(value.date_time)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    if value.zone == "UTC":
        return moment.replace(tzinfo=UTC)
    return moment.replace(tzinfo=find_zone(value.zone)).astimezone(UTC)


def _read_sensitivity(name: str | None) -> Sensitivity:
    # One that is not known may mean more private than we think.
    return _SENSITIVITY.get(name or "normal", Sensitivity.PRIVATE)


def _as_html(text: str) -> str:
    lines = _LINK_RESIDUE.sub("", text).strip().splitlines()
    return "<br>\n".join(escape(line, quote=False) for line in lines)


def _read_body(body: Body) -> str:
    """The body as HTML, whichever form it came in: text is escaped, of a page only the inside counts."""
    content = body.content or ""
    if body.kind == "text":
        return _as_html(content)
    page = _PAGE_BODY.search(content)
    return page[1] if page else content


def _read_marker(wire: WireEvent) -> str:
    wanted = MARKER_PROPERTY.lower()
    return next((one.value or "" for one in wire.extended or () if one.id.lower() == wanted), "")
