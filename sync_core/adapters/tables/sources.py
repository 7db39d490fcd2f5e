"""The table `sources`: per sender of webhooks one row that an admin writes and one that deliveries leave behind.

They are apart so that what is heard never moves the mark under which an admin edits:
https://learn.microsoft.com/rest/api/storageservices/insert-or-merge-entity.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, ResourceModifiedError
from azure.data.tables import UpdateMode

from sync_core.adapters.tables.connection import SOURCES, Tables
from sync_core.adapters.tables.documents import FIRST_COLUMNS, columns, document_of, text_of, weigh
from sync_core.adapters.tables.keys import encode
from sync_core.adapters.tables.reading import Found, Reader
from sync_core.adapters.tables.trouble import is_contested, translate, translated
from sync_core.domain.errors import Refused, TryAgain, VersionMoved
from sync_core.domain.source import DEFAULT_SOURCE, Heard, Refusal, Source, SourceId, Standing

_PARTITION = "sources"
_ALL = ("", "~~~")
_SOURCE = "source"
_HEARD = ("webhook_at", "ping_at", "refusal_at", "refusal")


class TableSources:
    """`Sources` on Azure Table Storage."""

    def __init__(self, tables: Tables) -> None:
        self._client = tables.client(SOURCES)
        self._reader = Reader(self._client, SOURCES, (*FIRST_COLUMNS, _SOURCE, *_HEARD))

    async def list(self) -> Sequence[Standing]:
        """Read all by one query.

        Raises:
            Refused: a row cannot be read; the reason names the places, never the content.
        """
        found = await self._reader.range(_PARTITION, _ALL)
        heard = {str(one[_SOURCE]): _read_heard(one) for one in found if one.get(_SOURCE)}
        standings = [
            Standing(source, heard.get(source.id, Heard()), one.tag)
            for one in found
            if not one.get(_SOURCE)
            for source in [_read_source(one)]
        ]
        if DEFAULT_SOURCE not in {one.source.id for one in standings}:
            standings.append(Standing(Source(DEFAULT_SOURCE), heard.get(DEFAULT_SOURCE, Heard())))
        return sorted(standings, key=lambda one: one.source.id)

    async def put(self, source: Source, tag: str | None) -> str:
        """Insert the row, or replace the one that is still as it was read."""
        text = document_of(Source).write(source)
        weigh(text, source.id)
        entity = {**_place(source.id), **columns(text)}
        try:
            return await self._put(entity, tag)
        except AzureError as error:
            if not is_contested(error):
                raise translate(error, SOURCES) from error
            # A repeat by the client's own retries is refused if its first try went in: then the row says what we wrote.
            stored = await self._reader.entity(*_place(source.id).values())
            if stored is not None and text_of(stored, source.id) == text:
                return stored.tag
            raise VersionMoved("the source was changed meanwhile") from error
        except (OSError, TimeoutError) as error:
            raise TryAgain(f"table {SOURCES} cannot be reached") from error

    async def delete(self, source: SourceId, tag: str) -> None:
        """Remove both rows; the client takes one that is gone for success."""
        condition: dict[str, Any] = {"etag": tag, "match_condition": MatchConditions.IfNotModified}
        with translated(SOURCES):
            try:
                await self._client.delete_entity(*_place(source).values(), **condition)
            except ResourceModifiedError as error:
                raise VersionMoved("the source was changed meanwhile") from error
            await self._client.delete_entity(*_place(source, is_heard=True).values())

    async def note(self, source: SourceId, heard: Heard) -> None:
        """Merge what was heard into its row."""
        told = {name: value for name in _HEARD if (value := getattr(heard, name)) is not None}
        texts = {name: value.isoformat() if isinstance(value, datetime) else str(value) for name, value in told.items()}
        with translated(SOURCES):
            await self._client.upsert_entity(
                {**_place(source, is_heard=True), _SOURCE: source, **texts}, UpdateMode.MERGE
            )

    async def _put(self, entity: dict[str, Any], tag: str | None) -> str:
        if tag is None:
            answer = await self._client.create_entity(entity)
        else:
            condition: dict[str, Any] = {"etag": tag, "match_condition": MatchConditions.IfNotModified}
            answer = await self._client.update_entity(entity, UpdateMode.REPLACE, **condition)
        return str(answer["etag"])


def _place(source: SourceId, *, is_heard: bool = False) -> dict[str, str]:
    return {"PartitionKey": _PARTITION, "RowKey": encode(("heard" if is_heard else "source", source))}


def _read_source(entity: Found) -> Source:
    address = str(entity["RowKey"])
    source: Source = document_of(Source).read(text_of(entity, address), address)
    return source


def _read_heard(entity: Found) -> Heard:
    refusal = entity.get("refusal")
    try:
        kind = Refusal(refusal) if refusal else None
    except ValueError:
        raise Refused(f"the row {entity['RowKey']} cannot be read; wrong: refusal") from None
    return Heard(_instant(entity, "webhook_at"), _instant(entity, "ping_at"), _instant(entity, "refusal_at"), kind)


def _instant(entity: Found, name: str) -> datetime | None:
    text = entity.get(name)
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        raise Refused(f"the row {entity['RowKey']} cannot be read; wrong: {name}") from None
