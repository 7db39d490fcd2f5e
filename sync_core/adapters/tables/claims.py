"""The table `calendars`: who came first to a calendar owns it."""

from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError

from sync_core.adapters.tables.connection import CALENDARS, Tables
from sync_core.adapters.tables.keys import encode
from sync_core.adapters.tables.reading import Reader
from sync_core.adapters.tables.trouble import translated
from sync_core.domain.errors import TryAgain
from sync_core.domain.resource import CalendarRef, ResourceId

_OWNER = "owner"
_TRIES = 3


class TableClaims:
    """`CalendarClaims` on Azure Table Storage."""

    def __init__(self, tables: Tables) -> None:
        self._client = tables.client(CALENDARS)
        self._reader = Reader(self._client, CALENDARS)

    async def claim(self, calendar: CalendarRef, resource: ResourceId) -> ResourceId:
        """Insert the claim, or read whose it is."""
        for _ in range(_TRIES):
            with translated(CALENDARS):
                try:
                    await self._client.create_entity({**_keys(calendar), _OWNER: resource})
                    return resource
                except ResourceExistsError:
                    pass
            # It may be given back between the two calls: then the next try takes it.
            if owner := await self.find_owner(calendar):
                return owner
        raise TryAgain("a calendar is claimed and given back all the time")

    async def release(self, calendar: CalendarRef, resource: ResourceId) -> None:
        """Delete the claim as it was read; one that moved meanwhile is another's."""
        found = await self._reader.entity(*_keys(calendar).values())
        if found is None or found[_OWNER] != resource:
            return
        condition: dict[str, Any] = {"etag": found.tag, "match_condition": MatchConditions.IfNotModified}
        with translated(CALENDARS):
            try:
                await self._client.delete_entity(*_keys(calendar).values(), **condition)
            except ResourceModifiedError:
                return

    async def find_owner(self, calendar: CalendarRef) -> ResourceId | None:
        """Read whose it is."""
        found = await self._reader.entity(*_keys(calendar).values())
        return ResourceId(str(found[_OWNER])) if found else None


def _keys(calendar: CalendarRef) -> dict[str, str]:
    return {"PartitionKey": encode((calendar.mailbox,)), "RowKey": encode((calendar.calendar,))}
