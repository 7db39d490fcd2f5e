"""The table `subscriptions`: one row per calendar that Graph is asked to watch, with its client state."""

import builtins
from collections.abc import Sequence
from typing import Any

from azure.data.tables import UpdateMode

from sync_core.adapters.tables.connection import SUBSCRIPTIONS, Tables
from sync_core.adapters.tables.documents import columns, document_of, text_of, weigh
from sync_core.adapters.tables.keys import encode
from sync_core.adapters.tables.reading import Found, Reader
from sync_core.adapters.tables.trouble import translated
from sync_core.domain.subscription import Subscription

_PARTITION = "subscriptions"
# Every key lies between: none is empty, and none begins with a character beyond.
_ALL = ("", "~~~")


class TableSubscriptionRows:
    """`SubscriptionRows` on Azure Table Storage."""

    def __init__(self, tables: Tables) -> None:
        self._client = tables.client(SUBSCRIPTIONS)
        self._reader = Reader(self._client, SUBSCRIPTIONS)

    async def get(self, slot: str) -> Subscription | None:
        """Read one by its slot, whatever a stranger wrote there."""
        entity = await self._reader.entity(_PARTITION, encode((slot,)))
        return _read(entity) if entity else None

    async def put(self, subscription: Subscription) -> None:
        """Write one."""
        key, text = encode((subscription.slot,)), document_of(Subscription).write(subscription)
        weigh(text, key)
        entity: dict[str, Any] = {"PartitionKey": _PARTITION, "RowKey": key, **columns(text)}
        with translated(SUBSCRIPTIONS):
            await self._client.upsert_entity(entity, UpdateMode.REPLACE)

    async def delete(self, slot: str) -> None:
        """Remove one; the client takes one that is gone for success."""
        with translated(SUBSCRIPTIONS):
            await self._client.delete_entity(_PARTITION, encode((slot,)))

    async def list(self) -> Sequence[Subscription]:
        """Read all."""
        return builtins.list(map(_read, await self._reader.range(_PARTITION, _ALL)))


def _read(entity: Found) -> Subscription:
    address = str(entity["RowKey"])
    subscription: Subscription = document_of(Subscription).read(text_of(entity, address), address)
    return subscription
