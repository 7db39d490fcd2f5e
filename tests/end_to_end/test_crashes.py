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


def wait_until_some_are_written(crew: Crew) -> None:
    """Wait for the middle: some are in Outlook, most are not."""
    written = wait_until(lambda: len(crew.events()) >= 30 and len(crew.events()), "thirty events are written")
    assert written < 170


def check_that_each_arrived_once(crew: Crew, seconds: float = 60) -> None:
    """Wait for all, and for quiet; nothing may be doubled, and nothing may have been made and removed."""
    wait_until(lambda: len(crew.events()) >= APPOINTMENTS, "all arrived", seconds)
    crew.stack.wait_until_told()
    crew.wait_until_settled()
    assert Counter(event["subject"] for event in crew.every_event()) == EACH_ONCE
    assert {len(crew.every_event(each)) for each in crew.resources} == {APPOINTMENTS // RESOURCES}
    assert not crew.depot.held(crew.resources)


def test_a_killed_host_loses_and_doubles_nothing(hire: Hire, stack: Stack) -> None:
    crew = hire(RESOURCES)
    crew.plan_many(APPOINTMENTS)
    wait_until_some_are_written(crew)
    stack.host.kill()
    assert len(crew.events()) < APPOINTMENTS
    crew.depot.end_leases(crew.resources)
    stack.start_host()
    check_that_each_arrived_once(crew)


def test_a_killed_graph_loses_and_doubles_nothing(hire: Hire, stack: Stack) -> None:
    crew = hire(RESOURCES)
    crew.plan_many(APPOINTMENTS)
    wait_until_some_are_written(crew)
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
