"""What the documentation says can be found: links, paths, names, tests, settings, and histories that run."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from devtools.admin import Admin
from devtools.day import Day
from devtools.entry import COMMANDS
from devtools.hands import Planner
from devtools.paths import ROOT
from sync_core.domain.stored import Family
from sync_core.settings import setting_names
from tests.machine.without import RULES

LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")
CALLED = re.compile(r"`(\w+)\(\)`")
TEST = re.compile(r"`(test_\w+)`")
PATH = re.compile(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|md|json|yaml|toml|txt|svg|png)|(?:[\w.-]+/)+)`")
CODE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Made by whoever follows the page, so not there.
OWN_FILES = {"local.settings.json", "tenant.json", "ping.py"}


def tracked(pattern: str) -> list[Path]:
    """Files that git knows or would take, so that a page is checked before it is committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted({ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists()})


PAGES = tracked("*.md")
WALKS = [ROOT / "README.md", *(ROOT / "docs" / name for name in ("tour.md", "flows.md", "protocol.md"))]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors_of(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def read_source(*folders: str) -> str:
    return "\n".join(file.read_text("utf-8") for folder in folders for file in tracked(f"{folder}*.py"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(page.read_text("utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        place, _, anchor = target.partition("#")
        file = (page.parent / place).resolve() if place else page
        if not file.exists() or (anchor and anchor not in anchors_of(file)):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("page", WALKS, ids=name_of)
def test_every_path_that_is_mentioned_exists(page: Path) -> None:
    mentioned = set(PATH.findall(page.read_text("utf-8"))) - OWN_FILES
    places = (ROOT, ROOT / "sync_core", page.parent)
    assert not [path for path in mentioned if not any((place / path).exists() for place in places)]


@pytest.mark.parametrize("page", WALKS, ids=name_of)
def test_every_function_that_is_mentioned_exists(page: Path) -> None:
    source = read_source("sync_core/", "function_app")
    mentioned = set(CALLED.findall(page.read_text("utf-8")))
    assert not [name for name in mentioned if not re.search(rf"\b(?:def|class) {name}\b", source)]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_test_that_is_mentioned_exists(page: Path) -> None:
    source = read_source("tests/")
    mentioned = set(TEST.findall(page.read_text("utf-8")))
    assert not [name for name in mentioned if f"def {name}(" not in source]


def test_every_rule_that_the_machine_is_said_to_find_is_one_that_it_looks_for() -> None:
    page = (ROOT / "docs" / "protocol.md").read_text("utf-8").replace("*machine: …*", "")
    named = {" ".join(name.split()) for name in re.findall(r"\*machine:\s(.+?)\*", page, re.DOTALL)}
    assert named
    assert named <= {rule.name for rule in RULES}


def test_the_settings_table_is_the_settings() -> None:
    page = (ROOT / "docs" / "admin" / "set-up.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \| .+ \|$", page, re.MULTILINE))
    assert {name: rows.get(name) for name in setting_names()} == setting_names()


def test_the_sample_of_settings_names_every_setting() -> None:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text("utf-8"))["Values"]
    assert set(sample) - {"FUNCTIONS_WORKER_RUNTIME"} == set(setting_names())


def test_every_family_of_rows_is_described() -> None:
    page = (ROOT / "docs" / "flows.md").read_text("utf-8")
    assert not [family for family in Family if f"| `{family}` |" not in page]


def test_the_readme_names_every_command() -> None:
    page = (ROOT / "README.md").read_text("utf-8")
    assert not [command for command in COMMANDS if f"{command}`" not in page and f"dev.py {command} " not in page]


def test_the_readme_counts_the_changes_of_the_demo() -> None:
    day = Day(Planner("http://board"), {}, Admin({}), "http://graph", datetime(2026, 11, 21, tzinfo=UTC))
    assert f"one working day of {len(list(day.steps()))} changes" in (ROOT / "README.md").read_text("utf-8")


def test_every_requirement_has_its_reason() -> None:
    page = (ROOT / "docs" / "adr" / "0001-dependencies.md").read_text("utf-8")
    pinned = [
        line.split("==")[0]
        for file in sorted(ROOT.glob("requirements*.txt"))
        for line in file.read_text("utf-8").splitlines()
        if line and not line.startswith(("#", "-r "))
    ]
    packages = list(json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"])
    assert not [name for name in (*pinned, *packages) if f"`{name}`" not in page]


def test_records_are_numbered_without_a_gap() -> None:
    numbers = [int(page.name[:4]) for page in tracked("docs/adr/*.md")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_history_of_the_how_to_can_be_played(tmp_path: Path) -> None:
    for script in scripts_of("play-a-history.md"):
        run(script, tmp_path)


def scripts_of(*pages: str) -> list[str]:
    return [code for page in pages for code in CODE.findall((ROOT / "docs" / "how-to" / page).read_text("utf-8"))]


def run(script: str, place: Path, *arguments: str) -> str:
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script, *arguments]
    ran = subprocess.run(command, cwd=place, env=variables, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
