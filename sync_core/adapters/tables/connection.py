"""One way into the table service for all of Tandem's tables:
https://learn.microsoft.com/python/api/overview/azure/data-tables-readme.
"""

import logging
from typing import Any, Self

from aiohttp import ClientSession
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.pipeline.transport import AioHttpTransport
from azure.data.tables.aio import TableClient, TableServiceClient

from sync_core.adapters.tables.trouble import translated

SYNC = "sync"
PLACEMENTS = "placements"
SUBSCRIPTIONS = "subscriptions"
CALENDARS = "calendars"
SETTINGS = "settings"
DELETIONS = "deletions"
SOURCES = "sources"
OVERVIEW = "overview"
TRAIL = "trail"
ALL_TABLES = (SYNC, PLACEMENTS, SUBSCRIPTIONS, CALENDARS, SETTINGS, DELETIONS, SOURCES, OVERVIEW, TRAIL)

# Well within a lease of 60 s, so that a worker learns that storage is silent while it still holds its resource.
_PATIENCE: dict[str, Any] = {
    "connection_timeout": 5,
    "read_timeout": 10,
    "retry_total": 3,
    "retry_backoff_factor": 0.4,
    "retry_backoff_max": 4,
}


def _quiet_logger() -> logging.Logger:
    # The client would write each address, and so mailboxes and ids, to the log.
    logger = logging.getLogger("sync_core.adapters.tables.wire")
    logger.setLevel(logging.WARNING)
    return logger


class Tables:
    """The tables of one storage account. `prefix` sets several deployments in one account apart."""

    def __init__(self, service: TableServiceClient, prefix: str = "") -> None:
        self._service = service
        self._prefix = prefix
        self._clients: dict[str, TableClient] = {}

    @classmethod
    def from_connection_string(
        cls,
        connection_string: str,
        prefix: str = "",
        session: ClientSession | None = None,
        **options: Any,
    ) -> Self:
        """Connect with a key. A `session` that is given is shared and stays open; `options` go to the client."""
        return cls(TableServiceClient.from_connection_string(connection_string, **_options(session, options)), prefix)

    @classmethod
    def from_account(
        cls, url: str, credential: AsyncTokenCredential, prefix: str = "", session: ClientSession | None = None
    ) -> Self:
        """Connect to `https://<account>.table.core.windows.net` with an identity."""
        return cls(TableServiceClient(url, credential=credential, **_options(session, {})), prefix)

    def client(self, table: str) -> TableClient:
        """The client of one table; all share their connections."""
        if table not in self._clients:
            self._clients[table] = self._service.get_table_client(self._prefix + table)
        return self._clients[table]

    async def prepare(self) -> None:
        """Create the tables that are missing; for developing only, since a deployed app has no right to."""
        for table in ALL_TABLES:
            with translated(table):
                await self._service.create_table_if_not_exists(self._prefix + table)

    async def aclose(self) -> None:
        """Close the connections that are its own."""
        await self._service.close()


def _options(session: ClientSession | None, options: dict[str, Any]) -> dict[str, Any]:
    shared = {"transport": AioHttpTransport(session=session, session_owner=False)} if session is not None else {}
    return {**_PATIENCE, "logger": _quiet_logger(), **shared, **options}
