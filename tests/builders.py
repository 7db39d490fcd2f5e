"""Small builders: a test names what matters to it, everything else has a plain default."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sync_core.domain.appointment import Appointment, AppointmentKey, Kind, Revision
from sync_core.domain.change import BoardView, OutlookView, Pair, Planned, Unseen
from sync_core.domain.content import DOWN_FIELDS, Content, ShowAs, only
from sync_core.domain.event import Event, EventId, EventKey, EventRef
from sync_core.domain.identity import ConnectorId, PairId, birth_id, marker_of, pair_of_appointment, pair_of_event
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.policy import Policy
from sync_core.domain.render import render
from sync_core.domain.resource import CalendarRef, Direction, ResourceId
from sync_core.domain.timespan import DaySpan, TimeSpan
from sync_core.domain.window import Window, window_around

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
CONNECTOR = ConnectorId("7a4f3c1e-9b52-4c8e-8d1a-2f6b0c9e5d31")
RESOURCE = ResourceId("anna")
CALENDAR = CalendarRef("anna@tandem.example", "main")
TASK = AppointmentKey(Kind.TASK, "4711")
BERLIN = ZoneInfo("Europe/Berlin")
WINDOW = window_around(NOW, 30, 180)
BOARD_PAIR = pair_of_appointment(TASK)
EVENT_ID = EventId("event-1")
OUTLOOK_PAIR = pair_of_event(EventKey(EVENT_ID))
BLOCK = AppointmentKey(Kind.UNAVAILABILITY, birth_id(CONNECTOR, RESOURCE, OUTLOOK_PAIR, 1))


def span(start: str = "09:00", end: str = "10:00", day: int = 0) -> TimeSpan:
    """Between two times (UTC) so many days after `NOW`'s."""
    on = NOW.date() + timedelta(days=day)
    return TimeSpan(_at(on, start), _at(on, end))


def days(first: int = 0, count: int = 1) -> DaySpan:
    """Whole days, the first one so many days after `NOW`'s."""
    start_on = NOW.date() + timedelta(days=first)
    return DaySpan(start_on, start_on + timedelta(days=count))


def content(**fields: Any) -> Content:
    return Content(**{"span": span(), "subject": "Boiler", **fields})


def appointment(revision: int = 1, **fields: Any) -> Appointment:
    """A task planned on `RESOURCE` alone."""
    plain = {"key": TASK, "span": span(), "resources": (RESOURCE,), "subject": "Boiler"}
    return Appointment(**{**plain, "revision": Revision(revision), **fields})


def planned(revision: int = 1, **fields: Any) -> Planned:
    """The board's word that the appointment is here."""
    state = appointment(revision, **fields)
    return Planned(state, render(state))


def event(look: Content | None = None, **fields: Any) -> Event:
    """An event as it was read; by default it looks like the default appointment."""
    plain = {
        "ref": EventRef(CALENDAR, fields.pop("id", EVENT_ID)),
        "content": look or render(appointment()),
        "version": "v2",
        "modified_at": NOW,
    }
    return Event(**{**plain, **fields})


def our_event(look: Content | None = None, *, pair: PairId = BOARD_PAIR, generation: int = 1, **fields: Any) -> Event:
    """An event that carries the id and the marker of a birth of ours."""
    marks = {
        "transaction_id": birth_id(CONNECTOR, RESOURCE, pair, generation),
        "marker": marker_of(CONNECTOR, RESOURCE, pair),
    }
    return event(look, **{**marks, **fields})


def board_link(state: Appointment | None = None, **fields: Any) -> Link:
    """A pair born on the board, both sides agreed as `state` says."""
    known = state or appointment()
    plain = {
        "pair": BOARD_PAIR,
        "origin": Origin.BOARD,
        "condition": Condition.PAIRED,
        "appointment": known.key,
        "received": known.revision,
        "board_state": known,
        "board_base": render(known),
        "event": EventRef(CALENDAR, EVENT_ID),
        "event_key": EventKey(EVENT_ID),
        "outlook_base": render(known),
        "outlook_version": "v1",
        "outlook_modified_at": NOW - timedelta(hours=1),
        "generation": 1,
    }
    return Link(**{**plain, **fields})


def block(revision: int = 1, **fields: Any) -> Appointment:
    """What the board says of a block that shows a worker's event; it repeats what it was told."""
    return appointment(revision, **{"key": BLOCK, "show_as": ShowAs.BUSY, **fields})


def shown(revision: int = 1, **fields: Any) -> Planned:
    """The board's word that a worker's block is here."""
    state = block(revision, **fields)
    return Planned(state, render(state))


def outlook_link(look: Content | None = None, **fields: Any) -> Link:
    """A pair born in Outlook, shown on the board just as the event looks."""
    agreed = only(look or content(), DOWN_FIELDS)
    plain = {
        "pair": OUTLOOK_PAIR,
        "origin": Origin.OUTLOOK,
        "condition": Condition.PAIRED,
        "appointment": BLOCK,
        "answered": Revision(1),
        "board_base": agreed,
        "event": EventRef(CALENDAR, EVENT_ID),
        "event_key": EventKey(EVENT_ID),
        "outlook_base": agreed,
        "outlook_version": "v1",
        "outlook_modified_at": NOW - timedelta(hours=1),
        "generation": 1,
    }
    return Link(**{**plain, **fields})


def pair(
    link: Link | None,
    board: BoardView = Unseen(),  # noqa: B008 — a frozen value
    outlook: OutlookView = Unseen(),  # noqa: B008
    **fields: Any,
) -> Pair:
    """What is known at the moment of deciding; a pair without a link is one of the board's unless `key` is None."""
    plain = {"id": link.pair if link else BOARD_PAIR, "key": link.appointment if link else TASK}
    return Pair(
        **{**plain, "resource": RESOURCE, "link": link, "board": board, "outlook": outlook}
        | {"main_calendar": CALENDAR}
        | fields
    )


def policy(direction: Direction = Direction.BOTH, **fields: Any) -> Policy:
    return Policy(**{"connector": CONNECTOR, "direction": direction, "window": WINDOW, "zone": BERLIN, **fields})


def window(first: int, count: int) -> Window:
    """So many whole UTC days, the first one so many days after `NOW`'s."""
    start_at = datetime.combine(NOW.date() + timedelta(days=first), time(0), UTC)
    return Window(start_at, start_at + timedelta(days=count))


def _at(on: date, clock: str) -> datetime:
    return datetime.combine(on, time.fromisoformat(clock), UTC)
