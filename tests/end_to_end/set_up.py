"""A deployment that is set up to the end, asked for its check over HTTP, or in this process with other settings."""

import asyncio
import json
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from devtools.azurite import Azurite, start_azurite
from devtools.calls import call
from devtools.development import loopback, settings_for
from devtools.launch import start_board, start_graph, start_host, start_issuer, start_timer
from devtools.paths import ROOT
from devtools.processes import Part, Parts, find_free_port
from sync_core.bootstrap import connect
from sync_core.domain.overview import State
from sync_core.domain.resource import ResourceId
from sync_core.domain.turns import Timer
from sync_core.ports import Ports
from sync_core.settings import Settings, read_settings
from sync_core.web.admin.routing import answer_call
from sync_core.web.http import Headers, Request
from tests.end_to_end.depot import Depot
from tests.services import wait_until

ADA, BEN = "R-ada", "R-ben"
CONTROL = "eva@tandem.example"
LINES = {
    *("settings", "storage", "key-vault", "token", "permissions", "writing", "control", "mailboxes", "reachability"),
    *("subscriptions", "scheduler", "source:default", "clock", "timers"),
}
Lines = Mapping[str, Mapping[str, Any]]


@dataclass(slots=True)
class SetUp:
    """Storage, Graph, board, issuer and host, with two resources that take part."""

    azurite: Azurite
    graph: Part
    board: Part
    issuer: Part
    host: Part
    settings: Mapping[str, str]
    depot: Depot = field(init=False)

    @classmethod
    def start(cls, parts: Parts) -> "SetUp":
        """Start everything and bring it to where every line is green."""
        port = find_free_port()
        azurite, graph, issuer = start_azurite(parts), start_graph(parts), start_issuer(parts)
        board = start_board(parts, loopback(port), graph.address)
        yearly = dict.fromkeys(("RENEW_SCHEDULE", "PULL_SCHEDULE", "TIDY_SCHEDULE"), "0 0 0 1 1 *")
        settings = settings_for(azurite.connection_string, loopback(port), graph.address, board.address, issuer.address)
        host = start_host(parts, settings | yearly, port)
        deployment = cls(azurite, graph, board, issuer, host, settings | yearly)
        deployment.depot = Depot(deployment.settings)
        deployment.enlist(ADA, "ada@tandem.example")
        deployment.enlist(BEN, "ben@tandem.example")
        deployment.ask_graph("PUT", f"users/{CONTROL}/state", {"state": "blocked"})
        call("POST", f"{board.address}/_control/ping")
        wait_until(lambda: deployment.state_of(ADA) == deployment.state_of(BEN) == State.ACTIVE, "both take part", 60)
        for timer in ("renew_subscriptions", "pull_due_calendars", "tidy_up"):
            start_timer(host.address, timer)
        wait_until(lambda: deployment.levels()["source:default"] == "green", "the board is heard")
        return deployment

    def enlist(self, resource: str, mailbox: str) -> None:
        """Have a resource take part."""
        headers = {"Authorization": f"Bearer {self.token()}", "If-None-Match": "*"}
        said = {"name": resource, "mailbox": {"address": mailbox}, "zone": "Europe/Berlin", "direction": "both"}
        address = f"{self.host.address}/api/admin/resources/{resource}"
        call("PUT", address, said, headers)
        call("POST", f"{address}/activate", headers=headers)

    def ask_graph(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API of the Graph simulator."""
        return call(method, f"{self.graph.address}/_control/{path}", body)

    def ask_board(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API of the board."""
        return call(method, f"{self.board.address}/_control/{path}", body)

    def token(self, role: str = "Tandem.Admin") -> str:
        """Return an admin's or a reader's token."""
        issued = call("POST", f"{self.issuer.address}/token", {"claims": {"roles": [role]}})
        return str(issued["access_token"])

    def check(self, role: str = "Tandem.Admin", resource: str = ADA, control: str = CONTROL) -> Lines:
        """Ask the running app; the lines by their ids."""
        query = urllib.parse.urlencode({"resource": resource, "control": control})
        headers = {"Authorization": f"Bearer {self.token(role)}"}
        return _by_id(call("GET", f"{self.host.address}/api/admin/setup?{query}", headers=headers))

    def check_with(self, **settings: str) -> Lines:
        """Ask the same app in this process, with settings of its own."""
        read = read_settings({**self.settings, **settings})
        assert isinstance(read, Settings), read
        query = {"resource": ADA, "control": CONTROL}
        headers = Headers({"Authorization": f"Bearer {self.token()}"})
        request = Request("GET", f"{self.host.address}/api/admin/setup", headers, query)

        async def ask() -> bytes:
            connector = connect(read)
            try:
                answer = await answer_call(connector.administration(), request, "c")
                assert answer.status == 200, answer.body
                return answer.body
            finally:
                await connector.aclose()

        return _by_id(json.loads(asyncio.run(ask())))

    def levels(self) -> Mapping[str, str]:
        """The level of every line."""
        return {each: line["level"] for each, line in self.check().items()}

    def state_of(self, resource: str) -> State | None:
        """Where a resource stands by its last run."""

        async def read(ports: Ports) -> State | None:
            overview = await ports.overviews.get(ResourceId(resource))
            return overview.state if overview and overview.last_run_at else None

        return self.depot.ask(read)

    def note_turn(self, timer: Timer, at: datetime | None = None) -> None:
        """Let a timer have turned then, by default now."""

        async def note() -> None:
            read = read_settings(self.settings)
            assert isinstance(read, Settings)
            connector = connect(read)
            try:
                await connector.surroundings().turns.note(timer, at or datetime.now(UTC))
            finally:
                await connector.aclose()

        asyncio.run(note())

    def events_of(self, mailbox: str = "ada@tandem.example") -> list[Mapping[str, Any]]:
        """The events of a mailbox that live."""
        listed = self.ask_graph("GET", f"mailboxes/{mailbox}/events")["value"]
        return [event for event in listed if not event["deleted"]]

    def doctor(self, *options: str) -> "subprocess.CompletedProcess[str]":
        """Run `tandem doctor` against the running app."""
        command = [sys.executable, "-m", "tandem_cli", "doctor", "--resource", ADA, "--control", CONTROL, *options]
        variables = {"TANDEM_URL": self.host.address, "TANDEM_TOKEN": self.token(), "PATH": ""}
        return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60, check=False)


def graph_token(deployment: SetUp, *roles: str) -> str:
    """Return a token of the simulated sign-in that names these permissions."""
    deployment.ask_graph("PATCH", "switches", {"roles": list(roles)})
    form = {"client_id": "c", "client_secret": "development-secret", "grant_type": "client_credentials"}
    content = urllib.parse.urlencode({**form, "scope": "s/.default"}).encode()
    address = f"{deployment.graph.address}/tenant/oauth2/v2.0/token"
    with urllib.request.urlopen(address, content, timeout=10) as answer:  # noqa: S310 - started here
        return str(json.loads(answer.read())["access_token"])


def _by_id(document: Mapping[str, Any]) -> Lines:
    return {line["id"]: line for line in document["lines"]}
