"""What help shows works, speaks by the contract, and reaches all of it."""

import base64
import json
import sys
from pathlib import Path

import pytest

from tests.contract_document.reading import ADMIN_CONTRACT, operations
from tests.tandem_cli.conftest import Run
from tests.tandem_cli.contract_server import ContractServer, Script
from tests.tandem_cli.examples import EXAMPLES, commands, examples_of

CLAIMS = base64.urlsafe_b64encode(json.dumps({"oid": "o-1", "exp": 1795000000, "roles": ["Tandem.Admin"]}).encode())
# The contract's own examples show a red line, and a table of which a row is refused.
NOT_ALL_WELL = ("tandem doctor", "tandem resources import")

ASKING = ("tandem settings put tenant.json", "tandem settings edit")


@pytest.fixture
def desk(server: ContractServer, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ContractServer:
    """The files that the examples name, an editor that changes something, and walks that have ended."""
    monkeypatch.setenv("TANDEM_TOKEN", f"eyJ.{CLAIMS.decode().rstrip('=')}.sig")
    (tmp_path / "team.csv").write_text("id,name\nR-ada,Ada\n", "utf-8")
    (tmp_path / "tenant.json").write_text('{"days_ahead": 90}', "utf-8")
    (tmp_path / "tandem.json").write_text('{"version": 1}', "utf-8")
    editor = tmp_path / "editor.py"
    editor.write_text(
        "import json, pathlib, sys\nfile = pathlib.Path(sys.argv[1])\ndocument = json.loads(file.read_text('utf-8'))\n"
        "document['zone'] = 'Europe/Paris'\nfile.write_text(json.dumps(document), 'utf-8')\n",
        "utf-8",
    )
    monkeypatch.setenv("EDITOR", f"{sys.executable} {editor}")
    server.says("getProgress", Script(parts={"state": "done"}))
    return server


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_does_what_it_says(line: str, desk: ContractServer, run: Run) -> None:
    ended = run(line, answer="y\n")
    assert (ended.exit_code == 1) is line.startswith(NOT_ALL_WELL), ended.output
    assert ended.exit_code in {0, 1}
    assert ended.stdout.strip()


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_for_programs_prints_one_json_value_and_nothing_else(
    line: str, desk: ContractServer, run: Run
) -> None:
    agreed = ["--yes"] if line in ASKING else []
    ended = run(line, *agreed, *([] if "--json" in line else ["--json"]))
    assert ended.exit_code in {0, 1}, ended.output
    json.loads(ended.stdout)


def test_every_operation_of_the_contract_is_reached_by_an_example(desk: ContractServer, run: Run) -> None:
    for line in EXAMPLES:
        run(line, answer="y\n")
    assert {sent.operation for sent in desk.sent} == {
        operation["operationId"] for _, _, operation in operations(ADMIN_CONTRACT)
    }


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_help_of_a_command_tells_what_it_is_for_and_shows_an_example(name: str, run: Run) -> None:
    node = dict(commands())[name]
    shown = " ".join(run(name, "--help").stdout.split())
    assert examples_of(node)
    assert all(line.startswith(name) for line in examples_of(node))
    assert all(" ".join(line.split()) in shown for line in examples_of(node))
    assert node.help.split("\n")[0].split(":")[0][:30] in shown
    assert all(parameter.help for parameter in node.params if parameter.name != "help")


def test_every_command_is_on_the_page(run: Run) -> None:
    page = (Path(__file__).parents[2] / "docs" / "admin" / "command-line.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `tandem ")]
    for name, _ in commands():
        *group, last = name.removeprefix("tandem ").split()
        fitting = [row for row in rows if f"`tandem {' '.join([*group, last])}`" in row]
        fitting += [row for row in rows if group and row.startswith(f"| `tandem {group[0]} ") and f"`{last}`" in row]
        assert fitting, name


HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "see-what-is-held.md"
LINES = [line for line in HOW_TO.read_text("utf-8").splitlines() if line.startswith("tandem ")]


@pytest.mark.parametrize("line", LINES)
def test_the_lines_of_the_how_to_are_understood(line: str, run: Run) -> None:
    ended = run(line, answer="y\n")
    assert ended.exit_code == 0, ended.output


def test_the_how_to_has_lines() -> None:
    assert len(LINES) > 5
