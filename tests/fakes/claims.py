"""The table `calendars` in memory: whose each calendar is."""

from sync_core.domain.resource import CalendarRef, ResourceId


class FakeClaims:
    """`owners` may be looked at by tests."""

    def __init__(self) -> None:
        self.owners: dict[CalendarRef, ResourceId] = {}

    async def claim(self, calendar: CalendarRef, resource: ResourceId) -> ResourceId:
        return self.owners.setdefault(calendar, resource)

    async def release(self, calendar: CalendarRef, resource: ResourceId) -> None:
        if self.owners.get(calendar) == resource:
            del self.owners[calendar]

    async def find_owner(self, calendar: CalendarRef) -> ResourceId | None:
        return self.owners.get(calendar)
