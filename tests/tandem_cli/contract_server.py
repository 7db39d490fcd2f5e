"""A server that knows nothing but the contract: judges what is sent by its schemas, answers with its examples."""

from __future__ import annotations

import json
import re
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.contract_document.reading import ADMIN_CONTRACT, complaints, contract, operations, resolve

TOKEN = "header.payload.signature"
BASE = "/api/admin"
ETAG = re.compile(r'"[\x21\x23-\x7e]{1,200}"')


@dataclass(frozen=True, slots=True)
class Sent:
    """One call that arrived."""

    operation: str
    path: tuple[str, ...]
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass(slots=True)
class Script:
    """What an operation answers: `parts` replaces members of the example, `status` chooses which example."""

    status: int = 0
    parts: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


class ContractServer:
    """Listens on a free port of the loopback; `faults` names every breach of the contract that it saw."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.faults: list[str] = []
        self._scripts: defaultdict[str, list[Script]] = defaultdict(list)
        server = self

        class Listener(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                status, headers, body = server.answer(self.command, self.path, self.headers, self.rfile.read(length))
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = do_PATCH = do_POST = do_DELETE = answer  # noqa: N815 - as the base class looks for them

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def says(self, operation: str, *scripts: Script) -> None:
        """Have an operation answer so; the last answer stays."""
        self._scripts[operation] = list(scripts)

    def bodies_of(self, operation: str) -> list[Any]:
        return [sent.body for sent in self.sent if sent.operation == operation]

    def answer(self, method: str, target: str, headers: Any, body: bytes) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(target)
        segments = tuple(unquote(each) for each in parts.path.removeprefix(BASE).strip("/").split("/"))
        found = self._find(method, segments)
        if found is None or not parts.path.startswith(BASE + "/"):
            self.faults.append(f"there is no {method} {parts.path}")
            return 404, {}, b""
        template, operation = found
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        name = operation["operationId"]
        parsed = self._judge(template, operation, query, headers, body)
        given = {key.lower(): value for key, value in headers.items()}
        self.sent.append(Sent(name, segments, query, given, parsed))
        if given.get("authorization") != f"Bearer {TOKEN}" and not given.get("authorization", "").startswith(
            "Bearer ey"
        ):
            self.faults.append(f"{name}: no token")
        return self._say(name, operation, query)

    def _find(self, method: str, segments: tuple[str, ...]) -> tuple[str, dict[str, Any]] | None:
        fitting = []
        for template, its, operation in operations(ADMIN_CONTRACT):
            wanted = template.strip("/").split("/")
            fits = len(wanted) == len(segments) and all(
                one.startswith("{") or one == other for one, other in zip(wanted, segments, strict=True)
            )
            if its == method.lower() and fits:
                fitting.append((template.count("{"), template, operation))
        return min(fitting, key=lambda each: each[0])[1:] if fitting else None

    def _judge(self, template: str, operation: dict[str, Any], query: dict[str, str], headers: Any, body: bytes) -> Any:
        name = operation["operationId"]
        shared = contract(ADMIN_CONTRACT)["paths"][template].get("parameters", [])
        parameters = [resolve(each, ADMIN_CONTRACT) for each in (*shared, *operation.get("parameters", []))]
        known = {each["name"] for each in parameters if each["in"] == "query"}
        self.faults += [f"{name}: unknown parameter {each}" for each in query.keys() - known]
        for each in parameters:
            is_there = each["name"] in query if each["in"] == "query" else each["name"] in headers
            if each["in"] != "path" and each.get("required") and not is_there:
                self.faults.append(f"{name}: {each['name']} is missing")
            if each["in"] == "query" and is_there:
                self.faults += [f"{name}: {fault}" for fault in _wrong_value(each["schema"], query[each["name"]])]
        conditions = [each for each in ("If-Match", "If-None-Match") if each in headers]
        if any(each["name"] == "If-None-Match" for each in parameters) and len(conditions) != 1:
            self.faults.append(f"{name}: one condition is needed")
        if "If-Match" in headers and not ETAG.fullmatch(headers["If-Match"]):
            self.faults.append(f"{name}: If-Match is no ETag")
        if "requestBody" not in operation:
            return None
        content = resolve(operation["requestBody"], ADMIN_CONTRACT)["content"]
        kind = headers.get("Content-Type", "")
        if kind not in content:
            self.faults.append(f"{name}: {kind or 'no content type'}")
            return None
        if kind == "text/csv":
            return body.decode()
        parsed = json.loads(body)
        pointer = content[kind]["schema"]["$ref"].removeprefix("#")
        self.faults += [f"{name}: {fault}" for fault in complaints(pointer, parsed, ADMIN_CONTRACT)]
        return parsed

    def _say(self, name: str, operation: dict[str, Any], query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        scripts = self._scripts[name]
        script = (scripts.pop(0) if len(scripts) > 1 else scripts[0]) if scripts else Script()
        wanted = str(script.status) if script.status else min(operation["responses"])
        response = resolve(operation["responses"].get(wanted, {}), ADMIN_CONTRACT)
        headers = dict(script.headers)
        if "content" not in response:
            return int(wanted), headers, b""
        kind, media = next(iter(response["content"].items()))
        example = media.get("example")
        if example is None:
            example = resolve(next(iter(media["examples"].values())), ADMIN_CONTRACT)["value"]
        headers["Content-Type"] = kind
        if isinstance(example, str):
            return int(wanted), headers, example.encode()
        example = {**example, **script.parts}
        if "cursor" in query and "nextCursor" not in script.parts:
            example["nextCursor"] = None
        if "ETag" in response.get("headers", {}):
            headers.setdefault("ETag", example.get("etag", '"of-the-settings"'))
        return int(wanted), headers, json.dumps(example).encode()


def _wrong_value(schema: dict[str, Any], value: str) -> list[str]:
    schema = resolve(schema, ADMIN_CONTRACT)
    if "enum" in schema and value not in schema["enum"]:
        return [f"{value} is none of {schema['enum']}"]
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return [f"{value} does not match {schema['pattern']}"]
    if schema.get("type") == "integer" and not schema["minimum"] <= int(value) <= schema["maximum"]:
        return [f"{value} is out of range"]
    if schema.get("type") == "boolean" and value not in {"true", "false"}:
        return [f"{value} is no truth value"]
    return []
