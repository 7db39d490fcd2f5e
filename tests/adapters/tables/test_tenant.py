"""The table `settings` keeps the port's contract, and so does the fake; an unchanged row costs next to nothing."""

import json
from dataclasses import fields

import pytest

from sync_core.adapters.tables import tenant
from sync_core.adapters.tables.connection import SETTINGS, Tables
from sync_core.adapters.tables.documents import document_of
from sync_core.adapters.tables.tenant import TableTenantRow
from sync_core.domain.choices import Choices
from sync_core.domain.errors import Refused, TryAgain
from sync_core.ports import TenantRow
from tests.adapters.tables.counting import Counting
from tests.contracts.tenant_contract import CHOSEN, TenantContract
from tests.fakes.tenant import FakeTenantRow


class TestFakeTenantRow(TenantContract):
    @pytest.fixture
    def row(self) -> FakeTenantRow:
        return FakeTenantRow()

    @pytest.fixture
    def same_row(self, row: FakeTenantRow) -> FakeTenantRow:
        return row


@pytest.mark.services
class TestTableTenantRow(TenantContract):
    @pytest.fixture
    def row(self, tables: Tables) -> TableTenantRow:
        return TableTenantRow(tables)

    @pytest.fixture
    def same_row(self, tables: Tables) -> TableTenantRow:
        return TableTenantRow(tables)


def test_the_contract_chooses_every_setting_otherwise_than_by_default() -> None:
    plain = Choices()
    assert not [one.name for one in fields(Choices) if getattr(CHOSEN, one.name) == getattr(plain, one.name)]


@pytest.mark.services
async def test_an_unchanged_row_costs_one_small_reading_and_is_not_parsed(
    counted: Tables, wire: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await TableTenantRow(counted).write(CHOSEN, None)
    row = TableTenantRow(counted)
    wire.count()
    first = await row.read()
    assert wire.count() == 1
    monkeypatch.setattr(tenant, "_read", lambda _: pytest.fail("it was parsed again"))
    assert await row.read() is first
    assert wire.count() == 1


@pytest.mark.services
async def test_what_was_written_here_is_not_read_back(counted: Tables, wire: Counting) -> None:
    row: TenantRow = TableTenantRow(counted)
    tag = await row.write(CHOSEN, None)
    wire.count()
    assert await row.read() == await row.read()
    assert (await row.read()).tag == tag
    assert wire.count() == 3


@pytest.mark.services
async def test_a_row_that_was_removed_by_hand_is_the_defaults_again(tables: Tables) -> None:
    row = TableTenantRow(tables)
    await row.write(CHOSEN, None)
    await tables.client(SETTINGS).delete_entity("settings", "tenant")
    assert (await row.read()).choices == Choices()
    assert (await row.read()).tag is None
    await row.write(CHOSEN, None)


@pytest.mark.services
@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"winner": "the-secret-of-somebody"}, "winner"),
        ({"days_back": "many"}, "days_back"),
        ({"zone": "Mars/1"}, "no time zone"),
    ],
    ids=["a word that is none", "no number", "a zone nobody knows"],
)
async def test_a_row_that_cannot_be_read_is_refused_with_its_place(
    tables: Tables, change: dict[str, str], place: str
) -> None:
    stored = {**json.loads(document_of(Choices).write(Choices())), **change}
    entity = {"PartitionKey": "settings", "RowKey": "tenant", "D0": json.dumps(stored)}
    await tables.client(SETTINGS).upsert_entity(entity)
    with pytest.raises(Refused) as refused:
        await TableTenantRow(tables).read()
    assert place in refused.value.reason
    assert "secret" not in refused.value.reason


@pytest.mark.services
async def test_a_row_of_an_older_version_is_read_with_defaults_for_what_came_since(tables: Tables) -> None:
    entity = {"PartitionKey": "settings", "RowKey": "tenant", "D0": '{"days_back": 7, "since_gone": true}'}
    await tables.client(SETTINGS).upsert_entity(entity)
    assert (await TableTenantRow(tables).read()).choices == Choices(days_back=7)


@pytest.mark.services
async def test_choices_that_are_too_large_are_refused_with_words(tables: Tables) -> None:
    with pytest.raises(Refused, match="too large"):
        await TableTenantRow(tables).write(Choices(body_template="x" * 500_000), None)


async def test_a_storage_that_cannot_be_reached_is_tried_again() -> None:
    nowhere = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;TableEndpoint=http://127.0.0.1:9/a;"
    tables = Tables.from_connection_string(nowhere, retry_total=0)
    try:
        with pytest.raises(TryAgain):
            await TableTenantRow(tables).read()
        with pytest.raises(TryAgain):
            await TableTenantRow(tables).write(CHOSEN, None)
    finally:
        await tables.aclose()


@pytest.mark.services
async def test_the_clients_own_repeat_of_a_write_that_went_in_is_no_conflict(tables: Tables) -> None:
    """A repeat carries the mark of before, and meets a row that holds what it says."""
    row = TableTenantRow(tables)
    first = await row.write(CHOSEN, None)
    assert await row.write(CHOSEN, None) == first
    second = await row.write(Choices(), first)
    assert await row.write(Choices(), first) == second
