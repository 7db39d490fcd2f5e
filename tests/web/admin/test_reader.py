"""A reader can read all and change nothing: asked of every operation that the contract has, over one small world."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from sync_core.domain.source import Source, SourceId
from sync_core.web.admin.access import READER
from tests.contract_document.reading import ADMIN_CONTRACT, operations
from tests.fakes.surroundings import FakeSurroundings
from tests.flows.crew import ADDRESS
from tests.flows.stage import TASK
from tests.web.admin.office import CSV, JSON, NEW, PATCH, Answer, Office
from tests.web.admin.test_held import denied, only_held


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that an admin may make in this world; `held` in its path stands for what is held there."""

    path: str
    body: Any = None
    kind: str = JSON
    etag: str = ""


SAID = {"name": "Anna B.", "mailbox": {"address": ADDRESS}}
SOURCE = {"proof": "standard_webhooks", "secretNames": ["board-1"]}
CHANGES = {
    "putResource": Asked("/resources/anna", SAID, etag="*"),
    "patchResource": Asked("/resources/anna", {"name": "Anna B."}, PATCH, "*"),
    "deleteResource": Asked("/resources/gone", etag="*"),
    "eraseResource": Asked("/resources/anna/erase?events=keep"),
    "activateResource": Asked("/resources/waiting/activate"),
    "pauseResource": Asked("/resources/anna/pause"),
    "resumeResource": Asked("/resources/paused/resume"),
    "offboardResource": Asked("/resources/anna/offboard?events=keep"),
    "syncResource": Asked("/resources/anna/sync"),
    "importResources": Asked("/resources/import", "id,name\r\nnew,New\r\n", CSV),
    "putSettings": Asked("/settings", {"days_ahead": 90}, etag="*"),
    "importConfiguration": Asked("/configuration", {"version": 1, "settings": {"days_ahead": 90}}),
    "putSource": Asked("/sources/erp", SOURCE, etag=NEW),
    "deleteSource": Asked("/sources/board", etag="*"),
    "releaseHeld": Asked("/held/{held}/release"),
    "rejectHeld": Asked("/held/{held}/reject"),
    "releaseHeldMany": Asked("/held/release", {"resource": "anna"}),
    "rejectHeldMany": Asked("/held/reject", {"resource": "anna"}),
}
# They need an admin as well, though they only tell.
TRIALS = {"validateSettings": Asked("/settings/validate", {"days_ahead": 90})}
PATHS = {
    "/resources/{id}": "/resources/anna",
    "/resources/{id}/appointments/{appointment}/history": f"/resources/anna/appointments/{TASK.id}/history",
    "/sources/{id}": "/sources/board",
    "/held/{id}": "/held/{held}",
    "/setup": "/setup?resource=anna&control=nobody@tandem.example",
}
METHODS = {operation["operationId"]: method.upper() for _, method, operation in operations(ADMIN_CONTRACT)}
READS = {
    operation["operationId"]: Asked(PATHS.get(path, path.replace("{id}", "anna")))
    for path, method, operation in operations(ADMIN_CONTRACT)
    if method == "get"
}


async def inhabited() -> tuple[Office, str]:
    """One who takes part with something held, one who waits, is paused, is gone; and a source. What is held is told."""
    office = await denied()
    around = FakeSurroundings(office.crew.clock).around
    parts = {**office._administration.parts, "surroundings": lambda: around}
    office._administration = replace(office._administration, parts=parts)
    for name in ("waiting", "paused", "gone"):
        assert (await office.call("PUT", f"/resources/{name}", {"name": name}, etag=NEW)).status == 201
    for call in ("paused/activate", "paused/pause", "gone/offboard?events=keep"):
        assert (await office.call("POST", f"/resources/{call}")).status < 300
    office.crew.secrets.held = {"board-1": None}
    await office.crew.sources.put(Source(SourceId("board"), secret_names=("board-1",)), None)
    return office, (await only_held(office))["id"]


def everything(office: Office) -> str:
    """Every table, queue, calendar and board as text, without the trail."""
    crew = office.crew
    tables = [crew.rows.partitions, crew.placements.placed, crew.overviews.rows, crew.overviews.watch, crew.owners]
    others = [crew.tenant.tenant, crew.sources.rows, crew.sources.heard, crew.bells.waiting]
    return repr([tables, others, vars(crew.ports.subscription_rows), vars(crew.graph), crew.writes()])


async def ask(office: Office, held: str, name: str, asked: Asked) -> Answer:
    path = asked.path.replace("{held}", held)
    return await office.call(METHODS[name], path, asked.body, kind=asked.kind, etag=asked.etag)


def test_every_operation_of_the_contract_is_asked() -> None:
    assert {*CHANGES, *TRIALS, *READS} == {*METHODS}


@pytest.mark.parametrize("name", READS)
async def test_a_reader_reads_it_and_nothing_is_changed_by_reading(name: str) -> None:
    office, held = await inhabited()
    office.door.role = READER
    before, told = everything(office), dict(office.crew.trail.entries)
    answer = await ask(office, held, name, READS[name])
    assert answer.status == 200, answer.text
    assert (everything(office), office.crew.trail.entries) == (before, told)


@pytest.mark.parametrize("name", [*CHANGES, *TRIALS])
async def test_a_reader_is_refused_and_nothing_is_changed_where_an_admin_changes_something(name: str) -> None:
    office, held = await inhabited()
    admin, office.door.role = office.door.role, READER
    before, told = everything(office), dict(office.crew.trail.entries)
    asked = {**CHANGES, **TRIALS}[name]
    refused = await ask(office, held, name, asked)
    assert (refused.status, refused.body["type"]) == (403, "/problems/forbidden")
    assert (everything(office), office.crew.trail.entries) == (before, told)
    office.door.role = admin
    assert (await ask(office, held, name, asked)).status < 300
    assert (everything(office) != before) is (name in CHANGES)
