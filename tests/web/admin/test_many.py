"""Many resources in one call: each mailbox is looked up once, several lines at a time, and told in their order."""

import asyncio
import json
from collections import Counter
from typing import Any

import pytest

from sync_core.domain.choices import PrincipalLookup
from sync_core.ports import Mailbox
from tests.fakes.directory import FakeDirectory
from tests.flows.crew import ADDRESS
from tests.web.admin.office import CSV, Answer, Office

HEADING = "id,name,state,mailbox,calendars"


class Asked:
    """Counts what the directory is asked for, and how many ask at once; each waits its turn, later ones shorter."""

    def __init__(self, directory: FakeDirectory, patch: pytest.MonkeyPatch) -> None:
        self.addresses: Counter[str] = Counter()
        self.most, self._now, self._find = 0, 0, directory.find_mailbox
        patch.setattr(directory, "find_mailbox", self.find_mailbox)

    async def find_mailbox(self, address: str, lookup: PrincipalLookup = PrincipalLookup.DIRECTORY) -> Mailbox:
        self.addresses[address] += 1
        self._now += 1
        self.most = max(self.most, self._now)
        for _ in range(40 - self.addresses.total() % 40):
            await asyncio.sleep(0)
        self._now -= 1
        return await self._find(address, lookup)


def staffed(count: int) -> tuple[Office, list[str]]:
    office = Office()
    addresses = [f"worker.{number}@tandem.example" for number in range(count)]
    for number, address in enumerate(addresses):
        office.crew.add_mailbox(address, f"box-{number}", f"calendar-{number}")
    return office, addresses


def calendars(*wishes: dict[str, Any]) -> str:
    """The cell of a line that wishes for these."""
    return '"{}"'.format(json.dumps(wishes).replace('"', '""'))


async def sent(office: Office, *lines: str, **query: str) -> Answer:
    return await office.call("POST", "/resources/import", "\r\n".join([HEADING, *lines, ""]), kind=CSV, **query)


@pytest.mark.parametrize("state", ["", "active", "paused"])
@pytest.mark.parametrize("pilot", [(), ("R-0",)], ids=["no pilot", "a pilot"])
async def test_each_mailbox_is_looked_up_once_for_check_and_write(
    state: str, pilot: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, addresses = staffed(40)
    office.crew.choose(pilot_resources=pilot)
    asked = Asked(office.crew.directory, monkeypatch)
    lines = [f"R-{number},Worker,{state},{address}," for number, address in enumerate(addresses)]
    answer = await sent(office, *lines)
    assert [row["resource"] for row in answer.body["rows"]] == [f"R-{number}" for number in range(40)]
    assert answer.body["created"] == 40
    assert asked.addresses == Counter(addresses)
    assert 8 < asked.most <= 16


async def test_lines_that_share_a_mailbox_look_it_up_together_and_each_has_its_calendar(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = Office()
    asked = Asked(office.crew.directory, monkeypatch)
    own, leave = calendars({"name": "Calendar"}), calendars({"name": "Leave"})
    answer = await sent(office, f"anna,Anna,active,{ADDRESS},{own}", f"bert,Bert,active,{ADDRESS.upper()},{leave}")
    assert (answer.status, answer.body["created"]) == (200, 2)
    made = calendars({"name": "Van", "made": True})
    again = await sent(office, f"anna,Anna,active,{ADDRESS},{made}")
    assert (again.status, again.body["changed"]) == (200, 1)
    assert asked.addresses == {ADDRESS: 2}
    assert office.crew.directory.calendars_of(ADDRESS) == ["Calendar", "Leave", "Van"]


async def test_a_mailbox_that_is_none_is_asked_for_once_too_and_stops_no_other_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office, addresses = staffed(1)
    asked = Asked(office.crew.directory, monkeypatch)
    answer = await sent(
        office, "R-gone,Gone,active,gone@tandem.example,", f"R-0,Worker,active,{addresses[0]},", partial="true"
    )
    assert [row["outcome"] for row in answer.body["rows"]] == ["created", "created"]
    assert (await office.call("GET", "/resources/R-gone")).body["mailbox"]["state"] == "missing"
    assert asked.addresses == {"gone@tandem.example": 1, addresses[0]: 1}


async def test_what_one_call_found_is_not_believed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    office, addresses = staffed(1)
    asked = Asked(office.crew.directory, monkeypatch)
    line = f"R-0,Worker,,{addresses[0]},"
    await sent(office, line, dryRun="true")
    await sent(office, line)
    assert asked.addresses == {addresses[0]: 2}


async def test_of_many_lines_the_later_one_is_told_that_an_earlier_has_its_calendar() -> None:
    office, addresses = staffed(40)
    lines = [f"R-{number},Worker,,{address}," for number, address in enumerate([*addresses, addresses[7]])]
    answer = await sent(office, *lines, partial="true")
    refused = [row for row in answer.body["rows"] if row["outcome"] == "refused"]
    assert [(row["line"], row["errors"][0]["wrong"]) for row in refused] == [(42, "has a calendar that R-7 has, too")]
    assert answer.body["created"] == 40


async def test_a_dry_run_marks_calendars_so_that_two_parts_of_one_table_can_be_compared() -> None:
    office, addresses = staffed(2)
    marks = [
        (await sent(office, f"R-{name},Worker,,{address},", dryRun="true")).body["rows"][0]["calendars"]
        for name, address in enumerate((addresses[0], addresses[1], addresses[0].upper()))
    ]
    assert (marks[0] == marks[2], marks[0] == marks[1], [len(each) for each in marks]) == (True, False, [1, 1, 1])
    assert "box-0" not in str(marks)
    assert "calendars" not in (await sent(office, f"R-0,Worker,,{addresses[0]},")).body["rows"][0]


async def test_more_resources_than_one_call_can_carry_out_are_refused_with_what_to_do() -> None:
    office = Office()
    lines = [f"R-{number},Worker,,," for number in range(1001)]
    table = await sent(office, *lines)
    assert (table.status, table.body["errors"][0]["remedy"]) == (400, "at most 1,000 lines; send it in parts")
    document = {"version": 1, "resources": [{"id": f"R-{number}", "name": "Worker"} for number in range(1001)]}
    whole = await office.call("PUT", "/configuration", document)
    assert (whole.status, whole.wrong) == (400, ["resources"])
    assert "--without-resources" in whole.body["errors"][0]["remedy"]
