"""A caller of the board who holds every answer against the contract, and a receiver that judges every webhook."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from standardwebhooks import Webhook

from tests.contract_document.reading import complaints, complaints_about, operations, resolve

KEY = "a-key"
SECRET = "whsec_dGFuZGVtLWRldmVsb3BtZW50LXNlY3JldC0wMDE="
NEW_SECRET = "whsec_bmV3LXRhbmRlbS1kZXZlbG9wbWVudC1zZWNyZXQ="
RESOURCES = [
    {"id": "R-ADA", "name": "Ada Lindqvist", "email": "ada@tandem.example"},
    {"id": "R-BEN", "name": "Ben Okafor", "email": "ben@tandem.example"},
    {"id": "R-VAN", "name": "Van 3", "type": "vehicle"},
]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


@dataclass(slots=True)
class Caller:
    """Calls a board; whatever `/v1` answers must be in the contract, body and headers alike."""

    url: str
    session: aiohttp.ClientSession
    key: str = KEY
    _writes: int = 0

    async def control(self, method: str, path: str, body: object = None) -> Any:
        async with self.session.request(method, f"{self.url}/_control/{path}", json=body) as answer:
            content = await answer.json(content_type=None)
            assert answer.status < 300, content
            return content

    async def plan(self, **wanted: object) -> dict[str, Any]:
        given = {"subject": "Pump service", "start": "2026-11-23T08:00:00+01:00", "resources": ["R-ADA"], **wanted}
        created: dict[str, Any] = await self.control("POST", "appointments", given)
        return created

    async def api(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Call `/v1`; header names are given with underscores."""
        sent = {"X-API-KEY": self.key, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None and "Content-Type" not in sent:
            sent["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
        raw = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.session.request(method, self.url + path, data=raw, headers=sent) as answer:
            content = json.loads(await answer.read())
            told = Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, content)
        _hold_against_the_contract(method, path, told)
        return told

    async def write(self, method: str, path: str, body: dict[str, Any], **headers: str) -> Answer:
        """Write with a fresh key and the origin that goes with it."""
        self._writes += 1
        key = headers.setdefault("Idempotency_Key", f"key-{self._writes}")
        return await self.api(method, path, {**body, "origin": {"system": "tandem", "changeId": key}}, **headers)


def _operation_of(method: str, path: str) -> dict[str, Any]:
    bare = path.split("?", maxsplit=1)[0]
    for template, verb, operation in operations():
        if verb == method.lower() and re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), bare):
            return operation
    raise AssertionError(f"the contract has no {method} {bare}")


def _hold_against_the_contract(method: str, path: str, answer: Answer) -> None:
    operation = _operation_of(method, path)
    assert str(answer.status) in operation["responses"], f"{method} {path} may not answer {answer.status}"
    response = resolve(operation["responses"][str(answer.status)])
    ((kind, media),) = response["content"].items()
    assert answer.headers["content-type"].split(";", maxsplit=1)[0] == kind
    assert complaints(media["schema"]["$ref"].removeprefix("#"), answer.body) == []
    for name, reference in response.get("headers", {}).items():
        header = resolve(reference)
        if name.lower() in answer.headers:
            assert re.fullmatch(header["schema"]["pattern"], answer.headers[name.lower()])
        else:
            assert not header["required"], f"{answer.status} without {name}"


@dataclass(slots=True)
class Delivery:
    id: str
    timestamp: str
    signature: str
    kind: str
    body: bytes

    @property
    def events(self) -> list[dict[str, Any]]:
        content = json.loads(self.body)
        return content if isinstance(content, list) else [content]

    def verify(self, secret: str) -> None:
        """Raises: standardwebhooks' own error, if this delivery was not signed with the secret."""
        headers = {"webhook-id": self.id, "webhook-timestamp": self.timestamp, "webhook-signature": self.signature}
        Webhook(secret).verify(self.body, headers)


@dataclass(slots=True)
class Receiver:
    """Takes webhooks, and answers with the statuses lined up in `answers`, then 202."""

    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    attempts: list[Delivery] = field(default_factory=list)
    taken: list[Delivery] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for delivery in self.taken for event in delivery.events]

    def types(self) -> Counter[str]:
        return Counter(event["type"] for event in self.events)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(condition)

    async def take(self, request: web.Request) -> web.Response:
        headers = request.headers
        delivery = Delivery(
            id=headers["webhook-id"],
            timestamp=headers["webhook-timestamp"],
            signature=headers["webhook-signature"],
            kind=request.content_type,
            body=await request.read(),
        )
        schema = "SchedulerEventBatch" if delivery.kind == "application/cloudevents-batch+json" else "SchedulerEvent"
        self.complaints += complaints_about(schema, json.loads(delivery.body))
        status, answered = self.answers.pop(0) if self.answers else (202, {})
        async with self._changed:
            self.attempts.append(delivery)
            if status < 300:
                self.taken.append(delivery)
            self._changed.notify_all()
        return web.json_response({"accepted": 1, "superseded": 0, "rejected": []}, status=status, headers=answered)


@asynccontextmanager
async def serving(application: web.Application) -> AsyncIterator[str]:
    """Serve on any free port of loopback; give the address."""
    runner = web.AppRunner(application, shutdown_timeout=0.5)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    application = web.Application(client_max_size=8 * 1024 * 1024)
    application.router.add_post("/api/scheduler/events", receiver.take)
    async with serving(application) as address:
        receiver.url = f"{address}/api/scheduler/events"
        yield receiver
        assert receiver.complaints == [], "a webhook breaks the contract"
