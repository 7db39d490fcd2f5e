"""`python -m simulators.host`: load an app, serve it, end on SIGTERM or Ctrl-C."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from simulators.host.functions import index_functions, load_app
from simulators.host.options import CannotStart, HostOptions, read_settings
from simulators.host.queues import read_listeners
from simulators.host.routes import build_application, read_routes
from simulators.host.timers import read_timers

TEN_MINUTES = 600.0
# What runs when the host is asked to end may finish; in Azure the grace is longer.
DRAIN = 5.0


def main() -> int:
    """Run the host until it is asked to end; 1 if it cannot start, with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m simulators.host", description=main.__doc__)
    parser.add_argument("--port", type=int, default=7071, help="0 takes any free port")
    parser.add_argument("--app", type=Path, default=Path("function_app.py"), help="the app's entry file")
    parser.add_argument("--settings", type=Path, help="a local.settings.json; the environment wins over it")
    parser.add_argument(
        "--hidden-seconds", type=float, default=TEN_MINUTES, help="how long a crashed worker's message stays hidden"
    )
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("azure", "aiohttp.access", "httpx", "msal"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        asyncio.run(_serve(options))
    except CannotStart as refusal:
        print(refusal, file=sys.stderr, flush=True)
        return 1
    return 0


async def _serve(options: argparse.Namespace) -> None:
    app = options.app.resolve()
    settings = read_settings(options.settings, os.environ)
    os.environ.update(settings)
    host_options = HostOptions.read(app.parent / "host.json")
    functions = index_functions(load_app(app), host_options.function_timeout)
    timers = read_timers(functions, settings)
    listeners = read_listeners(functions, settings, host_options.queues, timedelta(seconds=options.hidden_seconds))
    application = build_application(read_routes(functions, host_options.route_prefix), functions, timers)

    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=DRAIN)
    ticking: list[asyncio.Task[None]] = []
    polling: list[asyncio.Task[None]] = []
    try:
        await asyncio.gather(*(listener.open() for listener in listeners))
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", options.port).start()
        except OSError as error:
            raise CannotStart(f"Port {options.port} is taken, so the host cannot start: give another one.") from error
        ticking += [asyncio.create_task(timer.keep()) for timer in timers]
        polling += [asyncio.create_task(listener.keep()) for listener in listeners]
        for task in (*ticking, *polling):
            task.add_done_callback(lambda ended: _end_on_fault(ended, ending))
        print(f"host ready at http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        await ending.wait()
    finally:
        for listener in listeners:
            listener.end()
        for tick in ticking:
            tick.cancel()
        await asyncio.gather(*ticking, *polling, return_exceptions=True)
        await asyncio.gather(*(listener.close(DRAIN) for listener in listeners))
        await runner.cleanup()


def _end_on_fault(task: "asyncio.Task[None]", ending: asyncio.Event) -> None:
    # A host that has silently stopped polling would be worse than none.
    if not task.cancelled() and task.exception() is not None:
        logging.getLogger("simulators.host").critical("the host itself failed", exc_info=task.exception())
        ending.set()


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # A worker is ended without being asked: what the app holds open is nobody's to close, here as in Azure.
    os._exit(code)
