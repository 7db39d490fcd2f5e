"""The table `placements` keeps the port's contract, and so does the fake."""

import pytest

from sync_core.adapters.tables.connection import Tables
from sync_core.adapters.tables.placements import TablePlacements
from tests.contracts.placements_contract import PlacementsContract
from tests.fakes.placements import FakePlacements


class TestFakePlacements(PlacementsContract):
    @pytest.fixture
    def placements(self) -> FakePlacements:
        return FakePlacements()


@pytest.mark.services
class TestTablePlacements(PlacementsContract):
    @pytest.fixture
    def placements(self, tables: Tables) -> TablePlacements:
        return TablePlacements(tables)
