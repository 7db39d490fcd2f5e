"""Secrets are kept for minutes, read again when refused, and a vault's trouble is told in words."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from sync_core.adapters.vault.secrets import StaticSecrets, VaultSecrets
from sync_core.domain.errors import Misconfigured, TryAgain
from tests.adapters.vault.loopback import VAULT, Identity, Minutes, Rerouted, Vault, reading


@pytest.fixture
def vault() -> Vault:
    return Vault()


@pytest.fixture
def minutes() -> Minutes:
    return Minutes()


@pytest.fixture
async def secrets(vault: Vault, minutes: Minutes) -> AsyncIterator[VaultSecrets]:
    async with reading(vault, minutes) as source:
        yield source


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


async def test_a_disabled_secret_is_none_and_no_missing_role(vault: Vault, secrets: VaultSecrets) -> None:
    vault.disabled.add("graph")
    with pytest.raises(Misconfigured, match="or it is disabled"):
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
