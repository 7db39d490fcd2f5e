"""Runs one command and ends it, with all it started, when whoever holds the other end of its input is gone.

Started as `python -m devtools.leash COMMAND …` with a pipe as standard input. A pipe closes however its owner dies, so
nothing stays behind even if dev.py is killed outright. Standard library only: it starts in some 20 ms.
"""

import ctypes
import os
import select
import signal
import sys
import time

GRACE = 5.0
PR_SET_PDEATHSIG = 1


def main(command: list[str]) -> int:
    """Return the exit code of `command`, negative signal numbers as the shell's 128 + n."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    # The owner signals the whole group; the leash outlasts the command so that it can report its exit code.
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, lambda *_: None)
    child = os.fork()
    if child == 0:
        _become(command)
    while True:
        readable, _, _ = select.select([0, woken], [], [])
        if woken in readable:
            os.read(woken, 64)
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                code = os.waitstatus_to_exitcode(status)
                return 128 - code if code < 0 else code
        if 0 in readable and not os.read(0, 1024):
            _end(child)


def _become(command: list[str]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        # Against the one gap of the pipe: a leash that is itself killed.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        print(f"{command[0]} could not be started: {error.strerror}", file=sys.stderr, flush=True)
        os._exit(127)


def _end(child: int) -> None:
    os.killpg(0, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while time.monotonic() < deadline and not os.waitpid(child, os.WNOHANG)[0]:
        time.sleep(0.02)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
