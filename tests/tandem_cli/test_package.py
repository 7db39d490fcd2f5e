"""The package on its own: what it needs, how it starts, what it completes."""

import os
import subprocess
import sys
import tomllib
from importlib import import_module

from devtools.paths import ROOT

METADATA = tomllib.loads((ROOT / "tandem_cli" / "pyproject.toml").read_text("utf-8"))


def start(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_it_needs_the_versions_it_is_tested_with() -> None:
    tested = (ROOT / "requirements-dev.txt").read_text("utf-8").splitlines()
    assert not [pin for pin in METADATA["project"]["dependencies"] if pin not in tested]


def test_its_metadata_names_what_is_there() -> None:
    from tandem_cli import VERSION

    module, _, function = METADATA["project"]["scripts"]["tandem"].partition(":")
    assert callable(getattr(import_module(module), function))
    assert METADATA["project"]["version"] == VERSION
    assert not [each for each in (ROOT / "tandem_cli").iterdir() if each.is_dir() and (each / "__init__.py").exists()]


def test_it_loads_nothing_of_the_product() -> None:
    question = "import sys, tandem_cli.app; print(*{name.split('.')[0] for name in sys.modules})"
    assert not {"sync_core", "simulators", "devtools", "azure"} & set(start("-c", question).stdout.split())


def test_a_wrong_command_ends_with_2_and_help_with_0() -> None:
    wrong, help_ = start("-m", "tandem_cli", "resource"), start("-m", "tandem_cli", "--help")
    assert (wrong.returncode, help_.returncode) == (2, 0)
    assert "resources" in wrong.stderr
    assert "Ends with" in help_.stdout


def test_a_checkout_forwards_to_it() -> None:
    # Whatever dev.py has to install first, it says before.
    assert start("dev.py", "admin", "--version").stdout.splitlines()[-1].startswith("tandem ")


def test_a_shell_is_told_how_to_complete() -> None:
    shown = start(
        "-m", "tandem_cli", _TANDEM_COMPLETE="complete_bash", COMP_WORDS="tandem resources of", COMP_CWORD="2"
    )
    assert shown.stdout.split() == ["offboard"]
