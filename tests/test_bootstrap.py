"""The connector builds what is asked for, when it is asked for, from the settings alone."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from sync_core.bootstrap import Connector, OnFirstUse, connect
from sync_core.domain.errors import Misconfigured, TryAgain
from sync_core.domain.resource import ResourceId
from sync_core.domain.secret import SecretState, SecretTerm
from sync_core.domain.source import DEFAULT_SOURCE, Proof, Source, SourceId
from sync_core.domain.stored import Job
from sync_core.settings import Settings, read_settings

ROOT = Path(__file__).parent.parent
SAMPLE: Mapping[str, str] = json.loads((ROOT / "local.settings.sample.json").read_text("utf-8"))["Values"]


def connector(**settings: str) -> Connector:
    read = read_settings({**SAMPLE, **settings})
    assert isinstance(read, Settings), read
    return connect(read)


class Vault:
    """A vault whose every name answers with a value or a fault."""

    def __init__(self, answers: Mapping[str, str | Exception]) -> None:
        self._answers = answers

    async def read(self, name: str) -> str:
        answer = self._answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer


def in_vault(answers: Mapping[str, str | Exception]) -> Connector:
    made = connector(
        SCHEDULER_WEBHOOK_SECRETS="",
        SCHEDULER_WEBHOOK_SECRET_NAMES=" ".join(answers),
        KEY_VAULT_URL="https://v.example",
    )
    made._vault = lambda: Vault(answers)  # type: ignore[assignment]
    return made


async def test_webhook_secrets_that_were_given_are_used_as_they_are() -> None:
    assert await connector().webhook_secrets() == ["whsec_dGFuZGVtLWRldmVsb3BtZW50LXNlY3JldC0wMDE="]


async def test_two_secrets_of_the_vault_are_both_valid_during_rotation() -> None:
    assert await in_vault({"new": "whsec_bmV3", "old": "whsec_b2xk"}).webhook_secrets() == ["whsec_bmV3", "whsec_b2xk"]


async def test_a_secret_that_is_not_there_yet_does_not_shut_out_the_other() -> None:
    assert await in_vault({"new": Misconfigured("no new"), "old": "whsec_b2xk"}).webhook_secrets() == ["whsec_b2xk"]
    with pytest.raises(Misconfigured, match="no new"):
        await in_vault({"new": Misconfigured("no new")}).webhook_secrets()


async def test_a_vault_that_is_silent_about_one_secret_is_asked_again_later() -> None:
    # A webhook signed with the one that was not read would be refused for good.
    with pytest.raises(TryAgain):
        await in_vault({"new": TryAgain("silent"), "old": "whsec_b2xk"}).webhook_secrets()


ERP = Source(SourceId("erp"), Proof.BASIC, ("new", "old"), user="board")


async def test_a_source_has_its_own_secrets_and_the_default_one_those_of_the_settings() -> None:
    made = in_vault({"new": "new-secret-of-erp", "old": "old-secret-of-erp"})
    assert await made.secrets_of(ERP) == ["new-secret-of-erp", "old-secret-of-erp"]
    assert await made.secrets_of(Source(DEFAULT_SOURCE)) == await made.webhook_secrets()
    assert await made.secrets_of(replace(ERP, proof=Proof.ENTRA_BEARER)) == ()


async def test_without_a_vault_the_secrets_of_a_source_are_set_by_name() -> None:
    made = connector(SCHEDULER_SOURCE_SECRETS="new=a-secret-of-erp=1 other=somebody-elses-secret new=a-secret-of-erp-2")
    assert await made.secrets_of(ERP) == ["a-secret-of-erp=1", "a-secret-of-erp-2"]
    assert "a-secret-of-erp" not in repr(made.settings)
    with pytest.raises(Misconfigured, match="the source erp has no secret"):
        await made.secrets_of(replace(ERP, secret_names=("nobodys",)))


async def test_a_source_without_names_never_falls_back_to_the_secrets_of_the_default_one() -> None:
    with pytest.raises(Misconfigured):
        await connector().secrets_of(replace(ERP, secret_names=()))


def test_a_port_is_built_when_a_method_of_it_is_looked_up() -> None:
    built: list[str] = []

    def build() -> str:
        built.append("now")
        return "a port"

    port = OnFirstUse(build)
    assert built == []
    assert port.upper() == "A PORT"
    assert built == ["now"]


@pytest.mark.services
async def test_an_emulator_gets_its_tables_and_queue_on_first_use(storage: str, unique: str) -> None:
    made = connector(AzureWebJobsStorage=storage)
    try:
        ports = await made.ports()
        assert await made.ports() is ports
        assert await ports.subscription_rows.get(unique) is None
        await ports.bells.ring([Job(ResourceId(unique), ports.clock.now(), "test", unique)])
        assert len(ports.names.fresh()) == 32
        assert ports.connector == SAMPLE["TANDEM_CONNECTOR_ID"]
    finally:
        await made.aclose()


BY_IDENTITY = """
import asyncio, os, sys
from sync_core.bootstrap import connect
from sync_core.settings import read_settings
async def main():
    connector = connect(read_settings(os.environ))
    ports = await connector.ports()
    assert ports.outlook.carry_out and ports.board.carry_out
    assert ports.subscriptions.renew and ports.directory.find_mailbox
    await connector.aclose()
asyncio.run(main())
print("msgraph" in sys.modules)
"""


def test_a_deployment_by_identity_builds_every_port_without_calling_anyone() -> None:
    settings = {
        "AzureWebJobsStorage__queueServiceUri": "https://t.queue.core.windows.net",
        "AzureWebJobsStorage__tableServiceUri": "https://t.table.core.windows.net",
        "TANDEM_CONNECTOR_ID": SAMPLE["TANDEM_CONNECTOR_ID"],
        "TANDEM_PUBLIC_URL": "https://tandem.example",
        "GRAPH_TENANT_ID": "7b1c5b52-7e16-4b34-8cf3-6b8e8de60002",
        "GRAPH_CLIENT_ID": "7b1c5b52-7e16-4b34-8cf3-6b8e8de60003",
        "GRAPH_CLIENT_SECRET_NAME": "graph",
        "KEY_VAULT_URL": "https://t.vault.azure.net",
        "SCHEDULER_URL": "https://board.example",
        "SCHEDULER_API_KEY_NAME": "key",
        "SCHEDULER_WEBHOOK_SECRET_NAMES": "one two",
        **{name: text for name, text in SAMPLE.items() if name.endswith("_SCHEDULE")},
    }
    ended = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", BY_IDENTITY],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "False\n", "")


class Ends:
    """A vault that is asked only until when secrets hold."""

    async def term(self, name: str) -> SecretTerm:
        return SecretTerm(name, SecretState.VALID)


async def test_every_secret_that_the_environment_names_is_watched_and_none_that_it_holds_itself() -> None:
    made = in_vault({"hook-new": "", "hook-old": ""})
    names = {"graph_client_secret_name": "graph", "scheduler_api_key_name": "key"}
    made.settings = made.settings.model_copy(update=names)
    made._vault = Ends  # type: ignore[assignment]
    assert [term.name for term in await made._secret_terms().terms()] == ["graph", "key", "hook-new", "hook-old"]
    own = connector(SCHEDULER_SOURCE_SECRETS="new=a-secret-of-erp=1")._secret_terms()
    assert await own.terms() == []
    assert await own.terms(["new"]) == [SecretTerm("new", SecretState.VALID)]
