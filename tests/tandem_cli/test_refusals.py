"""What a refusal looks like: sentences with field and remedy on stderr, and an exit code that says who has to act."""

import json

import pytest

from tandem_cli.trouble import MEANINGS
from tests.tandem_cli.conftest import Run
from tests.tandem_cli.contract_server import TOKEN, ContractServer, Script

CODES = [(400, 1), (401, 3), (403, 3), (404, 4), (409, 5), (412, 5), (428, 5), (429, 6), (503, 6)]


@pytest.mark.parametrize(("status", "code"), CODES)
def test_a_refusal_ends_with_the_code_that_the_page_promises(
    status: int, code: int, server: ContractServer, run: Run
) -> None:
    server.says("patchResource", Script(status, headers={"Retry-After": "3600"}))
    ended = run("tandem resources set R-ada --zone Europe/London")
    assert ended.exit_code == code
    assert ended.stdout == ""
    assert ended.stderr.strip()
    assert code in MEANINGS


def test_a_refusal_names_the_field_what_is_wrong_and_what_to_do(server: ContractServer, run: Run) -> None:
    server.says("listResources", Script(400))
    ended = run("tandem resources list")
    assert ended.stderr == "1 field is wrong.\nlimit is no such number → a whole number from 1 to 500\n"


def test_what_is_wrong_is_said_once_and_with_what_to_do(server: ContractServer, run: Run) -> None:
    faults = [{"field": "limit", "wrong": "is no number", "remedy": "1 to 500"}]
    server.says("listResources", Script(400, parts={"detail": "limit is no number.", "errors": faults}))
    assert run("tandem resources list").stderr == "limit is no number → 1 to 500\n"


def test_a_refusal_for_programs_is_the_problem_itself(server: ContractServer, run: Run) -> None:
    server.says("getResource", Script(404))
    ended = run("tandem resources show R-eva --json")
    assert json.loads(ended.stderr)["type"] == "/problems/not-found"
    assert ended.stdout == ""


def test_a_table_that_is_refused_is_told_line_by_line(server: ContractServer, run: Run) -> None:
    server.says("importResources", Script(400))
    ended = run("tandem resources import - --yes", answer="id,name\n")
    assert ended.exit_code == 1
    assert "nothing was changed" in ended.stderr
    assert "line 3 (R-ben), direction is no direction → Write up, down, both or none" in ended.stderr


def test_settings_that_would_be_refused_are_not_even_sent(server: ContractServer, run: Run) -> None:
    server.says(
        "validateSettings", Script(parts={"problems": [{"field": "zon", "wrong": "is none", "remedy": "zone"}]})
    )
    ended = run("tandem settings put - --yes", answer='{"zon": 1}')
    assert (ended.exit_code, ended.stderr) == (1, "zon is none → zone\nNothing was changed.\n")
    assert not server.bodies_of("putSettings")


def test_a_no_does_nothing(server: ContractServer, run: Run) -> None:
    ended = run("tandem resources erase R-ada --events keep", answer="n\n")
    assert ended.exit_code == 1
    assert not server.sent


def test_silence_where_an_answer_is_needed_does_nothing_and_says_how_to_agree(server: ContractServer, run: Run) -> None:
    ended = run("tandem sources remove board")
    assert ended.exit_code == 2
    assert "--yes" in ended.stderr
    assert not server.sent


@pytest.mark.parametrize(
    "line",
    [
        "tandem resources offboard R-ada",
        "tandem resources list --state asleep",
        "tandem held release",
        "tandem resources set R-ada",
        "tandem resources set R-ada --setting days_ahead",
        "tandem resources show ..",
        "tandem settings put missing.json",
        "tandem sources add erp --proof basic --hours whenever",
        "tandem journal R-ada --from yesterday",
    ],
)
def test_a_wrong_command_line_calls_nobody(line: str, server: ContractServer, run: Run) -> None:
    ended = run(line)
    assert ended.exit_code == 2, ended.output
    assert ended.stderr.strip()
    assert not server.sent


def test_what_does_not_answer_as_the_app_does_is_told_as_a_wrong_address(server: ContractServer, run: Run) -> None:
    ended = run(f"tandem status --url {server.url}/elsewhere")
    assert ended.exit_code == 6
    assert "Is that the address?" in ended.stderr
    assert server.faults.pop() == "there is no GET /elsewhere/api/admin/status"


def test_no_message_holds_the_token(server: ContractServer, run: Run) -> None:
    for status, _ in CODES:
        server.says("getStatus", Script(status, headers={"Retry-After": "3600"}))
        assert TOKEN not in run("tandem status").output
    assert TOKEN not in run("tandem status --url http://127.0.0.1:1").output
    assert "secret" not in run("tandem status", "--token", "secret\nhidden").output
