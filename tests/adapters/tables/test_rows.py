"""The table `sync` keeps the port's contract, and so does the fake."""

import pytest

from sync_core.adapters.tables.connection import Tables
from sync_core.adapters.tables.rows import TableRows
from tests.contracts.rows_contract import RowsContract
from tests.fakes.rows import FakeRows


class TestFakeRows(RowsContract):
    @pytest.fixture
    def rows(self) -> FakeRows:
        return FakeRows()


@pytest.mark.services
class TestTableRows(RowsContract):
    @pytest.fixture
    def rows(self, tables: Tables) -> TableRows:
        return TableRows(tables)
