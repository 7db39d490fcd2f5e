"""Secrets are kept for minutes, read again when refused, and a vault's trouble is told in words."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import AioHttpTransport

from sync_core.adapters.vault.secrets import StaticSecrets, VaultSecrets
from sync_core.domain.errors import Misconfigured, TryAgain

VAULT = "https://tandem.vault.azure.net"
CHALLENGE = 'Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"'


class Vault:
    """Answers as the vault's REST interface does: https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret."""

    def __init__(self) -> None:
        self.values = {"graph": "first"}
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
        path = f"{VAULT}/secrets/{name}/{self.reads:032x}"
        return web.json_response({"value": self.values[name], "id": path, "attributes": {"enabled": True}})


def _fault(status: int, code: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": "…"}}, status=status)


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


@pytest.fixture
def vault() -> Vault:
    return Vault()


@pytest.fixture
def minutes() -> Minutes:
    return Minutes()


@pytest.fixture
async def secrets(vault: Vault, minutes: Minutes) -> AsyncIterator[VaultSecrets]:
    app = web.Application()
    app.router.add_get("/secrets/{name}{rest:/?.*}", vault.answer)
    async with TestServer(app) as server:
        address = str(server.make_url("")).rstrip("/")
        source = VaultSecrets(VAULT, Identity(), minutes, transport=Rerouted(address), retry_total=0)
        yield source
        await source.aclose()


async def test_a_secret_is_read_once_in_five_minutes(vault: Vault, secrets: VaultSecrets, minutes: Minutes) -> None:
    assert await secrets.read("graph") == "first"
    vault.values["graph"] = "second"
    minutes.passed = 4.9
    assert await secrets.read("graph") == "first"
    minutes.passed = 5
    assert await secrets.read("graph") == "second"
    assert vault.reads == 2


async def test_a_secret_that_was_refused_is_read_again_at_once(vault: Vault, secrets: VaultSecrets) -> None:
    await secrets.read("graph")
    vault.values["graph"] = "second"
    secrets.forget("graph")
    secrets.forget("never read")
    assert await secrets.read("graph") == "second"


async def test_many_who_ask_at_once_cost_one_call(vault: Vault, secrets: VaultSecrets) -> None:
    assert set(await asyncio.gather(*(secrets.read("graph") for _ in range(20)))) == {"first"}
    assert vault.reads == 1


async def test_each_secret_is_kept_by_its_own_name(vault: Vault, secrets: VaultSecrets) -> None:
    vault.values["board"] = "other"
    assert [await secrets.read("graph"), await secrets.read("board")] == ["first", "other"]


async def test_an_unknown_secret_is_a_setting_to_be_mended(secrets: VaultSecrets) -> None:
    with pytest.raises(Misconfigured, match="no secret board"):
        await secrets.read("board")


async def test_a_missing_role_is_named(vault: Vault, secrets: VaultSecrets) -> None:
    vault.refuses_with = 403
    with pytest.raises(Misconfigured, match="Key Vault Secrets User"):
        await secrets.read("graph")


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_vault_in_trouble_asks_to_try_again(vault: Vault, secrets: VaultSecrets, status: int) -> None:
    vault.refuses_with = status
    with pytest.raises(TryAgain):
        await secrets.read("graph")
    vault.refuses_with = 0
    assert await secrets.read("graph") == "first"


async def test_a_vault_out_of_reach_asks_to_try_again() -> None:
    source = VaultSecrets(VAULT, Identity(), transport=Rerouted("http://127.0.0.1:9"), retry_total=0)
    with pytest.raises(TryAgain):
        await source.read("graph")
    await source.aclose()


async def test_secrets_of_the_settings_are_what_they_were_given() -> None:
    source = StaticSecrets({"graph": "first", "empty": ""})
    source.forget("graph")
    assert await source.read("graph") == "first"
    for name in ("board", "empty"):
        with pytest.raises(Misconfigured):
            await source.read(name)


def test_the_vaults_client_is_not_loaded_before_it_is_asked() -> None:
    loads = "import sys, sync_core.adapters.vault.secrets; sys.exit(any(n.startswith('azure') for n in sys.modules))"
    assert subprocess.run([sys.executable, "-c", loads], check=False).returncode == 0
