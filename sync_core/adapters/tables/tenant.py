"""The table `settings`: one row, what the tenant has chosen, under the storage's mark:
https://learn.microsoft.com/rest/api/storageservices/update-entity2.
"""

from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.data.tables import UpdateMode

from sync_core.adapters.tables.connection import SETTINGS, Tables
from sync_core.adapters.tables.documents import columns, document_of, text_of, weigh
from sync_core.adapters.tables.reading import Found, Reader
from sync_core.adapters.tables.trouble import is_absent, is_contested, translate, translated
from sync_core.domain.choices import Choices
from sync_core.domain.errors import TryAgain, VersionMoved
from sync_core.domain.zones import zone_name
from sync_core.ports import Tenant

_PARTITION = "settings"
_KEY = "tenant"
_ADDRESS = f"{_KEY} of the table {SETTINGS}"
_MARK_ONLY = ["RowKey"]


class TableTenantRow:
    """`TenantRow` on Azure Table Storage; what was last read is kept and read anew when its mark moves."""

    def __init__(self, tables: Tables) -> None:
        self._client = tables.client(SETTINGS)
        self._reader = Reader(self._client, SETTINGS)
        self._known: Tenant | None = None

    async def read(self) -> Tenant:
        """Read the row's mark, and the row itself only if that is not the known one.

        Raises:
            Refused: the row cannot be read; the reason names the places, never the content.
        """
        known = self._known
        if known is not None and await self._mark() == known.tag:
            return known
        entity = await self._reader.entity(_PARTITION, _KEY)
        self._known = Tenant(_read(entity), entity.tag) if entity else None
        return self._known or Tenant()

    async def write(self, choices: Choices, tag: str | None) -> str:
        """Insert the row, or replace the one that is still as it was read."""
        text = document_of(Choices).write(choices)
        weigh(text, _KEY)
        entity = {"PartitionKey": _PARTITION, "RowKey": _KEY, **columns(text)}
        try:
            stored = await self._put(entity, tag)
        except AzureError as error:
            if not is_contested(error):
                raise translate(error, SETTINGS) from error
            stored = await self._find_out(text, error)
        except (OSError, TimeoutError) as error:
            raise TryAgain(f"table {SETTINGS} cannot be reached") from error
        self._known = Tenant(choices, stored)
        return stored

    async def _mark(self) -> str | None:
        with translated(SETTINGS):
            try:
                return Found(await self._client.get_entity(_PARTITION, _KEY, select=_MARK_ONLY)).tag
            except ResourceNotFoundError as error:
                if is_absent(error):
                    return None
                raise

    async def _put(self, entity: dict[str, Any], tag: str | None) -> str:
        if tag is None:
            answer = await self._client.create_entity(entity)
        else:
            condition: dict[str, Any] = {"etag": tag, "match_condition": MatchConditions.IfNotModified}
            answer = await self._client.update_entity(entity, UpdateMode.REPLACE, **condition)
        return str(answer["etag"])

    async def _find_out(self, text: str, error: AzureError) -> str:
        """A repeat by the client's own retries is refused if its first try went in: then the row says what we wrote."""
        entity = await self._reader.entity(_PARTITION, _KEY)
        if entity is not None and text_of(entity, _ADDRESS) == text:
            return entity.tag
        raise VersionMoved("the settings were changed meanwhile") from error


def _read(entity: Found) -> Choices:
    choices: Choices = document_of(Choices).read(text_of(entity, _ADDRESS), _ADDRESS)
    # A zone that is unknown here (written by another version) is refused with words, not met in the middle of a run.
    zone_name(choices.zone)
    return choices
