"""The set-up check of a real deployment: all is green, and each fault makes its own line red or amber."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from azure.data.tables import TableServiceClient
from azure.storage.queue import QueueClient

from devtools.calls import Refused
from devtools.processes import Parts
from sync_core.bootstrap import Connector
from sync_core.domain.content import Content
from sync_core.domain.overview import State
from sync_core.domain.plan import CreateEvent
from sync_core.domain.resource import ResourceId
from sync_core.domain.source import DEFAULT_SOURCE, Heard, Source, WorkingHours
from sync_core.domain.timespan import TimeSpan
from sync_core.domain.turns import Timer
from sync_core.flows.profiles import find_profile
from sync_core.flows.setup import Asked, Check, check_setup
from sync_core.flows.setup.probe import marker_of_check
from sync_core.flows.setup.proving import WRITTEN_AT
from sync_core.ports import Ports
from sync_core.settings import Settings, read_settings, read_what_is_right
from tests.end_to_end.conftest import BOTH_WAYS
from tests.end_to_end.set_up import ADA, BEN, CONTROL, LINES, Lines, SetUp, graph_token
from tests.services import wait_until

pytestmark = pytest.mark.services

NOBODY = "http://127.0.0.1:9"
DEAD_STORAGE = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=c2VjcmV0;"
    f"QueueEndpoint={NOBODY}/devstoreaccount1;TableEndpoint={NOBODY}/devstoreaccount1;"
)
Fault = Callable[[SetUp], AbstractContextManager[Lines]]


@pytest.fixture(scope="module")
def deployment() -> Iterator[SetUp]:
    with Parts() as parts:
        started = SetUp.start(parts)
        started.depot.choose(BOTH_WAYS)
        yield started


@contextmanager
def graph_switches(deployment: SetUp, **values: Any) -> Iterator[Lines]:
    before = deployment.ask_graph("GET", "switches")
    deployment.ask_graph("PATCH", "switches", values)
    yield deployment.check()
    deployment.ask_graph("PATCH", "switches", {name: before[name] for name in values})


@contextmanager
def graph_fault(deployment: SetUp, **fault: Any) -> Iterator[Lines]:
    deployment.ask_graph("POST", "faults", {"kind": "error", "count": -1, **fault})
    yield deployment.check()
    deployment.ask_graph("DELETE", "faults")


@contextmanager
def board_fault(deployment: SetUp, **fault: Any) -> Iterator[Lines]:
    deployment.ask_board("POST", "faults", {"kind": "unavailable", "path": "/v1/capabilities", **fault})
    yield deployment.check()
    deployment.ask_board("DELETE", "faults")


@contextmanager
def board_cannot(deployment: SetUp, *capabilities: str) -> Iterator[Lines]:
    deployment.ask_board("PATCH", "capabilities", dict.fromkeys(capabilities, False))
    yield deployment.check()
    deployment.ask_board("PATCH", "capabilities", dict.fromkeys(capabilities, True))


@contextmanager
def open_control(deployment: SetUp) -> Iterator[Lines]:
    deployment.ask_graph("PUT", f"users/{CONTROL}/state", {"state": "active"})
    yield deployment.check()
    deployment.ask_graph("PUT", f"users/{CONTROL}/state", {"state": "blocked"})


@contextmanager
def asked(deployment: SetUp, **query: str) -> Iterator[Lines]:
    yield deployment.check(**query)


@contextmanager
def blocked_mailbox(deployment: SetUp) -> Iterator[Lines]:
    deployment.ask_graph("PUT", "users/ben@tandem.example/state", {"state": "blocked"})
    deployment.depot.ring(BEN)
    wait_until(lambda: deployment.state_of(BEN) is State.HELD, "a run was refused")
    yield deployment.check()
    deployment.ask_graph("PUT", "users/ben@tandem.example/state", {"state": "active"})
    deployment.depot.let_refusals_come_due([BEN])
    deployment.depot.ring(BEN)
    wait_until(lambda: deployment.state_of(BEN) is State.ACTIVE, "a run went well")


@contextmanager
def lost_subscription(deployment: SetUp) -> Iterator[Lines]:
    async def lose(ports: Ports) -> Any:
        subscription = (await ports.subscription_rows.list())[0]
        await ports.subscription_rows.delete(subscription.slot)
        return subscription

    lost = deployment.depot.ask(lose)
    yield deployment.check()
    deployment.depot.ask(lambda ports: ports.subscription_rows.put(lost))


@contextmanager
def silent_source(deployment: SetUp) -> Iterator[Lines]:
    always = WorkingHours(days=tuple(range(7)), start=time(0), end=time(23, 59))
    now = datetime.now(UTC)

    async def write(ports: Ports, heard_at: datetime) -> None:
        (standing,) = [each for each in await ports.sources.list() if each.source.id == DEFAULT_SOURCE]
        await ports.sources.put(replace(Source(DEFAULT_SOURCE), hours=always), standing.tag)
        await ports.sources.note(DEFAULT_SOURCE, Heard(webhook_at=heard_at))

    deployment.depot.ask(lambda ports: write(ports, now - timedelta(days=2)))
    yield deployment.check()
    deployment.depot.ask(lambda ports: write(ports, now))


@contextmanager
def still_timer(deployment: SetUp) -> Iterator[Lines]:
    deployment.note_turn(Timer.PULL, datetime.now(UTC) - timedelta(days=3))
    yield deployment.check()
    deployment.note_turn(Timer.PULL)


@contextmanager
def missing_table(deployment: SetUp) -> Iterator[Lines]:
    with TableServiceClient.from_connection_string(deployment.azurite.connection_string) as service:
        service.delete_table("deletions")
        yield deployment.check()
        service.create_table("deletions")


@contextmanager
def poisoned_bell(deployment: SetUp) -> Iterator[Lines]:
    storage = deployment.azurite.connection_string
    with QueueClient.from_connection_string(storage, "sync-resource-poison") as queue:
        # Unseen by the app, which would file it at once.
        queue.send_message("e30=", visibility_timeout=3600)
        yield deployment.check()
        queue.clear_messages()


@contextmanager
def settings(deployment: SetUp, **values: str) -> Iterator[Lines]:
    yield deployment.check_with(**values)


@contextmanager
def permissions(deployment: SetUp, *roles: str) -> Iterator[Lines]:
    yield deployment.check_with(GRAPH_DEVELOPMENT_TOKEN=graph_token(deployment, *roles))


BEHIND_GRAPH = "writing control reachability"
BEHIND_STORAGE = "secret writing mailboxes reachability subscriptions scheduler source timers"
REFUSED = {"status": 403, "code": "ErrorAccessDenied"}

CASES: list[tuple[str, Fault, str, str, str]] = [
    # what is wrong, how, what is red, what is amber, words of the first of these
    ("storage is away", lambda d: settings(d, AzureWebJobsStorage=DEAD_STORAGE), "storage", BEHIND_STORAGE, "reached"),
    ("a table is missing", missing_table, "storage", "", "no table deletions"),
    ("a bell was poisoned", poisoned_bell, "", "storage", "1 bells lie in the poison queue"),
    ("Graph is away", lambda d: settings(d, GRAPH_ENDPOINT=NOBODY), "token", BEHIND_GRAPH, "did not answer"),
    (
        "the token is refused",
        lambda d: settings(d, GRAPH_DEVELOPMENT_TOKEN="stale"),
        "token",
        BEHIND_GRAPH,
        "does not take our token",
    ),
    ("too little is allowed", lambda d: permissions(d, "Calendars.Read"), "permissions", "", "Calendars.ReadWrite is"),
    (
        "too much is allowed",
        lambda d: permissions(d, "Calendars.ReadWrite", "Mail.ReadWrite"),
        "",
        "permissions",
        "Mail.ReadWrite",
    ),
    ("it is allowed in Exchange alone", lambda d: permissions(d, "User.Read.All"), "", "", ""),
    (
        "a calendar may not be written",
        lambda d: graph_fault(d, operation="event.create", **REFUSED),
        "writing",
        "",
        "ErrorAccessDenied",
    ),
    (
        "what was written stays",
        lambda d: graph_fault(d, operation="event.delete", status=400, code="ErrorCannotDeleteObject"),
        "writing",
        "",
        "could not be deleted again",
    ),
    ("the control mailbox opens", open_control, "control", "", "must not"),
    ("there is no control mailbox", lambda d: asked(d, control="no@tandem.example"), "", "control", "no such mailbox"),
    ("a mailbox refuses us", blocked_mailbox, "mailbox:R-ben", "", "ErrorAccessDenied"),
    (
        "the public address is wrong",
        lambda d: settings(d, TANDEM_PUBLIC_URL=NOBODY),
        "reachability",
        "",
        "could not prove the address",
    ),
    ("the app answers too late", lambda d: graph_switches(d, handshakeTimeoutS=1e-5), "reachability", "", "in time"),
    (
        "the address asks for a sign-in",
        lambda d: graph_fault(
            d,
            operation="subscription.create",
            status=400,
            code="ValidationError",
            message="Subscription validation request failed. HTTP status code is 'Unauthorized'.",
        ),
        "reachability",
        "",
        "answered it with Unauthorized",
    ),
    ("a subscription is lost", lost_subscription, "", "subscriptions", "1 of 2 calendars"),
    ("the board is away", board_fault, "scheduler", "", "503"),
    ("the board refuses us", lambda d: settings(d, SCHEDULER_API_KEY="wrong"), "scheduler", "", "401"),
    ("the board cannot report", lambda d: board_cannot(d, "syncStatus"), "", "scheduler", "sync_status"),
    ("a source fell silent", silent_source, "source:default", "", "Silent for"),
    ("the clock is off", lambda d: graph_switches(d, dateSkewS=100), "", "clock", "seconds behind that of Graph"),
    ("the clock is wrong", lambda d: graph_switches(d, dateSkewS=-600), "clock", "", "seconds ahead of that of Graph"),
    ("a timer stands still", still_timer, "timers", "", "pull last turned"),
]


def test_all_is_green_where_all_is_well(deployment: SetUp) -> None:
    lines = deployment.check()
    assert {each: line["words"] for each, line in lines.items() if line["level"] != "green"} == {}
    assert set(lines) == LINES
    assert all((line["remedy"], line["link"]) == ("", None) for line in lines.values())


@pytest.mark.parametrize(
    ("fault", "red", "amber", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_each_fault_has_its_own_line(deployment: SetUp, fault: Fault, red: str, amber: str, words: str) -> None:
    with fault(deployment) as lines:
        found = {level: {each for each, line in lines.items() if line["level"] == level} for level in ("red", "amber")}
        assert found == {"red": set(red.split()), "amber": set(amber.split())}, lines
        if own := (red or amber).split():
            assert words in lines[own[0]]["words"]
        for each, line in lines.items():
            is_well = line["level"] == "green"
            assert bool(line["remedy"]) != is_well
            assert line["link"] == (None if is_well else f"docs/admin/mend.md#setup-{each.partition(':')[0]}")
            assert "@" not in f"{line['words']}{line['remedy']}", "no address"


def test_after_every_fault_all_is_green_again_and_nothing_was_left_behind(deployment: SetUp) -> None:
    assert {each: level for each, level in deployment.levels().items() if level != "green"} == {}
    assert deployment.events_of() == []
    kinds = [each["changeType"] for each in deployment.ask_graph("GET", "subscriptions")["value"]]
    assert kinds == ["created,updated,deleted"] * 2


def test_what_a_check_left_when_it_was_cut_off_is_no_appointment_and_goes_with_the_next(deployment: SetUp) -> None:
    async def leave(ports: Ports) -> None:
        profile = await find_profile(ports, ResourceId(ADA))
        assert profile is not None
        assert profile.main_calendar is not None
        calendar = profile.main_calendar.ref
        content = Content(TimeSpan(WRITTEN_AT, WRITTEN_AT + timedelta(minutes=15)), subject="Tandem: set-up check")
        marker = marker_of_check(ports.connector)
        await ports.outlook.carry_out(
            calendar.mailbox, [CreateEvent(calendar, content, ports.names.fresh(), marker, 1, "")]
        )

    deployment.depot.ask(leave)
    assert len(deployment.events_of()) == 1
    before = deployment.depot.ask(lambda ports: ports.overviews.get(ResourceId(ADA)))
    deployment.depot.ring(ADA, "sync")
    wait_until(lambda: not deployment.depot.bells(), "the run came to its end")
    deployment.depot.wait_until_settled([ADA])
    board = deployment.ask_board("GET", "board")
    assert (board["appointments"], board["unavailabilities"]) == ([], [])
    assert before is not None
    assert deployment.check()["writing"]["level"] == "green"
    assert deployment.events_of() == []


def test_a_reader_is_told_all_and_nothing_is_written_for_them(deployment: SetUp) -> None:
    deployment.ask_graph("DELETE", "counters")
    lines = deployment.check("Tandem.Reader")
    assert {each for each, line in lines.items() if line["level"] != "green"} == {"writing", "control", "reachability"}
    assert "your role may read" in lines["writing"]["words"]
    counters = deployment.ask_graph("GET", "counters")
    assert counters["writes"]["total"] == 0
    assert [each for each in counters["requests"] if not each.startswith("GET")] == []


def test_wrong_settings_are_named_and_what_does_not_need_them_is_told(deployment: SetUp) -> None:
    environ = {**deployment.settings, "SCHEDULER_URL": "", "GRAPH_PAGE_SIZE": "5000"}
    faults = read_settings(environ)
    assert not isinstance(faults, Settings)
    connector = Connector(read_what_is_right(environ), faults)
    administration = connector.administration()
    assert administration.bare_ports is not None

    async def ask() -> dict[str, str]:
        assert administration.bare_ports is not None
        try:
            check = Check(administration.bare_ports, connector.surroundings(), Asked(ResourceId(ADA), CONTROL, True))
            return {line.id: f"{line.level} {line.words}" for line in await check_setup(check)}
        finally:
            await connector.aclose()

    told = asyncio.run(ask())
    assert told["settings"].startswith("red ")
    assert "SCHEDULER_URL is missing" in told["settings"]
    assert "GRAPH_PAGE_SIZE" in told["settings"]
    assert told["scheduler"] == "amber Cannot be told now: SCHEDULER_URL is missing or wrong."
    assert told["storage"].startswith("green")
    assert told["timers"].startswith("green")


def test_a_resource_that_is_not_there_is_told_at_once(deployment: SetUp) -> None:
    with pytest.raises(Refused, match="404"):
        deployment.check(resource="R-nobody")


def test_the_doctor_says_the_same_and_fails_where_a_line_is_red(deployment: SetUp) -> None:
    well = deployment.doctor("--json")
    assert (well.returncode, well.stderr) == (0, "")
    assert {line["level"] for line in json.loads(well.stdout)["lines"]} == {"green"}
    deployment.ask_board("POST", "faults", {"kind": "unavailable", "path": "/v1/capabilities"})
    ill = deployment.doctor()
    deployment.ask_board("DELETE", "faults")
    assert ill.returncode == 1
    assert "1 of 14 lines are red" in ill.stderr
    assert "SCHEDULER_URL" in ill.stdout
    assert "docs/admin/mend.md#setup-scheduler" in ill.stdout
