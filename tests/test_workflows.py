"""The workflows run what this repository has, with no more rights than needed and nothing that changes under them.

https://docs.github.com/actions/security-for-github-actions/security-guides/security-hardening-for-github-actions
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.entry import COMMANDS
from devtools.packaging.target import USUAL, VERSIONS
from devtools.paths import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
Job = dict[str, Any]


def _read(path: Path) -> dict[str, Any]:
    # As text throughout: what YAML 1.1 takes for a truth, such as the key `on`, stays what it says.
    read: dict[str, Any] = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - our own files
    return read


def _steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in _read(path)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_named_by_what_cannot_be_moved(path: Path) -> None:
    for step in _steps(path):
        if used := step.get("uses"):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", used), used
    assert all("# v" in line for line in path.read_text("utf-8").splitlines() if "uses:" in line)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_read_and_only_what_signs_in_to_azure_gets_a_token(path: Path) -> None:
    workflow = _read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        signs_in = any("azure/login" in step.get("uses", "") for step in job["steps"])
        assert ("id-token" in job.get("permissions", {})) == signs_in, name
        assert "environment" in job if signs_in else True, name
        assert "timeout-minutes" in job, name


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_workflow_holds_or_asks_for_a_secret(path: Path) -> None:
    assert "secrets." not in path.read_text("utf-8")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_a_person_types_never_becomes_a_part_of_a_script(path: Path) -> None:
    for step in _steps(path):
        assert not re.search(r"\$\{\{\s*(inputs|github)\.", step.get("run", "")), step


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_each_command_of_a_workflow_is_there(path: Path) -> None:
    for step in _steps(path):
        for command in re.findall(r"dev\.py (\S+)", step.get("run", "")):
            assert command in COMMANDS
        for name in re.findall(r"infra/[\w./-]+\w", step.get("run", "")):
            assert (ROOT / name).exists(), name


def test_every_python_that_the_app_runs_on_is_tested_and_offered() -> None:
    check, deploy = (_read(ROOT / ".github" / "workflows" / name) for name in ("check.yml", "deploy.yml"))
    assert tuple(check["jobs"]["test"]["strategy"]["matrix"]["python"]) == VERSIONS
    chosen = deploy["on"]["workflow_dispatch"]["inputs"]["python"]
    assert sorted(chosen["options"]) == list(VERSIONS)
    assert chosen["default"] == USUAL


def test_the_compiler_the_real_host_and_the_real_shell_have_the_last_word() -> None:
    said = "\n".join(step.get("run", "") for step in _steps(ROOT / ".github" / "workflows" / "check.yml"))
    for wanted in ("az bicep build ", "az bicep lint", "dev.py demo --core-tools", "shellcheck", "ParseFile"):
        assert wanted in said
    deploying = "\n".join(step.get("run", "") for step in _steps(ROOT / ".github" / "workflows" / "deploy.yml"))
    assert deploying.index("what-if") < deploying.index("group create")


def test_a_deployment_by_the_workflow_undoes_nothing_that_was_chosen() -> None:
    """A variable that it left out would be at its default again: storage open to all, events nobody knows as ours."""
    given = (ROOT / "infra" / "main.bicepparam").read_text("utf-8")
    read = re.findall(r"readEnvironmentVariable\('(\w+)'(?:, '([^']*)')?\)", given)
    assert len(read) == given.count("readEnvironmentVariable(")
    passed = _read(ROOT / ".github" / "workflows" / "deploy.yml")["env"]
    for name, default in read:
        # What is empty counts as given where the parameters are read, so a default has to be said once more.
        otherwise = f" || '{default}'" if default else ""
        wanted = "inputs.python" if name == "PYTHON_VERSION" else f"vars.{name}{otherwise}"
        assert passed.get(name) == f"${{{{ {wanted} }}}}", name


def test_azd_takes_the_app_that_the_infrastructure_names_and_builds_nothing_far_away() -> None:
    azure = _read(ROOT / "azure.yaml")
    (name,) = azure["services"]
    tagged = (ROOT / "infra" / "modules" / "app.bicep").read_text("utf-8")
    assert f"'azd-service-name': '{name}'" in tagged
    service = azure["services"][name]
    assert service["remoteBuild"] == "false"
    # A hook of the project would be passed over by `azd deploy`, and what was built last time deployed again.
    assert "package --in-place" in service["hooks"]["prepackage"]["run"]
    assert f":-{USUAL}}}" in service["hooks"]["prepackage"]["run"]


def test_an_azd_that_would_leave_the_packages_out_is_refused_and_the_page_names_the_same_version() -> None:
    """Before 1.23.13 it took `!` in .funcignore for an exclusion: https://github.com/Azure/azure-dev/pull/7311."""
    wanted = _read(ROOT / "azure.yaml")["requiredVersions"]["azd"]
    assert wanted == ">=1.23.13"
    page = (ROOT / "docs" / "admin" / "set-up.md").read_text("utf-8")
    assert re.search(
        rf"^\| \[Azure Developer CLI\][^|]*\| {re.escape(wanted.removeprefix('>='))} or newer", page, re.MULTILINE
    )


def test_the_usual_python_is_the_one_that_the_infrastructure_asks_for() -> None:
    main = (ROOT / "infra" / "main.bicep").read_text("utf-8")
    assert re.search(rf"param pythonVersion string = '{re.escape(USUAL)}'", main)
    allowed = re.search(r"@allowed\(\[([^\]]*)\]\)\s*param pythonVersion", main)
    assert allowed is not None
    assert tuple(re.findall(r"'([\d.]+)'", allowed[1])) == VERSIONS
