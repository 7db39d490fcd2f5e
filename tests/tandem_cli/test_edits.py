"""Reading, changing and writing back, while others do the same."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tandem_cli.conftest import Run
from tests.tandem_cli.contract_server import ContractServer, Script

Edit = Callable[[str], None]


@pytest.fixture
def edit_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """Have an editor that does this with the `text` of the file."""

    def make(script: str) -> None:
        editor = tmp_path / "editor.py"
        lines = ["import pathlib, sys", "file = pathlib.Path(sys.argv[1])", "text = file.read_text('utf-8')"]
        editor.write_text("\n".join([*lines, script, "file.write_text(text, 'utf-8')"]), "utf-8")
        monkeypatch.setenv("VISUAL", f"{sys.executable} {editor}")
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        monkeypatch.setattr("tempfile.tempdir", None)  # it remembers where it wrote last

    return make


def drafts(folder: Path) -> list[Path]:
    return sorted(folder.glob("tandem-*.json"))


def test_a_change_carries_the_etag_of_what_was_read(server: ContractServer, run: Run) -> None:
    assert run("tandem resources set R-ada --zone Europe/London").exit_code == 0
    assert server.sent[-1].headers["if-match"] == '"1f3a9c"'


def test_a_change_names_only_what_was_said_and_null_for_what_follows_the_tenant_again(
    server: ContractServer, run: Run
) -> None:
    line = "tandem resources set R-ada --group '' --setting days_ahead=30 --setting inward_words=none"
    assert run(line, "--unset", "zone", "--unset", "reminder_minutes").exit_code == 0
    assert server.bodies_of("patchResource") == [
        {"group": "", "zone": None, "settings": {"days_ahead": 30, "inward_words": "none", "reminder_minutes": None}}
    ]


def test_a_new_resource_is_never_written_over_a_known_one(server: ContractServer, run: Run) -> None:
    line = (
        """tandem resources add R-van --name Van --calendar Planning --calendar '{"name": "", "direction": "down"}'"""
    )
    assert run(line).exit_code == 0
    sent = server.sent[-1]
    assert (sent.headers["if-none-match"], "if-match" in sent.headers) == ("*", False)
    assert sent.body == {"name": "Van", "calendars": [{"name": "Planning"}, {"name": "", "direction": "down"}]}


def test_who_was_slower_is_told_who_was_faster(server: ContractServer, run: Run) -> None:
    server.says("patchResource", Script(412))
    ended = run("tandem resources set R-ada --zone Europe/London")
    assert ended.exit_code == 5
    assert "5a0c1b52-8f0e-4f0c-9a53-2f1f5d8e1c11, at 2026-11-21 07:40:00Z" in ended.stderr


def test_settings_in_the_editor_are_stored_if_nobody_was_faster(
    server: ContractServer, run: Run, edit_with: Edit, tmp_path: Path
) -> None:
    edit_with("text = text.replace('180', '90')")
    ended = run("tandem settings edit", answer="y\n")
    assert ended.exit_code == 0, ended.output
    assert "days_ahead: 180 → 90" in ended.stderr
    assert "at most 2031 event(s) rewritten" in ended.stderr
    assert server.sent[-1].headers["if-match"] == '"of-the-settings"'
    assert server.bodies_of("putSettings")[0]["days_ahead"] == 90
    assert not drafts(tmp_path)


def test_a_number_that_is_not_all_of_it_is_not_told_as_the_most(
    server: ContractServer, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "tenant.json").write_text("{}", "utf-8")
    effects = {"resources": 900, "events": 5000, "atLeast": True}
    server.says("validateSettings", Script(200, {"problems": [], "effects": effects}))
    ended = run("tandem settings validate tenant.json")
    assert "at most" not in ended.stdout
    assert "of those looked at, 5000 would be rewritten" in " ".join(ended.stdout.split())


def test_an_editor_that_changed_nothing_sends_nothing(
    server: ContractServer, run: Run, edit_with: Edit, tmp_path: Path
) -> None:
    edit_with("")
    assert run("tandem resources edit R-ada").exit_code == 0
    assert [sent.operation for sent in server.sent] == ["getResource"]
    assert not drafts(tmp_path)


@pytest.mark.parametrize(("script", "code"), [("text = text.replace('180', '90')", 5), ("text = '{'", 2)])
def test_what_was_written_in_the_editor_and_could_not_be_stored_is_kept_for_its_owner(
    script: str, code: int, *, server: ContractServer, run: Run, edit_with: Edit, tmp_path: Path
) -> None:
    edit_with(script)
    server.says("putSettings", Script(412))
    ended = run("tandem settings edit --yes")
    assert ended.exit_code == code
    (draft,) = drafts(tmp_path)
    assert str(draft) in re.sub(r"\s", "", ended.stderr)
    assert draft.stat().st_mode & 0o077 == 0


def test_an_etag_that_was_told_before_is_what_counts(server: ContractServer, run: Run, tmp_path: Path) -> None:
    told = json.loads(run("tandem settings show --output tenant.json --json").stdout)
    assert json.loads((tmp_path / "tenant.json").read_text("utf-8"))["days_ahead"] == 180
    run("tandem settings put tenant.json --yes", "--etag", told["etag"].replace("of-the", "of-old"))
    assert server.sent[-1].headers["if-match"] == '"of-old-settings"'


def test_another_way_of_proving_takes_along_nothing_of_the_former(server: ContractServer, run: Run) -> None:
    server.says(
        "getSource", Script(parts={"proof": "hmac_body", "header": "X-S", "encoding": "hex", "digest": "sha256"})
    )
    ended = run("tandem sources set board --proof basic --user board --hours never")
    assert ended.exit_code == 0, ended.output
    sent = server.bodies_of("putSource")[0]
    assert (sent["proof"], sent["user"], sent["header"], sent["digest"]) == ("basic", "board", None, None)
    assert (sent["workingHours"], sent["secretNames"]) == (None, ["board-webhook-2026"])


def test_hours_are_read_as_days_and_a_span(server: ContractServer, run: Run) -> None:
    line = "tandem sources add erp --proof basic --secret-name erp --user erp --silence 60"
    assert run(line, "--hours", "tue-thu 06:30-18:00 Europe/London").exit_code == 0
    assert server.bodies_of("putSource")[0]["workingHours"] == {
        "zone": "Europe/London",
        "days": ["tue", "wed", "thu"],
        "from": "06:30",
        "to": "18:00",
        "silenceMinutes": 60,
    }
