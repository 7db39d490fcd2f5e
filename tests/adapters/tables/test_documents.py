"""Documents are weighed as the service and the wire count them, and unreadable ones are named without their words."""

import json
from typing import Any

import pytest

from sync_core.adapters.tables.connection import SYNC, Tables
from sync_core.adapters.tables.documents import columns, text_of, weigh
from sync_core.adapters.tables.keys import partition_key
from sync_core.adapters.tables.rows import TableRows
from sync_core.domain.errors import Refused
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Held
from tests.contracts.sample_rows import NOW

LETTERS = ["x", "é", "漢", "😀", '"', "\\", "\n"]
ADA = ResourceId("ada")


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("count", [0, 1, 14_999, 15_000, 30_000, 30_001, 70_000])
def test_every_property_keeps_within_60_kib_and_all_make_the_whole(letter: str, count: int) -> None:
    text = "x" + letter * count
    split = columns(text)
    pieces = [piece for piece in split.values() if isinstance(piece, str)]
    assert all(len(piece.encode("utf-16-le")) <= 60 * 1024 for piece in pieces)
    assert text_of(split, "here") == text


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("count", [1, 20_000, 60_000])
def test_a_document_never_weighs_less_than_it_takes(letter: str, count: int) -> None:
    text, key = letter * count, "k" * 900
    entity = {"PartitionKey": "p" * 300, "RowKey": key, **columns(text)}
    sent = len(json.dumps({**entity, **{f"{name}@odata.type": "Edm.String" for name in entity}}))
    headers = len("PUT https://account.table.core.windows.net/sync(PartitionKey='',RowKey='')") + 700 + len(key)
    stored = len(text.encode("utf-16-le"))
    assert max(stored, sent + headers) <= weigh(text, key) <= 1.2 * max(stored, sent) + 8_000


@pytest.mark.services
@pytest.mark.parametrize(
    ("key", "entity"),
    [
        ("p,held,broken,", {"D0": '{"subject": "topsecret"}'}),
        ("p,held,broken,", {"D0": '{"topsecret'}),
        ("p,held,broken,", {}),
        ("p,held,broken,", {"D0": "topsecret", "pieces": 2}),
        ("p,rumour,broken,", {"D0": "topsecret"}),
        ("p,", {"D0": "topsecret"}),
    ],
)
async def test_a_row_that_cannot_be_read_is_named_without_its_words(
    tables: Tables, key: str, entity: dict[str, Any]
) -> None:
    rows = TableRows(tables)
    await rows.insert(ADA, [Held("fine", NOW, "what", "why", "remedy")])
    await tables.client(SYNC).create_entity({"PartitionKey": partition_key(ADA), "RowKey": key, **entity})
    with pytest.raises(Refused) as refusal:
        await rows.read_pending(ADA)
    assert key in refusal.value.reason
    assert "topsecret" not in refusal.value.reason
    assert refusal.value.__cause__ is None


@pytest.mark.services
async def test_a_row_of_a_later_version_with_more_members_is_read(tables: Tables) -> None:
    document = '{"subject":"s","since_at":"2026-11-23T08:00:00Z","what":"a","why":"b","remedy":"c","later":1}'
    entity = {"PartitionKey": partition_key(ADA), "RowKey": "p,held,s,", "D0": document}
    await tables.client(SYNC).create_entity(entity)
    assert len((await TableRows(tables).read_pending(ADA)).rows) == 1
