"""Starts the issuer as a process and speaks with it, as `dev.py` and the tests do."""

from typing import Any

from devtools.calls import call
from devtools.development import ADMIN_AUDIENCE, ISSUER_TENANT
from devtools.launch import start_issuer
from devtools.processes import Part, Parts

TENANT, AUDIENCE = ISSUER_TENANT, ADMIN_AUDIENCE


class Issuing:
    """A running issuer."""

    def __init__(self, part: Part) -> None:
        self.part = part

    @property
    def address(self) -> str:
        return self.part.address

    def issue(self, **wish: Any) -> str:
        """Return a token: a good one but for what is wished."""
        token: str = call("POST", f"{self.address}/token", wish)["access_token"]
        return token

    def rotate(self, keeps_old: bool = True) -> str:
        """Sign by a new key from now on; returns its id."""
        kid: str = call("POST", f"{self.address}/rotate", {"keepsOld": keeps_old})["kid"]
        return kid

    def key_id(self) -> str:
        """Return the id of the newest published key."""
        kid: str = call("GET", f"{self.address}/{TENANT}/discovery/v2.0/keys")["keys"][-1]["kid"]
        return kid

    def silence(self) -> None:
        call("POST", f"{self.address}/silence")

    def speak(self) -> None:
        call("DELETE", f"{self.address}/silence")

    def asked_for_keys(self) -> int:
        count: int = call("GET", f"{self.address}/calls").get("keys", 0)
        return count


def issuing(parts: Parts, port: int = 0) -> Issuing:
    """Start an issuer; it ends with `parts`."""
    return Issuing(start_issuer(parts, port))
