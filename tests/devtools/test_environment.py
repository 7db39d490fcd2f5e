"""The environment is made once, noticed when it is broken, and refused on a Python that cannot carry it."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devtools import environment
from devtools.paths import ROOT


class Copy:
    """A working copy whose pip and npm are replaced by scripts that note each call: an install without its network."""

    def __init__(self, directory: Path) -> None:
        self.root = directory
        self.notes = directory / "installed"

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", DRIVER, *arguments], cwd=self.root, capture_output=True, text=True, check=False
        )

    def installs(self) -> list[str]:
        return self.notes.read_text().split() if self.notes.exists() else []


# Stands in for venv, pip and npm alone; whether to call them, and under which lock, is what is tested.
DRIVER = """
import sys, time
from pathlib import Path
from devtools import environment, paths
from devtools.trouble import Trouble

def step(what, command, failed, variables=None):
    name = "venv" if "venv" in command else "npm" if "ci" in command else "pip"
    with Path("installed").open("a") as notes:
        notes.write(name + "\\n")
    if "slow" in sys.argv:
        time.sleep(0.5)
    if name in sys.argv:
        raise Trouble(failed)
    if name + "-dies" in sys.argv:
        import os
        os._exit(9)
    if name == "venv":
        paths.VENV_PYTHON.parent.mkdir(parents=True)
        paths.VENV_PYTHON.symlink_to(sys.executable)
    if name == "pip":
        (environment._site_packages() / "pydantic").mkdir(parents=True, exist_ok=True)
    if name == "npm":
        paths.AZURITE.parent.mkdir(parents=True)
        paths.AZURITE.touch()

environment.run_with_progress = step
environment._node_on_path = lambda: Path(sys.executable)
environment.shutil.which = lambda name: "npm"
try:
    environment.ensure()
except Trouble as trouble:
    sys.exit(str(trouble))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    shutil.copytree(ROOT / "devtools", tmp_path / "devtools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in environment.PINNED:
        shutil.copy(ROOT / name, tmp_path / name)
    return Copy(tmp_path)


def test_a_second_start_installs_nothing(copy: Copy) -> None:
    assert copy.run().returncode == 0
    assert copy.run().stdout == ""
    assert copy.installs() == ["venv", "pip", "npm"]


def test_a_changed_pin_is_installed(copy: Copy) -> None:
    copy.run()
    (copy.root / "requirements.txt").write_text("pydantic==2.0\n")
    copy.run()
    assert copy.installs().count("pip") == 2


@pytest.mark.parametrize("gone", ["node_modules", ".venv", "pydantic"])
def test_what_was_deleted_is_installed_again(copy: Copy, gone: str) -> None:
    copy.run()
    shutil.rmtree(next(copy.root.rglob(gone)))
    before = len(copy.installs())
    assert copy.run().returncode == 0
    assert len(copy.installs()) > before
    assert copy.run().stdout == ""


def test_an_install_that_was_cut_short_begins_anew(copy: Copy) -> None:
    assert copy.run("npm-dies").returncode == 9
    again = copy.run()
    assert again.returncode == 0
    assert "incomplete" in again.stdout
    assert copy.installs() == ["venv", "pip", "npm", "venv", "pip", "npm"]


def test_a_failing_install_says_so_in_one_sentence_and_is_tried_again(copy: Copy) -> None:
    failed = copy.run("pip")
    assert failed.returncode == 1
    assert failed.stderr.count("\n") == 1
    assert "requirements-dev.txt could not be installed" in failed.stderr
    assert copy.run().returncode == 0


def test_two_starts_at_once_install_once(copy: Copy) -> None:
    command = [sys.executable, "-c", DRIVER, "slow"]
    starts = [subprocess.Popen(command, cwd=copy.root, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [start.communicate(timeout=60)[0] for start in starts]
    assert [start.returncode for start in starts] == [0, 0]
    assert copy.installs() == ["venv", "pip", "npm"]
    assert sum("waiting" in words for words in said) == 1


def test_another_python_gets_an_environment_of_its_own(copy: Copy) -> None:
    copy.run()
    stamp = copy.root / ".tandem" / "environment.json"
    content = json.loads(stamp.read_text())
    stamp.write_text(json.dumps({**content, "key": "of another version"}))
    copy.run()
    assert copy.installs().count("pip") == 2


def dev(*arguments: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    return subprocess.run([python, str(ROOT / "dev.py"), *arguments], capture_output=True, text=True, check=False)


def test_bare_it_lists_every_command_at_once() -> None:
    began = time.monotonic()
    listed = dev()
    assert time.monotonic() - began < 2
    assert listed.returncode == 0
    for command in ("demo", "up", "test", "check", "azurite", "graph", "board", "host", "send", "machine"):
        assert f"dev.py {command}" in listed.stdout


def test_an_unknown_command_is_refused_in_a_sentence() -> None:
    refused = dev("fly")
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert "'fly'" in refused.stderr


@pytest.mark.parametrize("version", [(2, 7), (3, 10), (3, 14)], ids=["2.7", "3.10", "3.14"])
def test_another_python_is_refused_in_a_sentence(version: tuple[int, int]) -> None:
    pretend = f"import sys; sys.version_info = {version}; exec(open({str(ROOT / 'dev.py')!r}).read())"
    refused = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert f"this is Python {version[0]}.{version[1]}" in refused.stderr


def test_dev_py_is_plain_enough_for_any_python_to_read() -> None:
    source = (ROOT / "dev.py").read_bytes()
    assert source.isascii()
    for name in ("python2", "python2.7", "python3.6", "python3.8"):
        older = shutil.which(name)
        answers = older and subprocess.run([older, "-V"], capture_output=True, check=False).returncode == 0
        if older and answers:
            refused = dev(python=older)
            assert refused.returncode == 1
            assert "Tandem needs Python 3.11" in refused.stderr
    # A gate that stands above all imports needs no more than the tokens of Python 2.
    assert source.index(b"sys.exit") < source.index(b"from devtools")
