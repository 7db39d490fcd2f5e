"""Serves what Entra publishes of a tenant, and the control calls that it does not have.

https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from simulators.issuer.keys import KeyRing
from simulators.issuer.tokens import LIFETIME, VERSIONS, issuer_of, merge, usual_claims, write_token

_WORDS = {"claims": dict, "header": dict, "key": str, "version": str}


@dataclass(slots=True)
class Issuer:
    """One tenant's sign-in; `audience` is the client id of the application that tokens are for."""

    tenant: str
    audience: str
    keys: KeyRing = field(default_factory=KeyRing)
    calls: Counter[str] = field(default_factory=Counter)
    is_silent: bool = False

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/{tenant}/v2.0/.well-known/openid-configuration", self._discover),
            web.get("/{tenant}/.well-known/openid-configuration", self._discover),
            web.get("/{tenant}/discovery/v2.0/keys", self._publish),
            web.get("/common/discovery/keys", self._publish),
            web.post("/token", self._issue),
            web.post("/rotate", self._rotate),
            web.post("/silence", self._fall_silent),
            web.delete("/silence", self._speak),
            web.get("/calls", self._show_calls),
        ]

    async def _discover(self, request: web.Request) -> web.Response:
        if request.match_info["tenant"] != self.tenant:
            return web.json_response({"error": "invalid_tenant"}, status=400)
        is_new = "/v2.0/" in request.path
        at = f"{self.tenant}/discovery/v2.0/keys" if is_new else "common/discovery/keys"
        document = {
            "issuer": issuer_of(_base(request), self.tenant, "2.0" if is_new else "1.0"),
            "jwks_uri": f"{_base(request)}/{at}",
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "subject_types_supported": ["pairwise"],
        }
        return self._answer("discovery", document)

    async def _publish(self, request: web.Request) -> web.Response:
        issuer = issuer_of(_base(request), self.tenant, "2.0")
        return self._answer("keys", {"keys": [key.published(issuer) for key in self.keys.published]})

    def _answer(self, call: str, document: dict[str, Any]) -> web.Response:
        self.calls[call] += 1
        return web.json_response(status=503) if self.is_silent else web.json_response(document)

    async def _issue(self, request: web.Request) -> web.Response:
        wish = await _read_wish(request)
        if any(not isinstance(value, _WORDS.get(name, ())) for name, value in wish.items()):
            return _refuse("a JSON object with claims, header (objects), key, version (text); each may be left out")
        version = wish.get("version", "2.0")
        try:
            key = self.keys.find(wish.get("key", "current"))
        except KeyError:
            return _refuse("the key current, stranger, or the id of a published one")
        if version not in VERSIONS:
            return _refuse(f"a version of {', '.join(VERSIONS)}")
        claims = merge(usual_claims(_base(request), self.tenant, self.audience, version), wish.get("claims", {}))
        header = merge({"typ": "JWT", "alg": "RS256", "kid": key.id}, wish.get("header", {}))
        token = write_token(claims, header, key)
        return web.json_response({"token_type": "Bearer", "expires_in": LIFETIME, "access_token": token})

    async def _rotate(self, request: web.Request) -> web.Response:
        wish = await _read_wish(request)
        key = self.keys.rotate(keeps_old=bool(wish.get("keepsOld", True)))
        return web.json_response({"kid": key.id, "published": [each.id for each in self.keys.published]})

    async def _fall_silent(self, _: web.Request) -> web.Response:
        self.is_silent = True
        return web.Response(status=204)

    async def _speak(self, _: web.Request) -> web.Response:
        self.is_silent = False
        return web.Response(status=204)

    async def _show_calls(self, _: web.Request) -> web.Response:
        return web.json_response(dict(self.calls))


def build_application(issuer: Issuer) -> web.Application:
    """Return the web application of an issuer."""
    application = web.Application()
    application.add_routes(issuer.routes())
    return application


async def _read_wish(request: web.Request) -> dict[str, Any]:
    wish = await request.json() if request.can_read_body else {}
    return wish if isinstance(wish, dict) else {"": wish}


def _base(request: web.Request) -> str:
    return f"http://{request.host}"


def _refuse(wanted: str) -> web.Response:
    return web.json_response({"problem": f"send {wanted}"}, status=400)
