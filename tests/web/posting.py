"""What a board does when it posts: sign a body and send it, here to the route's function itself."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from sync_core.domain.identity import ConnectorId
from sync_core.ports import Ports
from sync_core.web.http import Response
from sync_core.web.scheduler import receive
from tests.fakes.bells import FakeBells
from tests.fakes.clock import FakeClock
from tests.fakes.names import FakeNames
from tests.fakes.placements import FakePlacements
from tests.fakes.rows import FakeRows

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


class Door:
    """The route on ports in memory; `secrets` are those it knows."""

    def __init__(self, secrets: Sequence[str] = (SECRET, NEXT_SECRET)) -> None:
        self.clock = FakeClock(NOW)
        self.rows = FakeRows()
        self.placements = FakePlacements()
        self.bells = FakeBells(self.clock)
        self.secrets = secrets
        absent = cast(Any, None)
        self.ports = Ports(
            connector=ConnectorId("7a4f3c1e-9b52-4c8e-8d1a-2f6b0c9e5d31"),
            clock=self.clock,
            names=FakeNames(),
            rows=self.rows,
            placements=self.placements,
            bells=self.bells,
            outlook=absent,
            board=absent,
            subscriptions=absent,
            subscription_rows=absent,
            claims=absent,
            directory=absent,
        )

    async def post(self, document: Any, content_type: str = EVENT, delivery_id: str = "msg_1") -> Response:
        """Send a document (or raw bytes) as its sender would: signed, with the right clock."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        return await self.post_raw(signed(body, delivery_id=delivery_id, content_type=content_type), body)

    async def post_raw(self, headers: dict[str, str], body: bytes) -> Response:
        return await receive(self.ports, self._secrets, headers, body)

    async def _secrets(self) -> Sequence[str]:
        return self.secrets

    @property
    def is_untouched(self) -> bool:
        return not self.rows.partitions and not self.placements.placed and not self.bells.waiting


def document_of(response: Response) -> Any:
    return json.loads(response.body)
