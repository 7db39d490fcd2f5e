"""Access tokens as Entra writes them, and as it never would.

https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from simulators.issuer.keys import SigningKey, encode

LIFETIME = 3600
PERSON = "b3f0c1d2-8a4e-4c55-9a6f-1d2e3f4a5b6c"
CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
VERSIONS = ("2.0", "1.0")


def issuer_of(base: str, tenant: str, version: str) -> str:
    """Return how Entra names itself in a token of this version."""
    return f"{base}/{tenant}/v2.0" if version == "2.0" else f"https://sts.windows.net/{tenant}/"


def usual_claims(base: str, tenant: str, audience: str, version: str) -> dict[str, Any]:
    """Return the claims of a good token for a person who is an admin."""
    now = int(time.time())
    claims = {
        "aud": audience if version == "2.0" else f"api://{audience}",
        "iss": issuer_of(base, tenant, version),
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME,
        "name": "Admin of this machine",
        "oid": PERSON,
        "roles": ["Tandem.Admin"],
        "scp": "user_impersonation",
        "sub": encode(hashlib.sha256(audience.encode()).digest()),
        "tid": tenant,
        "uti": encode(uuid.uuid4().bytes),
        "ver": version,
    }
    return claims | ({"azp": CLIENT, "azpacr": "0"} if version == "2.0" else {"appid": CLIENT, "appidacr": "0"})


def merge(usual: Mapping[str, Any], wished: Mapping[str, Any]) -> dict[str, Any]:
    """Return the usual members with those wished for in their place; null takes one away."""
    return {name: value for name, value in {**usual, **wished}.items() if value is not None}


def write_token(claims: Mapping[str, Any], header: Mapping[str, Any], key: SigningKey) -> str:
    """Write a token signed as its header says: RS256, `none`, or HS256 with the public key as its secret."""
    signed = f"{encode(json.dumps(header).encode())}.{encode(json.dumps(claims).encode())}"
    match header.get("alg"):
        case "none":
            signature = b""
        case "HS256":
            signature = hmac.new(key.public_pem(), signed.encode(), hashlib.sha256).digest()
        case _:
            signature = key.sign(signed.encode())
    return f"{signed}.{encode(signature)}"
