"""What a board does when it posts: sign a body and send it, here to the route's function itself."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sync_core.domain.identity import ConnectorId
from sync_core.domain.profile import Profile
from sync_core.domain.resource import ResourceId
from sync_core.domain.source import Source
from sync_core.domain.source_checks import check_source
from sync_core.domain.stored import BoardInbox, ProfileRow
from sync_core.ports import Ports
from sync_core.web.http import Headers, Request, Response
from sync_core.web.proofs.prove import Authority
from sync_core.web.scheduler import Reception
from tests.fakes.bells import FakeBells
from tests.fakes.clock import FakeClock
from tests.fakes.names import FakeNames
from tests.fakes.overview import FakeOverviews
from tests.fakes.placements import FakePlacements
from tests.fakes.rows import FakeRows
from tests.fakes.sources import FakeSources
from tests.fakes.tenant import FakeTenantRow
from tests.machine.world import PlainWording

PAYLOADS = Path(__file__).parents[1] / "payloads"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"the first of two secrets, long").decode()
NEXT_SECRET = "whsec_" + base64.b64encode(b"the one that replaces it, soon").decode()
STRANGER = "whsec_" + base64.b64encode(b"a secret that we do not know..").decode()
EVENT = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


def signature(secret: str, delivery_id: str, timestamp: str, body: bytes) -> str:
    """The standard's own words, without the library that the code under test uses."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed(
    body: bytes, secret: str = SECRET, at: datetime = NOW, delivery_id: str = "msg_1", content_type: str = EVENT
) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    return {
        "Webhook-Id": delivery_id,
        "Webhook-Timestamp": timestamp,
        "Webhook-Signature": signature(secret, delivery_id, timestamp, body),
        "Content-Type": content_type,
    }


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text(encoding="utf-8"))


def ports_with(**given: Any) -> Ports:
    """Ports of which only these are there, so that touching another one fails."""
    every: dict[str, Any] = {each.name: given.get(each.name) for each in fields(Ports)}
    return Ports(**every)


class Door:
    """The route on ports in memory; `secrets` are those that the environment knows, `named` those of a vault."""

    def __init__(self, secrets: Sequence[str] = (SECRET, NEXT_SECRET), authority: Authority | None = None) -> None:
        self.clock = FakeClock(NOW)
        self.rows = FakeRows()
        self.placements = FakePlacements()
        self.bells = FakeBells(self.clock)
        self.sources = FakeSources()
        self.overviews = FakeOverviews()
        self.tenant = FakeTenantRow()
        self.secrets = secrets
        self.named: dict[str, str] = {}
        self.secrets_read = 0
        self.ports = ports_with(
            connector=ConnectorId("7a4f3c1e-9b52-4c8e-8d1a-2f6b0c9e5d31"),
            clock=self.clock,
            names=FakeNames(),
            rows=self.rows,
            placements=self.placements,
            bells=self.bells,
            sources=self.sources,
            overviews=self.overviews,
            tenant=self.tenant,
            wording=PlainWording(),
        )
        self.reception = Reception(self.ports, self.secrets_of, authority)

    def connect(self, source: Source) -> None:
        """Have a source, written as an admin's words are."""
        assert check_source(source) == ()
        self.sources.rows[source.id] = (source, "tag-0")

    async def post(self, document: Any, content_type: str = EVENT, delivery_id: str = "msg_1") -> Response:
        """Send a document (or raw bytes) as its sender would: signed, with the right clock."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        headers = signed(body, at=self.clock.now(), delivery_id=delivery_id, content_type=content_type)
        return await self.post_raw(headers, body)

    async def post_raw(self, headers: Mapping[str, str], body: bytes, place: str = "", **query: str) -> Response:
        """Send to the default source's address or, with a `place`, to one behind it."""
        url = f"https://tandem.example/api/scheduler/events{place}"
        return await self.reception.receive(Request("POST", url, Headers(headers), query, body))

    async def secrets_of(self, source: Source) -> Sequence[str]:
        self.secrets_read += 1
        if not source.secret_names:
            return self.secrets
        return [self.named[name] for name in source.secret_names if name in self.named]

    def inbox(self, resource: str) -> list[BoardInbox]:
        """What waits for a resource."""
        return [row for row in self.rows.all_rows(ResourceId(resource)) if isinstance(row, BoardInbox)]

    def profile(self, resource: str) -> Profile | None:
        """How a resource is listed."""
        rows = self.rows.all_rows(ResourceId(resource))
        return next((row.profile for row in rows if isinstance(row, ProfileRow)), None)

    @property
    def is_untouched(self) -> bool:
        return not self.rows.partitions and not self.placements.placed and not self.bells.waiting


def document_of(response: Response) -> Any:
    return json.loads(response.body)
