"""Everything at once, on the addresses the documentation names, until Ctrl-C."""

from pathlib import Path

from devtools.alerts import with_alerts
from devtools.azurite import PORTS, start_azurite
from devtools.development import (
    BOARD_PORT,
    GRAPH_PORT,
    HOST_PORT,
    ISSUER_PORT,
    loopback,
    settings_for,
    speaks_to_loopback,
    with_own_settings,
)
from devtools.hands import Planner
from devtools.launch import has_core_tools, start_board, start_graph, start_host, start_issuer, start_timer
from devtools.processes import Parts, check_port
from devtools.team import load_team, lock_control, seat_pilot, seat_team
from devtools.trouble import Trouble

MOVED = "stop what uses it (`up` needs its fixed addresses)"


def stay_up(location: Path | None = None, *, is_empty: bool = False) -> int:
    """Start all parts, load the demo team unless nobody is to be enlisted, print the addresses, and wait for Ctrl-C.

    Raises:
        Trouble: A part could not start, or ended by itself.
    """
    host, graph, board = loopback(HOST_PORT), loopback(GRAPH_PORT), loopback(BOARD_PORT)
    issuer = loopback(ISSUER_PORT)
    fixed = ((HOST_PORT, "the functions host"), (GRAPH_PORT, "Graph"), (BOARD_PORT, "the board"))
    for port, name in (*fixed, (ISSUER_PORT, "the issuer")):
        check_port(port, name, MOVED)
    with Parts() as parts:
        azurite = start_azurite(parts, ports=PORTS, location=location)
        settings = with_own_settings(settings_for(azurite.connection_string, host, graph, board, issuer))
        simulates_graph = speaks_to_loopback(settings, "GRAPH_ENDPOINT")
        simulates_board = speaks_to_loopback(settings, "SCHEDULER_URL")
        if simulates_graph:
            start_graph(parts, GRAPH_PORT, echo=print)
            lock_control(graph)
        if simulates_board:
            start_board(parts, host, graph if simulates_graph else None, BOARD_PORT, echo=print)
            (seat_pilot if is_empty else seat_team)(Planner(board))
        has_issuer = speaks_to_loopback(settings, "ADMIN_ISSUER")
        if has_issuer:
            start_issuer(parts, ISSUER_PORT, echo=print)
        has_func = has_core_tools()
        start_host(parts, settings, HOST_PORT, with_core_tools=has_func, echo=with_alerts(print))
        if simulates_graph and not is_empty:
            load_team(settings)
            start_timer(host, "renew_subscriptions", is_core_tools=has_func)
        print(f"\n  {board}/              the board above the Outlook calendars: drag something")
        print(f"  {host}/api/health    what the function app thinks of its settings")
        print(f"  {graph if simulates_graph else settings['GRAPH_ENDPOINT']}               Microsoft Graph")
        if has_issuer:
            print(f"  {host}/api/admin/me  the administration; `python3 dev.py token` prints a token for it")
        print(f"  {azurite.blob} …            storage (blobs, queues, tables)\n\nCtrl-C ends everything.", flush=True)
        ended = parts.wait_for_an_end()
        raise Trouble(f"{ended.name} ended by itself:\n{ended.last_lines()}")
