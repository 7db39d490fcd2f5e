"""The administration over a small world: calls as a client makes them, each answer held against the contract."""

import json
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

from sync_core.adapters.wording import check_template
from sync_core.ports import Ports
from sync_core.web.admin.access import ADMIN, Access, Caller
from sync_core.web.admin.routing import Administration, answer_call
from sync_core.web.http import Headers, Request, Response
from tests.contract_document.reading import ADMIN_CONTRACT, complaints, contract
from tests.flows.crew import Crew
from tests.flows.test_preview import Worded

# In place of an ETag: there must be none yet.
NEW = "new"
JSON, PATCH, CSV = "application/json", "application/merge-patch+json", "text/csv"


class KnownCaller:
    """Lets everybody in, with one role; what the real check does is tested beside."""

    role = ADMIN

    async def who(self, headers: Mapping[str, str]) -> Caller | Response:
        return Caller("who", "", frozenset({self.role}))


class Answer:
    """One answer, read."""

    def __init__(self, answer: Response) -> None:
        self.status = answer.status
        self.etag = answer.headers.get("ETag", "")
        self.text = answer.body.decode()
        self.body: Any = json.loads(answer.body) if "json" in answer.content_type and answer.body else None

    @property
    def wrong(self) -> list[str]:
        """Which fields are named in a refusal, or its detail where none is."""
        errors = (self.body or {}).get("errors", [])
        return [error["field"] for error in errors] or [(self.body or {}).get("detail", "")]


class Office:
    """`crew` is the world behind it."""

    def __init__(self, crew: Crew | None = None) -> None:
        self.crew = crew or Worded()
        self.door = KnownCaller()
        self._administration = Administration(cast(Access, self.door), self._ports, {"check_template": check_template})

    async def _ports(self) -> Ports:
        return self.crew.ports

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        kind: str = JSON,
        etag: str = "",
        **query: str,
    ) -> Answer:
        """Make a call; a body that is no text is sent as JSON. `etag` is that of If-Match, or `NEW`.

        A query may stand in the path, too: some of its names mean something else here.
        """
        path, _, asked = path.partition("?")
        headers = {"If-None-Match": "*"} if etag == NEW else {"If-Match": etag} if etag else {}
        raw = b""
        if body is not None:
            headers["Content-Type"] = kind
            raw = (
                body
                if isinstance(body, bytes)
                else body.encode()
                if isinstance(body, str)
                else json.dumps(body).encode()
            )
        query |= dict(parse_qsl(asked, keep_blank_values=True))
        request = Request(method, f"https://tandem.example/api/admin{path}", Headers(headers), query, raw)
        answer = await answer_call(self._administration, request, "c")
        _hold_against_contract(method, path, answer)
        return Answer(answer)

    async def put(self, resource: str, document: Mapping[str, Any]) -> Answer:
        """Enlist a resource, or replace what is there."""
        known = await self.call("GET", f"/resources/{resource}")
        if known.status == 404:
            return await self.call("PUT", f"/resources/{resource}", document, etag=NEW)
        return await self.call("PUT", f"/resources/{resource}", document, etag=known.etag)


def _hold_against_contract(method: str, path: str, answer: Response) -> None:
    document = contract(ADMIN_CONTRACT)
    template = _template(path, list(document["paths"]))
    if template is None:
        return
    responses = document["paths"][template][method.lower()]["responses"]
    assert str(answer.status) in responses, f"{method} {template} answers {answer.status}: {answer.body.decode()}"
    found = responses[str(answer.status)]
    escaped = template.replace("~", "~0").replace("/", "~1")
    pointer = f"/paths/{escaped}/{method.lower()}/responses/{answer.status}"
    if "$ref" in found:
        pointer = found["$ref"].removeprefix("#")
        found = document["components"]["responses"][pointer.rsplit("/", 1)[-1]]
    contents = found.get("content", {})
    kind = answer.content_type.partition(";")[0]
    assert kind in contents or not answer.body, f"{kind} is none of {list(contents)}"
    if "json" in kind and answer.body:
        schema = f"{pointer}/content/{kind.replace('/', '~1')}/schema"
        assert complaints(schema, json.loads(answer.body), ADMIN_CONTRACT) == []
    if "ETag" in found.get("headers", {}):
        assert "ETag" in answer.headers


def _template(path: str, templates: list[str]) -> str | None:
    if path in templates:
        return path
    segments = path.split("/")
    for template in templates:
        names = template.split("/")
        if len(names) == len(segments) and all(
            name == given or name.startswith("{") for name, given in zip(names, segments, strict=True)
        ):
            return template
    return None
