"""Reads the command line of dev.py and calls what each command does."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from devtools import checks
from devtools.alerts import with_alerts
from devtools.azurite import PORTS, connection_string, start_azurite
from devtools.development import (
    BOARD_PORT,
    GRAPH_PORT,
    HOST_PORT,
    ISSUER_PORT,
    loopback,
    settings_for,
    with_own_settings,
)
from devtools.launch import WEBHOOK_ROUTE, has_core_tools, start_board, start_graph, start_host, start_issuer
from devtools.processes import Parts, find_free_port, termination_as_interrupt
from devtools.trouble import Trouble


def run(arguments: Sequence[str]) -> int:
    """Run one command to its end and return its exit code.

    Raises:
        Trouble: The command cannot do what it is for.
    """
    if arguments[0] == "test":  # everything after it is pytest's
        with termination_as_interrupt():
            return checks.run_tests(arguments[1:])
    if arguments[0] == "admin":  # everything after it is the command line's
        from devtools.administer import run_tandem

        return run_tandem(arguments[1:])
    options = _parser().parse_args(arguments)
    with termination_as_interrupt():
        return _run_command(options)


def _run_command(options: argparse.Namespace) -> int:
    match options.command:
        case "check":
            return checks.run_all_checks()
        case "up":
            from devtools.up import stay_up

            return stay_up(options.location, is_empty=options.empty)
        case "demo":
            from devtools.demo import run_day

            return run_day(with_core_tools=options.core_tools)
        case "send":
            from devtools.send import send

            return send(options.file, options.url)
        case "plan":
            from devtools.plan import plan_tomorrow

            return plan_tomorrow(options.subject, options.resources, options.board)
        case "token":
            from devtools.token import print_token

            return print_token(options.role)
        case "machine":
            return checks.run_module("tests.machine", "--examples", str(options.examples))
        case "mutate":
            from devtools.mutations.command import mutate

            return mutate(options.words)
        case "package":
            from devtools.packaging.command import fetch_in_place, make_package

            if options.in_place:
                return fetch_in_place(options.python)
            return make_package(options.python, options.output)
    return _stay_with_one_part(options)


def _stay_with_one_part(options: argparse.Namespace) -> int:
    host, graph, board = loopback(HOST_PORT), loopback(GRAPH_PORT), loopback(BOARD_PORT)
    with Parts() as parts:
        match options.command:
            case "azurite":
                first = options.port
                ports = (first, first + 1, first + 2) if first else (0, 0, 0)
                azurite = start_azurite(parts, ports=ports, location=options.location)
                print(f"azurite ready at {azurite.blob} {azurite.queue} {azurite.table}")
                print(f"AzureWebJobsStorage={azurite.connection_string}", flush=True)
            case "graph":
                start_graph(parts, options.port, echo=print)
            case "board":
                start_board(parts, host, graph, options.port, echo=print)
            case "issuer":
                start_issuer(parts, options.port, echo=print)
            case "host":
                storage = connection_string(*map(loopback, PORTS))
                port = options.port or find_free_port()
                settings = with_own_settings(settings_for(storage, loopback(port), graph, board, loopback(ISSUER_PORT)))
                tell = with_alerts(print)
                start_host(parts, settings, port, with_core_tools=has_core_tools(), echo=tell)
        ended = parts.wait_for_an_end()
        raise Trouble(f"{ended.name} ended by itself.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo")
    demo.add_argument("--core-tools", action="store_true", help="run the app under Core Tools' func, not our own host")
    commands.add_parser("check")
    up = commands.add_parser("up")
    up.add_argument("--location", type=Path, help="keep the storage in this directory instead of in memory")
    up.add_argument(
        "--empty", action="store_true", help="nobody is enlisted, and the board has who is in demo/pilot.csv"
    )
    ports = {"graph": GRAPH_PORT, "board": BOARD_PORT, "issuer": ISSUER_PORT, "host": HOST_PORT}
    for name, port in {"azurite": PORTS[0], **ports}.items():
        part = commands.add_parser(name)
        part.add_argument("--port", type=int, default=port)
        if name == "azurite":
            part.add_argument("--location", type=Path)
    send = commands.add_parser("send")
    send.add_argument("file", type=Path)
    send.add_argument("--url", default=loopback(HOST_PORT) + WEBHOOK_ROUTE)
    plan = commands.add_parser("plan")
    plan.add_argument("subject")
    plan.add_argument("resources", nargs="+", metavar="RESOURCE", help="such as R-ada")
    plan.add_argument("--board", default=loopback(BOARD_PORT))
    token = commands.add_parser("token")
    token.add_argument("--role", action="append", help="one of the roles; may be repeated (Tandem.Admin)")
    machine = commands.add_parser("machine")
    machine.add_argument("--examples", type=int, required=True)
    mutating = commands.add_parser("mutate")
    mutating.add_argument("words", nargs="*", metavar="WORD")
    package = commands.add_parser("package")
    package.add_argument("--python", default="3.12", metavar="VERSION", help="the app's Python: 3.11, 3.12 or 3.13")
    package.add_argument(
        "--in-place", action="store_true", help="only fetch the packages, to where func and azd take them"
    )
    package.add_argument("--output", type=Path, metavar="FILE", help="the zip to write (dist/tandem-python….zip)")
    return parser
