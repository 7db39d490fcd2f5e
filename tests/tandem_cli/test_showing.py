"""What people see: rows, times, progress; and nothing that steers their terminal."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tandem_cli.options import read_instant
from tests.tandem_cli.conftest import Run
from tests.tandem_cli.contract_server import ContractServer, Script


def rows(count: int) -> Script:
    return Script(parts={"value": [{"id": f"R-{number}"} for number in range(count)], "nextCursor": None})


def test_a_list_says_if_there_are_more(server: ContractServer, run: Run) -> None:
    server.says("listResources", rows(3))
    ended = run("tandem resources list --limit 2 --json")
    assert [row["id"] for row in json.loads(ended.stdout)] == ["R-0", "R-1"]
    assert "--all" in ended.stderr
    assert run("tandem resources list --limit 3").stderr == ""


def test_an_empty_list_says_so(server: ContractServer, run: Run) -> None:
    server.says("listHeld", rows(0))
    assert run("tandem held list").stdout == "Nothing is held.\n"


def test_words_from_elsewhere_neither_steer_the_terminal_nor_are_taken_for_markup(
    server: ContractServer, run: Run
) -> None:
    server.says("getResource", Script(parts={"name": "\x1b[2J[bold]Eve[/bold]", "warnings": ["\x1b]0;a\x07 [red]"]}))
    shown = run("tandem resources show R-eve").stdout
    assert "\x1b" not in shown
    assert "[bold]Eve[/bold]" in shown
    assert "[red]" in shown
    server.says("listResources", Script(400, parts={"detail": "\x1b[2J"}))
    assert "\x1b" not in run("tandem resources list").stderr


def test_what_is_to_be_taken_along_is_printed_unchanged(server: ContractServer, run: Run) -> None:
    words = "\x1b[2J {{ subject }} " + "ü" * 300
    server.says("exportConfiguration", Script(parts={"settings": {"subject_template": words}}))
    shown = run("tandem configuration export").stdout
    assert "\x1b" not in shown
    assert json.loads(shown)["settings"]["subject_template"] == words
    token = "a" * 2000
    assert run("tandem token --raw", "--token", token).stdout == f"{token}\n"


def test_what_is_held_is_shown_with_what_to_do_and_both_sides(server: ContractServer, run: Run) -> None:
    listed = run("tandem held list").stdout
    assert "release them if they are meant" in listed
    assert "held by the brake" in listed
    shown = run("tandem held show Ui1hZGE.cDE4").stdout
    assert "Outlook: not there, or not seen" in shown
    assert "Boiler service" in shown


def test_a_journal_tells_what_was_changed_field_by_field(server: ContractServer, run: Run) -> None:
    shown = run("tandem journal R-ada").stdout
    assert "Outlook start: 2026-11-23 07:00:00Z → 2026-11-23 09:00:00Z" in shown
    assert "subject" not in shown


def test_the_doctor_names_each_line_with_what_to_do(server: ContractServer, run: Run) -> None:
    ended = run("tandem doctor --resource R-ada --control nobody@acme.example")
    assert (ended.exit_code, ended.stderr) == (1, "1 of 2 lines are red.\n")
    assert "Take the mailbox into the app's scope in Exchange" in ended.stdout
    green = {"id": "storage", "title": "Storage", "level": "green", "words": "It answers.", "remedy": "", "link": None}
    server.says("checkSetup", Script(parts={"lines": [green]}))
    ended = run("tandem doctor")
    assert (ended.exit_code, "--resource and --control" in ended.stderr) == (0, True)


@pytest.mark.parametrize("verb", ["activate", "resume", "offboard --events keep", "progress"])
def test_following_ends_when_the_work_does(verb: str, server: ContractServer, run: Run) -> None:
    done = {"state": "done", "left": 0, "walked": 214, "endedAt": "2026-11-21T08:09:00Z"}
    server.says("getProgress", Script(), Script(), Script(parts=done))
    name, *options = verb.split()
    ended = run(f"tandem resources {name} R-ada --follow --every 0", *options)
    assert ended.exit_code == 0, ended.output
    assert [sent.operation for sent in server.sent].count("getProgress") == 3
    assert "2026-11-21 08:09:00Z" in ended.stdout
    assert "214 of 214" in ended.stderr


def test_following_what_somebody_paused_ends_and_says_how_to_go_on(server: ContractServer, run: Run) -> None:
    server.says("getProgress", Script(), Script(parts={"state": "paused"}))
    ended = run("tandem resources progress R-ada --follow --every 0")
    assert ended.exit_code == 1
    assert "tandem resources resume R-ada --follow" in ended.stderr


def test_a_large_table_arrives_whole(server: ContractServer, run: Run, tmp_path: Path) -> None:
    content = "id,name\n" + "".join(f"R-{number},{'Name' * 100} of {number}\n" for number in range(500))
    (tmp_path / "team.csv").write_text(content, "utf-8")
    server.says("importResources", Script(429, headers={"Retry-After": "0"}), Script())
    run("tandem resources import team.csv --dry-run")
    assert server.bodies_of("importResources") == [content, content]
    assert server.sent[-1].query == {"dryRun": "true"}


def test_an_export_is_the_table_as_the_app_wrote_it(server: ContractServer, run: Run, tmp_path: Path) -> None:
    shown = run("tandem resources export").stdout
    run("tandem resources export --output team.csv")
    assert (tmp_path / "team.csv").read_text("utf-8") == shown
    assert shown.startswith("id,name,state,mailbox")


@pytest.mark.parametrize(
    ("words", "instant"),
    [
        ("2026-11-21", "2026-11-21T00:00:00Z"),
        ("2026-11-21T08:00:00Z", "2026-11-21T08:00:00Z"),
        ("2026-11-21T08:00:00+01:00", "2026-11-21T07:00:00Z"),
        ("90m", "2026-11-21T06:30:00Z"),
        ("2h", "2026-11-21T06:00:00Z"),
        ("1w", "2026-11-14T08:00:00Z"),
    ],
)
def test_a_time_is_read_in_utc_or_as_so_long_ago(words: str, instant: str) -> None:
    assert read_instant(words, datetime(2026, 11, 21, 8, tzinfo=UTC)) == instant
