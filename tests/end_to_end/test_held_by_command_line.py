"""Each kind of what is held, made in a real deployment, seen and judged through `tandem` over HTTP."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from azure.storage.queue import QueueServiceClient
from typer.testing import CliRunner, Result

from devtools.development import loopback
from devtools.paths import ROOT
from devtools.processes import Parts
from devtools.send import send
from sync_core.domain.policy import OnDeletion
from tandem_cli.app import app
from tests.end_to_end.conftest import BOTH_WAYS
from tests.end_to_end.crew import Crew, day, event_times, mailbox_of
from tests.end_to_end.depot import Depot, request_for
from tests.end_to_end.stack import Stack
from tests.services import wait_until
from tests.simulators.issuer.issuing import Issuing, issuing

pytestmark = pytest.mark.services

Tandem = Callable[..., Result]
Row = dict[str, Any]


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuing]:
    with Parts() as parts:
        yield issuing(parts)


@pytest.fixture(scope="module")
def stack(issuer: Issuing, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Parts() as parts:
        yield Stack.start(parts, tmp_path_factory.mktemp("graph") / "state.jsonl", issuer.address)


@pytest.fixture(scope="module")
def crew(stack: Stack) -> Crew:
    """Six resources, each with its own trouble, whose every deletion by a worker the brake stops.

    Nobody subscribes for them: tests ring where Graph would notify.
    """
    depot = Depot(stack.settings)
    choices = replace(BOTH_WAYS, on_deletion=OnDeletion.UNPLAN, brake_deletions=0, brake_percent=1)
    depot.choose(choices)
    crew = Crew.hire(stack, depot, "held", 6, is_enlisted=False)
    depot.enlist([request_for(each, mailbox_of(each)) for each in crew.resources])
    planned_on = [each for each in crew.resources if each != crew.resources[3]]
    for resource in planned_on:
        crew.plan(f"job of {resource}", day(), resource)
    for resource in planned_on:
        crew.await_event(f"job of {resource}", day(), resource)
    crew.wait_until_settled()
    return crew


@pytest.fixture
def tandem(stack: Stack, issuer: Issuing, monkeypatch: pytest.MonkeyPatch) -> Tandem:
    monkeypatch.setenv("TANDEM_URL", loopback(stack.host_port))
    monkeypatch.setenv("TANDEM_TOKEN", issuer.issue(claims={"roles": ["Tandem.Admin"]}))

    def run(*words: str) -> Result:
        ran = CliRunner().invoke(app, list(words), prog_name="tandem")
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return ran

    return run


def held(tandem: Tandem, *filters: str) -> list[Row]:
    """What is held, as a program reads it."""
    ran = tandem("held", "list", "--all", "--json", *filters)
    assert ran.exit_code == 0, ran.output
    found: list[Row] = json.loads(ran.stdout)
    return found


def await_held(tandem: Tandem, *filters: str) -> Row:
    """The one that is held so, once it is."""

    def found() -> Row | None:
        rows = held(tandem, *filters)
        assert len(rows) <= 1, rows
        return rows[0] if rows else None

    return wait_until(found, f"something is held: {' '.join(filters)}")


def read(tandem: Tandem, row: Row, *wanted: str) -> None:
    """What a person reads of it, in the list and alone, says all of this."""

    def listed() -> str:
        text = " ".join(tandem("held", "list", "--all").stdout.split())
        return text if row["id"] in text else ""

    told = wait_until(listed, "the list of everything tells of it, too")
    shown = tandem("held", "show", row["id"])
    assert shown.exit_code == 0, shown.output
    for words in (*wanted, row["why"], row["remedy"]):
        assert words in told
    assert all(words in " ".join(shown.stdout.split()) for words in ("what to do", "takes", row["reason"]))


def judge(tandem: Tandem, verdict: str, *which: str) -> str:
    ran = tandem("held", verdict, *which)
    assert ran.exit_code == 0, ran.output
    return ran.stdout.strip()


def test_a_deletion_that_the_brake_stopped_is_released(crew: Crew, tandem: Tandem) -> None:
    resource = crew.resources[0]
    event = crew.event(f"job of {resource}", resource)
    assert event is not None
    crew.act(resource, "delete", id=event["id"])
    crew.depot.ring(resource)
    row = await_held(tandem, "--resource", resource, "--kind", "brake")
    read(tandem, row, "held by the brake", "the event is gone from Outlook", "unusually many deletions at once")
    assert judge(tandem, "release", "--resource", resource, "--reason", "held by the brake", "--yes") == "1 released."
    wait_until(lambda: not held(tandem, "--resource", resource), "it was carried out")
    shown = crew.appointment(row["appointment"]["id"])
    assert shown is not None
    assert not shown["resources"]


def test_a_change_that_graph_refuses_is_rejected_and_stays_undone(crew: Crew, tandem: Tandem, stack: Stack) -> None:
    resource = crew.resources[1]
    event = crew.event(f"job of {resource}", resource)
    assert event is not None
    appointment = next(
        each for each in stack.ask_board("GET", "board")["appointments"] if each["subject"] == event["subject"]
    )
    fault = {"kind": "error", "status": 400, "code": "ErrorInvalidRequest", "operation": "event.update"}
    stack.ask_graph("POST", "faults", {**fault, "mailbox": mailbox_of(resource)})
    crew.move(appointment["id"], day(1))
    row = await_held(tandem, "--resource", resource)
    read(tandem, row, "an appointment and its event", "Graph does not take this event")
    assert judge(tandem, "reject", row["id"]) == "1 rejected."
    wait_until(lambda: not held(tandem, "--resource", resource), "it was put down")
    crew.depot.ring(resource)
    crew.wait_until_settled()
    assert crew.await_event(event["subject"], day(), resource)["id"] == event["id"]


def test_a_mailbox_that_is_blocked_is_tried_at_once_when_it_is_released(
    crew: Crew, tandem: Tandem, stack: Stack
) -> None:
    resource = crew.resources[2]
    stack.ask_graph("PUT", f"users/{mailbox_of(resource)}/state", {"state": "blocked"})
    crew.plan("waits", day(1), resource)
    row = await_held(tandem, "--resource", resource)
    read(tandem, row, "the main calendar does not answer", "tried again by itself")
    refused = tandem("held", "reject", row["id"])
    assert refused.exit_code == 5
    assert "cannot be rejected" in " ".join(refused.output.split())
    stack.ask_graph("PUT", f"users/{mailbox_of(resource)}/state", {"state": "active"})
    assert judge(tandem, "release", row["id"]) == "1 released."
    crew.await_event("waits", day(1), resource)
    wait_until(lambda: not held(tandem, "--resource", resource), "it answers")


def test_a_mailbox_that_is_not_there_says_what_to_correct(crew: Crew, tandem: Tandem) -> None:
    crew.depot.enlist([request_for("R-nobody", "nobody@tandem.example")])
    row = await_held(tandem, "--resource", "R-nobody")
    read(tandem, row, "a mailbox that cannot be used", "correct the resource's address")
    assert judge(tandem, "release", row["id"]) == "1 released."
    assert await_held(tandem, "--resource", "R-nobody")["verdicts"] == ["release"]


def test_an_event_that_cannot_be_understood_says_why_and_is_put_aside(crew: Crew, tandem: Tandem, stack: Stack) -> None:
    resource = crew.resources[3]
    stack.ask_graph("PATCH", "switches", {"customZone": "tzone://Microsoft/Custom"})
    crew.act(resource, "create", event={"subject": "Own affairs", **event_times(day())})
    crew.depot.ring(resource)
    row = await_held(tandem, "--resource", resource)
    stack.ask_graph("PATCH", "switches", {"customZone": ""})
    read(tandem, row, "an event that cannot be understood", "tzone://Microsoft/Custom", f"{day():%Y-%m-%dT%H:%M}")
    assert "Own affairs" not in json.dumps(held(tandem))
    assert judge(tandem, "reject", row["id"]) == "1 rejected."
    assert held(tandem, "--resource", resource) == []


def test_a_second_event_with_our_mark_is_put_aside_and_left_alone(crew: Crew, tandem: Tandem, stack: Stack) -> None:
    resource = crew.resources[4]
    event = crew.event(f"job of {resource}", resource)
    assert event is not None
    stack.ask_graph("PATCH", "switches", {"copiesKeepTransactionId": True})
    crew.act(resource, "copy", id=event["id"])
    crew.depot.ring(resource)
    row = await_held(tandem, "--resource", resource)
    stack.ask_graph("PATCH", "switches", {"copiesKeepTransactionId": False})
    read(tandem, row, "a second event carries the mark of an event of ours", f"it begins {day():%Y-%m-%d %H:%M} UTC")
    assert row["appointment"]["kind"] == "task"
    assert judge(tandem, "reject", row["id"]) == "1 rejected."
    assert held(tandem, "--resource", resource) == []
    assert len(crew.events(resource)) == 2


def test_a_run_that_failed_again_and_again_is_started_at_once(crew: Crew, tandem: Tandem, stack: Stack) -> None:
    resource = crew.resources[5]
    bell = {"resource": resource, "rung_at": datetime.now(UTC).isoformat(), "reason": "pull", "correlation_id": "c-42"}
    _poison(stack, json.dumps(bell))
    row = await_held(tandem, "--resource", resource)
    read(tandem, row, "a run that failed again and again", "c-42")
    assert judge(tandem, "release", row["id"]) == "1 released."
    wait_until(lambda: not held(tandem, "--resource", resource), "it ended well")


def test_what_belongs_to_nobody_is_listed_last_and_put_aside_together(
    crew: Crew, tandem: Tandem, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        send(ROOT / "tests/payloads/batch-with-two-wrong.json", f"{loopback(stack.host_port)}/api/scheduler/events")
        == 0
    )
    _poison(stack, "no job at all")
    message = await_held(tandem, "--reason", "a queue message that cannot be read")
    members = held(tandem, "--kind", "webhook")
    assert {row["reason"] for row in members} == {"an event that breaks the contract"}
    assert [row["resource"] for row in held(tandem)][-3:] == [None] * 3
    member = next(row for row in members if "evt-batch-2" in row["what"])
    read(tandem, member, "/data/appointment/end", "correct the member at its sender", "no resource")
    read(tandem, message, "find out who writes to the queue")
    refused = tandem("held", "release", member["id"])
    assert refused.exit_code == 5
    assert judge(tandem, "reject", "--reason", "an event that breaks the contract", "--yes") == "2 rejected."
    assert judge(tandem, "reject", message["id"]) == "1 rejected."
    assert tandem("held", "show", message["id"]).exit_code == 4
    assert not [row for row in held(tandem) if row["resource"] is None]


def _poison(stack: Stack, text: str) -> None:
    """What the platform does with a message after its last try."""
    with QueueServiceClient.from_connection_string(stack.settings["AzureWebJobsStorage"]) as service:
        service.get_queue_client("sync-resource-poison").send_message(base64.b64encode(text.encode()).decode())
