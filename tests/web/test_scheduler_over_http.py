"""Sources over a real host, as their boards meet it: routes, headers and addresses on the wire."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from devtools.azurite import start_azurite
from devtools.development import WEBHOOK_SECRET, settings_for
from devtools.launch import start_host
from devtools.processes import Parts
from sync_core.bootstrap import SystemClock, connect
from sync_core.domain.profile import Participation
from sync_core.domain.source import DEFAULT_SOURCE, Digest, Encoding, Level, Proof, Source, SourceId, line_of
from sync_core.flows.sources import get_source, list_sources, put_source
from sync_core.ports import Ports
from sync_core.settings import Settings, read_settings
from tests.web.posting import EVENT, PAYLOADS, signed

pytestmark = pytest.mark.services
BODY = (PAYLOADS / "appointment-planned.json").read_bytes()
NOBODY = "http://127.0.0.1:9"
SECRET, NEXT = "the-secret-of-a-board", "the-next-secret-of-it"
SOURCES = (
    Source(SourceId("signs"), Proof.HMAC_BODY, ("one", "two"), "X-Sum", Digest.SHA512, Encoding.BASE64, "v="),
    Source(SourceId("tells"), Proof.BASIC, ("one",), user="board"),
    Source(SourceId("calls"), Proof.URL_SECRET, ("one", "two"), addresses=("203.0.113.0/24",)),
)


@dataclass
class Road:
    """The way to a running host, and its storage."""

    ports: Ports
    host: str
    session: aiohttp.ClientSession

    async def post(self, place: str, body: bytes = BODY, **headers: str) -> int:
        named = {"Content-Type": EVENT, **{name.replace("_", "-"): value for name, value in headers.items()}}
        async with self.session.post(f"{self.host}/api/scheduler/events{place}", data=body, headers=named) as answer:
            await answer.read()
            return answer.status

    async def level(self, source: str) -> Level:
        standing = await get_source(self.ports, SourceId(source))
        assert standing is not None
        return line_of(standing, self.ports.clock.now()).level


@pytest.fixture
async def road(parts: Parts) -> AsyncIterator[Road]:
    """A host of its own, since it takes every bell of its storage."""
    values = settings_for(start_azurite(parts).connection_string, NOBODY, NOBODY, NOBODY)
    values["SCHEDULER_SOURCE_SECRETS"] = f"one={SECRET} two={NEXT}"
    settings = read_settings(values)
    assert isinstance(settings, Settings), settings
    connector = connect(settings)
    ports = await connector.ports()
    for source in SOURCES:
        await put_source(ports, source, None)
    host = start_host(parts, values)
    async with aiohttp.ClientSession() as session:
        yield Road(ports, host.address, session)
    await connector.aclose()


def sum_of(secret: str, body: bytes = BODY) -> str:
    return "v=" + base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha512)).decode()


def basic(secret: str) -> str:
    return "Basic " + base64.b64encode(f"board:{secret}".encode()).decode()


async def test_each_source_is_met_at_its_own_address_by_its_own_proof(road: Road) -> None:
    now = SystemClock().now()
    assert await road.post("", BODY, **signed(BODY, WEBHOOK_SECRET, now)) == 202
    assert await road.post("", BODY, **signed(BODY, at=now)) == 401
    assert await road.post("/nobody", BODY, **signed(BODY, WEBHOOK_SECRET, now)) == 404
    assert [await road.post("/signs", X_Sum=sum_of(each)) for each in (SECRET, NEXT)] == [202, 202]
    assert await road.post("/signs", BODY + b" ", X_Sum=sum_of(SECRET)) == 401
    assert await road.post("/tells", Authorization=basic(SECRET)) == 202
    assert await road.post("/tells", Authorization=basic(NEXT)) == 401
    near, far = "198.51.100.9, 203.0.113.9:4711", "203.0.113.9, 198.51.100.9:4711"
    assert await road.post(f"/calls/{NEXT}", X_Forwarded_For=near) == 202
    assert await road.post(f"/calls?secret={SECRET}", X_Forwarded_For=near) == 202
    assert await road.post(f"/calls/{NEXT}", X_Forwarded_For=far) == 401
    assert await road.post("/calls/wrong", X_Forwarded_For=near) == 401
    assert await road.post(f"/calls/{NEXT}") == 401
    levels = {one.source.id: await road.level(one.source.id) for one in await list_sources(road.ports)}
    assert set(levels) == {DEFAULT_SOURCE, "signs", "tells", "calls"}
    assert Level.RED not in levels.values()
    listed = {row.profile.resource: row.profile.participation for row in await road.ports.rows.list_profiles()}
    assert listed == {"R-ADA": Participation.WAITING, "R-BEN": Participation.WAITING}


async def test_a_ping_turns_a_line_green_over_the_wire(road: Road) -> None:
    ping = {"specversion": "1.0", "id": "p", "source": "https://board.example", "type": "scheduler.ping"}
    body = json.dumps(ping).encode()
    assert await road.level("signs") is Level.AMBER
    assert await road.post("/signs", body, X_Sum=sum_of(SECRET, body)) == 202
    assert await road.level("signs") is Level.GREEN
