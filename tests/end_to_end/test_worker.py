"""What a worker does in Outlook reaches the board, or is undone, whatever happens to notifications and mailboxes."""

import json
from datetime import datetime

import pytest

from tests.end_to_end.conftest import Hire
from tests.end_to_end.crew import Crew, Event, day, event_times, mailbox_of
from tests.end_to_end.depot import Depot
from tests.end_to_end.stack import Stack
from tests.services import wait_until

pytestmark = pytest.mark.services
READING = "readAppointments", "readUnavailabilities"
SECRET_WORDS = "Zahnwurzelbehandlung", "Kieferchirurgie"


def await_start(crew: Crew, appointment: str, start: datetime, seconds: float = 20) -> None:
    """Wait until the board shows an appointment at this time."""

    def is_there() -> bool:
        shown = crew.appointment(appointment)
        return shown is not None and datetime.fromisoformat(shown["start"]) == start

    wait_until(is_there, f"the board shows the appointment at {start}", seconds)


def await_block(crew: Crew, title: str, start: datetime, seconds: float = 20) -> None:
    """Wait until the board shows exactly this block on the crew's first resource."""

    def is_there() -> bool:
        shown = [(each["title"], datetime.fromisoformat(each["start"])) for each in crew.blocks(crew.resources[0])]
        return shown == [(title, start)]

    wait_until(is_there, f"the board shows only {title!r} at {start}", seconds)


def test_a_move_in_outlook_moves_the_appointment(hire: Hire) -> None:
    crew = hire()
    appointment = crew.plan("Boiler", day())
    event = crew.await_event("Boiler", day())
    crew.act(crew.resources[0], "patch", id=event["id"], event=event_times(day(1, 14)))
    await_start(crew, appointment, day(1, 14))
    crew.wait_until_settled()
    assert crew.await_event("Boiler", day(1, 14))["id"] == event["id"]


def test_an_event_deleted_in_outlook_comes_back(hire: Hire) -> None:
    crew = hire()
    appointment = crew.plan("Boiler", day())
    event = crew.await_event("Boiler", day())
    crew.wait_until_settled()
    crew.act(crew.resources[0], "delete", id=event["id"])

    def restored() -> Event | None:
        again = crew.event("Boiler")
        return again if again and again["id"] != event["id"] else None

    assert datetime.fromisoformat(wait_until(restored, "the event is back")["start"]) == day()
    shown = crew.appointment(appointment)
    assert shown is not None
    assert [each["id"] for each in shown["resources"]] == list(crew.resources)


def test_a_foreign_event_blocks_time_on_the_board_and_is_never_written(hire: Hire, stack: Stack) -> None:
    crew = hire()
    (resource,) = crew.resources
    stack.ask_graph("DELETE", "counters")
    event = crew.act(resource, "create", event={"subject": "Dentist", **event_times(day())})
    await_block(crew, "Dentist", day())
    crew.act(resource, "patch", id=event["id"], event=event_times(day(0, 11)))
    await_block(crew, "Dentist", day(0, 11))
    crew.act(resource, "delete", id=event["id"])
    wait_until(lambda: not crew.blocks(resource), "the block is gone")
    assert stack.graph_counters()["writes"]["total"] == 0


def test_of_a_private_event_only_its_time_leaves_outlook(hire: Hire, depot: Depot, stack: Stack) -> None:
    crew = hire()
    subject, place = SECRET_WORDS
    private = {"subject": subject, "location": {"displayName": place}, "body": {"content": f"{subject} {place}"}}
    event = crew.act(
        crew.resources[0], "create", event={**private, "sensitivity": "private", "showAs": "oof", **event_times(day())}
    )
    await_block(crew, "Private", day())
    crew.act(crew.resources[0], "patch", id=event["id"], event=event_times(day(0, 15)))
    await_block(crew, "Private", day(0, 15))
    crew.wait_until_settled()
    places = {
        "tables": str(depot.entities()),
        "queues": str(depot.bells()),
        "board": json.dumps(stack.ask_board("GET", "board"), ensure_ascii=False),
        "log": "\n".join(stack.log),
    }
    assert "Private" in places["tables"], "the search looks where the block is"
    assert not [(where, word) for where, text in places.items() for word in SECRET_WORDS if word in text]


def test_a_change_during_an_outage_of_graph_arrives_after_it(hire: Hire, stack: Stack) -> None:
    crew = hire()
    appointment = crew.plan("Boiler", day())
    crew.await_event("Boiler", day())
    crew.wait_until_settled()
    outage = {"kind": "unavailable", "count": -1, "retryAfter": "1", "mailbox": mailbox_of(crew.resources[0])}
    stack.ask_graph("DELETE", "counters")
    stack.ask_graph("POST", "faults", outage)
    crew.move(appointment, day(0, 13))
    wait_until(lambda: stack.graph_counters()["statuses"].get("503"), "Graph refused something")
    stack.wait_until_told()
    assert crew.await_event("Boiler", day())
    stack.ask_graph("DELETE", "faults")
    crew.await_event("Boiler", day(0, 13), seconds=40)


