"""What may know what; the contracts themselves stand in pyproject.toml."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.paths import ROOT

DOMAIN = sorted((ROOT / "sync_core" / "domain").glob("*.py"))
PRODUCT = sorted((ROOT / "sync_core").rglob("*.py"))
SIMULATORS = sorted((ROOT / "simulators").rglob("*.py"))


def imports_of(file: Path) -> Iterator[str]:
    """Yield each module a file imports, wherever in the file."""
    package = ".".join(file.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield f"{package}.{node.module or ''}" if node.level else node.module or ""


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_the_import_contracts_hold() -> None:
    if not (ROOT / "sync_core" / "bootstrap.py").exists():
        pytest.skip("the outermost layer is not there yet")
    lint = "from importlinter.cli import lint_imports_command as lint; lint()"
    found = subprocess.run(
        [sys.executable, "-c", lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("file", DOMAIN, ids=named)
def test_the_domain_knows_only_itself_and_the_standard_library(file: Path) -> None:
    foreign = {
        name
        for name in imports_of(file)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("sync_core.domain")
    }
    assert not foreign


def test_only_the_graph_adapter_speaks_graph() -> None:
    adapter = ROOT / "sync_core" / "adapters" / "graph"
    elsewhere = [
        named(file)
        for file in PRODUCT
        if adapter not in file.parents
        and any(name.split(".")[0] in {"msgraph", "msgraph_core", "kiota_abstractions"} for name in imports_of(file))
    ]
    assert not elsewhere


@pytest.mark.parametrize("file", SIMULATORS, ids=named)
def test_a_simulator_knows_neither_the_product_nor_its_app(file: Path) -> None:
    assert not {name for name in imports_of(file) if name.split(".")[0] in {"sync_core", "function_app"}}


def test_only_bootstrap_reads_settings() -> None:
    readers = {named(file) for file in PRODUCT if "sync_core.settings" in set(imports_of(file))}
    assert readers <= {"sync_core/bootstrap.py"}


def test_importing_the_app_imports_no_graph_sdk() -> None:
    if not (ROOT / "function_app.py").exists():
        pytest.skip("the function app is not there yet")
    question = "import sys, function_app; print([name for name in sys.modules if name.split('.')[0] == 'msgraph'])"
    asked = subprocess.run([sys.executable, "-c", question], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (asked.returncode, asked.stdout.strip()) == (0, "[]"), asked.stderr


@pytest.mark.parametrize("name", ["entry", "environment", "progress", "paths", "trouble", "leash"])
def test_what_runs_before_the_environment_exists_needs_only_the_standard_library(name: str) -> None:
    tree = ast.parse((ROOT / "devtools" / f"{name}.py").read_text("utf-8"))
    at_import = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in at_import if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in at_import if isinstance(node, ast.ImportFrom)}
    plain = {"devtools", "devtools.environment", "devtools.progress", "devtools.paths", "devtools.trouble"}
    assert {each for each in names if each.split(".")[0] not in sys.stdlib_module_names} <= plain
