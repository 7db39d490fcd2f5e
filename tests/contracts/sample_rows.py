"""One row of every kind, filled to the brim, around whatever ids a test wants to hurt the storage with."""

from datetime import UTC, date, datetime, timedelta

from sync_core.domain.appointment import (
    Appointment,
    AppointmentKey,
    Customer,
    Hyperlink,
    Kind,
    Location,
    Revision,
    Work,
)
from sync_core.domain.choices import Overrides
from sync_core.domain.content import Content, Field, Importance, Sensitivity, ShowAs
from sync_core.domain.event import Event, EventId, EventKey, EventKind, EventRef, Response
from sync_core.domain.identity import pair_of_appointment
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.plan import (
    Conflict,
    CreateAppointment,
    CreateEvent,
    DeleteAppointment,
    DeleteEvent,
    Operation,
    Plan,
    Unplan,
    UpdateAppointment,
    UpdateEvent,
    Verdict,
)
from sync_core.domain.profile import CalendarUse, Participation, Profile
from sync_core.domain.resource import CalendarRef, Direction, ResourceId
from sync_core.domain.stored import (
    Announcement,
    BoardInbox,
    ByAppointment,
    ByEvent,
    Cursor,
    Held,
    Hint,
    Intent,
    JournalEntry,
    JournalPage,
    Lease,
    LinkRow,
    OutlookInbox,
    ProfileRow,
    Row,
    Sighting,
    Todo,
    TodoReason,
)
from sync_core.domain.timespan import DaySpan, TimeSpan
from sync_core.domain.window import Window

NOW = datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC)
HOURS = TimeSpan(NOW, NOW + timedelta(hours=2))
DAYS = DaySpan(date(2026, 11, 23), date(2026, 11, 25))
WINDOW = Window(NOW - timedelta(days=30), NOW + timedelta(days=180))

NASTY_IDS = (
    "plain-1",
    "a/b\\c#d?e%f+g h&i=j'k\"l",
    "🛠️ Zwölf Räume, naïve 漢字",
    "tab\tline\nnull\x00delete\x7fnext\x85",
    "x" * 500,
    "é" * 400,
    "AAMkAGI2/T+G==",
    "aamkagi2/t+g==",
    ",",
    "~2C",
    "..",
    "",
)


def appointment(identity: str, kind: Kind = Kind.TASK, revision: int = 7, body: str = "") -> Appointment:
    return Appointment(
        key=AppointmentKey(kind, identity),
        revision=Revision(revision),
        span=DAYS if kind is Kind.UNAVAILABILITY else HOURS,
        resources=(ResourceId("ada"), ResourceId(identity)),
        subject="Wartung „Nord“ \\ 'x' 😀",
        body=body or "<p>Zeile</p>\r\n\u2028",
        body_is_html=True,
        zone="Europe/Brussels",
        importance=Importance.HIGH,
        show_as=ShowAs.OOF,
        sensitivity=Sensitivity.PRIVATE,
        locked=True,
        location=Location("Halle", "Straße 1", 51.5, -0.25),
        customer=Customer("Kunde", "Frau K", "+49", "k@example.com"),
        work=Work("bc", "job", "J1", "T1"),
        links=(Hyperlink("Auftrag", "https://example.com/a?b=c#d"),),
        fields=(("count", 3), ("price", 1.0), ("open", True), ("note", None), ("digits", "3")),
        updated_at=NOW,
    )


def every_operation(identity: str) -> tuple[Operation, ...]:
    key = AppointmentKey(Kind.TASK, identity)
    calendar = CalendarRef("box", identity)
    ref = EventRef(calendar, EventId(identity))
    content, resource = contents(identity), ResourceId("ada")
    fields, revision = frozenset({Field.TIME, Field.BODY}), Revision(3)
    return (
        CreateEvent(calendar, content, "birth", "marker|" + identity, 2, "why", is_put_back=True),
        UpdateEvent(ref, content, content, fields, "", "why"),
        DeleteEvent(ref, content, "v", "why", Condition.DISMISSED, heir=event(identity)),
        DeleteEvent(ref, None, "", "why"),
        CreateAppointment(key, resource, content, 1, "idem", "why"),
        UpdateAppointment(key, resource, None, content, fields, revision, "idem", "why", is_put_back=True),
        DeleteAppointment(key, resource, content, revision, "idem", "why"),
        Unplan(key, resource, (ResourceId("ben"),), content, revision, "idem", "why"),
        Unplan(key, resource, (), None, revision, "idem", "why"),
    )


