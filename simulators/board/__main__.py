"""Starts the board: `python -m simulators.board --port N --webhook-url URL --webhook-secret whsec_… --api-key KEY`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from pathlib import Path

from aiohttp import web

from simulators.board.application import Options, build_application
from simulators.board.signing import read_secret


def _secret(text: str) -> str:
    try:
        read_secret(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulators.board", description="A planning board to try Tandem on."
    )
    parser.add_argument("--port", type=int, default=7082, help="0 takes any free port")
    parser.add_argument("--webhook-url", help="where events go; without it they wait")
    parser.add_argument("--webhook-secret", type=_secret, action="append", default=[], help="whsec_…; may be repeated")
    parser.add_argument("--api-key", required=True, help="what callers of /v1 send as X-API-KEY")
    parser.add_argument("--graph-url", help="address of the simulated Outlook, for the page")
    parser.add_argument("--state", type=Path, help="a file in which the board survives a kill")
    parser.add_argument("--time-zone", default="Europe/Berlin", help="IANA zone of the planners")
    arguments = parser.parse_args()
    if arguments.webhook_url and not arguments.webhook_secret:
        parser.error("--webhook-url needs at least one --webhook-secret")
    return arguments


async def _serve(arguments: argparse.Namespace) -> None:
    options = Options(
        api_key=arguments.api_key,
        webhook_url=arguments.webhook_url,
        webhook_secrets=tuple(arguments.webhook_secret),
        graph_url=arguments.graph_url,
        state=arguments.state,
        time_zone=arguments.time_zone,
    )
    # Open pages would otherwise keep the board from stopping for a minute.
    runner = web.AppRunner(await build_application(options), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", arguments.port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise SystemExit(f"board cannot listen on port {arguments.port}: {error.strerror}") from error
    port = runner.addresses[0][1]
    print(f"board ready at http://127.0.0.1:{port}", flush=True)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no signal handlers on its loop; Ctrl-C ends asyncio.run there.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, ended.set)
    await ended.wait()
    await runner.cleanup()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(_parse()))
