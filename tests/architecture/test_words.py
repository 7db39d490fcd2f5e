"""Every tracked text speaks of Tandem alone and in its vocabulary."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from devtools.paths import ROOT

FORBIDDEN_NAMES = {"item", "record", "data", "info", "manager", "handler", "helper", "utils", "process"}
PYTHONS_OWN = {"zone_info"}
# Spelled so that this file does not name what it looks for.
HOME_PATH = re.compile(r"(?:^|[\s\"'(=:])/(?:" + "|".join(("root", "home/\\w+", "Users/\\w+", "work", "opt")) + ")/")
REGISTRY_HOST = re.compile("|".join(("registry" + r"\.npmjs", "files" + r"\.pythonhosted", "pypi" + r"\.org/simple")))
BINARY = {".png", ".ico", ".woff2", ".svg"}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    files = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [file for file in files if file.suffix not in BINARY and file.is_file()]


@pytest.mark.parametrize("pattern", [HOME_PATH, REGISTRY_HOST], ids=["a path of one machine", "the host of a registry"])
def test_no_text_carries(pattern: re.Pattern[str]) -> None:
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in tracked()
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found


@pytest.mark.parametrize(
    ("line", "pattern"),
    [("cd /" + "home/ada/tandem", HOME_PATH), ('"https://registry' + '.npmjs.org/a"', REGISTRY_HOST)],
    ids=["a path", "a host"],
)
def test_such_a_line_would_be_found(line: str, pattern: re.Pattern[str]) -> None:
    assert pattern.search(line)


def test_modules_classes_and_functions_of_the_product_are_named_in_its_vocabulary() -> None:
    """Parameters and attributes may repeat a vendor's word; what we define ourselves may not."""
    found = []
    for file in sorted((ROOT / "sync_core").rglob("*.py")):
        if file.stem.lower() in FORBIDDEN_NAMES:
            found.append(str(file.relative_to(ROOT)))
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+", node.name)}
                if words & FORBIDDEN_NAMES and node.name not in PYTHONS_OWN:
                    found.append(f"{file.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not found
