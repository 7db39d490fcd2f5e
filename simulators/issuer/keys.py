"""Signing keys of the issuer: made at start, rotated on request, published as a JSON Web Key Set.

https://www.rfc-editor.org/rfc/rfc7517
"""

import base64
import uuid
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One RSA key under its id."""

    id: str
    private: rsa.RSAPrivateKey

    def sign(self, text: bytes) -> bytes:
        """Sign by RS256."""
        return self.private.sign(text, padding.PKCS1v15(), SHA256())

    def public_pem(self) -> bytes:
        """Return the public key as text, which everybody has."""
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def published(self, issuer: str) -> dict[str, str]:
        """Return the public key as Entra publishes it."""
        numbers = self.private.public_key().public_numbers()
        shown = {"kty": "RSA", "use": "sig", "kid": self.id, "x5t": self.id, "issuer": issuer}
        return shown | {"n": _encode_number(numbers.n), "e": _encode_number(numbers.e)}


class KeyRing:
    """The keys of the issuer; the newest one signs."""

    def __init__(self) -> None:
        self._published = [make_key()]
        # Never published: whoever signs with it is a stranger.
        self.stranger = make_key()

    @property
    def current(self) -> SigningKey:
        return self._published[-1]

    @property
    def published(self) -> list[SigningKey]:
        return list(self._published)

    def rotate(self, *, keeps_old: bool) -> SigningKey:
        """Make a new key that signs from now on; the old ones stay published or are withdrawn."""
        self._published = [*(self._published if keeps_old else []), make_key()]
        return self.current

    def find(self, name: str) -> SigningKey:
        """Return the key `current`, `stranger`, or the published one with that id.

        Raises:
            KeyError: There is none.
        """
        named = {"current": self.current, "stranger": self.stranger}
        return (named | {key.id: key for key in self._published})[name]


def make_key() -> SigningKey:
    """Make a key of the size that Entra uses."""
    return SigningKey(uuid.uuid4().hex, rsa.generate_private_key(public_exponent=65537, key_size=2048))


def encode(raw: bytes) -> str:
    """Write bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _encode_number(number: int) -> str:
    return encode(number.to_bytes((number.bit_length() + 7) // 8))
