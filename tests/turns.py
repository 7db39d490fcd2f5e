"""What the quick run plays of what is long: one half by turns of days. Every other run plays all of it."""

import os
from collections.abc import Sequence
from typing import TypeVar

TURNS = 2
# The turn of the day, where devtools/checks.py says that the run is the quick one.
_TURN = os.environ.get("TANDEM_TURN", "")
IS_QUICK = bool(_TURN)

Thing = TypeVar("Thing")


def in_turn(things: Sequence[Thing]) -> Sequence[Thing]:
    """Of many alike those whose turn it is; all, where the run is not the quick one."""
    return things[int(_TURN) % TURNS :: TURNS] if IS_QUICK else things
