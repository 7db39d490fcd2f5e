"""The table `subscriptions` keeps the port's contract, and so does the fake."""

import pytest

from sync_core.adapters.tables.connection import Tables
from sync_core.adapters.tables.subscription_rows import TableSubscriptionRows
from tests.contracts.subscription_rows_contract import SubscriptionRowsContract
from tests.fakes.subscription_rows import FakeSubscriptionRows


class TestFakeSubscriptionRows(SubscriptionRowsContract):
    @pytest.fixture
    def subscriptions(self) -> FakeSubscriptionRows:
        return FakeSubscriptionRows()


@pytest.mark.services
class TestTableSubscriptionRows(SubscriptionRowsContract):
    @pytest.fixture
    def subscriptions(self, tables: Tables) -> TableSubscriptionRows:
        return TableSubscriptionRows(tables)
