"""Starts the issuer: `python -m simulators.issuer --port N`."""

import argparse
import asyncio
import contextlib
import signal

from aiohttp import web

from simulators.issuer.application import Issuer, build_application

TENANT = "5d0b7e1c-64a9-4f2e-8c37-0f9a1b2c3d4e"
AUDIENCE = "2c6f0e52-8d0b-4a57-9f0e-3b1d7a64c0aa"


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulators.issuer", description="A tenant's sign-in that issues any token it is asked for."
    )
    parser.add_argument("--port", type=int, default=7083, help="0 takes any free port")
    parser.add_argument("--tenant", default=TENANT, help="the tenant's id")
    parser.add_argument("--audience", default=AUDIENCE, help="client id of the application that tokens are for")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    issuer = Issuer(arguments.tenant, arguments.audience)
    runner = web.AppRunner(build_application(issuer), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", arguments.port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise SystemExit(f"issuer cannot listen on port {arguments.port}: {error.strerror}") from error
    print(f"issuer ready at http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
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
