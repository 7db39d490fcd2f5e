"""A change of template over many appointments by the command line: tried, made, paused amid, and gone on with."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.crew import Crew, mailbox_of
from tests.end_to_end.desk import AdminDesk, admin_desk
from tests.services import wait_until
from tests.turns import IS_QUICK

pytestmark = [pytest.mark.services, pytest.mark.skipif(IS_QUICK, reason="takes a minute; dev.py check has it")]
COUNT = int(os.environ.get("TANDEM_REWRITTEN", "2000"))
NEW = "job: {{ subject }}"


def rewritten(crew: Crew) -> int:
    return sum(event["subject"].startswith("job: ") for event in crew.events())


def seconds(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def enlist(desk: AdminDesk, resource: str) -> None:
    again = desk.run(f"tandem resources add {resource} --name Many")
    assert (again.code, "`tandem resources set` changes it" in again.all) == (5, True), "the board named it before"
    known = desk.run(f"tandem resources set {resource} --name Many --mailbox {mailbox_of(resource)}")
    assert known.code == 0, known.all
    followed = desk.run(f"tandem resources activate {resource} --follow")
    assert followed.code == 0, followed.all


@pytest.mark.timeout(900)
def test_many_appointments_get_new_words_with_a_pause_amid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with admin_desk(tmp_path / "state.jsonl") as desk:
        crew = Crew.hire(desk.stack, desk.depot, "many", 1, is_enlisted=False)
        (resource,) = crew.resources
        desk.stack.ask_board("PATCH", "webhooks", {"mode": "batch", "batch_size": 500})
        crew.plan_many(COUNT)
        desk.stack.wait_until_told(240)
        times = {"enlisted and activated": seconds(lambda: enlist(desk, resource))}
        assert len(crew.events()) == COUNT

        file = tmp_path / "tenant.json"
        file.write_text(json.dumps({"subject_template": NEW}), "utf-8")
        verdict = desk.read(f"tandem settings validate {file}")
        assert (verdict["problems"], verdict["effects"]["events"]) == ([], COUNT)
        assert f"at most {COUNT} event(s)" in desk.run(f"tandem settings validate {file}").all

        # Slow enough for a hand to come between.
        slow = {"kind": "slow", "count": -1, "ms": 20, "mailbox": mailbox_of(resource)}
        desk.stack.ask_graph("POST", "faults", slow)
        began = time.monotonic()
        assert desk.run(f"tandem settings put {file} --yes").code == 0
        wait_until(lambda: rewritten(crew), "some have the new words", 60)
        assert desk.run(f"tandem resources pause {resource}").code == 0
        stopped = desk.run(f"tandem resources progress {resource} --follow --every 0.2")
        assert (stopped.code, "goes on" in stopped.all) == (1, True), stopped.all
        desk.stack.ask_graph("DELETE", "faults")
        # What the run had announced when it lost the resource is looked at again once it is resumed.
        wait_until(lambda: not desk.stack.is_at_work(), "nobody writes any more", 60)
        amid = rewritten(crew)
        assert 0 < amid < COUNT, "it was paused in the middle"

        resumed = desk.run(f"tandem resources resume {resource} --follow --every 0.2")
        times["put, paused and resumed"] = time.monotonic() - began
        assert resumed.code == 0, resumed.all
        progress = desk.read(f"tandem resources progress {resource}")
        assert (progress["state"], progress["left"], progress["held"]) == ("done", 0, 0)
        assert rewritten(crew) == COUNT
        assert len(crew.every_event(resource)) == COUNT, "none was doubled"
    with capsys.disabled():
        print(f"\n{COUNT} appointments, {amid} rewritten when paused: {times}")
