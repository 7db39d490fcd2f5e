"""Thousands of people by one table: no call is anywhere near the end that Azure sets it, and a repeat changes nothing.

https://learn.microsoft.com/azure/azure-functions/functions-scale#timeout
"""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.desk import AdminDesk, admin_desk
from tests.turns import IS_QUICK

pytestmark = [pytest.mark.services, pytest.mark.skipif(IS_QUICK, reason="takes minutes; dev.py check has it")]
# 5,000 is what Tandem is made for, 500 what one call is sent; a machine that is shared has less of it in every check.
COUNT = int(os.environ.get("TANDEM_IMPORTED", "600"))
LATENCY_MS = int(os.environ.get("TANDEM_IMPORT_LATENCY_MS", "100"))
MOST_SECONDS = 150


def staff(desk: AdminDesk, file: Path) -> None:
    lines = ["id,name,mailbox"]
    for number in range(COUNT):
        address = f"worker.{number:05}@tandem.example"
        desk.stack.ask_graph("POST", "users", {"name": address})
        lines.append(f"R-{number:05},Worker {number},{address}")
    file.write_text("\n".join([*lines, ""]), "utf-8")


def asked(desk: AdminDesk) -> dict[str, float]:
    """How often Graph was asked for what, for each line, since this was last called."""
    requests: dict[str, int] = dict(desk.stack.graph_counters()["requests"])
    desk.stack.ask_graph("DELETE", "counters")
    return {name: count / COUNT for name, count in requests.items() if "subscription" not in name}


@pytest.mark.timeout(3600)
def test_thousands_are_enlisted_by_one_command_and_no_call_takes_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, calls, printed = tmp_path / "team.csv", list[float](), list[str]()
    watch(monkeypatch, calls)
    with admin_desk(tmp_path / "state.jsonl") as desk:
        staff(desk, file)
        desk.stack.ask_graph("PATCH", "switches", {"latencyMs": LATENCY_MS})
        asked(desk)
        parts = -(-COUNT // 500)
        # Parts are tried before they are carried out, and no call knows what another one found.
        tries = 1 if parts == 1 else 2
        for which, outcome in (("imported", "created"), ("once more", "same")):
            calls.clear()
            began = time.monotonic()
            report = desk.read(f"tandem resources import {file} --yes")
            seconds, each = time.monotonic() - began, asked(desk)
            printed.append(
                f"{which}: {COUNT} lines in {seconds:.0f} s, the longest of {len(calls)} calls {max(calls):.0f} s; "
                f"Graph was asked {sum(each.values()):.2f} times for each line"
            )
            assert report[outcome] == COUNT
            assert [row["line"] for row in report["rows"]] == list(range(2, COUNT + 2))
            assert len(calls) == parts * tries
            assert max(calls) < MOST_SECONDS, printed
            assert set(each.values()) == ({float(tries)} if outcome == "created" else set())
        assert len(desk.read("tandem resources list --all")) == COUNT
    with capsys.disabled():
        print("\n" + "\n".join(printed))


def watch(monkeypatch: pytest.MonkeyPatch, calls: list[float]) -> None:
    """Note how long each call of the command line takes."""
    from tandem_cli.calls import Calls

    send = Calls._send_once

    def timed(self: Calls, method: str, path: str, **options: Any) -> Any:
        began = time.monotonic()
        try:
            return send(self, method, path, **options)
        finally:
            if path == "/resources/import":
                calls.append(time.monotonic() - began)

    monkeypatch.setattr(Calls, "_send_once", timed)
