"""What the Outlook contract needs besides the port: a mailbox to play in, a worker, and ways to make it fail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sync_core.domain.content import Content
from sync_core.domain.event import EventRef
from sync_core.domain.resource import CalendarRef
from sync_core.ports import Outlook


class OutlookStage(Protocol):
    """A mailbox of its own with two calendars; the port reads two entries per page."""

    @property
    def outlook(self) -> Outlook: ...

    @property
    def calendar(self) -> CalendarRef: ...

    @property
    def other(self) -> CalendarRef: ...

    async def creates(self, content: Content, calendar: CalendarRef | None = None) -> EventRef: ...

    async def creates_series(self, content: Content, days: int) -> EventRef:
        """One that falls on so many days in a row."""

    async def is_invited(self, content: Content) -> EventRef:
        """To a meeting that somebody else organizes."""

    async def adds_attendee(self, ref: EventRef) -> None: ...

    async def makes_online(self, ref: EventRef) -> None: ...

    async def renames(self, ref: EventRef, subject: str) -> None: ...

    async def reschedules(self, ref: EventRef, start_at: datetime, end_at: datetime) -> None: ...

    async def moves(self, ref: EventRef, calendar: CalendarRef) -> None: ...

    async def copies(self, ref: EventRef) -> EventRef: ...

    async def deletes(self, ref: EventRef) -> None: ...

    async def deletes_occurrence(self, series: EventRef, start_at: datetime) -> None: ...

    async def undeletes(self, ref: EventRef) -> None: ...

    async def purges(self, ref: EventRef) -> None: ...

    async def subjects(self, calendar: CalendarRef) -> Sequence[str]:
        """Of what lives in a calendar, sorted."""

    async def writes(self) -> int:
        """How many writes of the port took effect."""

    async def mails(self) -> int: ...

    async def time_passes(self, seconds: int) -> None: ...

    async def refuse_mailbox(self) -> None: ...

    async def be_unavailable(self) -> None: ...

    async def forget_places(self) -> None: ...
