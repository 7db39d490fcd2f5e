"""The shell scripts are of a kind that an admin may read and run."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.infra_scripts.stage import REGISTER, REMOVE, SHELL, Stage

SHELLCHECK = shutil.which("shellcheck")


@pytest.mark.skipif(not SHELLCHECK, reason="shellcheck is not installed: apt-get install shellcheck")
@pytest.mark.parametrize("script", [REGISTER, REMOVE], ids=lambda path: path.name)
def test_shellcheck_has_nothing_to_say(script: Path) -> None:
    ended = subprocess.run([SHELLCHECK or "", str(script)], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "")


@pytest.mark.parametrize("script", [REGISTER, REMOVE], ids=lambda path: path.name)
def test_a_script_may_be_run_and_stops_at_the_first_mistake(script: Path) -> None:
    assert script.stat().st_mode & 0o111
    text = script.read_text("utf-8")
    assert "set -eEuo pipefail" in text
    assert subprocess.run([SHELL, "-n", str(script)], check=False).returncode == 0


@pytest.mark.parametrize("script", [REGISTER, REMOVE], ids=lambda path: path.name)
def test_help_shows_examples_and_asks_nobody(stage: Stage, script: Path) -> None:
    assert stage.run(script, "--help") == 0
    assert "Examples" in stage.said
    assert not stage.calls
