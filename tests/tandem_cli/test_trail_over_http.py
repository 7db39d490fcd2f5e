"""Journal, history and trail by the command line: real HTTP, the host, the app and its storage."""

import asyncio
import shlex
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from devtools.azurite import Azurite
from devtools.development import settings_for
from devtools.launch import start_host
from devtools.processes import Parts, find_free_port
from sync_core.bootstrap import connect
from sync_core.domain.appointment import AppointmentKey, Kind
from sync_core.domain.content import Content
from sync_core.domain.identity import pair_of_appointment
from sync_core.domain.plan import CreateEvent
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.domain.stored import JournalEntry, JournalPage
from sync_core.domain.timespan import TimeSpan
from sync_core.settings import Settings, read_settings
from tandem_cli.app import app
from tests.simulators.issuer.issuing import issuing

pytestmark = pytest.mark.services
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
Run = Callable[[str], str]


@pytest.fixture(scope="module")
def run(azurite: Azurite) -> Iterator[Run]:
    """The command line before a running app; returns what a command that succeeds prints."""
    with Parts() as parts:
        issuer, port, nobody = issuing(parts).address, find_free_port(), "http://127.0.0.1:9"
        settings = settings_for(azurite.connection_string, f"http://127.0.0.1:{port}", nobody, nobody, issuer)
        address = start_host(parts, settings, port).address
        asyncio.run(_remember_a_deed(settings))
        variables = {"TANDEM_URL": address, "TANDEM_ISSUER": issuer, "TANDEM_TOKEN": "", "COLUMNS": "200"}

        def run_line(line: str) -> str:
            ended = CliRunner().invoke(app, shlex.split(line)[1:], prog_name="tandem", env=variables)
            assert ended.exit_code == 0, ended.output
            return ended.stdout

        yield run_line


async def _remember_a_deed(settings: dict[str, str]) -> None:
    read = read_settings(settings)
    assert isinstance(read, Settings)
    connector = connect(read)
    content = Content(TimeSpan(NOON, NOON.replace(hour=13)), subject="Boiler service")
    made = CreateEvent(CalendarRef("m", "c"), content, "t", "m", 0, "it was planned")
    pair = pair_of_appointment(AppointmentKey(Kind.TASK, "A-1"))
    entry = JournalEntry(NOON, pair, "CreateEvent", "it was planned", "c-1", made)
    ports = await connector.ports()
    await ports.rows.insert(ResourceId("R-trail"), [JournalPage(NOON, "u", (entry,))])
    await connector.aclose()


def test_what_was_done_is_shown_for_a_resource_and_for_an_appointment(run: Run) -> None:
    for line in ("tandem journal R-trail", "tandem history R-trail A-1 --kind task"):
        shown = run(line)
        assert "task A-1, the event was made" in shown
        assert "Outlook subject: nothing → Boiler service" in shown
    assert run("tandem history R-trail A-1 --to 2026-11-20T12:00:00Z") == "Nothing was done in this time.\n"


def test_what_an_admin_did_is_shown_on_the_trail(run: Run) -> None:
    run("tandem resources erase R-trail --events keep --yes")
    shown = run("tandem trail --resource R-trail")
    assert "eraseResource" in shown
    assert "/resources/R-trail" in shown
    assert "begun" not in shown
