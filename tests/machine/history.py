"""One history from its first move to its rest."""

from collections.abc import Sequence

from sync_core.domain.resource import Direction
from tests.machine.laws import check_at_rest
from tests.machine.moves import Move, play
from tests.machine.world import World

DIRECTIONS = (Direction.BOTH, Direction.UP)
# Most of what can go wrong needs something that went right before.
MORNING = (
    Move("plan", 0, 0, 3),
    Move("plan", 1, 1, 1),
    Move("deliver", 1),
    Move("run"),
    Move("worker creates", 0, 2),
    Move("pull"),
    Move("run"),
)


def play_history(moves: Sequence[Move], directions: tuple[Direction, ...] = DIRECTIONS) -> World:
    """Play the moves, let the world come to rest, and check every law."""
    world = World(directions)
    for move in (*MORNING, *moves):
        play(world, move)
    world.come_to_rest()
    check_at_rest(world)
    return world
