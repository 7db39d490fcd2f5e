"""A table of thousands: cut into parts, all of them tried before one is carried out, and told as one."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tandem_cli.tables import MOST_BYTES, cut, read_table
from tests.tandem_cli.conftest import Run
from tests.tandem_cli.contract_server import ContractServer, Script

COUNT = 1250
FAULT = {"field": "zone", "wrong": "is none", "remedy": "an IANA name"}


def told(first: int, last: int, **others: Mapping[str, Any]) -> Script:
    """The report of a part: good lines from `R-first` to before `R-last`, some of them otherwise."""
    rows: list[dict[str, Any]] = [
        {"line": number - first + 2, "resource": f"R-{number}", "outcome": "created", "errors": []}
        | dict(others.get(f"R_{number}", {}))
        for number in range(first, last)
    ]
    return Script(parts={"rows": rows})


def tried(server: ContractServer) -> Sequence[bool]:
    return ["dryRun" in sent.query for sent in server.sent]


def lines_of(body: str) -> Sequence[str]:
    return [line.partition(",")[0] for line in body.splitlines()]


@pytest.fixture
def team(tmp_path: Path) -> Path:
    file = tmp_path / "team.csv"
    file.write_text("id,name\n" + "".join(f"R-{number},Name\n" for number in range(COUNT)), "utf-8")
    return file


def whole() -> list[Script]:
    return [told(0, 500), told(500, 1000), told(1000, COUNT)]


def test_every_part_is_tried_and_then_every_part_carried_out(server: ContractServer, run: Run, team: Path) -> None:
    server.says("importResources", *whole(), *whole())
    ended = run(f"tandem resources import {team} --yes --json")
    assert ended.exit_code == 0, ended.output
    assert tried(server) == [True] * 3 + [False] * 3
    report = json.loads(ended.stdout)
    assert (report["applied"], report["created"]) == (True, COUNT)
    assert [row["line"] for row in report["rows"]] == list(range(2, COUNT + 2))
    bodies = server.bodies_of("importResources")
    assert bodies[:3] == bodies[3:]
    assert [lines_of(body)[0] for body in bodies[:3]] == ["id"] * 3
    assert [name for body in bodies[:3] for name in lines_of(body)[1:]] == [f"R-{number}" for number in range(COUNT)]
    assert "1250/1250 lines carried out" in ended.stderr


def test_a_line_refused_in_the_last_part_keeps_the_first_from_being_carried_out(
    server: ContractServer, run: Run, team: Path
) -> None:
    bad = {"R_1200": {"outcome": "refused", "errors": [FAULT]}}
    server.says("importResources", *whole()[:2], told(1000, COUNT, **bad))
    ended = run(f"tandem resources import {team} --yes")
    assert (ended.exit_code, tried(server)) == (1, [True] * 3)
    assert "1 of 1,250 lines is refused; nothing was changed." in ended.stderr
    assert "line 1202 (R-1200), zone is none → an IANA name" in ended.stderr


def test_with_partial_the_good_lines_go_alone_and_the_refused_stay_in_the_report(
    server: ContractServer, run: Run, team: Path
) -> None:
    bad = {"R_5": {"outcome": "refused", "errors": [FAULT]}}
    after = Script(parts={"rows": [row for row in told(0, 501).parts["rows"] if row["resource"] != "R-5"]})
    server.says("importResources", told(0, 500, **bad), *whole()[1:], after, told(501, 1001), told(1001, COUNT))
    ended = run(f"tandem resources import {team} --yes --partial --json")
    report = json.loads(ended.stdout)
    assert (ended.exit_code, report["created"], report["refused"]) == (1, COUNT - 1, 1)
    assert (report["rows"][5]["line"], report["rows"][5]["errors"]) == (7, [FAULT])
    assert [row["line"] for row in report["rows"]] == list(range(2, COUNT + 2))
    assert "R-5" not in lines_of(server.bodies_of("importResources")[3])
    assert [sent.query.get("partial") for sent in server.sent[3:]] == ["true"] * 3


@pytest.mark.parametrize(
    ("clash", "words"),
    [
        ({"resource": "R-7"}, "id is named a second time → each resource once"),
        ({"calendars": ["m-7"]}, "mailbox has a calendar that R-7 has, too → name another calendar"),
    ],
    ids=["id", "calendar"],
)
def test_what_lines_of_two_parts_both_claim_is_refused_before_anything_is_carried_out(
    clash: Mapping[str, Any], words: str, server: ContractServer, run: Run, team: Path
) -> None:
    first = told(0, 500, R_7={"calendars": ["m-7"]})
    server.says("importResources", first, told(500, 1000, R_700=clash), told(1000, COUNT))
    ended = run(f"tandem resources import {team} --yes")
    assert (ended.exit_code, tried(server)) == (1, [True] * 3)
    assert f"line 702 ({clash.get('resource', 'R-700')}), {words}" in ended.stderr


def test_where_it_breaks_off_is_told_and_the_same_once_more_goes_on(
    server: ContractServer, run: Run, team: Path
) -> None:
    server.says("importResources", *whole(), told(0, 500), Script(500))
    ended = run(f"tandem resources import {team} --yes")
    assert ended.exit_code == 6
    where = "That is of lines 502 to 1,001. The lines before them are carried out. Say the same again to go on there."
    assert where in ended.stderr


def test_a_line_refused_amid_is_told_by_its_place_in_the_whole_file(
    server: ContractServer, run: Run, team: Path
) -> None:
    amid = {"R_503": {"outcome": "refused", "errors": [{**FAULT, "field": ""}]}}
    rows = told(500, 1000, **amid).parts["rows"]
    report = {"applied": False, "created": 499, "changed": 0, "same": 0, "refused": 1, "rows": rows}
    server.says("importResources", *whole(), told(0, 500), Script(400, parts={"report": report}))
    ended = run(f"tandem resources import {team} --yes")
    assert ended.exit_code == 1
    assert "line 505 (R-503), the whole is none" in ended.stderr


def test_a_dry_run_of_thousands_changes_nothing(server: ContractServer, run: Run, team: Path) -> None:
    server.says("importResources", *whole())
    ended = run(f"tandem resources import {team} --dry-run --json")
    assert (ended.exit_code, tried(server), json.loads(ended.stdout)["applied"]) == (0, [True] * 3, False)


def test_a_table_is_cut_between_lines_and_each_keeps_what_it_says() -> None:
    text = '\ufeffid,name\r\na,"A\r\nB"\r\n\r\nb,B\r\n , \r\nc,"C""\n"\r\nd,D'
    table = read_table(text.encode())
    assert table is not None
    assert [line.number for line in table.lines] == [2, 5, 7, 9]
    assert table.body_of(table.lines[:1]) == b'id,name\r\na,"A\r\nB"\r\n'
    assert table.body_of(table.lines).decode() == text.removeprefix("\ufeff")
    assert [len(part) for part in cut([*table.lines] * 600)] == [500, 500, 500, 500, 400]


def test_long_lines_make_parts_of_fewer_of_them() -> None:
    table = read_table(b"id,name\n" + b"".join(b"a," + b"A" * 100_000 + b"\n" for _ in range(100)))
    assert table is not None
    assert max(sum(len(line.text) for line in part) for part in cut(table.lines)) <= MOST_BYTES
    assert sum(map(len, cut(table.lines))) == 100


@pytest.mark.parametrize("content", [b"", b"\xff", b'id,name\na,"A\n', b"\n\n"], ids=range(4))
def test_what_is_no_table_is_left_to_the_app_to_refuse(content: bytes) -> None:
    assert read_table(content) is None


def test_a_configuration_goes_without_its_resources_if_so_asked(
    server: ContractServer, run: Run, tmp_path: Path
) -> None:
    document = {"version": 1, "settings": {}, "resources": [{"id": "R-ada", "name": "Ada"}]}
    (tmp_path / "tandem.json").write_text(json.dumps(document), "utf-8")
    run("tandem configuration import tandem.json --without-resources --yes")
    assert [sent.body for sent in server.sent] == [{"version": 1, "settings": {}}]
