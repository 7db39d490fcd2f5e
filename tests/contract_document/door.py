"""The administration on a port of its own, over a small world that is as new for each question."""

import asyncio
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from sync_core.adapters.wording import check_template
from sync_core.ports import Ports
from sync_core.web.admin.access import ADMIN, Access
from sync_core.web.admin.routing import Administration, answer_call
from sync_core.web.http import Headers, Request, Response

TENANT, AUDIENCE = "5d0b7e1c-64a9-4f2e-8c37-0f9a1b2c3d4e", "2c6f0e52-8d0b-4a57-9f0e-3b1d7a64c0aa"
ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_PUBLISHED = jwt.PyJWK(
    {**jwt.algorithms.RSAAlgorithm.to_jwk(_KEY.public_key(), as_dict=True), "kid": "k", "alg": "RS256"}
)


class OneKey:
    """What the tenant publishes."""

    async def find(self, issuer: str, key_id: str) -> jwt.PyJWK | None:
        return _PUBLISHED if (issuer, key_id) == (ISSUER, "k") else None


def token(*roles: str) -> str:
    """Return a good token, an admin's if no role is named."""
    now = int(time.time())
    times = {"iat": now, "nbf": now, "exp": now + 3600}
    claims = {**times, "iss": ISSUER, "aud": AUDIENCE, "tid": TENANT, "oid": "who", "azp": "client"}
    return jwt.encode({**claims, "roles": list(roles or (ADMIN,))}, _KEY, "RS256", {"kid": "k"})


class Door:
    """The real way in; `make_world` gives the ports, again after whatever may have changed something."""

    def __init__(self, make_world: Callable[[], Ports]) -> None:
        self._make_world = make_world
        self._world: Ports | None = None
        self._alone = threading.Lock()  # a client may keep several connections, the fakes know one caller
        access = Access(TENANT, AUDIENCE, OneKey())
        self._administration = Administration(access, self._ports, {"check_template": check_template})

    async def _ports(self) -> Ports:
        assert self._world is not None
        return self._world

    def answer(self, request: Request) -> Response:
        with self._alone:
            if self._world is None:
                self._world = self._make_world()
            try:
                answer = asyncio.run(answer_call(self._administration, request, "c"))
            except Exception as fault:
                traceback.print_exc()
                answer = Response(500, repr(fault).encode())
            if request.method != "GET" and answer.status < 300 and "dryRun=true" not in request.url:
                self._world = None
            return answer


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # one packet for each answer: two would wait for each other
    door: Door

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        request = Request(self.command, f"http://tandem{self.path}", Headers(dict(self.headers)), query, body)
        answer = self.door.answer(request)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.body:
            self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = do_QUERY = _answer  # noqa: N815 - their names

    def log_request(self, code: object = "", size: object = "") -> None:
        """Say nothing."""


@contextmanager
def open_door(make_world: Callable[[], Ports]) -> Iterator[str]:
    """Answer on a free port, one call after another, and give its address."""
    kind = type("Asked", (_Asked,), {"door": Door(make_world)})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            serving.join()
