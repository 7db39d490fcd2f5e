"""The whole app in real processes for many scenarios, one after another, each from a clean board and mailboxes."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from devtools.calls import Refused
from devtools.launch import start_timer
from devtools.paths import ROOT
from devtools.processes import Parts
from tests.end_to_end.stack import HIDDEN_SECONDS, Stack
from tests.scenarios.office import Office, Rest
from tests.services import wait_until

BOARD_WRITES = ("PATCH", "PUT", "DELETE")
_LOOKS = 2
_PAUSE = 0.02
_ADDED = ("sync-status", "proposals")


class Line:
    """One connection to a part, kept open: a scenario asks hundreds of short questions."""

    def __init__(self, address: Callable[[], str]) -> None:
        self._address = address
        self._connection: HTTPConnection | None = None

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Send JSON and return the JSON answered, None if the answer is empty.

        Raises:
            Refused: the answer is no success.
        """
        content = None if body is None else json.dumps(body).encode()
        try:
            return self._ask(method, path, content)
        except (OSError, HTTPException):
            self.close()  # the part was started anew, or closed an idle connection
            return self._ask(method, path, content)

    def _ask(self, method: str, path: str, content: bytes | None) -> Any:
        if self._connection is None:
            self._connection = HTTPConnection(urlsplit(self._address()).netloc, timeout=30)
        self._connection.request(method, path, content, {"content-type": "application/json"})
        with self._connection.getresponse() as answer:
            text = answer.read()
            if answer.status >= 300:
                raise Refused(f"{method} {path} was answered {answer.status}: {text.decode(errors='replace')}")
        return json.loads(text) if text else None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@dataclass(frozen=True, slots=True)
class Writes:
    """How much was written: events in Outlook, the plan on the board; and how many mails Outlook would have sent."""

    outlook: int
    board: int
    mails: int


class Stage:
    """The running app and the few questions that every scenario asks of it."""

    def __init__(self, stack: Stack, office: Office) -> None:
        self.stack = stack
        self.office = office
        self._board_as_known = dict(stack.capabilities)
        self._graph = Line(lambda: stack.graph.address)
        self._board = Line(lambda: stack.board.address)
        self._host = Line(lambda: stack.host.address)

    def ask_graph(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API of the Graph simulator."""
        return self._graph.ask(method, f"/_control/{path}", body)

    def ask_board(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API of the board simulator."""
        return self._board.ask(method, f"/_control/{path}", body)

    def run_timer(self, name: str) -> None:
        """Run a timer function to its end."""
        start_timer(self.stack.host.address, name)

    def clear(self, capabilities: Mapping[str, object]) -> None:
        """Empty board and mailboxes, end every fault; the board is able to do what it is by default, or as given.

        The host remembers for minutes what a board can do, so it is started anew where that changes.
        """
        self.office.drop_bells()
        self.office.empty_tables()
        self.ask_graph("POST", "reset")
        self.ask_board("POST", "reset")
        able = {**self.stack.capabilities, **capabilities}
        if able != self.stack.capabilities:
            self.ask_board("PATCH", "capabilities", dict(capabilities))
        if able != self._board_as_known:
            self.restart_host()
            self._board_as_known = able

    def restart_host(self) -> None:
        """End the host as a crash would, and start it again."""
        self.stack.host.kill()
        self._host.close()
        self.stack.start_host()

    def wait_until_told(self) -> None:
        """Wait until the app has taken every webhook."""
        wait_until(lambda: self.ask_board("GET", "counters")["pending"] == 0, "every webhook was taken")

    def forget_writes(self) -> None:
        """Count from here."""
        self.ask_graph("DELETE", "counters")
        self.ask_board("DELETE", "counters")

    def writes(self) -> Writes:
        """What was written since. Delivery reports and proposals change no plan and are not counted."""
        graph, board = self.ask_graph("GET", "counters"), self.ask_board("GET", "counters")
        written = sum(
            count
            for call, answers in board["calls"].items()
            for status, count in answers.items()
            if call.startswith(BOARD_WRITES) and not any(part in call for part in _ADDED) and status.startswith("2")
        )
        return Writes(graph["writes"]["total"], written, graph["mails"])

    def settle(self, resources: list[str], *, is_disturbed: bool = False, seconds: float = 25.0) -> Rest:
        """Wait until nothing is under way; while something is down, only until nothing more is tried at once.

        Raises:
            AssertionError: it does not come to rest.
        """
        until = time.monotonic() + seconds
        calm, seen = 0, -1
        rest = Rest((), (), ())
        while calm < _LOOKS:
            if time.monotonic() > until:
                raise AssertionError(f"not at rest after {seconds:.0f} s: {self._unrest(rest)}")
            # From cause to effect, so that nothing can slip from what was not yet looked at to what already was.
            is_idle, seen = self._is_idle(seen)
            if is_idle:
                rest = self.office.rest(resources)
                is_idle = is_disturbed or not rest.waiting or bool(rest.refused)
            calm = calm + 1 if is_idle else 0
            if calm < _LOOKS:
                time.sleep(_PAUSE)
        return rest

    def _is_idle(self, ended_before: int) -> tuple[bool, int]:
        """Whether nothing was under way from one look to the next; the number of calls that have ended by now."""
        if self._count_ended() is None or self._has_news():
            return False, -1  # the cheap questions first: most looks end here
        if self._has_news() or self.office.bells():
            return False, -1
        ended = self._count_ended()
        return ended == ended_before, -1 if ended is None else ended

    def _has_news(self) -> bool:
        board, graph = self.ask_board("GET", "counters"), self.ask_graph("GET", "counters")
        return bool(board["pending"] or graph["notificationsWaiting"])

    def _count_ended(self) -> int | None:
        """How many calls of functions have ended; None while one runs."""
        functions = self._host.ask("GET", "/_host/functions")
        if any(each["running"] for each in functions):
            return None
        return sum(int(each["succeeded"] + each["failed"]) for each in functions)

    def _unrest(self, rest: Rest) -> str:
        kinds = sorted({type(row).__name__ for row in rest.waiting})
        return f"waiting {kinds}, bells {len(self.office.bells())}, log {self.stack.log[-3:]}"


class QuickStack(Stack):
    """A stack whose host looks into its queue as often as hosts ever do: waiting is not what scenarios are about."""

    def start_host(self, table: str | None = None) -> None:
        command: list[str | Path] = [sys.executable, "-m", "simulators.host", "--port", str(self.host_port)]
        command += ["--app", _make_app(self.state.parent), "--hidden-seconds", str(HIDDEN_SECONDS)]
        self.host = self.parts.start("Functions host", command, variables=self.settings, echo=self.log.append)


def _make_app(place: Path) -> Path:
    """Copy the app's entry file beside a host.json of our own, and return the entry."""
    options = json.loads((ROOT / "host.json").read_text("utf-8"))
    options["extensions"]["queues"]["maxPollingInterval"] = "00:00:00.100"
    (place / "host.json").write_text(json.dumps(options), "utf-8")
    return Path(shutil.copy(ROOT / "function_app.py", place))


@contextmanager
def open_stage(place: Path) -> Iterator[Stage]:
    """Start everything; `place` is a directory for what the parts keep."""
    with Parts() as parts:
        stack = QuickStack.start(parts, place / "graph.jsonl")
        with Office(stack.settings) as office:
            yield Stage(stack, office)
