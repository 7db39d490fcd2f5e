"""Random histories: whatever order, loss, crash or overlap, both sides end equal and nobody's words are lost."""

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.machine.history import play_history
from tests.machine.moves import Move, histories
from tests.turns import in_turn

SHARES = 12
EXAMPLES = 250


@pytest.mark.timeout(300)
@pytest.mark.parametrize("share", in_turn(range(SHARES)))
def test_a_random_history_ends_with_both_sides_equal_and_nothing_lost(share: int) -> None:
    @seed(20261121 + share)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(histories(longest=30))
    def history(moves: list[Move]) -> None:
        play_history(moves)

    history()
