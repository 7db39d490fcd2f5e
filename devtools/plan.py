"""Plans an appointment on the simulated board, as a planner would by dragging."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from devtools.hands import Planner

NINE = 9


def plan_tomorrow(subject: str, resources: Sequence[str], board: str) -> int:
    """Plan an hour from nine (UTC) tomorrow on these resources, print the appointment's id, and return 0.

    Raises:
        Trouble: No board answers, or it has not such a resource.
    """
    start = datetime.now(UTC).replace(hour=NINE, minute=0, second=0, microsecond=0) + timedelta(days=1)
    print(f"{Planner(board).plan(subject, start, 60, *resources)} is planned.")
    return 0
