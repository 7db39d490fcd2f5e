"""The keys that a tenant's sign-in publishes, remembered, and asked for again when one is missing.

https://learn.microsoft.com/entra/identity-platform/signing-key-rollover
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import jwt

from sync_core.domain.errors import TryAgain
from sync_core.ports import Clock

# As Microsoft's own middleware: anew twice a day, and for an unknown key at most every few minutes.
KEPT = timedelta(hours=12)
PAUSE = timedelta(minutes=5)
PAUSE_AFTER_FAILURE = timedelta(seconds=30)
_PATIENCE = aiohttp.ClientTimeout(total=10)
_MOST_BYTES = 512 * 1024
# Tokens of either version reach us, by what the app's registration accepts; each version has its own issuer.
_VERSIONS = ("/v2.0", "")

PublishedKey = Mapping[str, jwt.PyJWK]


class _Unanswered(Exception):
    """The sign-in did not say what it publishes."""


@dataclass(frozen=True, slots=True)
class _Published:
    issuer: str
    keys: PublishedKey


class PublishedKeys:
    """The keys of one tenant at one authority; use it within one event loop, then close it."""

    def __init__(self, authority: str, tenant: str, clock: Clock) -> None:
        self._authority = authority
        self._tenant = tenant
        self._clock = clock
        self._looking = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None
        # By version, so that one that does not answer keeps what it had.
        self._published: dict[str, _Published] = {}
        self._old_at: datetime | None = None
        self._next_look_at: datetime | None = None
        self._has_failed = False

    async def find(self, issuer: str, key_id: str) -> jwt.PyJWK | None:
        """Return the key that this issuer publishes under this id, None if it does not.

        A sign-in that does not answer takes nothing away: the keys it had are kept until it says others.

        Raises:
            TryAgain: the key is not known, and the sign-in does not answer.
        """
        found = self._known(issuer, key_id)
        if found is None or self._old_at is None or self._clock.now() >= self._old_at:
            await self._look_again()
            found = self._known(issuer, key_id)
        if found is None and self._has_failed:
            raise TryAgain("the tenant's sign-in does not answer, so nobody can be known", PAUSE_AFTER_FAILURE)
        return found

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _known(self, issuer: str, key_id: str) -> jwt.PyJWK | None:
        return next((each.keys.get(key_id) for each in self._published.values() if each.issuer == issuer), None)

    async def _look_again(self) -> None:
        async with self._looking:
            now = self._clock.now()
            if self._next_look_at is not None and now < self._next_look_at:
                return
            read = await asyncio.gather(*(self._read(each) for each in _VERSIONS), return_exceptions=True)
            for version, published in zip(_VERSIONS, read, strict=True):
                if isinstance(published, _Published):
                    self._published[version] = published
                elif not isinstance(published, _Unanswered):
                    raise published
            self._has_failed = any(isinstance(each, _Unanswered) for each in read)
            self._next_look_at = now + (PAUSE_AFTER_FAILURE if self._has_failed else PAUSE)
            if not self._has_failed:
                self._old_at = now + KEPT

    async def _read(self, version: str) -> _Published:
        place = f"{self._authority}/{self._tenant}{version}/.well-known/openid-configuration"
        document = await self._get(place)
        issuer, keys_at = document.get("issuer"), document.get("jwks_uri")
        if not isinstance(issuer, str) or self._tenant not in urlsplit(issuer).path.split("/"):
            raise _Unanswered("an issuer that is not this tenant")
        if not isinstance(keys_at, str) or not keys_at.startswith(f"{self._authority}/"):
            raise _Unanswered("keys that lie elsewhere")
        listed = (await self._get(keys_at)).get("keys")
        keys = [key for each in listed if (key := _read_key(each))] if isinstance(listed, list) else []
        if not keys:
            raise _Unanswered("no keys")
        return _Published(issuer, {str(key.key_id): key for key in keys})

    async def _get(self, place: str) -> Mapping[str, Any]:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=_PATIENCE, cookie_jar=aiohttp.DummyCookieJar(), headers={"User-Agent": "Tandem"}
            )
        try:
            # Nobody leads us to another host.
            async with self._session.get(place, allow_redirects=False) as answer:
                document = json.loads(await _read_bounded(answer)) if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise _Unanswered("no document")
        return document


async def _read_bounded(answer: aiohttp.ClientResponse) -> bytes:
    raw = b""
    async for chunk in answer.content.iter_chunked(64 * 1024):
        raw += chunk
        if len(raw) > _MOST_BYTES:
            raise ValueError("too long")
    return raw


def _read_key(document: object) -> jwt.PyJWK | None:
    """A key for signatures, or None for whatever else stands there."""
    if not isinstance(document, dict) or document.get("kty") != "RSA" or document.get("use", "sig") != "sig":
        return None
    if not isinstance(document.get("kid"), str):
        return None
    try:
        return jwt.PyJWK({name: document[name] for name in ("kty", "kid", "n", "e")}, algorithm="RS256")
    except (KeyError, ValueError, TypeError, jwt.PyJWTError):
        return None
