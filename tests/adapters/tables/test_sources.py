"""The table `sources` keeps the port's contract, and so does the fake."""

from dataclasses import fields

import pytest

from sync_core.adapters.tables.connection import SOURCES, Tables
from sync_core.adapters.tables.sources import TableSources
from sync_core.domain.errors import Refused, TryAgain
from sync_core.domain.source import DEFAULT_SOURCE, Heard, Source
from tests.contracts.sample_rows import NOW
from tests.contracts.sources_contract import ERP, FULL, SourcesContract
from tests.fakes.sources import FakeSources


class TestFakeSources(SourcesContract):
    @pytest.fixture
    def sources(self) -> FakeSources:
        return FakeSources()


@pytest.mark.services
class TestTableSources(SourcesContract):
    @pytest.fixture
    def sources(self, tables: Tables) -> TableSources:
        return TableSources(tables)


def test_the_contract_writes_every_member_otherwise_than_by_default() -> None:
    plain = Source(DEFAULT_SOURCE)
    assert not [one.name for one in fields(Source) if getattr(FULL, one.name) == getattr(plain, one.name)]


@pytest.mark.services
async def test_the_clients_own_repeat_of_a_write_that_went_in_is_no_conflict(tables: Tables) -> None:
    sources = TableSources(tables)
    first = await sources.put(FULL, None)
    assert await sources.put(FULL, None) == first


@pytest.mark.services
@pytest.mark.parametrize(("column", "text"), [("refusal", "hush-hush"), ("webhook_at", "hush-hush")])
async def test_a_row_that_cannot_be_read_is_refused_with_its_place(tables: Tables, column: str, text: str) -> None:
    sources = TableSources(tables)
    await sources.note(ERP, Heard(webhook_at=NOW))
    [row] = [row async for row in tables.client(SOURCES).list_entities()]
    await tables.client(SOURCES).upsert_entity({**row, column: text})
    with pytest.raises(Refused) as refused:
        await sources.list()
    assert column in refused.value.reason
    assert text not in refused.value.reason


async def test_a_storage_that_cannot_be_reached_is_tried_again() -> None:
    nowhere = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;TableEndpoint=http://127.0.0.1:9/a;"
    tables = Tables.from_connection_string(nowhere, retry_total=0)
    sources = TableSources(tables)
    try:
        with pytest.raises(TryAgain):
            await sources.list()
        with pytest.raises(TryAgain):
            await sources.put(FULL, None)
        with pytest.raises(TryAgain):
            await sources.note(ERP, Heard(webhook_at=NOW))
    finally:
        await tables.aclose()
