"""Signs in without a secret: a token of the app's managed identity vouches for the app registration.

https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sync_core.adapters.graph.tokens import ClientSecretTokens
from sync_core.domain.errors import Misconfigured, TryAgain

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.identity.aio import ClientAssertionCredential


def audience_of(authority: str) -> str:
    """Return whom the identity's token has to be for, so that this cloud's sign-in exchanges it."""
    host = urlsplit(authority).hostname or ""
    if host.endswith(".us"):
        return "api://AzureADTokenExchangeUSGov"
    return "api://AzureADTokenExchangeChina" if host.endswith(".cn") else "api://AzureADTokenExchange"


def assertion_of(identity: Callable[[], "AsyncTokenCredential"], authority: str) -> Callable[[], Awaitable[str]]:
    """Return what asks the identity for a token that vouches for the registration.

    The identity keeps the token while it lives. Awaiting it raises TryAgain if the identity does not answer, and
    Misconfigured if it is not this app's.
    """
    audience = audience_of(authority)

    async def ask() -> str:
        from azure.core.exceptions import AzureError, ClientAuthenticationError

        try:
            return (await identity().get_token(f"{audience}/.default")).token
        except ClientAuthenticationError as refusal:
            if refusal.response is not None and (refusal.response.status_code or 0) >= 500:
                raise TryAgain("the app's managed identity does not answer now") from None
            raise Misconfigured(
                f"the app's managed identity gives no token for {audience}: check that AzureWebJobsStorage__clientId "
                "is a user-assigned identity of this app"
            ) from None  # the original may repeat what the identity answered
        except AzureError as trouble:
            raise TryAgain("the app's managed identity does not answer") from trouble

    return ask


class FederatedTokens(ClientSecretTokens):
    """Tokens for an assertion in place of a secret; nobody has to keep or rotate anything."""

    proof = "the token of the app's managed identity"
    remedy = "check GRAPH_TENANT_ID, GRAPH_CLIENT_ID and the federated credential of the registration"

    def _make_credential(self, secret: str) -> "ClientAssertionCredential":
        from azure.identity.aio import ClientAssertionCredential

        return ClientAssertionCredential(
            self._tenant,
            self._client_id,
            lambda: secret,
            authority=self._authority,
            disable_instance_discovery=True,
            **self._options,
        )
