"""The two stages of the Outlook contract: calendars in memory, and the adapter before a simulated Graph."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from sync_core.adapters.graph.connect import Graph
from sync_core.domain.content import Content
from sync_core.domain.event import EventId, EventRef
from sync_core.domain.identity import ConnectorId
from sync_core.domain.resource import CalendarRef
from sync_core.domain.timespan import TimeSpan
from tests.fakes.outlook import FakeOutlook

JsonObject = dict[str, Any]
_GUEST = {"emailAddress": {"name": "Gil", "address": "gil@example.org"}}


class MovingClock:
    def __init__(self) -> None:
        self._now = datetime.now(UTC)

    def now(self) -> datetime:
        return self._now

    def move(self, seconds: int) -> None:
        self._now += timedelta(seconds=seconds)


class FakeStage:
    def __init__(self) -> None:
        self.clock = MovingClock()
        self.outlook = FakeOutlook(self.clock, ConnectorId("7a4f3c1e"))
        self.outlook.page_size = 2
        self.calendar = self.outlook.open_calendar("ada", "main")
        self.other = self.outlook.open_calendar("ada", "other")

    async def creates(self, content: Content, calendar: CalendarRef | None = None) -> EventRef:
        return self.outlook.worker_creates(calendar or self.calendar, content).ref

    async def is_invited(self, content: Content) -> EventRef:
        return self.outlook.worker_creates(self.calendar, content, is_organizer=False, has_attendees=True).ref

    async def adds_attendee(self, ref: EventRef) -> None:
        self.outlook.worker_adds_attendee(ref)

    async def makes_online(self, ref: EventRef) -> None:
        self.outlook.worker_makes_online(ref)

    async def creates_series(self, content: Content, days: int) -> EventRef:
        assert isinstance(content.span, TimeSpan)
        starts = [content.span.start_at + timedelta(days=day) for day in range(days)]
        return self.outlook.worker_creates_series(self.calendar, content, starts).ref

    async def renames(self, ref: EventRef, subject: str) -> None:
        self.outlook.worker_edits(ref, subject=subject)

    async def reschedules(self, ref: EventRef, start_at: datetime, end_at: datetime) -> None:
        self.outlook.worker_edits(ref, span=TimeSpan(start_at, end_at))

    async def moves(self, ref: EventRef, calendar: CalendarRef) -> None:
        self.outlook.worker_moves_to_calendar(ref, calendar)

    async def copies(self, ref: EventRef) -> EventRef:
        return self.outlook.worker_copies(ref).ref

    async def deletes(self, ref: EventRef) -> None:
        self.outlook.worker_deletes(ref)

    async def deletes_occurrence(self, series: EventRef, start_at: datetime) -> None:
        self.outlook.worker_deletes_occurrence(series, start_at)

    async def undeletes(self, ref: EventRef) -> None:
        self.outlook.worker_undeletes(ref)

    async def purges(self, ref: EventRef) -> None:
        self.outlook.worker_purges(ref)

    async def subjects(self, calendar: CalendarRef) -> Sequence[str]:
        return sorted(event.content.subject for event in self.outlook.living(calendar))

    async def writes(self) -> int:
        return self.outlook.writes

    async def mails(self) -> int:
        return self.outlook.mails

    async def time_passes(self, seconds: int) -> None:
        self.clock.move(seconds)

    async def refuse_mailbox(self) -> None:
        self.outlook.refuse(self.calendar.mailbox)

    async def be_unavailable(self) -> None:
        self.outlook.unavailable = True

    async def forget_places(self) -> None:
        self.outlook.cursors_to_refuse = 1


class GraphStage:
    """A user of its own in the simulator; what the worker does goes through the control routes."""

    def __init__(self, graph: Graph, address: str, http: aiohttp.ClientSession, mailbox: str) -> None:
        self.outlook = graph.outlook
        self.graph = graph
        self.address = address
        self.http = http
        self._mailbox = mailbox
        self.calendar = CalendarRef(mailbox, "")
        self.other = CalendarRef(mailbox, "")

    async def open(self) -> None:
        listed = (await self.control("GET", f"mailboxes/{self._mailbox}/calendars"))["value"]
        default = next(one["id"] for one in listed if one["isDefaultCalendar"])
        other = (await self.control("POST", f"mailboxes/{self._mailbox}/calendars", {"name": "Other"}))["id"]
        self.calendar, self.other = CalendarRef(self._mailbox, default), CalendarRef(self._mailbox, other)

    async def control(self, method: str, path: str, body: JsonObject | None = None) -> Any:
        async with self.http.request(method, f"{self.address}/_control/{path}", json=body) as response:
            assert response.status < 300, (path, response.status, await response.text())
            return await response.json() if response.content_type == "application/json" else None

    async def does(self, action: str, **details: Any) -> JsonObject:
        answer = await self.control("POST", f"mailboxes/{self._mailbox}/events", {"action": action, **details})
        return answer if isinstance(answer, dict) else {}

    async def fault(self, kind: str, **details: Any) -> None:
        await self.control("POST", "faults", {"kind": kind, "mailbox": self._mailbox, **details})

    async def switch(self, **values: Any) -> None:
        await self.control("PATCH", "switches", values)

    async def counters(self) -> JsonObject:
        counted: JsonObject = await self.control("GET", "counters")
        return counted

    async def creates(self, content: Content, calendar: CalendarRef | None = None) -> EventRef:
        target = calendar or self.calendar
        event = {"subject": content.subject, **_times(content)}
        return EventRef(target, EventId((await self.does("create", event=event, calendar=target.calendar))["id"]))

    async def is_invited(self, content: Content) -> EventRef:
        event = {"subject": content.subject, **_times(content), "attendees": [_GUEST]}
        made = await self.does("create", event=event, organizer=_GUEST)
        return EventRef(self.calendar, EventId(made["id"]))

    async def adds_attendee(self, ref: EventRef) -> None:
        await self.does("patch", id=ref.id, event={"attendees": [_GUEST]})

    async def makes_online(self, ref: EventRef) -> None:
        await self.does("patch", id=ref.id, event={"isOnlineMeeting": True})

    async def creates_series(self, content: Content, days: int) -> EventRef:
        assert isinstance(content.span, TimeSpan)
        recurrence = {
            "pattern": {"type": "daily", "interval": 1},
            "range": {
                "type": "numbered",
                "startDate": content.span.start_at.date().isoformat(),
                "numberOfOccurrences": days,
                "recurrenceTimeZone": "UTC",
            },
        }
        event = {"subject": content.subject, **_times(content), "recurrence": recurrence}
        return EventRef(self.calendar, EventId((await self.does("create", event=event))["id"]))

    async def renames(self, ref: EventRef, subject: str) -> None:
        await self.does("patch", id=ref.id, event={"subject": subject})

    async def reschedules(self, ref: EventRef, start_at: datetime, end_at: datetime) -> None:
        await self.does("patch", id=ref.id, event=_times(Content(TimeSpan(start_at, end_at))))

    async def moves(self, ref: EventRef, calendar: CalendarRef) -> None:
        await self.does("move", id=ref.id, calendar=calendar.calendar)

    async def copies(self, ref: EventRef) -> EventRef:
        copy = await self.does("copy", id=ref.id, calendar=self.calendar.calendar)
        return EventRef(self.calendar, EventId(copy["id"]))

    async def deletes(self, ref: EventRef) -> None:
        await self.does("delete", id=ref.id)

    async def deletes_occurrence(self, series: EventRef, start_at: datetime) -> None:
        between = f"from={start_at:%Y-%m-%dT%H:%M:%SZ}&to={start_at + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
        listed = (await self.control("GET", f"mailboxes/{self._mailbox}/events?{between}"))["value"]
        await self.does("delete", id=listed[0]["id"])

    async def undeletes(self, ref: EventRef) -> None:
        await self.does("undelete", id=ref.id)

    async def purges(self, ref: EventRef) -> None:
        await self.does("purge", id=ref.id)

    async def subjects(self, calendar: CalendarRef) -> Sequence[str]:
        listed = (await self.control("GET", f"mailboxes/{self._mailbox}/events"))["value"]
        return sorted(one["subject"] for one in listed if one["calendar"] == calendar.calendar and not one["deleted"])

    async def writes(self) -> int:
        return int((await self.counters())["writes"]["total"])

    async def mails(self) -> int:
        return int((await self.counters())["mails"])

    async def time_passes(self, seconds: int) -> None:
        await self.control("POST", "clock", {"seconds": seconds})

    async def refuse_mailbox(self) -> None:
        await self.control("PUT", f"users/{self._mailbox}/state", {"state": "blocked"})

    async def be_unavailable(self) -> None:
        await self.fault("unavailable", count=-1)

    async def forget_places(self) -> None:
        await self.fault("deltaEvicted")


def _times(content: Content) -> JsonObject:
    span = content.span
    is_timed = isinstance(span, TimeSpan)
    ends = (span.start_at, span.end_at) if isinstance(span, TimeSpan) else (span.start_on, span.end_on)
    times = {
        name: {"dateTime": f"{moment:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}
        for name, moment in zip(("start", "end"), ends, strict=True)
    }
    return {**times, "isAllDay": not is_timed}
