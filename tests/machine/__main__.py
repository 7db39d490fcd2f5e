"""Play many random histories: `python -m tests.machine --examples N [--seed S]`; a failing one is shown made small."""

import argparse
import random
import sys
import time
from collections.abc import Sequence

from sync_core.domain.resource import Direction
from tests.machine.history import play_history
from tests.machine.moves import MOVES, Move

_TEAMS = ((Direction.BOTH, Direction.UP), (Direction.BOTH, Direction.UP, Direction.DOWN))


def main() -> int:
    """Print what was played, or the smallest failing history found; 1 if there was one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=None, help="where to begin; printed, so that a run can be repeated")
    parser.add_argument("--plain", action="store_true", help="stop at the first failure, without making it small")
    options = parser.parse_args()
    first = options.seed if options.seed is not None else random.SystemRandom().randrange(10**9)
    print(f"{options.examples} histories from seed {first}", flush=True)
    began = time.monotonic()
    for number in range(options.examples):
        team, moves = _history(first + number)
        words = _failure(team, moves)
        if words and options.plain:
            print(f"{number + 1} histories | {words}")
            return 1
        if words:
            small = _shrunk(team, moves, words)
            print(f"seed {first + number}, resources {[str(one) for one in team]}: {_failure(team, small)}")
            for move in small:
                print(f"    {move}")
            return 1
        if (number + 1) % 1000 == 0 and not options.plain:
            print(f"  {number + 1} played, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{options.examples} histories, every law held, {time.monotonic() - began:.1f} s")
    return 0


def _history(seed: int) -> tuple[tuple[Direction, ...], list[Move]]:
    dice = random.Random(seed)
    moves = [
        Move(dice.choice(MOVES), dice.randrange(8), dice.randrange(8), dice.randrange(61))
        for _ in range(dice.randrange(3, 46))
    ]
    return _TEAMS[seed % len(_TEAMS)], moves


def _failure(team: tuple[Direction, ...], moves: Sequence[Move]) -> str:
    try:
        play_history(moves, team)
    except Exception as fault:
        return f"{type(fault).__name__}: {fault}"[:400]
    return ""


def _shrunk(team: tuple[Direction, ...], moves: list[Move], words: str) -> list[Move]:
    """Take out whatever is not needed for the same failure."""
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for size in (4, 2, 1):
            place = 0
            while place < len(moves):
                candidate = moves[:place] + moves[place + size :]
                if _failure(team, candidate)[:24] == words[:24]:
                    moves, is_smaller = candidate, True
                else:
                    place += 1
    return moves


if __name__ == "__main__":
    sys.exit(main())
