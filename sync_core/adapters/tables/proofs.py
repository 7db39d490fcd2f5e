"""Tells whether every table answers, what time it is there, and when timers last turned.

https://learn.microsoft.com/rest/api/storageservices/query-entities
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from azure.core.exceptions import HttpResponseError
from azure.data.tables import UpdateMode

from sync_core.adapters.tables.connection import ALL_TABLES, OVERVIEW, SYNC, Tables
from sync_core.adapters.tables.reading import Reader
from sync_core.adapters.tables.trouble import is_table_missing, translated
from sync_core.domain.turns import Timer, Turns

_TURNS = ("timers", "turns")


class TableInspection:
    """Asks with the right to rows alone: a deployed app may not list tables."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def find_missing(self) -> Sequence[str]:
        """Ask each table for one row."""
        found = await asyncio.gather(*map(self._exists, ALL_TABLES))
        return [table for table, exists in zip(ALL_TABLES, found, strict=True) if not exists]

    async def read_clock(self) -> datetime | None:
        """Read the date of an answer."""
        dates: list[str] = []

        def note(response: Any) -> None:
            dates.append(response.http_response.headers.get("Date", ""))

        with translated(SYNC):
            await self._ask(SYNC, raw_response_hook=note)
        try:
            return parsedate_to_datetime(dates[-1]).astimezone(UTC) if dates else None
        except ValueError:
            return None

    async def _exists(self, table: str) -> bool:
        with translated(table):
            try:
                await self._ask(table)
            except HttpResponseError as error:
                if is_table_missing(error):
                    return False
                raise
        return True

    async def _ask(self, table: str, **options: Any) -> None:
        listed = self._tables.client(table).list_entities(results_per_page=1, select=["RowKey"], **options)
        async for _ in listed.by_page():
            return


class TableTurns:
    """One row of the table `overview`, a column for each timer, so that none overwrites another."""

    def __init__(self, tables: Tables) -> None:
        self._client = tables.client(OVERVIEW)
        self._reader = Reader(self._client, OVERVIEW)

    async def read(self) -> Turns:
        """Read the row."""
        entity = await self._reader.entity(*_TURNS)
        at = {timer: _instant(entity.get(timer.value) if entity else None) for timer in Timer}
        return Turns(at[Timer.PULL], at[Timer.RENEW], at[Timer.TIDY])

    async def note(self, timer: Timer, at: datetime) -> None:
        """Write one column."""
        entity = {"PartitionKey": _TURNS[0], "RowKey": _TURNS[1], timer.value: at.isoformat()}
        with translated(OVERVIEW):
            await self._client.upsert_entity(entity, UpdateMode.MERGE)


def _instant(text: Any) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None
