"""The table `calendars` keeps the port's contract, and so does the fake."""

import pytest

from sync_core.adapters.tables.claims import TableClaims
from sync_core.adapters.tables.connection import Tables
from tests.contracts.claims_contract import ClaimsContract
from tests.fakes.claims import FakeClaims


class TestFakeClaims(ClaimsContract):
    @pytest.fixture
    def claims(self) -> FakeClaims:
        return FakeClaims()


@pytest.mark.services
class TestTableClaims(ClaimsContract):
    @pytest.fixture
    def claims(self, tables: Tables) -> TableClaims:
        return TableClaims(tables)
