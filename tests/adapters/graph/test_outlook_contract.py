"""One suite, twice: calendars in memory, and the adapter before a simulated Graph."""

import pytest

from tests.adapters.graph.stages import FakeStage, GraphStage
from tests.contracts.outlook_contract import OutlookContract
from tests.contracts.outlook_stage import OutlookStage


class TestFakeOutlook(OutlookContract):
    @pytest.fixture
    def stage(self, fake_stage: FakeStage) -> OutlookStage:
        return fake_stage


@pytest.mark.services
class TestGraphOutlook(OutlookContract):
    @pytest.fixture
    def stage(self, graph_stage: GraphStage) -> OutlookStage:
        return graph_stage
