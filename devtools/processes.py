"""Starts the parts Tandem runs beside each other, knows when they serve, and ends every one of them.

A part is a process group of its own, held by `devtools.leash`: it ends with its owner, whatever happens to that.
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Self, TypedDict, Unpack

from devtools.paths import ROOT
from devtools.trouble import Trouble

READY = re.compile(r"ready at (https?://\S+)")
GRACE = 8.0
SHOWN_LINES = 12
Echo = Callable[[str], None]


@dataclass(slots=True, eq=False)
class Part:
    """One started part; `addresses` is complete once `start_part` has returned."""

    name: str
    running: "subprocess.Popen[str]"
    addresses: list[str] = field(default_factory=list)
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=500))
    changed: threading.Condition = field(default_factory=threading.Condition)
    reader: threading.Thread | None = None

    @property
    def address(self) -> str:
        """The first address it serves, without a trailing slash."""
        return self.addresses[0].rstrip("/")

    @property
    def is_running(self) -> bool:
        """Whether the part itself still runs."""
        return self.running.poll() is None

    def last_lines(self, count: int = SHOWN_LINES) -> str:
        """Return the newest lines it printed, indented for showing."""
        return "\n".join(f"    {line}" for line in list(self.lines)[-count:])

    def stop(self) -> None:
        """Ask it to end, insist after a few seconds, and leave nothing of its group; harmless when it has ended."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.running.wait(GRACE)
        self.kill()

    def kill(self) -> None:
        """End it at once (SIGKILL), as a crash would."""
        self._signal(signal.SIGKILL)
        self.running.wait(GRACE)
        if self.running.stdin is not None:
            self.running.stdin.close()
        if self.reader is not None:
            self.reader.join(GRACE)

    def _signal(self, number: signal.Signals) -> None:
        # The group may hold survivors after its leader has gone, so it is signalled either way.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.running.pid, number)


class StartOptions(TypedDict, total=False):
    """The options of `start_part`."""

    ready: re.Pattern[str]
    addresses: int
    variables: Mapping[str, str] | None
    deadline: float
    echo: Echo | None


class Parts:
    """Everything one command started; leaving the context ends it all, newest first."""

    def __init__(self) -> None:
        self._started: list[Part] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, name: str, command: Sequence[str | Path], **options: "Unpack[StartOptions]") -> Part:
        """Start one more part; takes the options of `start_part`."""
        part = start_part(name, command, **options)
        self._started.append(part)
        return part

    def stop(self) -> None:
        """End all parts; a second call does nothing."""
        while self._started:
            self._started.pop().stop()

    def wait_for_an_end(self) -> Part:
        """Block until one of the parts ends by itself, and return it."""
        while True:
            for part in self._started:
                if not part.is_running:
                    return part
            time.sleep(0.2)


def start_part(
    name: str,
    command: Sequence[str | Path],
    *,
    ready: re.Pattern[str] = READY,
    addresses: int = 1,
    variables: Mapping[str, str] | None = None,
    deadline: float = 60.0,
    echo: Echo | None = None,
) -> Part:
    """Start `command` and return once it has printed as many `ready` lines (group 1: the address) as it has addresses.

    `deadline` is in seconds. `echo` gets each line the part prints.

    Raises:
        Trouble: It ended or stayed silent; the sentence carries its last lines.
    """
    leashed = [sys.executable, "-S", "-E", "-m", "devtools.leash", *(str(word) for word in command)]
    part = Part(
        name,
        subprocess.Popen(
            leashed,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(variables or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ),
    )
    part.reader = threading.Thread(target=_read, args=(part, ready, echo), daemon=True)
    part.reader.start()
    try:
        _wait_until_ready(part, addresses, deadline, shows_lines=echo is None)
    except BaseException:
        part.kill()
        raise
    return part


def _read(part: Part, ready: re.Pattern[str], echo: Echo | None) -> None:
    assert part.running.stdout is not None
    with part.running.stdout as output:
        for line in output:
            with part.changed:
                part.lines.append(line.rstrip())
                if found := ready.search(line):
                    part.addresses.append(found[1])
                part.changed.notify_all()
            if echo is not None:
                echo(line.rstrip())
    with part.changed:
        part.changed.notify_all()


def _wait_until_ready(part: Part, addresses: int, deadline: float, *, shows_lines: bool) -> None:
    assert part.reader is not None
    until = time.monotonic() + deadline
    with part.changed:
        while len(part.addresses) < addresses:
            if not part.is_running:
                break
            if time.monotonic() > until:
                raise Trouble(_with_last_words(part, f"{part.name} was not ready after {deadline:.0f} s", shows_lines))
            part.changed.wait(0.1)
        else:
            return
    part.reader.join(1.0)  # its last words may still be in the pipe
    raise Trouble(_with_last_words(part, f"{part.name} ended before it was ready", shows_lines))


def _with_last_words(part: Part, sentence: str, shows_lines: bool) -> str:
    return f"{sentence}:\n{part.last_lines()}" if shows_lines else f"{sentence}; its last lines are above."


def check_port(port: int, name: str, remedy: str = "give another one with --port") -> None:
    """Make sure that `port` of the loopback interface is free; 0 means any and always is.

    Raises:
        Trouble: Something listens there.
    """
    if not 0 <= port <= 65535:
        raise Trouble(f"{port} is no port: {name} needs one from 1 to 65535, or 0 for any.")
    with socket.socket() as probe:
        # As servers do: a port whose last connections are only fading out is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Trouble(f"Port {port} is taken, so {name} cannot start: stop what uses it or {remedy}.") from error


def find_free_port() -> int:
    """Return a port that was free a moment ago, for the part whose address others must know before it starts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def termination_as_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the stack like Ctrl-C does, so that every context ends what it started.

    SIGINT too: a shell starts its background jobs with it ignored.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
