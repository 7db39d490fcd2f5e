"""Starts each part of Tandem as one would by hand: the simulators and the host of the function app."""

import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from devtools.calls import call
from devtools.development import ADMIN_AUDIENCE, BOARD_KEY, ISSUER_TENANT, WEBHOOK_SECRET
from devtools.processes import Echo, Part, Parts, check_port
from devtools.trouble import Trouble

WEBHOOK_ROUTE = "/api/scheduler/events"
CORE_TOOLS_READY = re.compile(r"^(Functions):\s*$")


def start_graph(parts: Parts, port: int = 0, echo: Echo | None = None) -> Part:
    """Start the simulated Microsoft Graph."""
    check_port(port, "the Graph simulator")
    return parts.start("Graph simulator", _module("simulators.graph", "--port", str(port)), echo=echo)


def start_board(parts: Parts, host: str, graph: str | None, port: int = 0, echo: Echo | None = None) -> Part:
    """Start the simulated board, which sends its webhooks to `host` and shows the calendars of `graph`, if any."""
    check_port(port, "the board simulator")
    command = _module("simulators.board", "--port", str(port), "--webhook-url", host + WEBHOOK_ROUTE)
    command += ["--webhook-secret", WEBHOOK_SECRET, "--api-key", BOARD_KEY]
    command += ["--graph-url", graph] if graph else []
    return parts.start("Board simulator", command, echo=echo)


def start_issuer(parts: Parts, port: int = 0, echo: Echo | None = None) -> Part:
    """Start the issuer of tokens for whoever administers."""
    check_port(port, "the issuer")
    command = _module("simulators.issuer", "--port", str(port), "--tenant", ISSUER_TENANT, "--audience", ADMIN_AUDIENCE)
    return parts.start("Issuer", command, echo=echo)


def start_host(
    parts: Parts,
    settings: Mapping[str, str],
    port: int = 0,
    *,
    hidden_seconds: float | None = None,
    with_core_tools: bool = False,
    echo: Echo | None = None,
) -> Part:
    """Start the function app under `simulators.host`, or under Core Tools' `func`.

    `hidden_seconds`: how long a crashed worker's message stays hidden; the vendor's ten minutes if not given.

    Raises:
        Trouble: The port is taken or the app refuses its settings; the sentence names each.
    """
    check_port(port, "the functions host")
    if with_core_tools:
        command: list[str | Path] = [_core_tools(), "start", "--port", str(port)]
        variables = {**settings, "languageWorkers__python__defaultExecutablePath": sys.executable}
        part = parts.start(
            "Functions host", command, variables=variables, ready=CORE_TOOLS_READY, deadline=180, echo=echo
        )
        part.addresses[:] = [f"http://127.0.0.1:{port}"]
        return part
    command = _module("simulators.host", "--port", str(port))
    command += [] if hidden_seconds is None else ["--hidden-seconds", str(hidden_seconds)]
    return parts.start("Functions host", command, variables=settings, echo=echo)


def start_timer(host: str, name: str, *, is_core_tools: bool = False) -> None:
    """Run a timer function of the app now.

    Raises:
        Trouble: The host knows no such timer, or it failed.
    """
    if is_core_tools:
        call("POST", f"{host}/admin/functions/{name}", {"input": ""})
    elif not call("POST", f"{host}/_host/timers/{name}")["succeeded"]:
        raise Trouble(f"The timer {name} failed; the log of the functions host says at which line.")


def has_core_tools() -> bool:
    """Whether Core Tools' `func` is installed."""
    return shutil.which("func") is not None


def _core_tools() -> str:
    func = shutil.which("func")
    if func is None:
        raise Trouble("Core Tools' func is not on PATH.")
    return func


def _module(name: str, *arguments: str) -> list[str | Path]:
    return [sys.executable, "-m", name, *arguments]
