"""Reads secrets from Key Vault: https://learn.microsoft.com/python/api/overview/azure/keyvault-secrets-readme.

A value is kept for five minutes at most, and read again as soon as somebody was refused with it, so that a secret is
rotated without a restart.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from sync_core.domain.errors import Misconfigured, TryAgain
from sync_core.domain.secret import SecretState, SecretTerm

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.keyvault.secrets import KeyVaultSecret
    from azure.keyvault.secrets.aio import SecretClient

KEPT_FOR = timedelta(minutes=5)
_DISABLED = "SecretDisabled"


class Absent(Misconfigured):
    """The vault has no such secret, or does not give it out."""


class SecretSource(Protocol):
    """Where a secret is read by its name, each time it is needed."""

    async def read(self, name: str) -> str:
        """The secret's value, at most five minutes old.

        Raises:
            TryAgain: the vault does not answer now.
            Misconfigured: there is no such secret, or it may not be read.
        """

    def forget(self, name: str) -> None:
        """Read it anew next time: somebody was refused with it."""


class StaticSecrets:
    """Secrets that were given with the settings, for developing."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    async def read(self, name: str) -> str:
        """The value it was given."""
        if not self._values.get(name):
            raise Misconfigured(f"the secret {name} is not set")
        return self._values[name]

    def forget(self, name: str) -> None:
        """There is no newer one."""


class VaultSecrets:
    """Secrets of one vault. Without a `credential` it signs in with the managed identity of the app."""

    def __init__(
        self,
        url: str,
        credential: "AsyncTokenCredential | None" = None,
        monotonic: Callable[[], float] = time.monotonic,
        **options: Any,
    ) -> None:
        """`options` go to the vault's client as they are."""
        self._url = url
        self._credential = credential
        self._owns_credential = credential is None
        self._monotonic = monotonic
        self._options = options
        self._client: SecretClient | None = None
        self._kept: dict[str, tuple[str, float]] = {}
        self._reading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def read(self, name: str) -> str:
        """The secret's newest version; many who ask at once cost one call."""
        async with self._reading[name]:
            value, until = self._kept.get(name, ("", 0.0))
            if not value or self._monotonic() >= until:
                asked_at = self._monotonic()
                value = await self._fetch(name)
                self._kept[name] = (value, asked_at + KEPT_FOR.total_seconds())
            return value

    def forget(self, name: str) -> None:
        """Read it anew next time."""
        self._kept.pop(name, None)

    async def term(self, name: str) -> SecretTerm:
        """What the vault says of a secret now.

        Raises:
            TryAgain: the vault does not answer.
        """
        try:
            # The value comes along and goes: reading the attributes alone would take another right on some vaults.
            secret = await self._get(name)
        except Absent:
            return SecretTerm(name, SecretState.MISSING)
        except Misconfigured:
            return SecretTerm(name, SecretState.UNKNOWN)
        return SecretTerm(name, SecretState.VALID, secret.properties.expires_on)

    async def aclose(self) -> None:
        """Close the connections that are its own."""
        if self._client is not None:
            await self._client.close()
        if self._credential is not None and self._owns_credential:
            await self._credential.close()

    async def _fetch(self, name: str) -> str:
        secret = await self._get(name)
        if not secret.value:
            raise Misconfigured(f"the secret {name} is empty")
        return secret.value

    async def _get(self, name: str) -> "KeyVaultSecret":
        from azure.core.exceptions import AzureError, HttpResponseError

        try:
            return await self._open().get_secret(name)
        except HttpResponseError as error:
            if error.status_code == 404 or (error.status_code == 403 and _DISABLED in str(error)):
                raise Absent(f"the vault has no secret {name}, or it is disabled") from error
            if error.status_code in (401, 403):
                raise Misconfigured(
                    f"the vault refuses the secret {name} ({error.status_code}): the app's identity needs the role "
                    "Key Vault Secrets User"
                ) from error
            raise TryAgain(f"the vault does not answer now ({error.status_code})") from error
        except (AzureError, OSError, TimeoutError) as error:
            raise TryAgain("the vault cannot be reached") from error

    def _open(self) -> "SecretClient":
        # Imported here, since a second of start-up would be paid by deployments that never ask.
        from azure.keyvault.secrets.aio import SecretClient

        if self._client is None:
            if self._credential is None:
                from azure.identity.aio import ManagedIdentityCredential

                self._credential = ManagedIdentityCredential()
            self._client = SecretClient(self._url, self._credential, **{"retry_total": 3, **self._options})
        return self._client
