"""The app's own identity vouches for the registration: no secret is kept, read or sent."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from azure.identity.aio import ManagedIdentityCredential

from sync_core.adapters.graph.federation import FederatedTokens, assertion_of, audience_of
from sync_core.domain.errors import Misconfigured, TryAgain
from tests.adapters.graph.authority import SignIn, signing_in

TENANT = "5d0b7e1c-64a9-4f2e-8c37-0f9a1b2c3d4e"
CLIENT = "7b1c5b52-7e16-4b34-8cf3-6b8e8de60003"
IDENTITY = "7b1c5b52-7e16-4b34-8cf3-6b8e8de60001"


@pytest.fixture
async def sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SignIn]:
    async with signing_in(tmp_path) as served:
        monkeypatch.setenv("IDENTITY_ENDPOINT", served.identity_address)
        monkeypatch.setenv("IDENTITY_HEADER", "the-host's-word")
        yield served


@pytest.fixture
async def tokens(sign_in: SignIn) -> AsyncIterator[FederatedTokens]:
    identity = ManagedIdentityCredential(client_id=IDENTITY, retry_total=0)
    federated = FederatedTokens(
        authority=sign_in.authority_address,
        tenant=TENANT,
        client_id=CLIENT,
        scope="https://graph.example/.default",
        secret=assertion_of(lambda: identity, "https://login.microsoftonline.com"),
        connection_verify=str(sign_in.certificate),
        retry_total=0,
    )
    yield federated
    await federated.aclose()
    await identity.close()


async def test_a_token_of_the_identity_is_exchanged_for_one_of_the_application(
    tokens: FederatedTokens, sign_in: SignIn
) -> None:
    assert await tokens.token() == "token-for-assertion-1"
    (asked,) = sign_in.asked_of_identity
    assert (asked["resource"], asked["client_id"]) == ("api://AzureADTokenExchange", IDENTITY)
    (exchanged,) = sign_in.asked_of_authority
    assert exchanged["path"] == f"/{TENANT}/oauth2/v2.0/token"
    assert exchanged["client_id"] == CLIENT
    assert exchanged["client_assertion"] == "assertion-1"
    assert exchanged["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert exchanged["grant_type"] == "client_credentials"
    assert exchanged["scope"] == "https://graph.example/.default"
    assert "client_secret" not in exchanged


async def test_both_tokens_are_kept_while_they_live(tokens: FederatedTokens, sign_in: SignIn) -> None:
    assert {await tokens.token() for _ in range(3)} == {"token-for-assertion-1"}
    assert len(sign_in.asked_of_identity) == len(sign_in.asked_of_authority) == 1


async def test_a_token_that_graph_refused_is_asked_for_anew(tokens: FederatedTokens, sign_in: SignIn) -> None:
    tokens.forget(await tokens.token())
    await tokens.token()
    assert len(sign_in.asked_of_authority) == 2


async def test_a_registration_that_does_not_trust_the_identity_is_said_without_showing_its_token(
    tokens: FederatedTokens, sign_in: SignIn
) -> None:
    sign_in.refusal = "AADSTS70021"
    with pytest.raises(Misconfigured, match="AADSTS70021") as caught:
        await tokens.token()
    assert "federated credential" in str(caught.value)
    assert "assertion-1" not in str(caught.value)


async def test_an_identity_that_is_not_the_apps_is_said_by_the_name_of_the_setting(
    tokens: FederatedTokens, sign_in: SignIn
) -> None:
    sign_in.identity_status = 400
    with pytest.raises(Misconfigured, match="AzureWebJobsStorage__clientId") as caught:
        await tokens.token()
    assert "very-secret" not in str(caught.value)
    assert not sign_in.asked_of_authority


async def test_an_identity_that_does_not_answer_now_is_asked_later(tokens: FederatedTokens, sign_in: SignIn) -> None:
    sign_in.identity_status = 503
    with pytest.raises(TryAgain):
        await tokens.token()


@pytest.mark.parametrize(
    ("authority", "audience"),
    [
        ("https://login.microsoftonline.com", "api://AzureADTokenExchange"),
        ("https://login.microsoftonline.us", "api://AzureADTokenExchangeUSGov"),
        ("https://login.chinacloudapi.cn", "api://AzureADTokenExchangeChina"),
        ("https://login.partner.microsoftonline.cn", "api://AzureADTokenExchangeChina"),
        ("https://login.microsoftonline.us.example", "api://AzureADTokenExchange"),
    ],
)
def test_each_cloud_has_its_own_audience(authority: str, audience: str) -> None:
    assert audience_of(authority) == audience
