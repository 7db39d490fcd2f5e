"""Parts start, say when they serve, and leave nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from devtools.azurite import start_azurite
from devtools.paths import ROOT
from devtools.processes import Part, Parts, check_port, start_part
from devtools.trouble import Trouble
from tests.services import wait_until

pytestmark = pytest.mark.services

# Serves nothing, ignores polite requests to end, and has a child that does so too.
STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child:
    print(f"pids {os.getpid()} {child}", flush=True)
    print("ready at http://127.0.0.1:1", flush=True)
time.sleep(3600)
"""

# Keeps a part there until it is ended.
STAY = "import signal; signal.pause()"

# Ends when asked, but its child does not.
FAMILY = STUBBORN.replace("if child:", "if child:\n    signal.signal(signal.SIGTERM, signal.SIG_DFL)")


def python(source: str) -> list[str]:
    return [sys.executable, "-c", source]


def pids_of(part: Part) -> list[int]:
    return [int(word) for word in part.lines[0].split()[1:]]


def is_alive(pid: int) -> bool:
    """Whether the process still runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_part_is_started_once_it_says_where_it_serves(parts: Parts) -> None:
    part = parts.start("Sample", python(f"print('sample ready at http://127.0.0.1:5/', flush=True); {STAY}"))
    assert part.address == "http://127.0.0.1:5"


def test_a_part_that_dies_early_is_reported_with_its_last_words() -> None:
    with pytest.raises(Trouble, match=r"Sample ended before it was ready:\n    no such luck"):
        start_part("Sample", python("import sys; sys.exit('no such luck')"))


def test_a_part_that_stays_silent_is_given_up_and_ended() -> None:
    source = "import os, time; print(os.getpid(), flush=True); time.sleep(3600)"
    with pytest.raises(Trouble, match=r"Sample was not ready after 1 s:\n    (\d+)") as silence:
        start_part("Sample", python(source), deadline=1)
    assert not is_alive(int(str(silence.value).split()[-1]))


def test_a_command_that_does_not_exist_is_named() -> None:
    with pytest.raises(Trouble, match="no-such-command could not be started"):
        start_part("Sample", ["no-such-command"])


def test_stopping_leaves_nothing_even_of_a_stubborn_family(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devtools.processes.GRACE", 1.0)
    with Parts() as parts:
        pids = pids_of(parts.start("Stubborn", python(STUBBORN)))
        assert all(is_alive(pid) for pid in pids)
    assert not any(is_alive(pid) for pid in pids)


def test_an_exception_on_the_way_stops_what_was_started() -> None:
    started: list[Part] = []

    def fail_midway() -> None:
        with Parts() as parts:
            started.append(parts.start("Sample", python(f"print('ready at http://x', flush=True); {STAY}")))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_midway()
    assert not started[0].is_running


def test_a_polite_part_may_finish_and_its_exit_code_is_known(parts: Parts) -> None:
    source = """
        import signal, sys, time
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
        print("ready at http://x", flush=True)
        time.sleep(3600)
    """
    part = parts.start("Sample", python(textwrap.dedent(source)))
    part.stop()
    assert part.running.returncode == 7


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=["SIGKILL", "SIGTERM", "Ctrl-C"]
)
def test_parts_end_with_their_owner_however_it_ends(number: signal.Signals) -> None:
    owner_source = f"""
        import time
        from devtools.processes import Parts, termination_as_interrupt
        import sys
        with termination_as_interrupt(), Parts() as parts:
            part = parts.start("Family", [sys.executable, "-c", {FAMILY!r}])
            print(part.lines[0], flush=True)
            time.sleep(3600)
    """
    owner = subprocess.Popen(python(textwrap.dedent(owner_source)), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    with owner.stdout:
        pids = [int(word) for word in owner.stdout.readline().split()[1:]]
    try:
        owner.send_signal(number)
        owner.wait(30)
        wait_until(lambda: not any(is_alive(pid) for pid in pids), "nothing is left")
    finally:
        owner.kill()
        owner.wait()
        for pid in filter(is_alive, pids):
            os.kill(pid, signal.SIGKILL)


def test_a_taken_port_is_named_with_the_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Trouble, match=rf"Port {port} is taken, so Azurite cannot start: .* --port"):
            start_azurite(ports=(0, port, 0))


def test_any_port_and_a_free_port_are_fine_and_no_port_is_not() -> None:
    check_port(0, "a part")
    with pytest.raises(Trouble, match="70000 is no port"):
        check_port(70000, "a part")


def test_a_lost_leash_takes_its_part_along(parts: Parts) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells a process that its parent died")
    part = parts.start("Stubborn", python(STUBBORN))
    os.kill(part.running.pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pids_of(part)[0]), "the part is gone")
