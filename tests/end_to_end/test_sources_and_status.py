"""A board is connected by the command line, heard by its ping, and counted, over HTTP and through the host."""

import base64
import json
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from devtools.azurite import Azurite
from devtools.development import settings_for
from devtools.launch import start_host
from devtools.processes import Parts, find_free_port
from tandem_cli.app import app
from tests.simulators.issuer.issuing import issuing

pytestmark = pytest.mark.services

Tandem = Callable[..., Result]
SECRET = "a-password-of-the-board-2026"
NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def deployment(azurite: Azurite) -> Iterator[dict[str, str]]:
    """The host's address, and what the command line is told."""
    with Parts() as parts:
        issuer, port = issuing(parts).address, find_free_port()
        settings = settings_for(azurite.connection_string, f"http://127.0.0.1:{port}", NOBODY, NOBODY, issuer)
        host = start_host(parts, {**settings, "SCHEDULER_SOURCE_SECRETS": f"erp-hook={SECRET}"}, port).address
        yield {"TANDEM_URL": host, "TANDEM_ISSUER": issuer, "TANDEM_TOKEN": "", "COLUMNS": "200"}


@pytest.fixture
def tandem(deployment: dict[str, str]) -> Tandem:
    def run(*words: str) -> Result:
        return CliRunner().invoke(app, words, prog_name="tandem", env=deployment)

    return run


def read(tandem: Tandem, *words: str) -> Any:
    ended = tandem(*words, "--json")
    assert ended.exit_code == 0, ended.output
    return json.loads(ended.stdout)


def ping(host: str, source: str) -> int:
    body = json.dumps(
        {
            "specversion": "1.0",
            "id": uuid.uuid4().hex,
            "source": "https://board.example",
            "type": "scheduler.ping",
            "data": {},
        }
    ).encode()
    word = base64.b64encode(f"board:{SECRET}".encode()).decode()
    headers = {"Content-Type": "application/cloudevents+json", "Authorization": f"Basic {word}"}
    request = urllib.request.Request(f"{host}/api/scheduler/events/{source}", body, headers)  # noqa: S310 - started here
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
        status: int = answer.status
        return status


def test_a_board_is_connected_pings_and_its_line_is_green(tandem: Tandem, deployment: dict[str, str]) -> None:
    source = f"erp-{uuid.uuid4().hex[:8]}"
    named = ("--proof", "basic", "--user", "board", "--secret-name", "erp-hook")
    added = read(tandem, "sources", "add", source, *named, "--hours", "mon-sun 00:00-23:59 UTC")
    assert (added["status"], added["secretNames"]) == ("amber", ["erp-hook"])
    assert tandem("sources", "add", source, *named).exit_code == 5, "there is one of that name"

    assert ping(deployment["TANDEM_URL"], source) in (200, 202)
    shown = read(tandem, "sources", "show", source)
    assert (shown["status"], shown["etag"]) == ("green", added["etag"])
    assert shown["lastPingAt"] is not None
    assert "green" in tandem("sources", "show", source).stdout

    # Nothing holds this one here, and there is no vault that could be asked: it is told, and not refused.
    changed = read(tandem, "sources", "set", source, "--secret-name", "erp-hook", "--secret-name", "erp-next")
    assert "could not be asked whether it has erp-next" in changed["words"]
    assert tandem("sources", "set", source, "--silence", "5", "--hours", "mon-fri 07:00-17:00 UTC").exit_code == 1

    status = read(tandem, "status")
    assert {one["name"]: one["state"] for one in status["secrets"]}.items() >= {
        "erp-hook": "valid",
        "erp-next": "unknown",
    }.items()
    assert "secret erp-next: unknown" in tandem("status").stdout
    assert tandem("status", "--each").exit_code == 0
    assert tandem("status", "nobody").exit_code == 4
    assert SECRET not in json.dumps(status) + json.dumps(shown)

    assert tandem("sources", "remove", source, "--yes").exit_code == 0
    assert tandem("sources", "show", source).exit_code == 4
    assert tandem("sources", "remove", "default", "--yes").exit_code == 4
