"""The set-up check over the API: who may have what proven, what is refused, and what is told in trouble."""

from dataclasses import replace
from typing import Any, cast

import pytest

from sync_core.domain.errors import Misconfigured, TryAgain
from sync_core.domain.profile import MailboxState
from sync_core.domain.source import DEFAULT_SOURCE, Heard
from sync_core.flows.keep_subscriptions import keep_subscriptions
from sync_core.flows.setup import Deployment
from sync_core.ports import Ports
from sync_core.web.admin.access import READER, Access
from sync_core.web.admin.routing import Administration
from tests.fakes.surroundings import FakeSurroundings
from tests.flows.crew import ANNA, Crew
from tests.flows.stage import now
from tests.flows.test_setup import CONTROL, Fault
from tests.web.admin.office import Office


class CheckedOffice(Office):
    """Everything is set up; `trouble` keeps the ports from being built."""

    def __init__(self) -> None:
        crew = Crew()
        crew.ask()
        crew.pull(ANNA)
        crew.overviews.rows = {ANNA: crew.overviews.rows[ANNA]}
        now(keep_subscriptions(crew.ports, ANNA))
        now(crew.sources.note(DEFAULT_SOURCE, Heard(webhook_at=crew.clock.now())))
        super().__init__(crew)
        self.proofs = FakeSurroundings(crew.clock)
        self.proofs.graph.mailboxes[CONTROL] = MailboxState.BLOCKED
        self.trouble: Exception | None = None
        parts = {"surroundings": lambda: self.proofs.around}
        self._administration = Administration(cast(Access, self.door), self._ports, parts, bare_ports=crew.ports)

    async def _ports(self) -> Ports:
        if self.trouble:
            raise self.trouble
        return self.crew.ports

    async def levels(self, **query: str) -> dict[str, str]:
        answer = await self.call("GET", "/setup", **query)
        assert answer.status == 200, answer.text
        return {line["id"]: line["level"] for line in answer.body["lines"]}


@pytest.fixture
def office() -> CheckedOffice:
    return CheckedOffice()


async def test_every_line_is_answered_as_the_contract_says(office: CheckedOffice) -> None:
    office.proofs.graph.mailboxes.clear()
    answer = await office.call("GET", "/setup", resource="anna", control=CONTROL)
    lines = {line["id"]: line for line in answer.body["lines"]}
    assert lines["writing"] == {
        "id": "writing",
        "title": "Writing to a calendar",
        "level": "green",
        "words": "An event was written and deleted again.",
        "remedy": "",
        "link": None,
    }
    assert (lines["control"]["level"], lines["control"]["link"]) == ("amber", "docs/admin/mend.md#setup-control")
    assert answer.body["checkedAt"] == f"{office.crew.clock.now():%Y-%m-%dT%H:%M:%SZ}"


async def test_a_reader_is_answered_and_nothing_is_written(office: CheckedOffice) -> None:
    office.door.role = READER
    writes = office.crew.outlook.writes
    levels = await office.levels(resource="anna", control=CONTROL)
    amber = {each for each, level in levels.items() if level != "green"}
    assert amber == {"writing", "control", "reachability"}
    assert (office.crew.outlook.writes, office.proofs.graph.called_back) == (writes, [])


@pytest.mark.parametrize(
    ("query", "status", "wrong"),
    [
        ({"resource": "nobody"}, 404, "There is no resource"),
        ({"resource": ""}, 400, "resource"),
        ({"resource": "a\n"}, 400, "resource"),
        ({"resource": "x" * 129}, 400, "resource"),
        ({"control": "nobody"}, 400, "control"),
        ({"control": "a b@c.example"}, 400, "control"),
        ({"control": "a" * 320 + "@c"}, 400, "control"),
        ({"deep": "1"}, 400, "deep"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    office: CheckedOffice, query: dict[str, str], status: int, wrong: str
) -> None:
    answer = await office.call("GET", "/setup", **query)
    assert answer.status == status
    assert wrong in answer.wrong[0]


@pytest.mark.parametrize("trouble", [TryAgain("no storage"), Misconfigured("wrong")])
async def test_the_check_answers_where_nothing_else_does(office: CheckedOffice, trouble: Exception) -> None:
    office.trouble = trouble
    assert (await office.call("GET", "/settings")).status == 503
    assert (await office.levels())["storage"] == "green"


async def test_with_wrong_settings_a_resource_is_not_looked_for(office: CheckedOffice) -> None:
    office.trouble = Misconfigured("wrong")
    office.proofs.deployment = Deployment(faults=[Fault("AzureWebJobsStorage")])
    levels = await office.levels(resource="nobody")
    assert (levels["settings"], levels["writing"], levels["storage"]) == ("red", "amber", "amber")


async def test_storage_that_does_not_answer_keeps_nobody_from_the_other_lines(office: CheckedOffice) -> None:
    class Silent:
        def __getattr__(self, name: str) -> Any:
            raise TryAgain("storage does not answer")

    silent = cast(Any, Silent())
    office.crew.ports = replace(office.crew.ports, rows=silent, overviews=silent, tenant=silent, sources=silent)
    office.proofs.tables.trouble = TryAgain("storage does not answer")
    levels = await office.levels(resource="anna", control=CONTROL)
    assert [each for each, level in levels.items() if level == "red"] == ["storage"]
    assert levels["token"] == levels["control"] == levels["clock"] == "green"
