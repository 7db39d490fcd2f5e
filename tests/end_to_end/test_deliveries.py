"""Webhooks and notifications that come three times and in any order lead to the same end."""

import pytest

from tests.end_to_end.conftest import Hire
from tests.end_to_end.crew import day, event_times
from tests.end_to_end.depot import Depot
from tests.end_to_end.stack import Stack
from tests.services import wait_until

pytestmark = pytest.mark.services
APPOINTMENTS = 24


def test_everything_told_three_times_and_out_of_order_ends_the_same(hire: Hire, stack: Stack, depot: Depot) -> None:
    crew = hire(3)
    stack.ask_board("PATCH", "webhooks", {"copies": 3, "spread_seconds": 0.7})
    stack.ask_graph("PATCH", "switches", {"notificationCopies": 3, "reorderNotifications": True})
    appointments = crew.plan_many(APPOINTMENTS)
    ada, ben, cleo = crew.resources
    for number, appointment in enumerate(appointments):
        crew.move(appointment, day(number, 15))
        match number % 6:
            case 0:
                crew.assign(appointment, ben, cleo)
            case 1:
                crew.assign(appointment, ada)
                crew.move(appointment, day(number, 17))
            case 2:
                crew.assign(appointment)
                crew.assign(appointment, cleo)
            case 3:
                crew.assign(appointment)
            case 4:
                stack.ask_board("DELETE", f"appointments/{appointment}")
    wanted = crew.placed_on_the_board()
    assert wanted.total() == 4 * (2 + 1 + 1 + 1)
    stack.wait_until_told()
    wait_until(lambda: crew.placed_in_outlook() == wanted, "Outlook shows what the board shows")

    # Now the worker, with as many notifications of each change.
    moved = crew.events(cleo)[0]
    crew.act(cleo, "patch", id=moved["id"], event=event_times(day(40, 10)))
    foreign = crew.act(ada, "create", event={"subject": "Dentist", **event_times(day(41, 10))})
    wait_until(lambda: len(crew.blocks(ada)) == 1, "the board shows the block")
    wait_until(lambda: (cleo, moved["subject"], day(40, 10)) in crew.placed_on_the_board(), "it moved")
    crew.wait_until_quiet()
    assert crew.placed_in_outlook() - crew.placed_on_the_board() == {(ada, "Dentist", day(41, 10)): 1}
    assert not crew.placed_on_the_board() - crew.placed_in_outlook()
    assert [event["id"] for event in crew.events(ada) if event["subject"] == "Dentist"] == [foreign["id"]]
    assert len(crew.blocks(ada)) == 1
    assert not depot.held(crew.resources)
