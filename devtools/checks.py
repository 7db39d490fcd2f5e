"""What must be green: the tests alone, or everything a reviewer would run."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from devtools.paths import ROOT

# `worksteal` keeps both workers busy to the end, whatever a file takes; two fit two cores.
PYTEST = ("-m", "pytest", "-n", "2", "--dist", "worksteal")
# Most of these wait for processes of their own more than they compute: a third worker keeps two cores busy.
SERVED = ("-m", "pytest", "-n", "3", "--dist", "worksteal", "--ignore=tests/domain")
# The decisions are few enough to be tested whole; the rest runs without counting, which would only slow it.
CORE = (
    "tests/domain",
    "--cov=sync_core/domain",
    "--cov-branch",
    "--cov-fail-under=100",
    "--cov-report=term:skip-covered",
)
STEPS = (
    ("format", ("-m", "ruff", "format", "--check", ".")),
    ("lint", ("-m", "ruff", "check", ".")),
    ("types", ("-m", "mypy")),
    ("import contracts", ("-c", "from importlinter.cli import lint_imports_command as lint; lint()")),
    ("policies", ("-m", "devtools.policies")),
    ("tests of the core", (*PYTEST, *CORE)),
    ("tests", SERVED),
)


def run_tests(arguments: Sequence[str]) -> int:
    """Run every test and return pytest's first exit code that is not 0; `arguments`, if any, choose what runs."""
    if arguments:
        return _run((*PYTEST, *arguments))
    # Ten minutes are the bound of this run: of what is long it plays one half today and the other tomorrow.
    turn = {"TANDEM_TURN": str(datetime.now(UTC).toordinal())}
    return _run((*PYTEST, *CORE)) or _run((*SERVED, "--ignore=tests/tandem_cli", "--ignore=tests/infra_scripts"), turn)


def run_all_checks() -> int:
    """Run every check, also after one has failed, and return 0 only if all are green."""
    red = []
    for name, step in STEPS:
        print(f"\n── {name} " + "─" * (70 - len(name)), flush=True)
        if _run(step):
            red.append(name)
    print(f"\nNot green: {', '.join(red)}." if red else "\nAll green.", flush=True)
    return 1 if red else 0


def run_module(name: str, *arguments: str) -> int:
    """Run a Python module from the root of the working copy and return its exit code."""
    return _run(("-m", name, *arguments))


def _run(arguments: Sequence[str], more: Mapping[str, str] | None = None) -> int:
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    running = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env={**os.environ, "PATH": search, **(more or {})}
    )
    try:
        return running.wait()
    except KeyboardInterrupt:
        # The terminal has told pytest too; it still takes down what its fixtures started.
        running.terminate()
        try:
            running.wait(15)
        except subprocess.TimeoutExpired:
            running.kill()
        raise
