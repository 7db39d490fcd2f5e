"""The table `overview`: one row per resource for an admin to look at, in few partitions by hash; and the alerts.

Lists are paged by the service's own continuation, and filtered by it:
https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination
"""

import base64
import binascii
import hashlib
import json
from itertools import islice
from typing import Any, cast

from azure.data.tables import UpdateMode

from sync_core.adapters.tables.connection import OVERVIEW, Tables
from sync_core.adapters.tables.documents import FIRST_COLUMNS, columns, document_of, text_of, weigh
from sync_core.adapters.tables.keys import END, encode
from sync_core.adapters.tables.reading import LARGEST_PAGE, Found, Reader
from sync_core.adapters.tables.trouble import translated
from sync_core.domain.alert import Watch
from sync_core.domain.errors import Refused
from sync_core.domain.overview import Overview, State
from sync_core.domain.resource import ResourceId
from sync_core.ports import OverviewPage

PARTITIONS = 8
_ROWS = ("o", "o~")
_WATCH = ("alerts", "watch")
_STATE = "state"
_HELD = "held"
_ID = "id"
# A filter takes 15 comparisons, so that no more words of a name can be searched by.
_WORDS = ("w0", "w1", "w2", "w3")
_LONGEST_WORD = 100
# Behind everything that begins with a text.
_LAST = "\ufffd"
_PLACE = {"PartitionKey", "RowKey"}


class TableOverviews:
    """`Overviews` on Azure Table Storage."""

    def __init__(self, tables: Tables) -> None:
        self._client = tables.client(OVERVIEW)
        self._reader = Reader(self._client, OVERVIEW)

    async def get(self, resource: ResourceId) -> Overview | None:
        """Read one row."""
        entity = await self._reader.entity(*_address(resource))
        return _read(entity) if entity else None

    async def put(self, overview: Overview) -> None:
        """Write one row with what it is found by."""
        with translated(OVERVIEW):
            await self._client.upsert_entity(entity_of(overview), UpdateMode.REPLACE)

    async def delete(self, resource: ResourceId) -> None:
        """Remove one row; the client takes one that is gone for success."""
        with translated(OVERVIEW):
            await self._client.delete_entity(*_address(resource))

    async def page(
        self, state: State | None = None, search: str = "", limit: int = LARGEST_PAGE, place: str | None = None
    ) -> OverviewPage:
        """Read pages of the service until there are enough rows: one may be empty and yet not be the last."""
        query, values = _query(state, search)
        token = _token_of(place)
        limit = max(1, min(limit, LARGEST_PAGE))
        found: list[Found] = []
        with translated(OVERVIEW):
            while True:
                size = limit - len(found)
                # Typed as the client's base class is; for tables a continuation is a pair of keys.
                listed: Any = self._client.query_entities(
                    query, results_per_page=size, select=list(FIRST_COLUMNS), parameters=values
                ).by_page(cast(Any, token))
                async for page in listed:
                    found += [Found(entity) async for entity in page]
                    break
                token = listed.continuation_token
                if not token or len(found) >= limit:
                    return OverviewPage(tuple(map(_read, found)), _place_of(token))

    async def page_held(self, after: ResourceId | None = None, limit: int = LARGEST_PAGE) -> list[Overview]:
        """Read by a range of keys instead of a continuation, so that one resource says where to go on."""
        limit = max(1, min(limit, LARGEST_PAGE))
        query = f"{_HELD} eq true and {_behind(after)}"
        found: list[Found] = []
        with translated(OVERVIEW):
            async for entity in self._client.query_entities(query, results_per_page=limit, select=list(FIRST_COLUMNS)):
                found.append(Found(entity))
                if len(found) == limit:
                    break
        return list(map(_read, found))

    async def read_watch(self) -> Watch:
        """Read the one row of the alerts."""
        entity = await self._reader.entity(*_WATCH)
        if entity is None:
            return Watch()
        watch: Watch = document_of(Watch).read(text_of(entity, _WATCH[1]), _WATCH[1])
        return watch

    async def keep_watch(self, watch: Watch) -> None:
        """Write the one row of the alerts."""
        text = document_of(Watch).write(watch)
        weigh(text, _WATCH[1])
        entity = {"PartitionKey": _WATCH[0], "RowKey": _WATCH[1], **columns(text)}
        with translated(OVERVIEW):
            await self._client.upsert_entity(entity, UpdateMode.REPLACE)


def entity_of(overview: Overview) -> dict[str, Any]:
    """The entity of a row: its document, and beside it what the service filters by."""
    partition, key = _address(overview.resource)
    text = document_of(Overview).write(overview)
    weigh(text, key)
    found_by: dict[str, Any] = {_STATE: overview.state.value, _HELD: overview.has_held}
    found_by |= {_ID: overview.resource.casefold()[:_LONGEST_WORD]}
    words = overview.name.casefold().split()
    found_by |= {
        column: " ".join(islice(words, index, None))[:_LONGEST_WORD]
        for index, column in enumerate(_WORDS[: len(words)])
    }
    return {"PartitionKey": partition, "RowKey": key, **columns(text), **found_by}


def _address(resource: ResourceId) -> tuple[str, str]:
    digest = hashlib.sha256(resource.encode("utf-8", "surrogatepass")).digest()
    return f"o{END}{digest[0] % PARTITIONS}", encode((resource,))


def _read(entity: Found) -> Overview:
    address = str(entity["RowKey"])
    overview: Overview = document_of(Overview).read(text_of(entity, address), address)
    return overview


def _behind(resource: ResourceId | None) -> str:
    """The rows behind that of a resource; keys hold nothing that a filter would have to escape."""
    if resource is None:
        return f"PartitionKey ge '{_ROWS[0]}' and PartitionKey lt '{_ROWS[1]}'"
    partition, key = _address(resource)
    beside = f"PartitionKey eq '{partition}' and RowKey gt '{key}'"
    return f"( ( {beside} ) or ( PartitionKey gt '{partition}' and PartitionKey lt '{_ROWS[1]}' ) )"


def _query(state: State | None, search: str) -> tuple[str, dict[str, str]]:
    terms = [f"PartitionKey ge '{_ROWS[0]}' and PartitionKey lt '{_ROWS[1]}'"]
    values: dict[str, str] = {}
    if state is not None:
        terms.append(f"{_STATE} eq '{state.value}'")
    if begin := " ".join(search.casefold().split())[:_LONGEST_WORD]:
        values = {"begin": begin, "end": begin + _LAST}
        # The client puts values in where words of their own begin with @.
        either = " or ".join(f"( {name} ge @begin and {name} lt @end )" for name in (_ID, *_WORDS))
        terms.append(f"( {either} )")
    return " and ".join(terms), values


def _place_of(token: dict[str, str] | None) -> str | None:
    return base64.urlsafe_b64encode(json.dumps(token).encode()).decode() if token else None


def _token_of(place: str | None) -> dict[str, str] | None:
    if place is None:
        return None
    try:
        token = json.loads(base64.b64decode(place, b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise Refused("the place to go on from is none that was given") from error
    if not isinstance(token, dict) or token.keys() != _PLACE or not isinstance(token["PartitionKey"], str):
        raise Refused("the place to go on from is none that was given")
    return token
