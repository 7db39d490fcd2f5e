"""`python3 dev.py mutate`: one copy of the product per rule, the rule broken in it, and its scenarios played there."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from devtools.mutations.rules import Breaking, read_rules
from devtools.paths import NODE_MODULES, ROOT, VENV
from devtools.trouble import Trouble

COPIED = ("devtools", "simulators", "sync_core", "tests", "docs/contract")
FILES = ("function_app.py", "host.json", "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")
AT_ONCE = 2
FELL = re.compile(r"^FAILED \S+::test_scenario\[(.+?)\]", re.MULTILINE)
NO_START = re.compile(r"^ERROR ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one broken rule: the scenarios that fell, or why none could be played."""

    rule: str
    fallen: tuple[str, ...]
    seconds: float
    trouble: str = ""

    @property
    def is_noticed(self) -> bool:
        return bool(self.fallen)

    def __str__(self) -> str:
        what = ", ".join(self.fallen) or self.trouble or "NOBODY NOTICED"
        return f"{self.rule:<76} {self.seconds:5.1f} s  {what}"


def mutate(words: Sequence[str]) -> int:
    """Break the rules that speak of all these words, all rules without any, and return 1 if one goes unnoticed
    or a scenario is red before anything is broken.

    Raises:
        Trouble: an edit does not fit the product, or the scenarios cannot be played.
    """
    chosen = [each for each in read_rules() if all(word.lower() in each.rule.lower() for word in words)]
    if not chosen:
        raise Trouble(f"No rule speaks of {' and '.join(words)}.")
    with _copy_of(ROOT) as whole:  # once: the working copy may be edited while this runs
        for each in chosen:
            each.breaks((whole / each.file).read_text("utf-8"))
        names = sorted({name for each in chosen for name in each.scenarios})
        print(f"{len(chosen)} rules, {len(names)} scenarios; first with nothing broken.", flush=True)
        red = frozenset(_play_unbroken(whole, names))
        verdicts = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for verdict in pool.map(partial(_judge, whole=whole, red=red), chosen):
                print(verdict, flush=True)
                verdicts.append(verdict)
    unnoticed = [verdict.rule for verdict in verdicts if not verdict.is_noticed]
    print(f"\n{len(verdicts) - len(unnoticed)} of {len(verdicts)} noticed.")
    for rule in unnoticed:
        print(f"Not noticed: {rule}")
    if red:
        print(f"Red before anything was broken, so that they noticed nothing: {', '.join(sorted(red))}")
    return 1 if unnoticed or red else 0


def _judge(breaking: Breaking, whole: Path, red: frozenset[str]) -> Verdict:
    able = [name for name in breaking.scenarios if name not in red]
    if not able:
        return Verdict(breaking.rule, (), 0.0, "its scenarios are red with nothing broken")
    with _copy_of(whole) as copy:
        file = copy / breaking.file
        file.write_text(breaking.breaks(file.read_text("utf-8")), "utf-8")
        began = time.monotonic()
        output = _play(copy, able, "--exitfirst")
        spent = time.monotonic() - began
    fallen = tuple(FELL.findall(output))
    trouble = f"the broken product does not run: {_last_line(output)}" if NO_START.search(output) else ""
    return Verdict(breaking.rule, () if trouble else fallen, spent, trouble)


def _play_unbroken(whole: Path, names: Sequence[str]) -> list[str]:
    output = _play(whole, names, *(("-n", "2", "--dist", "worksteal") if len(names) > 3 else ()))
    if NO_START.search(output):
        raise Trouble(f"The scenarios cannot be played: {_last_line(output)}")
    return FELL.findall(output)


def _play(copy: Path, names: Sequence[str], *options: str) -> str:
    tests = [f"tests/scenarios/test_scenarios.py::test_scenario[{name}]" for name in names]
    command = [sys.executable, "-m", "pytest", *tests, *options, "-p", "no:cacheprovider", "-rfE", "--tb=line"]
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(command, cwd=copy, env=variables, capture_output=True, text=True, check=False)
    if ran.returncode not in (0, 1):
        return f"ERROR {ran.stdout}{ran.stderr}"
    return ran.stdout


@contextmanager
def _copy_of(whole: Path) -> Iterator[Path]:
    """A copy of everything that runs, with the environment of the working copy."""
    with tempfile.TemporaryDirectory(prefix="tandem-") as place:
        copy = Path(place)
        for name in COPIED:
            shutil.copytree(whole / name, copy / name, ignore=LEFT_OUT)
        for name in FILES:
            shutil.copy(whole / name, copy / name)
        for link in (VENV, NODE_MODULES):
            (copy / link.name).symlink_to(link)
        yield copy


def _last_line(output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "nothing was printed"
