"""Two hundred appointments for ten resources, and something dies or falls silent in the middle of them."""

from collections import Counter

import pytest

from tests.end_to_end.conftest import Hire
from tests.end_to_end.crew import Crew
from tests.end_to_end.lossy import Losses, losing_commits
from tests.end_to_end.stack import Stack
from tests.services import wait_until

pytestmark = pytest.mark.services
RESOURCES, APPOINTMENTS = 10, 200
EACH_ONCE = Counter(f"job {number}" for number in range(APPOINTMENTS))


def plan_and_wait_for_the_middle(crew: Crew) -> None:
    """Plan all, and return when some are in Outlook and most are not."""
    crew.stack.ask_graph("DELETE", "counters")
    crew.plan_many(APPOINTMENTS)
    written = wait_until(lambda: max(0, writes_of(crew.stack) - 29), "thirty events are written") + 29
    assert written < 170


def writes_of(stack: Stack) -> int:
    """Return how many events Graph has written."""
    return int(stack.graph_counters()["writes"]["total"])


def check_that_each_arrived_once(crew: Crew, seconds: float = 60) -> None:
    """Wait for all, and for quiet; nothing may be doubled, and nothing may have been made and removed."""
    each = APPOINTMENTS // RESOURCES
    wait_until(lambda: all(len(crew.events(one)) >= each for one in crew.resources), "all arrived", seconds)
    crew.stack.wait_until_told()
    crew.wait_until_settled()
    assert Counter(event["subject"] for event in crew.every_event()) == EACH_ONCE
    assert {len(crew.every_event(one)) for one in crew.resources} == {each}
    assert not crew.depot.held(crew.resources)


def test_a_killed_host_loses_and_doubles_nothing(hire: Hire, stack: Stack) -> None:
    crew = hire(RESOURCES)
    plan_and_wait_for_the_middle(crew)
    stack.host.kill()
    assert len(crew.events()) < APPOINTMENTS
    crew.depot.end_leases(crew.resources)
    stack.start_host()
    check_that_each_arrived_once(crew)


def test_a_killed_graph_loses_and_doubles_nothing(hire: Hire, stack: Stack) -> None:
    crew = hire(RESOURCES)
    plan_and_wait_for_the_middle(crew)
    stack.graph.kill()
    stack.start_graph()
    assert len(crew.events()) < APPOINTMENTS
    check_that_each_arrived_once(crew)


def test_every_tenth_create_without_a_reply_loses_and_doubles_nothing(hire: Hire, stack: Stack) -> None:
    crew = hire(RESOURCES)
    stack.ask_graph("DELETE", "counters")
    stack.ask_graph("POST", "faults", {"kind": "lostReply", "operation": "event.create", "every": 10, "count": -1})
    crew.plan_many(APPOINTMENTS)
    check_that_each_arrived_once(crew)
    assert stack.graph_counters()["lostReplies"] >= 10


def test_every_tenth_commit_without_a_reply_loses_and_doubles_nothing(hire: Hire, stack: Stack) -> None:
    crew = hire(RESOURCES)
    losses = Losses(every=10)
    with losing_commits(stack.azurite.table, losses) as table:
        stack.host.stop()
        stack.start_host(table)
        try:
            crew.plan_many(APPOINTMENTS)
            check_that_each_arrived_once(crew)
        finally:
            stack.host.stop()
            stack.start_host()
    assert losses.lost >= 20
