"""The board behind HTTP keeps the same contract as the one in memory."""

import pytest

from tests.adapters.scheduler.conftest import RealBench
from tests.contracts.board_contract import Bench, BoardContract

pytestmark = pytest.mark.services


@pytest.fixture
def bench(real_bench: RealBench) -> Bench:
    return real_bench


class TestSchedulerBoard(BoardContract):
    pass
