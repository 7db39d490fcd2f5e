"""Runs the scripts of infra/ against the stand-in for the Azure CLI, and reads what they did."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Self

from tests.infra_scripts.standin.az import answer
from tests.infra_scripts.standin.counter import Counter
from tests.infra_scripts.standin.tenant import Tenant

ROOT = Path(__file__).parents[2]
REGISTER = ROOT / "infra" / "register-app.sh"
REGISTER_POWER = ROOT / "infra" / "register-app.ps1"
REMOVE = ROOT / "infra" / "remove.sh"
SHELL = shutil.which("bash") or ""
POWERSHELL = shutil.which("pwsh") or ""


class Stage:
    """One tenant, in which scripts run one after another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bin = folder / "bin"
        self.scratch = folder / "scratch"
        self.said = ""
        self.fault = ""
        for each in (self._bin, self.scratch):
            each.mkdir()
        self.counter = Counter(self._bin, SHELL)
        self.counter.install("az", lambda arguments: answer(arguments, folder, self.fault))

    def __enter__(self) -> Self:
        self.counter.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        self.counter.__exit__(*reason)

    @property
    def tenant(self) -> Tenant:
        return Tenant.load(self._folder / "tenant.json")

    @property
    def calls(self) -> list[dict[str, Any]]:
        """What the last run called, in order."""
        return [json.loads(line) for line in (self._folder / "calls.jsonl").read_text("utf-8").splitlines()]

    @property
    def writes(self) -> list[list[str]]:
        return [call["arguments"] for call in self.calls if call["writes"]]

    def run(self, script: Path, *options: str, fault: str = "", answers: str = "") -> int:
        """Run a script; `fault` is the stand-in's, `answers` what a person types."""
        (self._folder / "calls.jsonl").write_text("", "utf-8")
        self.fault = fault
        environment = {
            "PATH": f"{self._bin}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.scratch),
            "TMPDIR": str(self.scratch),
            "REGISTER_PAUSE": "0",
        }
        ended = subprocess.run(
            [*_interpreter_of(script), str(script), *options],
            env=environment,
            input=answers,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        self.said = ended.stdout + ended.stderr
        return ended.returncode

    def register(self, *options: str, fault: str = "") -> None:
        """Run register-app.sh to its end."""
        code = self.run(REGISTER, *options, fault=fault)
        assert code == 0, self.said

    def permissions(self) -> set[str]:
        """What is granted at Graph, by name."""
        granted = [each for each in self.tenant.assignments if each["resourceId"] == "graph-service"]
        return {each["appRoleId"].removeprefix("graph-role-") for each in granted}


def _interpreter_of(script: Path) -> list[str]:
    return [POWERSHELL, "-NoProfile", "-NonInteractive", "-File"] if script.suffix == ".ps1" else [SHELL]
