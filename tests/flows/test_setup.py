"""The set-up check line by line, over a small world in which all is well but for one thing."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import pytest

from sync_core.domain.alert import Watch
from sync_core.domain.choices import PrincipalLookup
from sync_core.domain.errors import CalendarRefused, Misconfigured, Refused, TryAgain
from sync_core.domain.overview import Overview, State
from sync_core.domain.plan import CreateEvent, DeleteEvent, EventOperation, Outcome, Unknown
from sync_core.domain.profile import MailboxSearch, MailboxState, Participation
from sync_core.domain.resource import Direction, ResourceId
from sync_core.domain.secret import SecretState
from sync_core.domain.setup import SetupLine
from sync_core.domain.source import DEFAULT_SOURCE, Heard
from sync_core.domain.turns import Timer
from sync_core.flows.desk import terms_of
from sync_core.flows.keep_subscriptions import keep_subscriptions
from sync_core.flows.setup import Asked, Check, Deployment, check_setup
from sync_core.flows.setup.probe import marker_of_check
from sync_core.flows.setup.proving import WRITTEN_AT
from sync_core.ports import Outlook
from tests.fakes.outlook import FakeOutlook
from tests.fakes.secrets import FakeSecrets
from tests.fakes.surroundings import FakeSurroundings, FakeVault
from tests.flows.crew import ANNA, Crew
from tests.flows.stage import now

CONTROL = "nobody@tandem.example"
EVERYTHING = Asked(ANNA, CONTROL, may_change=True)


@dataclass(frozen=True)
class Fault:
    """One setting that is wrong."""

    name: str
    wrong: str = "is missing"
    allowed: str = "an address"


class SetUpCrew(Crew):
    """Anna takes part and all is well; `lines` is what the check says then."""

    def __init__(self) -> None:
        super().__init__()
        self.ask()
        self.pull(ANNA)
        # Those of the stage have no overview of their own making: only Anna is looked at.
        self.overviews.rows = {ANNA: self.overviews.rows[ANNA]}
        now(keep_subscriptions(self.ports, ANNA))
        now(self.sources.note(DEFAULT_SOURCE, Heard(webhook_at=self.clock.now())))
        self.proofs = FakeSurroundings(self.clock)
        self.proofs.graph.mailboxes[CONTROL] = MailboxState.BLOCKED

    @property
    def secrets_of_vault(self) -> FakeSecrets:
        assert isinstance(self.ports.secrets, FakeSecrets)
        return self.ports.secrets

    def lines(self, asked: Asked = EVERYTHING) -> Mapping[str, SetupLine]:
        check = Check(self.ports, self.proofs.around, asked)
        return {line.id: line for line in asyncio.run(check_setup(check))}

    def not_well(self, asked: Asked = EVERYTHING) -> Mapping[str, str]:
        return {name: line.level.value for name, line in self.lines(asked).items() if line.level != "green"}


@pytest.fixture
def crew() -> SetUpCrew:
    return SetUpCrew()


def with_vault(crew: SetUpCrew, *, left: timedelta | None = None, **changes: Any) -> FakeSecrets:
    crew.proofs.vault = FakeVault(**changes)
    secrets = crew.secrets_of_vault
    secrets.named = ["graph"]
    secrets.held = {} if left is None else {"graph": crew.clock.now() + left}
    return secrets


def refuse_by_vault(crew: SetUpCrew) -> None:
    with_vault(crew, left=timedelta(days=400), state=SecretState.UNKNOWN)


def silence_vault(crew: SetUpCrew) -> None:
    with_vault(crew, trouble=TryAgain("the vault cannot be reached")).is_silent = True


def note(crew: SetUpCrew, **changes: Any) -> None:
    crew.overviews.rows[ANNA] = replace(crew.overviews.rows[ANNA], **changes)


def mailbox_gone(crew: SetUpCrew) -> None:
    search = MailboxSearch(MailboxState.MISSING, "no user answers to this address: correct it")
    crew.change_profile(ANNA, mailbox=search)
    note(crew, state=State.HELD, reason="its mailbox is missing")


def nobody_takes_part(crew: SetUpCrew) -> None:
    crew.overviews.rows.clear()
    crew.change_profile(ANNA, calendars=())


def put_back(crew: SetUpCrew, timer: Timer, ago: timedelta) -> None:
    crew.proofs.turns.turns[timer] = crew.clock.now() - ago
    crew.proofs.deployment = Deployment(is_late_after={timer: timedelta(hours=2)})


def fail_pulls(crew: SetUpCrew) -> None:
    crew.overviews.watch = Watch(failed_pulls=2)


def set_graph(**changes: Any) -> Callable[[SetUpCrew], None]:
    def change(crew: SetUpCrew) -> None:
        for name, value in changes.items():
            setattr(crew.proofs.graph, name, value)

    return change


def set_roles(*roles: str, **choices: Any) -> Callable[[SetUpCrew], None]:
    def change(crew: SetUpCrew) -> None:
        crew.proofs.graph.roles = frozenset(roles)
        crew.choose(**choices)

    return change


def set_tables(**changes: Any) -> Callable[[SetUpCrew], None]:
    def change(crew: SetUpCrew) -> None:
        for name, value in changes.items():
            setattr(crew.proofs.tables, name, value)

    return change


def fault_settings(*names: str) -> Callable[[SetUpCrew], None]:
    return lambda crew: setattr(crew.proofs, "deployment", Deployment(faults=[Fault(name) for name in names]))


def cannot(*abilities: str, **choices: Any) -> Callable[[SetUpCrew], None]:
    def change(crew: SetUpCrew) -> None:
        crew.choose(**choices)
        crew.proofs.board.abilities |= dict.fromkeys(abilities, False)

    return change


def granted_nowhere(crew: SetUpCrew) -> None:
    set_roles()(crew)
    crew.outlook.refuse(crew.main.mailbox)


def profile(**changes: Any) -> Callable[[SetUpCrew], None]:
    def change(crew: SetUpCrew) -> None:
        crew.change_profile(ANNA, **changes)

    return change


NOT_ALLOWED = Misconfigured("table sync refuses this app (403)")
LATE = timedelta(hours=3)
DIRECTORY = PrincipalLookup.DIRECTORY
CASES: list[tuple[str, Callable[[SetUpCrew], Any], dict[str, str], str]] = [
    # what is so, how, what is not green, words of the first such line
    ("nothing", lambda _: None, {}, ""),
    (
        "a setting is missing",
        fault_settings("TANDEM_PUBLIC_URL"),
        {"settings": "red", "reachability": "amber"},
        "is missing",
    ),
    (
        "settings of the board are missing",
        fault_settings("SCHEDULER_URL", "SCHEDULER_API_KEY_NAME"),
        {"settings": "red", "scheduler": "amber"},
        "SCHEDULER_URL is missing; SCHEDULER_API_KEY_NAME is missing.",
    ),
    ("tables refuse", set_tables(trouble=NOT_ALLOWED), {"storage": "red"}, "403"),
    (
        "queues are missing",
        lambda c: setattr(c.proofs.queues, "missing", ["sync-resource"]),
        {"storage": "red"},
        "queue",
    ),
    ("a bell was poisoned", lambda c: setattr(c.proofs.queues, "poisoned", 3), {"storage": "amber"}, "3 bells"),
    ("a vault that holds", lambda c: with_vault(c, left=timedelta(days=400)), {}, ""),
    ("a vault refuses", refuse_by_vault, {"key-vault": "red"}, "refuses"),
    ("a vault is silent", silence_vault, {"key-vault": "red", "secret": "amber"}, "cannot be reached"),
    ("a secret ends", lambda c: with_vault(c, left=timedelta(days=20)), {"secret:graph": "amber"}, "until 2026-12-"),
    ("a secret ended", lambda c: with_vault(c, left=-timedelta(days=1)), {"secret:graph": "red"}, "held until 2026"),
    (
        "a secret is missing",
        lambda c: with_vault(c, state=SecretState.MISSING),
        {"secret:graph": "red"},
        "none of this",
    ),
    (
        "no token",
        set_graph(trouble=Misconfigured("the authority does not take the client secret (AADSTS7000222)")),
        {"token": "red", "permissions": "amber", "control": "amber", "reachability": "amber"},
        "AADSTS7000222",
    ),
    ("calendars are read only", set_roles("Calendars.Read"), {"permissions": "red"}, "Calendars.ReadWrite is missing"),
    (
        "nothing is to be written but by a resource of its own",
        set_roles("Calendars.Read", direction=Direction.DOWN),
        {"permissions": "red"},
        "Calendars.ReadWrite is missing",
    ),
    (
        "users are asked for and may not be",
        set_roles("Calendars.ReadWrite", principal_lookup=DIRECTORY),
        {"permissions": "red"},
        "User.Read.All is missing",
    ),
    (
        "a pilot group may not be asked",
        set_roles("Calendars.ReadWrite", "User.Read.All", pilot_group="g"),
        {"permissions": "red", "writing": "green"},
        "GroupMember.Read.All is missing",
    ),
    (
        "the directory may be read as a whole",
        set_roles("Calendars.ReadWrite", "Directory.Read.All", principal_lookup=DIRECTORY),
        {"permissions": "amber"},
        "Directory.Read.All",
    ),
    ("mail may be read", set_roles("Calendars.ReadWrite", "Mail.Read"), {"permissions": "amber"}, "more than"),
    ("granted in Exchange", set_roles(), {}, ""),
    (
        "granted nowhere",
        granted_nowhere,
        {"permissions": "red", "writing": "red"},
        "is missing",
    ),
    ("no control mailbox", set_graph(mailboxes={}), {"control": "amber"}, "no such"),
    ("a control that opens", set_graph(mailboxes={CONTROL: MailboxState.READY}), {"control": "red"}, "must not"),
    ("a control nobody opens", set_graph(mailboxes={CONTROL: MailboxState.UNLICENSED}), {"control": "amber"}, "Nobody"),
    ("nothing goes up", profile(direction=Direction.DOWN), {"writing": "amber"}, "as it is set"),
    ("Anna is paused", profile(participation=Participation.PAUSED), {"writing": "amber"}, "as it is set"),
    ("a mailbox is gone", mailbox_gone, {"mailbox:anna": "red"}, "no user answers to this address"),
    (
        "one more calendar refuses",
        lambda c: note(c, reason="a calendar of it does not answer"),
        {"mailbox:anna": "amber"},
        "A calendar of it does not answer",
    ),
    (
        "nobody takes part",
        nobody_takes_part,
        {"writing": "amber", "mailboxes": "amber", "reachability": "amber"},
        "has no calendar",
    ),
    (
        "Graph cannot come here",
        lambda c: setattr(c.proofs, "deployment", Deployment(is_notified=False)),
        {"reachability": "amber"},
        "on this machine",
    ),
    ("Graph did not come", set_graph(refusal=Refused("it got Forbidden")), {"reachability": "red"}, "it got Forbidden"),
    ("Graph refused", set_graph(refusal=CalendarRefused("403")), {"reachability": "amber"}, "does not answer: 403"),
    (
        "a subscription ends",
        lambda c: c.clock.advance(timedelta(days=6, hours=1)),
        {"subscriptions": "amber"},
        "1 of 1",
    ),
    ("the board is silent", lambda c: setattr(c.proofs.board, "trouble", TryAgain("503")), {"scheduler": "red"}, "503"),
    ("no reports", cannot("sync_status"), {"scheduler": "amber"}, "planners do not see"),
    ("no writing where none is chosen", cannot("write_appointments", changes_down=False), {}, ""),
    (
        "no writing where it is chosen",
        cannot("write_appointments", changes_down=True),
        {"scheduler": "amber"},
        "workers",
    ),
    (
        "storage's clock",
        set_tables(is_ahead=timedelta(minutes=5)),
        {"clock": "red"},
        "300 seconds behind that of storage",
    ),
    (
        "Graph's clock",
        set_graph(is_ahead=-timedelta(seconds=31)),
        {"clock": "amber"},
        "31 seconds ahead of that of Graph",
    ),
    ("a small difference", set_graph(is_ahead=timedelta(seconds=29)), {}, ""),
    ("a timer is late", lambda c: put_back(c, Timer.RENEW, LATE), {"timers": "red"}, "renew last turned 2026-"),
    ("a timer has not turned", lambda c: c.proofs.turns.turns.pop(Timer.TIDY), {"timers": "amber"}, "tidy has not"),
    ("pulls fail", fail_pulls, {"timers": "red"}, "failed 2 times in a row"),
]


@pytest.mark.parametrize(("act", "expected", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_not_well_is_told_by_its_own_line(
    crew: SetUpCrew, act: Callable[[SetUpCrew], Any], expected: dict[str, str], words: str
) -> None:
    act(crew)
    lines = crew.lines()
    found = {name: line.level.value for name, line in lines.items() if line.level != "green"}
    assert found == {name: level for name, level in expected.items() if level != "green"}, lines
    if found:
        assert words in lines[next(iter(expected))].words
    for name, line in lines.items():
        assert bool(line.remedy) == (name in found)


def test_without_a_resource_and_a_control_nothing_is_written_and_nothing_nags(crew: SetUpCrew) -> None:
    writes = crew.outlook.writes
    lines = crew.lines(Asked(may_change=True))
    assert {"writing", "control"}.isdisjoint(lines)
    assert {line.level.value for line in lines.values()} == {"green"}
    assert crew.outlook.writes == writes
    assert crew.proofs.graph.called_back == [crew.main]


def test_for_a_reader_nothing_is_written_and_those_lines_say_so(crew: SetUpCrew) -> None:
    writes = crew.outlook.writes
    assert crew.not_well(replace(EVERYTHING, may_change=False)) == dict.fromkeys(
        ("writing", "control", "reachability"), "amber"
    )
    assert (crew.outlook.writes, crew.proofs.graph.called_back) == (writes, [])


class Listened:
    """An Outlook whose writes are kept in `sent`; the answers to those of the kind `lost` do not come."""

    def __init__(
        self, outlook: FakeOutlook, lost: type[EventOperation] | None = None, *, takes_lost: bool = True
    ) -> None:
        self._outlook = outlook
        self._lost = lost
        self._takes_lost = takes_lost
        self.sent: list[EventOperation] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outlook, name)

    async def carry_out(self, mailbox: str, operations: Sequence[EventOperation]) -> Sequence[Outcome]:
        self.sent += operations
        is_lost = self._lost is not None and isinstance(operations[0], self._lost)
        if is_lost and not self._takes_lost:
            return [Unknown("Graph did not reply")]
        outcomes = await self._outlook.carry_out(mailbox, operations)
        return [Unknown("Graph did not reply")] if is_lost else outcomes


def listen(crew: SetUpCrew, lost: type[EventOperation] | None = None, *, takes_lost: bool = True) -> Listened:
    listened = Listened(crew.outlook, lost, takes_lost=takes_lost)
    crew.ports = replace(crew.ports, outlook=cast(Outlook, listened))
    return listened


def test_an_event_is_written_that_disturbs_nobody_and_nothing_stays(crew: SetUpCrew) -> None:
    listened = listen(crew)
    assert crew.lines()["writing"].level == "green"
    create, delete = listened.sent
    assert isinstance(create, CreateEvent)
    assert isinstance(delete, DeleteEvent)
    assert (create.content.show_as, create.content.sensitivity) == ("free", "private")
    assert create.content.reminder_minutes is None
    assert create.calendar == delete.ref.calendar == crew.main
    assert not crew.outlook.living(crew.main)


def test_the_event_lies_before_the_longest_window(crew: SetUpCrew) -> None:
    crew.choose(days_back=365)
    terms = terms_of(crew.ports, crew.profile(ANNA), now(crew.ports.tenant.read()).choices)
    assert terms.window(crew.clock.now()).start_at > WRITTEN_AT + timedelta(days=1)


def test_what_could_not_be_deleted_is_nobodys_appointment_and_goes_with_the_next_check(crew: SetUpCrew) -> None:
    ports = crew.ports
    listen(crew, DeleteEvent, takes_lost=False)
    line = crew.lines()["writing"]
    assert (line.level, "could not be deleted again" in line.words) == ("red", True)
    assert len(crew.outlook.living(crew.main)) == 1
    crew.ports = ports
    crew.pull(ANNA)
    assert (crew.blocks(ANNA), crew.waiting(ANNA)) == ([], [])
    assert crew.lines()["writing"].level == "green"
    assert not crew.outlook.living(crew.main)


def test_an_event_whose_answer_was_lost_goes_too(crew: SetUpCrew) -> None:
    listen(crew, CreateEvent)
    line = crew.lines()["writing"]
    assert (line.level, line.words) == ("red", "An event could not be written: Graph did not reply.")
    assert not crew.outlook.living(crew.main)


def test_no_resource_can_have_the_marker_of_the_check(crew: SetUpCrew) -> None:
    assert ANNA not in marker_of_check(crew.ports.connector)
    assert marker_of_check(crew.ports.connector).startswith(crew.ports.connector)


def test_fifty_mailboxes_have_a_line_each_and_the_rest_are_summed_up(crew: SetUpCrew) -> None:
    for number in range(53):
        resource = ResourceId(f"n{number:02}")
        crew.overviews.rows[resource] = Overview(resource, "", State.HELD, "its calendar does not answer")
    lines = crew.lines(Asked())
    assert sum(name.startswith("mailbox:") for name in lines) == 50
    assert (lines["mailboxes"].level, lines["mailboxes"].words) == ("red", "3 more of 54 resources cannot go on.")


def test_a_line_that_hangs_is_red_and_the_others_are_told(crew: SetUpCrew) -> None:
    async def hang() -> Mapping[str, bool]:
        await asyncio.Event().wait()
        raise AssertionError

    crew.proofs.board.ask_abilities = hang  # type: ignore[method-assign]
    check = Check(crew.ports, crew.proofs.around, EVERYTHING)
    lines = asyncio.run(check_setup(check, timedelta(seconds=0.2)))
    assert [(line.id, line.level.value) for line in lines if line.level != "green"] == [("scheduler", "red")]
    assert "No answer within" in next(line.words for line in lines if line.id == "scheduler")


def test_a_line_that_breaks_is_red_and_told_without_what_it_said(
    crew: SetUpCrew, caplog: pytest.LogCaptureFixture
) -> None:
    crew.proofs.board.trouble = RuntimeError("top secret")
    lines = crew.lines()
    assert {name: line.level.value for name, line in lines.items() if line.level != "green"} == {"scheduler": "red"}
    assert "RuntimeError" in lines["scheduler"].words
    assert "top secret" not in f"{lines}{caplog.text}"
    assert "ask_abilities" in caplog.text
