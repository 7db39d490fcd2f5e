"""Runs one step of an install and shows that it is alive without pouring its output over the screen."""

import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence

from devtools.paths import ROOT
from devtools.trouble import Trouble

WIDTH = 100


def run_with_progress(
    what: str, command: Sequence[str], failed: str, variables: Mapping[str, str] | None = None
) -> None:
    """Run `command`, with the time and its latest line shown while it runs.

    Raises:
        Trouble: It ended with an error; its last lines were printed, the sentence is `failed`.
    """
    on_terminal = sys.stdout.isatty()
    pause = 0.5 if on_terminal else 5.0
    print(f"{what} …", flush=True)
    began = time.monotonic()
    lines: deque[str] = deque(maxlen=15)
    try:
        running = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise Trouble(f"{failed} ({error})") from error
    with running:
        reader = threading.Thread(target=_collect, args=(running, lines), daemon=True)
        reader.start()
        while True:
            try:
                running.wait(pause)
                break
            except subprocess.TimeoutExpired:
                latest = f"  {time.monotonic() - began:4.0f} s  {lines[-1] if lines else ''}"[:WIDTH]
                print(f"\r{latest:<{WIDTH}}" if on_terminal else latest, end="" if on_terminal else "\n", flush=True)
            except BaseException:
                running.kill()
                raise
        reader.join(timeout=5)
    if on_terminal:
        print("\r" + " " * WIDTH + "\r", end="")
    if running.returncode:
        print("\n".join(f"  {line}" for line in lines), file=sys.stderr)
        raise Trouble(failed)
    print(f"  done in {time.monotonic() - began:.0f} s", flush=True)


def _collect(running: "subprocess.Popen[str]", lines: "deque[str]") -> None:
    assert running.stdout is not None
    for line in running.stdout:
        if line.strip() and not line.startswith("WARNING"):
            lines.append(line.strip())
