"""Speaks to a simulator served in this program, as a Graph client and as the one who controls it."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aiohttp.test_utils import TestClient

from simulators.graph.simulator import Simulator

ADA, BEN = "ada@tandem.example", "ben@tandem.example"
MARKER = "String {6c1f1e2a-3b0f-4b55-9c9b-5a1d8f0a7e21} Name TandemMarker"
WINDOW = {"startDateTime": "2026-11-01T00:00:00Z", "endDateTime": "2026-12-01T00:00:00Z"}
IMMUTABLE = 'IdType="ImmutableId"'
JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    body: JsonObject
    headers: dict[str, str]

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])


def moment(text: str, zone: str = "UTC") -> JsonObject:
    return {"dateTime": text, "timeZone": zone}


def event_body(**changes: Any) -> JsonObject:
    """Return a body for POST: two hours on 23 November 2026."""
    body: JsonObject = {
        "subject": "Pump service",
        "start": moment("2026-11-23T08:00:00"),
        "end": moment("2026-11-23T10:00:00"),
    }
    return {**body, **changes}


def series_body(days: int = 5, **changes: Any) -> JsonObject:
    """Return a body for POST: a daily series from 23 November 2026."""
    limit = {"type": "numbered", "startDate": "2026-11-23", "numberOfOccurrences": days}
    recurrence = {"pattern": {"type": "daily", "interval": 1}, "range": limit}
    return event_body(recurrence=recurrence, **changes)


class Client:
    """Asks the simulator over HTTP."""

    def __init__(self, http: TestClient[Any, Any], simulator: Simulator) -> None:
        self.http = http
        self.simulator = simulator

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: Any = None,
        prefer: str = IMMUTABLE,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send one request; `path` is relative to the service root, or an absolute link of the simulator."""
        if path.startswith("http"):
            parts = urlsplit(path)
            path = f"{parts.path}?{parts.query}"
        else:
            path = f"/v1.0{path}"
        sent = {"Authorization": "Bearer development-token", "Prefer": prefer, **(headers or {})}
        async with self.http.request(method, path, params=query, json=body, headers=sent) as reply:
            text = await reply.text()
            return Reply(reply.status, json.loads(text) if text else {}, dict(reply.headers))

    async def get(self, path: str, **more: Any) -> Reply:
        return await self.ask("GET", path, **more)

    async def create(self, user: str = ADA, /, **changes: Any) -> JsonObject:
        """Create an event and return it."""
        reply = await self.ask("POST", f"/users/{user}/events", body=event_body(**changes))
        assert reply.status == 201, reply.body
        return reply.body

    async def read_round(self, link: str | None = None, user: str = ADA, **more: Any) -> tuple[list[JsonObject], str]:
        """Read a delta round to its end; return its entries and the deltaLink."""
        entries: list[JsonObject] = []
        path, query = link or f"/users/{user}/calendarView/delta", None if link else WINDOW
        while True:
            reply = await self.get(path, query=query, **more)
            assert reply.status == 200, reply.body
            entries += reply.body["value"]
            if "@odata.deltaLink" in reply.body:
                return entries, reply.body["@odata.deltaLink"]
            path, query = reply.body["@odata.nextLink"], None

    async def control(self, method: str, path: str, body: Any = None) -> JsonObject:
        """Use the control API; anything but success fails the test."""
        async with self.http.request(method, f"/_control{path}", json=body) as reply:
            text = await reply.text()
            assert reply.status < 300, text
            answer: JsonObject = json.loads(text) if text else {}
            return answer

    async def switch(self, **switches: Any) -> None:
        await self.control("PATCH", "/switches", switches)

    async def fault(self, kind: str, **more: Any) -> None:
        await self.control("POST", "/faults", {"kind": kind, **more})

    async def act(self, action: str, user: str = ADA, **more: Any) -> JsonObject:
        """Let the worker do something in Outlook."""
        return await self.control("POST", f"/mailboxes/{user}/events", {"action": action, **more})

    async def counters(self) -> JsonObject:
        return await self.control("GET", "/counters")

    async def batch(self, *members: JsonObject) -> dict[str, JsonObject]:
        """Send a batch and return the answers by id."""
        reply = await self.ask("POST", "/$batch", body={"requests": list(members)})
        assert reply.status == 200, reply.body
        return {answer["id"]: answer for answer in reply.body["responses"]}


def member(name: str, method: str, url: str, body: JsonObject | None = None, **more: Any) -> JsonObject:
    """Return one request of a batch."""
    made: JsonObject = {"id": name, "method": method, "url": url, **more}
    if body is not None:
        made["body"] = body
        made.setdefault("headers", {"Content-Type": "application/json"})
    return made
