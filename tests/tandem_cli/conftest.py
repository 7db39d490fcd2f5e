"""A server that speaks by the contract, and the command line in front of it."""

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tandem_cli.app import app
from tests.tandem_cli.contract_server import TOKEN, ContractServer

Run = Callable[..., Result]


@pytest.fixture
def server() -> Iterator[ContractServer]:
    with ContractServer() as running:
        yield running
    assert not running.faults


@pytest.fixture
def run(server: ContractServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run one command line, in an empty folder of its own, and return what became of it."""
    monkeypatch.chdir(tmp_path)
    for name in ("TANDEM_ISSUER", "TANDEM_AUDIENCE", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TANDEM_URL", server.url)
    monkeypatch.setenv("TANDEM_TOKEN", TOKEN)

    def run_line(line: str, *more: str, answer: str | None = None) -> Result:
        words = [*shlex.split(line.removeprefix("tandem ")), *more]
        return CliRunner().invoke(app, words, input=answer, prog_name="tandem")

    return run_line
