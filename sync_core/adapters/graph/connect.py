"""Builds everything that speaks Graph from plain settings; the adapter's only entrance."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sync_core.adapters.graph.client import GraphClient, Sleep
from sync_core.adapters.graph.directory import GraphDirectory
from sync_core.adapters.graph.federation import FederatedTokens
from sync_core.adapters.graph.outlook import GraphOutlook
from sync_core.adapters.graph.proofs import GraphProofs
from sync_core.adapters.graph.sdk import Sdk
from sync_core.adapters.graph.subscriptions import GraphSubscriptions
from sync_core.adapters.graph.tokens import ClientSecretTokens, FixedToken, TokenSource, is_loopback
from sync_core.domain.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Graph:
    """The three ports on one endpoint, and what the set-up check proves there."""

    outlook: GraphOutlook
    subscriptions: GraphSubscriptions
    directory: GraphDirectory
    proofs: GraphProofs
    client: GraphClient
    sdk: Sdk
    tokens: TokenSource

    async def aclose(self) -> None:
        """Close every connection; using it again opens them anew."""
        await self.client.aclose()
        await self.sdk.aclose()
        await self.tokens.aclose()


async def _no_secret() -> str:
    raise Misconfigured("there is no client secret for Graph: set KEY_VAULT_URL and GRAPH_CLIENT_SECRET_NAME")


def connect_graph(
    *,
    endpoint: str,
    notification_url: str,
    lifecycle_url: str,
    authority: str = "https://login.microsoftonline.com",
    scope: str = "",
    tenant: str = "",
    client_id: str = "",
    secret: Callable[[], Awaitable[str]] = _no_secret,
    forget_secret: Callable[[], None] = lambda: None,
    is_federated: bool = False,
    development_token: str = "",
    page_size: int = 100,
    max_concurrency: int = 16,
    sleep: Sleep = asyncio.sleep,
) -> Graph:
    """Connect to one endpoint; nothing is asked of it yet, and no event loop is needed.

    `secret` is asked whenever a token is needed anew and may answer from a cache, which `forget_secret` empties.
    With `is_federated` it answers an assertion of the app's managed identity in place of a secret.
    `scope` empty means the endpoint's `/.default`. A `development_token` stands in for all of authority and secret.

    Raises:
        Misconfigured: the settings cannot work together.
    """
    endpoint = endpoint.rstrip("/")
    if not endpoint.startswith("https://") and not is_loopback(endpoint):
        raise Misconfigured("GRAPH_ENDPOINT must begin with https:// unless it is on this machine")
    tokens: TokenSource
    if development_token:
        tokens = FixedToken(development_token, endpoint)
    elif tenant and client_id:
        tokens = (FederatedTokens if is_federated else ClientSecretTokens)(
            authority=authority,
            tenant=tenant,
            client_id=client_id,
            scope=scope or f"{endpoint}/.default",
            secret=secret,
            forget_secret=forget_secret,
        )
    else:
        raise Misconfigured("GRAPH_TENANT_ID and GRAPH_CLIENT_ID are needed to reach Graph")
    client = GraphClient(endpoint, tokens, max_concurrency, sleep)
    sdk = Sdk(endpoint, tokens, client.checked)
    return Graph(
        outlook=GraphOutlook(client, page_size),
        subscriptions=GraphSubscriptions(sdk, notification_url, lifecycle_url),
        directory=GraphDirectory(sdk),
        proofs=GraphProofs(client, tokens, (notification_url, lifecycle_url)),
        client=client,
        sdk=sdk,
        tokens=tokens,
    )
