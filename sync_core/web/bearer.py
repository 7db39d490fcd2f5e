"""Proves that an access token comes from the tenant's own Entra and is meant for us.

https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

import jwt

ALGORITHM = "RS256"
LEEWAY = timedelta(seconds=60)
_REQUIRED = ["exp", "nbf", "iat", "iss", "aud", "tid"]
_MOST_LETTERS = 16 * 1024
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORDS: tuple[tuple[type[jwt.InvalidTokenError], str], ...] = (
    (jwt.ExpiredSignatureError, "The token has expired: get a new one."),
    (jwt.ImmatureSignatureError, "The token is not valid yet: check the clock of whoever issued it."),
    (jwt.InvalidAudienceError, "The token is for another application: ask for one for this one."),
    (jwt.MissingRequiredClaimError, "The token lacks a claim that every access token of Entra has."),
    (jwt.InvalidSignatureError, "The token is not signed by the key that it names."),
)


class Keys(Protocol):
    """The keys by which the tenant signs."""

    async def find(self, issuer: str, key_id: str) -> jwt.PyJWK | None:
        """Return the key that this issuer publishes under this id, None if it does not.

        Raises:
            TryAgain: it is not known, and the issuer cannot be asked.
        """
        ...


class Untrusted(Exception):
    """A token proves nothing; the text says why, and quotes nothing of it."""


def audiences_of(audience: str) -> tuple[str, ...]:
    """Return what may stand in `aud`: Entra writes the client id or the app's URI, by the version of the token."""
    client_id = audience.removeprefix("api://")
    return (client_id, f"api://{client_id}") if _UUID.fullmatch(client_id) else (audience,)


def token_of(headers: Mapping[str, str]) -> str:
    """Return the bearer token of a call, empty if it carries none."""
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def verify_token(token: str, keys: Keys, tenant: str, audiences: Sequence[str]) -> Mapping[str, Any]:
    """Return the claims of an access token of this tenant for one of these audiences.

    Raises:
        Untrusted: it is none.
        TryAgain: its key is not known, and the issuer cannot be asked.
    """
    issuer, key_id = _read_unverified(token)
    key = await keys.find(issuer, key_id)
    if key is None:
        raise Untrusted("The token is signed by a key that this tenant's sign-in does not publish.")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            # Never the token's own choice: a public key must not serve as the secret of an HMAC.
            algorithms=[ALGORITHM],
            audience=audiences,
            issuer=issuer,
            leeway=LEEWAY,
            options={"require": _REQUIRED, "enforce_minimum_key_length": True},
        )
    except jwt.PyJWTError as error:
        raise Untrusted(_say(error)) from None
    if claims["tid"] != tenant:
        raise Untrusted("The token is of another tenant.")
    if not (claims.get("azp") or claims.get("appid")):
        # https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference: those have neither.
        raise Untrusted("This is no access token: an ID token proves a sign-in, and opens nothing.")
    return claims


def _read_unverified(token: str) -> tuple[str, str]:
    """The issuer and key id that a token names; nothing of it is believed but that they lead to a published key."""
    try:
        if len(token) > _MOST_LETTERS:
            raise jwt.DecodeError("too long")
        read = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise Untrusted("What was sent is no token.") from None
    if read["header"].get("alg") != ALGORITHM:
        raise Untrusted(f"The token is not signed by {ALGORITHM}.")
    issuer, key_id = read["payload"].get("iss"), read["header"].get("kid")
    if not isinstance(issuer, str) or not isinstance(key_id, str):
        raise Untrusted("The token names no issuer or no key.")
    return issuer, key_id


def _say(error: jwt.PyJWTError) -> str:
    return next((words for kind, words in _WORDS if isinstance(error, kind)), "The token is not in order.")
