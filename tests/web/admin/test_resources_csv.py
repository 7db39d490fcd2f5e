"""All resources as one table: exported as text, and taken over line by line, all of it or nothing."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from sync_core.flows.administer import profile_of
from sync_core.flows.profiles import note_profile
from sync_core.ports import Mailbox
from tests.flows.crew import ADDRESS, ANNA, ASKED
from tests.flows.stage import hours
from tests.web.admin.office import CSV, Answer, Office

HEADING = "id,name,state,mailbox,zone,direction,group,calendars,settings"


async def sent(office: Office, *lines: str, heading: str = HEADING, **query: str) -> Answer:
    return await office.call("POST", "/resources/import", "\r\n".join([heading, *lines, ""]), kind=CSV, **query)


def outcomes(answer: Answer) -> list[tuple[int, str, str]]:
    report = answer.body.get("report", answer.body)
    return [(row["line"], row["resource"], row["outcome"]) for row in report["rows"]]


def faults(answer: Answer) -> list[str]:
    report = answer.body.get("report", answer.body)
    return [error["field"] for row in report["rows"] for error in row["errors"]]


async def test_a_table_enlists_and_activates_and_the_same_once_more_changes_nothing() -> None:
    office = Office()
    lines = (
        f'anna,"Anna, the first",active,{ADDRESS},Europe/Berlin,both,fitters,[],"{{""days_ahead"": 90}}"',
        "bert,Bert,,,,,,,",
    )
    first = await sent(office, *lines)
    assert (first.status, first.body["applied"]) == (200, True)
    assert outcomes(first) == [(2, "anna", "created"), (3, "bert", "created")]
    anna = (await office.call("GET", "/resources/anna")).body
    assert (anna["state"], anna["name"], anna["settings"]) == ("active", "Anna, the first", {"days_ahead": 90})
    assert (await office.call("GET", "/resources/bert")).body["state"] == "waiting"
    office.crew.settle()
    writes = office.crew.writes()
    again = await sent(office, *lines)
    assert outcomes(again) == [(2, "anna", "same"), (3, "bert", "same")]
    assert office.crew.writes() == writes


async def test_one_bad_line_keeps_all_from_being_carried_out_unless_the_good_ones_may_go_alone() -> None:
    office = Office()
    lines = (f"anna,Anna,active,{ADDRESS},,,,,", "bert,Bert,,,Mars,sideways,,,")
    whole = await sent(office, *lines)
    assert whole.status == 400
    assert (whole.body["report"]["applied"], whole.body["report"]["refused"]) == (False, 1)
    assert outcomes(whole) == [(2, "anna", "created"), (3, "bert", "refused")]
    assert faults(whole) == ["zone", "direction"]
    assert (await office.call("GET", "/resources/anna")).status == 404
    assert "anna" not in office.crew.owners.values()
    part = await sent(office, *lines, partial="true")
    assert (part.status, part.body["applied"]) == (200, True)
    assert (await office.call("GET", "/resources/anna")).body["state"] == "active"
    assert (await office.call("GET", "/resources/bert")).status == 404


async def test_a_state_that_cannot_be_is_refused_before_anything_else_of_its_line_is_written() -> None:
    office = Office()
    await sent(office, f"anna,Anna,active,{ADDRESS},,both,,,")
    office.crew.choose(pilot_resources=("somebody-else",))
    answer = await sent(office, f"anna,Anna B.,paused,{ADDRESS},,both,,,")
    assert (answer.status, faults(answer)) == (400, ["state"])
    assert (await office.call("GET", "/resources/anna")).body["name"] == "Anna"


async def test_a_line_that_somebody_came_before_is_told_and_nobody_says_that_nothing_was_changed() -> None:
    office = Office()
    await sent(office, f"anna,Anna,active,{ADDRESS},,both,,,", "bert,Bert,,,,,,,")
    directory = office.crew.directory
    find = directory.find_mailbox

    async def somebody_is_faster(address: str, *more: Any) -> Mailbox:
        await note_profile(office.crew.ports, ANNA, lambda was: replace(was, name="Ann") if was else profile_of(ASKED))
        return await find(address, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(directory, "find_mailbox", somebody_is_faster)
        answer = await sent(office, f"anna,Anna B.,active,{ADDRESS},,both,,,", "bert,Bert B.,,,,,,,")
    assert outcomes(answer) == [(2, "anna", "refused"), (3, "bert", "changed")]
    assert (answer.status, answer.body["applied"]) == (200, True)
    assert [(await office.call("GET", f"/resources/{name}")).body["name"] for name in ("anna", "bert")] == [
        "Ann",
        "Bert B.",
    ]


async def test_a_dry_run_tells_and_changes_nothing() -> None:
    office = Office()
    answer = await sent(office, f"anna,Anna,active,{ADDRESS},,,,,", "bert,,,,,,,,", dryRun="true")
    assert (answer.status, answer.body["applied"]) == (200, False)
    assert outcomes(answer) == [(2, "anna", "created"), (3, "bert", "refused")]
    assert (await office.call("GET", "/resources/anna")).status == 404


async def test_columns_that_are_missing_stay_as_they_are_and_empty_cells_follow_the_tenant() -> None:
    office = Office()
    await sent(office, f"anna,Anna,active,{ADDRESS},Europe/Berlin,both,fitters,[],{{}}")
    answer = await sent(office, "anna,Anna B.,", heading="id,name,zone")
    assert outcomes(answer) == [(2, "anna", "changed")]
    anna = (await office.call("GET", "/resources/anna")).body
    assert (anna["name"], anna["zone"], anna["direction"], anna["group"]) == ("Anna B.", None, "both", "fitters")
    assert (anna["state"], anna["mailbox"]["address"]) == ("active", ADDRESS)


async def test_a_line_may_pause_and_activate_again_and_waiting_leaves_it_where_it_is() -> None:
    office = Office()
    states = []
    for state in ("paused", "active", "paused", "waiting", ""):
        await sent(office, f"anna,Anna,{state},{ADDRESS}", heading="id,name,state,mailbox")
        states.append((await office.call("GET", "/resources/anna")).body["state"])
    assert states == ["paused", "active", "paused", "paused", "paused"]


async def test_one_that_comes_as_paused_is_never_written_to_before_it_is_resumed() -> None:
    office = Office()
    crew = office.crew
    await sent(office, f"anna,Anna,paused,{ADDRESS}", heading="id,name,state,mailbox")
    crew.board.plan(crew.key(0), hours(30), ANNA, subject="planned")
    crew.settle()
    assert crew.ours_in(crew.main) == []
    await office.call("POST", "/resources/anna/resume")
    crew.settle()
    assert crew.ours_in(crew.main) == ["planned"]


async def test_two_lines_cannot_have_one_calendar_or_one_id() -> None:
    office = Office()
    twice = await sent(office, f"anna,Anna,,{ADDRESS}", f"bert,Bert,,{ADDRESS}", heading="id,name,state,mailbox")
    assert outcomes(twice) == [(2, "anna", "created"), (3, "bert", "refused")]
    assert faults(twice) == ["mailbox"]
    same = await sent(office, "anna,Anna", "anna,Anna", heading="id,name")
    assert faults(same) == ["id"]


async def test_a_calendar_of_a_resource_that_the_table_does_not_name_is_refused_before_anything_is_written() -> None:
    office = Office()
    await sent(office, f"anna,Anna,active,{ADDRESS}", heading="id,name,state,mailbox")
    answer = await sent(office, "carl,Carl,,", f"bert,Bert,,{ADDRESS}", heading="id,name,state,mailbox")
    assert outcomes(answer) == [(2, "carl", "created"), (3, "bert", "refused")]
    assert (await office.call("GET", "/resources/carl")).status == 404


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("x,X,sleeping,,,,,,", "state"),
        ("x,X,,,,,,nonsense,", "calendars"),
        ('x,X,,,,,,"[{""name"": 3}]",', "calendars"),
        ('x,X,,,,,,,"{""days_ahead"": 0}"', "settings"),
        ("x,X,,,,,,,[]", "settings"),
        (",X,,,,,,,", "id"),
        ("x,,,,,,,,", "name"),
        ("x,X", ""),
        ("x,X,,,,,,,,more", ""),
    ],
)
async def test_every_fault_names_its_column(line: str, field: str) -> None:
    answer = await sent(Office(), line)
    assert answer.status == 400
    assert faults(answer) == [field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", ""),
        (b"id,nom\r\nx,X\r\n", "nom"),
        (b"id,name,name\r\nx,X,Y\r\n", "name"),
        (b"name\r\nX\r\n", "id"),
        (b'id,name\r\nx,"X\r\n', ""),
        (b"id,name\r\nx,\xff\r\n", ""),
        (b"id,name\r\n" + b"x,X\r\n" * 1001, ""),
    ],
    ids=range(7),
)
async def test_what_is_no_such_table_is_refused_as_a_whole(body: bytes, field: str) -> None:
    answer = await Office().call("POST", "/resources/import", body, kind=CSV)
    assert answer.status == 400
    assert field in answer.wrong
    assert "report" not in answer.body


async def test_lines_are_told_by_where_they_begin_in_the_file() -> None:
    answer = await sent(Office(), 'a,"A\r\nB",', "", "b,B,Mars", heading="id,name,zone")
    assert [line for line, _, _ in outcomes(answer)] == [2, 5]


async def test_what_is_exported_can_be_imported_as_it_is_and_no_cell_is_a_formula() -> None:
    office = Office()
    await office.put("=cmd", {"name": "@SUM(1)", "group": "-1+1"})
    await office.put(
        "anna", {"name": 'Anna "A", \r\n'.strip(), "mailbox": {"address": ADDRESS}, "settings": {"days_ahead": 9}}
    )
    await office.call("POST", "/resources/anna/activate")
    office.crew.settle()
    table = await office.call("GET", "/resources.csv")
    rows = list(csv.reader(io.StringIO(table.text, newline="")))
    assert rows[0] == HEADING.split(",")
    assert [row[:3] for row in rows[1:3]] == [["'=cmd", "'@SUM(1)", "waiting"], ["anna", 'Anna "A",', "active"]]
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@")]
    again = await office.call("POST", "/resources/import", table.text, kind=CSV)
    assert {row["outcome"] for row in again.body["rows"]} == {"same"}


async def test_another_content_type_is_refused() -> None:
    assert (await Office().call("POST", "/resources/import", "id,name\r\n")).status == 415
