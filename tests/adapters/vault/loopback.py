"""A vault on the loopback, which answers as Key Vault does, and a clock and an identity for whoever reads it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import AioHttpTransport

from sync_core.adapters.vault.secrets import VaultSecrets

VAULT = "https://tandem.vault.azure.net"
CHALLENGE = 'Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"'


class Vault:
    """Answers as the vault's REST interface does: https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret."""

    def __init__(self) -> None:
        self.values = {"graph": "first"}
        self.ends: dict[str, datetime] = {}
        self.disabled: set[str] = set()
        self.reads = 0
        self.refuses_with = 0

    async def answer(self, request: web.Request) -> web.Response:
        if "Authorization" not in request.headers:
            return web.json_response({}, status=401, headers={"WWW-Authenticate": CHALLENGE})
        self.reads += 1
        name = request.match_info["name"]
        if self.refuses_with:
            return _fault(self.refuses_with, "Refused")
        if name not in self.values:
            return _fault(404, "SecretNotFound")
        if name in self.disabled:
            return _fault(403, "Forbidden", "SecretDisabled")
        path = f"{VAULT}/secrets/{name}/{self.reads:032x}"
        attributes: dict[str, Any] = {"enabled": True}
        if name in self.ends:
            attributes["exp"] = int(self.ends[name].timestamp())
        return web.json_response({"value": self.values[name], "id": path, "attributes": attributes})


def _fault(status: int, code: str, inner: str = "") -> web.Response:
    error = {"code": code, "message": "…", **({"innererror": {"code": inner}} if inner else {})}
    return web.json_response({"error": error}, status=status)


class Rerouted(AioHttpTransport):  # type: ignore[misc]
    """Sends what is meant for the vault to a loopback server instead."""

    def __init__(self, to: str) -> None:
        super().__init__()
        self._to = to

    async def send(self, request: Any, **options: Any) -> Any:
        meant, request.url = request.url, request.url.replace(VAULT, self._to)
        try:
            return await super().send(request, **options)
        finally:
            request.url = meant


class Identity:
    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return AccessToken("token", 4_000_000_000)

    async def close(self) -> None:
        return None

    async def __aenter__(self) -> "Identity":
        return self

    async def __aexit__(self, *ignored: object) -> None:
        return None


class Minutes:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> float:
        return 1_000.0 + 60 * self.passed


@asynccontextmanager
async def reading(vault: Vault, minutes: Minutes) -> AsyncIterator[VaultSecrets]:
    """Read that vault by the vendor's client."""
    app = web.Application()
    app.router.add_get("/secrets/{name}{rest:/?.*}", vault.answer)
    async with TestServer(app) as server:
        address = str(server.make_url("")).rstrip("/")
        source = VaultSecrets(VAULT, Identity(), minutes, transport=Rerouted(address), retry_total=0)
        yield source
        await source.aclose()
