"""The first hour as its page tells it: every command is run against the real app, and shows what the page says.

A page is made of commands in `sh` blocks, each block followed by a `text` block with parts of what one sees after each.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from devtools.hands import Planner
from devtools.launch import WEBHOOK_ROUTE
from devtools.paths import ROOT
from devtools.plan import plan_tomorrow
from devtools.send import send
from devtools.team import lock_control, seat_pilot
from tests.end_to_end.desk import AdminDesk, admin_desk
from tests.services import wait_until
from tests.turns import IS_QUICK

pytestmark = [pytest.mark.services, pytest.mark.skipif(IS_QUICK, reason="takes a minute; dev.py check has it")]

PAGE = ROOT / "docs" / "admin" / "first-hour.md"
STEP = re.compile(r"^```sh\n(.*?)^```\n```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Repeated until they show it: what they show comes a moment later.
ASKING = ("list", "show", "journal", "status", "trail", "doctor", "whoami", "erase")


@dataclass(frozen=True, slots=True)
class Step:
    """Some commands, and what each of them shows: parts of lines, in whatever order the lines come."""

    commands: tuple[str, ...]
    shows: tuple[str, ...]


def steps() -> Iterator[Step]:
    for commands, shows in STEP.findall(PAGE.read_text("utf-8")):
        yield Step(tuple(commands.splitlines()), tuple(shows.splitlines()))


def test_every_command_of_the_page_is_played() -> None:
    blocks = PAGE.read_text("utf-8").count("```sh\n")
    assert len(list(steps())) == blocks > 20


@pytest.mark.timeout(400)
def test_the_first_hour_goes_as_its_page_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    with admin_desk(tmp_path / "state.jsonl") as desk:
        seat_pilot(Planner(desk.stack.board.address))
        lock_control(desk.stack.graph.address)
        for step in steps():
            for command in step.commands:
                play_until(desk, command, step.shows, capsys)
        assert desk.stack.ask_graph("GET", "subscriptions")["value"] == []
        mailboxes = [f"{name}@tandem.example" for name in ("ada", "ben", "cleo", "dan", "eva")]
        events = [desk.stack.ask_graph("GET", f"mailboxes/{each}/events")["value"] for each in mailboxes]
        assert [event for found in events for event in found if not event["deleted"]] == []
        assert [row for row in desk.depot.entities() if "R-" in f"{row['PartitionKey']} {row['RowKey']}"] == []


def play_until(desk: AdminDesk, command: str, shows: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Run a command, again if it only asks, until it ended well and every line of the page is shown."""
    said: list[str] = []

    def is_as_told() -> bool:
        code, words = play(desk, command, capsys)
        said[:] = [f"$ {command} → {code}\n{words}"]
        missing = [line for line in shows if not is_shown(line, words)]
        return code == 0 and not missing

    if not any(word in command.split() for word in ASKING):
        assert is_as_told(), said[0]
        return
    try:
        wait_until(is_as_told, command, 60)
    except AssertionError:
        pytest.fail(said[0])


def play(desk: AdminDesk, command: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run one command of the page and return its exit code, and what it printed."""
    _, _, name, *words = shlex.split(command)
    if name == "admin":
        said = desk.run(shlex.join(["tandem", *words]))
        return said.code, said.all
    capsys.readouterr()
    if name == "send":
        code = send(Path(words[0]), desk.stack.host.address + WEBHOOK_ROUTE)
    else:
        code = plan_tomorrow(words[0], words[1:], desk.stack.board.address)
    return code, capsys.readouterr().out


def is_shown(line: str, words: str) -> bool:
    """Whether one line of the output has the parts of this line, which `…` separates, in order."""
    parts = [r"\s+".join(map(re.escape, part.split())) for part in line.split("…")]
    return re.search(".*".join(parts), words, re.DOTALL if "…" in line else 0) is not None
