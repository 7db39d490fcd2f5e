"""Who we are to Graph: an access token for the application, or a fixed one for a simulator on this machine.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

import asyncio
import ipaddress
import re
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from sync_core.domain.errors import Misconfigured, TryAgain

if TYPE_CHECKING:
    from azure.identity.aio import ClientAssertionCredential, ClientSecretCredential

_EARLY_SECONDS = 300
_AADSTS = re.compile(r"AADSTS\d+")
_BUSY = frozenset({"AADSTS90033", "AADSTS90055"})


class TokenSource(Protocol):
    async def token(self) -> str:
        """A token that is valid for some minutes more.

        Raises:
            TryAgain: the authority does not answer.
            Misconfigured: the authority does not take our secret, or does not know us.
        """

    def forget(self, refused: str) -> None:
        """Graph refused this token: neither it nor the secret behind it is used again without asking anew."""

    async def aclose(self) -> None:
        """Close connections."""


def is_loopback(address: str) -> bool:
    """Does this URL stay on this machine?"""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class FixedToken:
    """A development token; it never leaves this machine."""

    def __init__(self, token: str, endpoint: str) -> None:
        if not is_loopback(endpoint):
            raise Misconfigured("GRAPH_DEVELOPMENT_TOKEN is only for a GRAPH_ENDPOINT on this machine; remove it")
        self._token = token

    async def token(self) -> str:
        return self._token

    def forget(self, refused: str) -> None:
        """Nothing to do: there is no other."""

    async def aclose(self) -> None:
        """Nothing to close."""


class ClientSecretTokens:
    """Tokens for a client secret that may be rotated at any time.

    `secret` may answer from a cache; `forget_secret` makes it ask its vault again. `options` go to the credential as
    they are.
    """

    proof = "the client secret"
    remedy = "check GRAPH_TENANT_ID, GRAPH_CLIENT_ID and the secret"

    def __init__(
        self,
        *,
        authority: str,
        tenant: str,
        client_id: str,
        scope: str,
        secret: Callable[[], Awaitable[str]],
        forget_secret: Callable[[], None] = lambda: None,
        **options: Any,
    ) -> None:
        self._options = options
        self._authority = authority
        self._tenant = tenant
        self._client_id = client_id
        self._scope = scope
        self._secret = secret
        self._forget_secret = forget_secret
        self._lock = asyncio.Lock()
        self._token = ""
        self._renew_at = 0.0
        self._credential: ClientSecretCredential | ClientAssertionCredential | None = None
        self._used_secret = ""

    async def token(self) -> str:
        if self._token and time.time() < self._renew_at:
            return self._token
        async with self._lock:
            if not (self._token and time.time() < self._renew_at):
                await self._renew()
            return self._token

    def forget(self, refused: str) -> None:
        if refused == self._token:
            # The credential keeps tokens of its own, so it goes, too.
            self._token = self._used_secret = ""
            self._forget_secret()

    async def aclose(self) -> None:
        if self._credential is not None:
            await self._credential.close()
            self._credential = None

    async def _renew(self) -> None:
        from azure.core.exceptions import AzureError, ClientAuthenticationError

        try:
            try:
                await self._ask()
            except ClientAuthenticationError:
                # A rotated secret fails first and is read again; one that still fails is a matter for an admin.
                self._forget_secret()
                await self._ask(afresh=True)
        except ClientAuthenticationError as refusal:
            named = _AADSTS.search(str(refusal))
            if named and named[0] in _BUSY:
                raise TryAgain("the authority that issues Graph tokens asks for time") from None
            raise Misconfigured(
                f"the authority does not take {self.proof}, or does not know tenant or application "
                f"({named[0] if named else 'no code'}): {self.remedy}"
            ) from None  # the original repeats the authority's whole answer
        except AzureError as trouble:
            raise TryAgain("the authority that issues Graph tokens does not answer") from trouble

    async def _ask(self, afresh: bool = False) -> None:
        secret = await self._secret()
        if self._credential is None or afresh or secret != self._used_secret:
            await self.aclose()
            self._credential = self._make_credential(secret)
            self._used_secret = secret
        answer = await self._credential.get_token(self._scope)
        self._token = answer.token
        self._renew_at = answer.expires_on - _EARLY_SECONDS

    def _make_credential(self, secret: str) -> "ClientSecretCredential | ClientAssertionCredential":
        from azure.identity.aio import ClientSecretCredential

        # The authority is an admin's word: nobody else has to vouch for it, which sovereign clouds would fail at.
        return ClientSecretCredential(
            self._tenant,
            self._client_id,
            secret,
            authority=self._authority,
            disable_instance_discovery=True,
            **self._options,
        )
