"""Serves the simulator: `python -m simulators.graph --port N [--state FILE]`."""

import argparse
import asyncio
import signal
import ssl
import sys
from pathlib import Path

from aiohttp import web

from simulators.graph.app import build_app
from simulators.graph.simulator import Simulator


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulators.graph", description="A stand-in for Microsoft Graph's calendars.")
    parser.add_argument("--port", type=int, default=7081, help="0 takes any free port")
    parser.add_argument("--state", type=Path, help="keep everything in this file across restarts")
    parser.add_argument("--certificate", type=Path, help="serve https with this certificate chain (PEM)")
    parser.add_argument("--key", type=Path, help="its private key (PEM)")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> int:
    runner = web.AppRunner(build_app(Simulator(arguments.state)), access_log=None, shutdown_timeout=1)
    await runner.setup()
    tls = None
    if arguments.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(arguments.certificate, arguments.key)
    site = web.TCPSite(runner, "127.0.0.1", arguments.port, ssl_context=tls)
    try:
        await site.start()
    except OSError as trouble:
        sys.stderr.write(f"graph cannot listen on port {arguments.port}: {trouble.strerror}\n")
        await runner.cleanup()
        return 1
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    port = runner.addresses[0][1]
    sys.stdout.write(f"graph ready at {'https' if tls else 'http'}://127.0.0.1:{port}\n")
    sys.stdout.flush()
    await stop.wait()
    await runner.cleanup()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_serve(_read_arguments())))
