"""A deployment without a client secret signs in by the identity that its settings name."""

import pytest
from azure.core.credentials import AccessToken

from sync_core.adapters.graph.federation import FederatedTokens
from sync_core.adapters.graph.tokens import ClientSecretTokens
from sync_core.bootstrap import Connector, connect
from sync_core.settings import Settings, read_settings
from tests.test_settings import DEPLOYED

FEDERATED = {**DEPLOYED, "GRAPH_SIGN_IN": "federated", "GRAPH_CLIENT_SECRET_NAME": ""}


def connected(environ: dict[str, str]) -> Connector:
    settings = read_settings(environ)
    assert isinstance(settings, Settings)
    return connect(settings)


class Identity:
    """Answers like the managed identity that it stands for."""

    asked: str = ""

    async def get_token(self, scope: str) -> AccessToken:
        self.asked = scope
        return AccessToken("an assertion", 0)


async def test_a_federated_deployment_asks_the_identity_and_never_the_vault(monkeypatch: pytest.MonkeyPatch) -> None:
    identity = Identity()
    connector = connected({**FEDERATED, "GRAPH_AUTHORITY": "https://login.microsoftonline.us"})
    monkeypatch.setattr(connector, "_credential", lambda: identity)
    monkeypatch.setattr(connector, "_vault", lambda: pytest.fail("the vault was asked"))
    tokens = connector._graph().tokens
    assert isinstance(tokens, FederatedTokens)
    assert await tokens._secret() == "an assertion"
    tokens._forget_secret()
    assert identity.asked == "api://AzureADTokenExchangeUSGov/.default"
    await connector.aclose()


async def test_a_deployment_with_a_secret_is_as_before() -> None:
    connector = connected(DEPLOYED)
    assert type(connector._graph().tokens) is ClientSecretTokens
    await connector.aclose()
