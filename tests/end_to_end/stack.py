"""The whole app in real processes, each of which a test may kill and start again at the same address."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devtools.azurite import Azurite, connection_string, start_azurite
from devtools.calls import call
from devtools.development import loopback, settings_for
from devtools.launch import start_board, start_host, start_timer
from devtools.processes import Part, Parts, find_free_port
from tests.services import wait_until

# Azure hides the message of a crashed worker for ten minutes; what comes after is the same.
HIDDEN_SECONDS = 2.0


@dataclass(slots=True)
class Stack:
    """Everything that runs. `log` holds each line that a host printed, over all its lives."""

    parts: Parts
    azurite: Azurite
    state: Path
    graph_port: int
    host_port: int
    issuer: str = ""
    graph: Part = field(init=False)
    board: Part = field(init=False)
    host: Part = field(init=False)
    log: list[str] = field(default_factory=list)
    capabilities: dict[str, object] = field(default_factory=dict)
    seated: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def start(cls, parts: Parts, state: Path, issuer: str = "") -> "Stack":
        """Start storage, Graph, the board and the host, on free ports; who administers has a token of the `issuer`."""
        stack = cls(parts, start_azurite(parts), state, find_free_port(), find_free_port(), issuer)
        stack.start_graph()
        stack.board = start_board(parts, loopback(stack.host_port), loopback(stack.graph_port))
        stack.capabilities = stack.ask_board("GET", "capabilities")
        stack.start_host()
        return stack

    def start_graph(self) -> None:
        """Start Graph with what it knew when it ended."""
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "simulators.graph",
            "--port",
            str(self.graph_port),
            "--state",
            self.state,
        ]
        self.graph = self.parts.start("Graph simulator", command)

    def start_host(self, table: str | None = None) -> None:
        """Start the function app; `table` is where it finds tables, if not at Azurite itself."""
        settings = self.settings
        if table is not None:
            storage = connection_string(self.azurite.blob, self.azurite.queue, table)
            settings = {**settings, "AzureWebJobsStorage": storage}
        self.host = start_host(
            self.parts, settings, self.host_port, hidden_seconds=HIDDEN_SECONDS, echo=self.log.append
        )

    @property
    def settings(self) -> dict[str, str]:
        """What the host is set to; its timers come only when a test calls them."""
        host, graph = loopback(self.host_port), loopback(self.graph_port)
        settings = settings_for(self.azurite.connection_string, host, graph, self.board.address, self.issuer)
        return {**settings, **dict.fromkeys(("RENEW_SCHEDULE", "PULL_SCHEDULE", "TIDY_SCHEDULE"), "0 0 0 1 1 *")}

    def ask_graph(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API of the Graph simulator."""
        return call(method, f"{self.graph.address}/_control/{path}", body)

    def ask_board(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API of the board simulator."""
        return call(method, f"{self.board.address}/_control/{path}", body)

    def run_timer(self, name: str) -> None:
        """Run a timer function to its end."""
        start_timer(self.host.address, name)

    def graph_counters(self) -> Mapping[str, Any]:
        """Return what Graph counted since it started or since they were last deleted."""
        counters: Mapping[str, Any] = self.ask_graph("GET", "counters")
        return counters

    def seat(self, resources: list[dict[str, str]]) -> None:
        """Add resources to the board."""
        self.seated += resources
        self.ask_board("PUT", "resources?announce=false", self.seated)

    def wait_until_told(self, seconds: float = 30.0) -> None:
        """Wait until the app has taken every webhook."""
        wait_until(lambda: self.ask_board("GET", "counters")["pending"] == 0, "every webhook was taken", seconds)

    def is_at_work(self) -> bool:
        """Whether a function runs, a webhook waits, or a notification."""
        functions = call("GET", f"{self.host.address}/_host/functions")
        waiting = self.ask_board("GET", "counters")["pending"] + self.graph_counters()["notificationsWaiting"]
        return bool(waiting) or any(function["running"] for function in functions)

    def calm(self) -> None:
        """End every fault and switch, so that the next test finds ordinary neighbours."""
        self.ask_graph("DELETE", "faults")
        self.ask_graph("PATCH", "switches", {"notificationCopies": 1, "reorderNotifications": False})
        self.ask_board("DELETE", "faults")
        self.ask_board("PATCH", "capabilities", self.capabilities)
        self.ask_board("PATCH", "webhooks", {"copies": 1, "spread_seconds": 0, "mode": "single", "paused": False})
