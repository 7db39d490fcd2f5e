"""Says until when secrets hold, by the `exp` that Key Vault keeps beside each; and remembers it, since it rarely moves.

https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#secret-attributes
"""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Protocol

from sync_core.domain.errors import TryAgain
from sync_core.domain.secret import SecretState, SecretTerm

# A timer asks every few minutes, and a secret's end is days away.
KEPT_FOR = timedelta(hours=1)
_AT_ONCE = 8


class Vault(Protocol):
    async def term(self, name: str) -> SecretTerm:
        """What the vault says of a secret now.

        Raises:
            TryAgain: it does not answer.
        """


class SecretTerms:
    """`Secrets` over one vault, None where there is none; `named` by the environment, `given` with the settings."""

    def __init__(
        self,
        vault: Vault | None,
        named: Sequence[str] = (),
        given: Collection[str] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._vault = vault
        self._named = tuple(named)
        self._given = frozenset(given)
        self._monotonic = monotonic
        self._kept: dict[str, tuple[SecretTerm, float]] = {}

    async def terms(self, names: Sequence[str] = ()) -> Sequence[SecretTerm]:
        """Ask for those that are not remembered."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def find(name: str) -> SecretTerm:
            async with gate:
                return await self._term(name)

        return await asyncio.gather(*map(find, dict.fromkeys((*self._named, *names))))

    async def _term(self, name: str) -> SecretTerm:
        if name in self._given:
            return SecretTerm(name, SecretState.VALID)
        if self._vault is None:
            return SecretTerm(name, SecretState.UNKNOWN)
        known = self._kept.get(name)
        if known is not None and self._monotonic() < known[1]:
            return known[0]
        asked_at = self._monotonic()
        try:
            term = await self._vault.term(name)
        except TryAgain:
            if known is None:
                raise
            return known[0]
        # What is missing may be stored any minute, and somebody is waiting for it to be seen.
        if term.state is SecretState.VALID:
            self._kept[name] = (term, asked_at + KEPT_FOR.total_seconds())
        else:
            self._kept.pop(name, None)
        return term
