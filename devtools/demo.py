"""One working day through the whole product, each change with the time until it was seen on the other side."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from devtools.admin import Admin
from devtools.azurite import start_azurite
from devtools.calls import Refused
from devtools.day import Day
from devtools.development import loopback, settings_for
from devtools.hands import Planner, Worker
from devtools.launch import start_board, start_graph, start_host, start_timer
from devtools.processes import Parts, find_free_port
from devtools.scene import Step
from devtools.team import load_team, read_team, seat_team

LOOK_EVERY = 0.02


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of a step: after how many seconds it was seen, or None and why not."""

    step: Step
    seconds: float | None
    why: str = ""


def run_day(*, with_core_tools: bool = False) -> int:
    """Drive the day, on our own host or on Core Tools', and return 0 only if every change arrived.

    Raises:
        Trouble: A part could not start.
    """
    with Parts() as parts:
        print("Starting storage, Graph, the function app and the board …", flush=True)
        began = time.monotonic()
        azurite, graph = start_azurite(parts), start_graph(parts)
        # The board and the app must know each other's address before either serves.
        port = find_free_port()
        board = start_board(parts, loopback(port), graph.address)
        settings = settings_for(azurite.connection_string, loopback(port), graph.address, board.address)
        host = start_host(parts, settings, port, with_core_tools=with_core_tools)
        planner = Planner(board.address)
        seat_team(planner)
        load_team(settings)
        start_timer(host.address, "renew_subscriptions", is_core_tools=with_core_tools)
        print(f"Ready after {time.monotonic() - began:.1f} s.\n", flush=True)
        workers = {each.id: Worker(graph.address, each.mailbox) for each in read_team()}
        day = Day(planner, workers, Admin(settings), graph.address, datetime.now(UTC))
        arrivals = [drive(step) for step in day.steps()]
        return conclude(arrivals, host.last_lines(25))


def drive(step: Step) -> Arrival:
    """Carry out one step, print what became of it, and return that."""
    arrival = Arrival(step, None, f"not seen within {step.deadline:.0f} s")
    try:
        step.prepare()
        began = time.monotonic()
        seen = step.act()
        while time.monotonic() - began < step.deadline:
            if seen():
                arrival = Arrival(step, time.monotonic() - began)
                break
            time.sleep(LOOK_EVERY)
    except (Refused, LookupError) as refusal:
        # A step that builds on one that failed finds nothing to work on; the rest of the day still goes on.
        arrival = Arrival(step, None, f"could not be done: {refusal}")
    outcome = f"{arrival.seconds:7.2f} s" if arrival.seconds is not None else f"✗ {arrival.why}"
    print(f"  {step.side:<8} {step.what:<34} {outcome}", flush=True)
    return arrival


def conclude(arrivals: Sequence[Arrival], last_words: str) -> int:
    """Print the result of the day and return the exit code; `last_words` are the app's, for a day that failed."""
    missing = [arrival.step.what for arrival in arrivals if arrival.seconds is None]
    if missing:
        print(f"\n{len(missing)} of {len(arrivals)} did not arrive: {', '.join(missing)}.")
        print("The function app said last:\n" + last_words, flush=True)
        return 1
    usual = statistics.median(arrival.seconds for arrival in arrivals if arrival.seconds is not None)
    print(f"\nAll {len(arrivals)} changes arrived, half of them within {usual:.2f} s.", flush=True)
    return 0