def contents(words: str) -> Content:
    return Content(DAYS, words, words, words, ShowAs.FREE, Sensitivity.NORMAL, Importance.LOW, ("a", "b"), 15)


def event(identity: str) -> Event:
    return Event(
        EventRef(CalendarRef("box", identity), EventId(identity)),
        contents(identity),
        "version",
        NOW,
        EventKind.OCCURRENCE,
        "birth",
        "marker",
        EventId("series/" + identity),
        NOW,
        is_organizer=False,
        has_attendees=True,
        is_cancelled=True,
        response=Response.TENTATIVE,
        masked=frozenset({Field.SUBJECT, Field.BODY}),
    )


def link(identity: str, kind: Kind = Kind.TASK) -> Link:
    key = AppointmentKey(kind, identity)
    return Link(
        pair=pair_of_appointment(key),
        origin=Origin.BOARD,
        condition=Condition.PAIRED,
        reason="because",
        appointment=key,
        received=Revision(7),
        answered=Revision(8),
        board_state=appointment(identity, kind),
        board_base=contents(identity),
        event=EventRef(CalendarRef("box", "calendar"), EventId(identity)),
        event_key=EventKey(identity),
        outlook_base=Content(HOURS, "two"),
        outlook_version="v",
        outlook_modified_at=NOW,
        generation=3,
        put_backs=(NOW, NOW + timedelta(seconds=1)),
        ended_at=NOW,
    )


def profile(resource: ResourceId, name: str = "Ada") -> ProfileRow:
    calendars = (CalendarUse(CalendarRef("box", "main"), None), CalendarUse(CalendarRef("box", "a/b"), Direction.DOWN))
    return ProfileRow(
        Profile(
            resource,
            name,
            "Europe/Brussels",
            Direction.BOTH,
            calendars,
            Participation.WAITING,
            Overrides(pull_minutes=7),
            is_enlisted=True,
        )
    )


def lease(commit_id: str, holder: str = "worker") -> Lease:
    return Lease(holder, NOW, commit_id, NOW, (NOW, NOW + timedelta(minutes=1)), 2, 41)


def todo(unique: str) -> Todo:
    return Todo(TodoReason.SETTINGS, unique)


def every_row(identity: str) -> list[Row]:
    """One of each kind but profile and lease, all named by the same id."""
    key = AppointmentKey(Kind.TASK, identity)
    calendar = CalendarRef(identity, identity)
    memory = link(identity)
    plans = [
        Intent(
            Plan(
                memory.pair,
                Verdict.OPERATES,
                "why",
                memory,
                (operation,),
                (Conflict(Field.TIME, "scheduler"),),
                contents("lost"),
                None,
            ),
            memory,
            (("inbox-board", "task", identity, "1"), ("todo", "resume", "x")),
            contents("before"),
            None,
        )
        for operation in every_operation(identity)
    ]
    entries = tuple(
        JournalEntry(NOW, memory.pair, "what", "why", "correlation", operation, lost_event=contents("lost"))
        for operation in every_operation(identity)
    )
    return [
        BoardInbox(key, Revision(7), appointment(identity)),
        BoardInbox(key, Revision(8), None),
        BoardInbox(AppointmentKey(Kind.UNAVAILABILITY, identity), Revision(7), appointment(identity)),
        OutlookInbox(EventKey(identity), calendar, Hint.SEEN, EventId(identity), event(identity)),
        Todo(TodoReason.RESUME, identity, memory.pair, NOW, ("link", identity)),
        LinkRow(memory),
        LinkRow(link(identity, Kind.UNAVAILABILITY)),
        ByEvent(EventKey(identity), EventId(identity), calendar, memory.pair),
        ByAppointment(key, memory.pair),
        Cursor(calendar, WINDOW, "https://graph/delta?$skiptoken=" + identity, 2, 3, False, NOW, NOW, NOW, NOW, "no"),
        Sighting(calendar, 2, 3, (EventKey(identity), EventKey("b"))),
        Announcement(identity, NOW, "correlation", tuple(plans)),
        Held(identity, NOW, "what", "why", "remedy", memory.pair, (("inbox-board", identity),)),
        JournalPage(NOW, identity, entries),
    ]
