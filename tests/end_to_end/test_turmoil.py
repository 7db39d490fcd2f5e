"""Planner and worker go on working while the host dies again and again; in the end both sides say the same."""

import random
from collections import Counter
from datetime import datetime

import pytest

from tests.end_to_end.conftest import Hire
from tests.end_to_end.crew import Crew, Placed, day, event_times
from tests.end_to_end.depot import Depot
from tests.end_to_end.stack import Stack
from tests.services import wait_until

pytestmark = pytest.mark.services
DEATHS, ACTS = 3, 14
FOREIGN = "Dentist"


def act_somehow(crew: Crew, appointments: list[str], chance: random.Random) -> None:
    """Do one thing that a planner or a worker might do."""
    kind, resource = chance.random(), chance.choice(crew.resources)
    at = day(chance.randrange(50), chance.randrange(6, 18))
    if kind < 0.35:
        crew.move(chance.choice(appointments), at)
        return
    if kind < 0.6:
        crew.assign(chance.choice(appointments), *chance.sample(list(crew.resources), chance.choice([0, 1, 1, 2])))
        return
    ours = [event for event in crew.events(resource) if event["subject"] != FOREIGN]
    if kind < 0.7 or not ours:
        crew.act(resource, "create", event={"subject": FOREIGN, **event_times(at)})
    elif kind < 0.9:
        crew.act(resource, "patch", id=chance.choice(ours)["id"], event=event_times(at))
    else:
        crew.act(resource, "delete", id=chance.choice(ours)["id"])


def blocks_of(crew: Crew) -> Placed:
    """Return what the board shows as blocked on the crew."""
    found: Placed = Counter()
    for resource in crew.resources:
        found.update((resource, each["title"], datetime.fromisoformat(each["start"])) for each in crew.blocks(resource))
    return found


def is_the_same_on_both_sides(crew: Crew) -> bool:
    """Whether Outlook holds what is planned and the board what is blocked, each once."""
    return crew.placed_in_outlook() == crew.placed_on_the_board() + blocks_of(crew)


def test_whoever_works_while_the_host_dies_is_heard(hire: Hire, stack: Stack, depot: Depot) -> None:
    crew, chance = hire(3), random.Random(1)
    appointments = crew.plan_many(20)
    for _ in range(DEATHS):
        for _ in range(ACTS):
            act_somehow(crew, appointments, chance)
        stack.host.kill()
        act_somehow(crew, appointments, chance)
        depot.end_leases(crew.resources)
        stack.start_host()
    stack.wait_until_told()
    for resource in crew.resources:
        depot.ring(resource)  # as the timer would: nobody was there to be notified
    wait_until(lambda: is_the_same_on_both_sides(crew), "both sides say the same", 40)
    crew.wait_until_quiet()
    assert is_the_same_on_both_sides(crew)
    assert sum(count for (_, subject, _), count in crew.placed_in_outlook().items() if subject == FOREIGN) > 0
