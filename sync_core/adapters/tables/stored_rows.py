"""Turns the rows of a resource into entities of its partition and back."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from sync_core.adapters.tables.documents import Document, columns, document_of, text_of, weigh
from sync_core.adapters.tables.keys import row_key
from sync_core.domain.errors import Refused
from sync_core.domain.stored import (
    Announcement,
    BoardInbox,
    ByAppointment,
    ByEvent,
    Cursor,
    Family,
    Held,
    JournalPage,
    Lease,
    LinkRow,
    OutlookInbox,
    ProfileRow,
    Row,
    Sighting,
    Todo,
)

_KINDS: Mapping[str, Any] = MappingProxyType(
    {
        Family.PROFILE: ProfileRow,
        Family.LEASE: Lease,
        Family.CURSOR: Cursor,
        Family.DOING: Announcement,
        Family.BOARD_INBOX: BoardInbox,
        Family.OUTLOOK_INBOX: OutlookInbox,
        Family.TODO: Todo,
        Family.HELD: Held,
        Family.LINK: LinkRow,
        Family.BY_EVENT: ByEvent,
        Family.BY_APPOINTMENT: ByAppointment,
        Family.SEEN: Sighting,
        Family.JOURNAL: JournalPage,
    }
)
Entity = dict[str, Any]


def write_row(row: Row) -> tuple[str, str, int]:
    """The key, the document and the weight of a row.

    Raises:
        Refused: it is too large for one entity.
    """
    key = row_key(row.address)
    document: Document[Row] = document_of(cast(Any, type(row)))
    text = document.write(row)
    return key, text, weigh(text, key)


def entity_of(partition: str, key: str, text: str) -> Entity:
    """An entity as the client takes it."""
    return {"PartitionKey": partition, "RowKey": key, **columns(text)}


def read_row(entity: Mapping[str, Any]) -> Row:
    """The row of an entity.

    Raises:
        Refused: its family is unknown or its document cannot be read; the reason names its key, never the content.
    """
    key = str(entity["RowKey"])
    family = key.split(",", 2)[1] if key.count(",") > 1 else ""
    kind = _KINDS.get(family)
    if kind is None:
        raise Refused(f"the row {key} belongs to no family this version knows")
    row: Row = document_of(kind).read(text_of(entity, key), key)
    return row
