"""No call takes longer as the tenant grows than what it returns: counted in requests to real tables."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any, cast

import pytest
from azure.core.pipeline.transport import AioHttpTransport
from azure.data.tables.aio import TableServiceClient

from devtools.azurite import start_azurite
from devtools.development import settings_for
from devtools.processes import Parts
from sync_core.adapters.tables.overview import entity_of
from sync_core.adapters.wording import check_template
from sync_core.bootstrap import Connector, connect
from sync_core.domain.overview import Overview, State
from sync_core.domain.profile import Participation, Profile
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Lease, ProfileRow
from sync_core.ports import Ports
from sync_core.settings import Settings, read_settings
from sync_core.web.admin.access import Access
from sync_core.web.admin.routing import Administration, answer_call
from sync_core.web.http import Headers, Request
from tests.turns import IS_QUICK
from tests.web.admin.office import KnownCaller

pytestmark = pytest.mark.services
FEW = 50
MANY = 500 if IS_QUICK else 5000
ONE = "R-00007"
PATCH = {"Content-Type": "application/merge-patch+json", "If-Match": "*"}
PUT = {"Content-Type": "application/json", "If-Match": "*"}
CALLS: Mapping[str, tuple[str, str, Mapping[str, str], Mapping[str, str], bytes]] = {
    "a page": ("GET", "/resources", {"limit": "20"}, {}, b""),
    "a search": ("GET", "/resources", {"limit": "20", "search": "r-0000"}, {}, b""),
    "a page of those that wait": ("GET", "/resources", {"limit": "20", "state": "waiting"}, {}, b""),
    "one": ("GET", f"/resources/{ONE}", {}, {}, b""),
    "one changed": ("PATCH", f"/resources/{ONE}", {}, PATCH, b'{"group": "vans"}'),
    "one replaced": ("PUT", f"/resources/{ONE}", {}, PUT, b'{"name": "worker 7"}'),
    "its numbers": ("GET", f"/resources/{ONE}/status", {}, {}, b""),
    "its progress": ("GET", f"/resources/{ONE}/progress", {}, {}, b""),
    "its journal": ("GET", f"/resources/{ONE}/journal", {}, {}, b""),
    "a page of numbers": ("GET", "/status/resources", {"limit": "20"}, {}, b""),
    "what is held": ("GET", "/held", {"limit": "20"}, {}, b""),
    "the trail": ("GET", "/trail", {"limit": "1"}, {}, b""),
    "the settings": ("GET", "/settings", {}, {}, b""),
}


@pytest.fixture
async def connector(parts: Parts) -> AsyncIterator[Connector]:
    """The app on a storage of its own; nobody else answers, and nobody is asked."""
    nobody = "http://127.0.0.1:9"
    settings = read_settings(settings_for(start_azurite(parts).connection_string, nobody, nobody, nobody))
    assert isinstance(settings, Settings)
    opened = connect(settings)
    yield opened
    await opened.aclose()


async def enlist(ports: Ports, storage: str, names: list[ResourceId]) -> None:
    """Write what is stored of resources that wait, as enlisting one after another leaves it, only sooner."""
    gate = asyncio.Semaphore(16)

    async def profile(name: ResourceId) -> None:
        row = Profile(name, f"worker {name[-1]}", "", None, (), Participation.WAITING, is_enlisted=True)
        async with gate:
            await ports.rows.transact(name, Lease(), None, [ProfileRow(row)])

    await asyncio.gather(*map(profile, names))
    entities = sorted(
        (entity_of(Overview(name, f"worker {name[-1]}", State.WAITING)) for name in names),
        key=lambda entity: str(entity["PartitionKey"]),
    )
    async with TableServiceClient.from_connection_string(storage) as service:
        table = service.get_table_client("overview")
        for partition in sorted({entity["PartitionKey"] for entity in entities}):
            of_it = [entity for entity in entities if entity["PartitionKey"] == partition]
            for first in range(0, len(of_it), 100):
                await table.submit_transaction([("upsert", entity) for entity in of_it[first : first + 100]])


async def measure(administration: Administration, sent: list[str], which: str) -> tuple[int, float]:
    """Make one call and return how many requests it took, and how many milliseconds."""
    method, path, query, headers, body = CALLS[which]
    request = Request(method, f"https://tandem.example/api/admin{path}", Headers(headers), query, body)
    sent.clear()
    began = time.perf_counter()
    answer = await answer_call(administration, request, "c")
    assert answer.status == 200, f"{which}: {answer.body.decode()}"
    return len(sent), (time.perf_counter() - began) * 1000


@pytest.mark.timeout(400)
async def test_a_call_makes_as_many_requests_in_a_large_tenant_as_in_a_small_one(
    connector: Connector, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sent: list[str] = []
    send = AioHttpTransport.send

    async def counted(self: AioHttpTransport, request: Any, **options: Any) -> Any:
        sent.append(request.url)
        return await send(self, request, **options)

    monkeypatch.setattr(AioHttpTransport, "send", counted)
    ports = await connector.ports()
    administration = Administration(cast(Access, KnownCaller()), connector.ports, {"check_template": check_template})
    connection = connector.settings.storage_connection
    assert connection is not None
    storage = connection.get_secret_value()
    names = [ResourceId(f"R-{number:05}") for number in range(MANY)]
    await enlist(ports, storage, names[:FEW])
    few = {which: await measure(administration, sent, which) for which in CALLS}
    await enlist(ports, storage, names[FEW:])
    many = {which: await measure(administration, sent, which) for which in CALLS}
    with capsys.disabled():
        for which in CALLS:
            (count, took), (also, takes) = few[which], many[which]
            print(f"\n{which}: {count} requests, {took:.0f} ms of {FEW}; {also}, {takes:.0f} ms of {MANY}", end="")
    assert {which: count for which, (count, _) in many.items()} == {which: count for which, (count, _) in few.items()}