def test_a_removed_subscription_is_made_again_and_nothing_in_between_is_missed(hire: Hire, stack: Stack) -> None:
    crew = hire()
    (resource,) = crew.resources
    appointment = crew.plan("Boiler", day())
    event = crew.await_event("Boiler", day())
    crew.wait_until_settled()

    def subscriptions() -> list[str]:
        living = stack.ask_graph("GET", "subscriptions")
        rows = living["value"] if isinstance(living, dict) else living
        return [each["id"] for each in rows if mailbox_of(resource) in each["resource"]]

    (subscription,) = subscriptions()
    stack.ask_graph("POST", f"subscriptions/{subscription}/lifecycle", {"event": "subscriptionRemoved"})
    wait_until(lambda: not stack.graph_counters()["notificationsWaiting"], "the lifecycle notification was taken")
    crew.depot.drop_bells()
    crew.act(resource, "patch", id=event["id"], event=event_times(day(0, 14)))
    stack.run_timer("renew_subscriptions")
    assert len(subscriptions()) == 1
    assert subscriptions() != [subscription]
    await_start(crew, appointment, day(0, 14))
    crew.wait_until_settled()
    crew.act(resource, "patch", id=event["id"], event=event_times(day(0, 16)))
    await_start(crew, appointment, day(0, 16))


def test_a_cursor_that_graph_forgot_misses_neither_a_change_nor_a_deletion(hire: Hire, stack: Stack) -> None:
    crew = hire()
    (resource,) = crew.resources
    moved = crew.plan("Boiler", day())
    crew.plan("Pump", day(1))
    first, second = crew.await_event("Boiler", day()), crew.await_event("Pump", day(1))
    crew.wait_until_settled()
    stack.ask_graph("POST", "faults", {"kind": "deltaEvicted", "mailbox": mailbox_of(resource)})
    stack.ask_graph("POST", "faults", {"kind": "deltaGone", "count": 1, "mailbox": mailbox_of(resource)})
    crew.act(resource, "patch", id=first["id"], event=event_times(day(0, 14)))
    crew.act(resource, "delete", id=second["id"])
    await_start(crew, moved, day(0, 14))
    wait_until(lambda: (crew.event("Pump") or second)["id"] != second["id"], "the deleted event is back")
    crew.wait_until_settled()
    assert crew.subjects() == {"Boiler": 1, "Pump": 1}


def test_a_blocked_mailbox_loses_nothing_and_is_not_taken_for_empty(hire: Hire, stack: Stack, depot: Depot) -> None:
    crew = hire()
    (resource,) = crew.resources
    appointment = crew.plan("Boiler", day())
    event = crew.await_event("Boiler", day())
    crew.wait_until_settled()
    stack.ask_graph("PUT", f"users/{mailbox_of(resource)}/state", {"state": "blocked"})
    crew.move(appointment, day(0, 13))
    crew.plan("Pump", day(1))
    stack.wait_until_told()
    wait_until(lambda: depot.refusals(resource), "the refusal is on record")
    shown = crew.appointment(appointment)
    assert shown is not None
    assert shown["resources"]
    stack.ask_graph("PUT", f"users/{mailbox_of(resource)}/state", {"state": "active"})

    def is_back() -> bool:
        depot.let_refusals_come_due([resource])
        depot.ring(resource)
        return crew.subjects() == {"Boiler": 1, "Pump": 1}

    wait_until(is_back, "what waited has arrived")
    assert crew.await_event("Boiler", day(0, 13))["id"] == event["id"]


@pytest.mark.parametrize("board_can_read", [True, False], ids=["board can be read", "webhooks only"])
def test_who_joins_later_gets_what_was_planned_before(hire: Hire, stack: Stack, *, board_can_read: bool) -> None:
    crew = hire(is_enlisted=False)
    stack.ask_board("PATCH", "capabilities", dict.fromkeys(READING, board_can_read))
    crew.plan("Boiler", day())
    cancelled = crew.plan("Cancelled", day(1))
    stack.ask_board("DELETE", f"appointments/{cancelled}")
    stack.wait_until_told()
    assert not crew.every_event()
    crew.enlist()
    crew.await_event("Boiler", day())
    crew.wait_until_settled()
    assert [each["subject"] for each in crew.every_event()] == ["Boiler"]
