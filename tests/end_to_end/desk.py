"""An admin before the running app, with nothing but the command line."""

import json
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from devtools.processes import Parts
from tandem_cli.app import app
from tests.end_to_end.depot import Depot
from tests.end_to_end.stack import Stack
from tests.simulators.issuer.issuing import issuing


@dataclass(frozen=True, slots=True)
class Said:
    """What one command line said; `out` is standard output, `all` what a person sees."""

    code: int
    out: str
    all: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class AdminDesk:
    """The whole app, and the command line that is told where it is."""

    stack: Stack
    depot: Depot
    variables: Mapping[str, str]

    def run(self, line: str, answer: str | None = None) -> Said:
        """Run one command line, `tandem …`, in this process and over HTTP."""
        words = shlex.split(line)[1:]
        ended = CliRunner().invoke(app, words, input=answer, prog_name="tandem", env=dict(self.variables))
        return Said(ended.exit_code, ended.stdout, ended.output)

    def read(self, line: str) -> Any:
        """Run one that must succeed, and return its JSON."""
        said = self.run(f"{line} --json")
        assert said.code == 0, said.all
        return said.document


@contextmanager
def admin_desk(state: Path) -> Iterator[AdminDesk]:
    """Start everything on free ports, with an empty storage."""
    with Parts() as parts:
        issuer = issuing(parts).address
        stack = Stack.start(parts, state, issuer)
        variables = {"TANDEM_URL": stack.host.address, "TANDEM_ISSUER": issuer, "TANDEM_TOKEN": "", "COLUMNS": "120"}
        yield AdminDesk(stack, Depot(stack.settings), variables)
