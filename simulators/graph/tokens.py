"""The token endpoint of Entra ID for client credentials, with the discovery documents that clients ask for first.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

from simulators.graph.clock import Clock
from simulators.graph.switches import Switches
from simulators.graph.wire import Answer, JsonObject

DEVELOPMENT_TOKEN = "development-token"
_SIGNING_KEY = b"only a simulator"


def _encode(part: JsonObject) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def _sign(text: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(_SIGNING_KEY, text.encode(), hashlib.sha256)).decode().rstrip("=")


def _is_one_of(secret: str, known: list[str]) -> bool:
    return any(hmac.compare_digest(secret.encode(), each.encode()) for each in known)


class Tokens:
    """Issues and checks access tokens; which secrets count can be changed while running."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self.reset()

    def reset(self) -> None:
        self.valid_secrets = ["development-secret"]
        self.expired_secrets: list[str] = []

    def issue(self, tenant: str, form: Mapping[str, str]) -> Answer:
        """Answer a client credentials request."""
        client, secret = form.get("client_id", ""), form.get("client_secret", "")
        if form.get("grant_type") != "client_credentials":
            return self._refuse(
                400, "unsupported_grant_type", "AADSTS70003", "The app requested an unsupported grant type."
            )
        if not form.get("scope", "").endswith("/.default"):
            return self._refuse(400, "invalid_scope", "AADSTS70011", "The provided value for 'scope' is not valid.")
        if _is_one_of(secret, self.expired_secrets):
            return self._refuse(
                401,
                "invalid_client",
                "AADSTS7000222",
                f"The provided client secret keys for app '{client}' are expired.",
            )
        if not client or not _is_one_of(secret, self.valid_secrets):
            return self._refuse(401, "invalid_client", "AADSTS7000215", "Invalid client secret provided.")
        return Answer(200, self._token(tenant, client))

    def _token(self, tenant: str, client: str) -> JsonObject:
        lifetime = self._switches.token_lifetime_s
        now = self._clock.now().timestamp()
        claims = {
            "aud": "https://graph.microsoft.com",
            "appid": client,
            "tid": tenant,
            "iat": int(now),
            "exp": now + lifetime,
            **({"roles": self._switches.roles} if self._switches.roles else {}),
        }
        text = f"{_encode({'typ': 'JWT', 'alg': 'HS256'})}.{_encode(claims)}"
        seconds = int(lifetime)
        return {
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": f"{text}.{_sign(text)}",
        }

    def accepts(self, header: str) -> bool:
        """Does an Authorization header carry the development token or a living one of ours?"""
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            return False
        if hmac.compare_digest(token.encode(), DEVELOPMENT_TOKEN.encode()):
            return True
        text, _, signature = token.rpartition(".")
        if not text or not hmac.compare_digest(signature.encode(), _sign(text).encode()):
            return False
        claims = text.split(".")[1]
        read = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return bool(read["exp"] > self._clock.now().timestamp())

    def _refuse(self, status: int, error: str, code: str, text: str) -> Answer:
        return Answer(
            status,
            {
                "error": error,
                "error_description": f"{code}: {text}",
                "error_codes": [int(code.removeprefix("AADSTS"))],
                "timestamp": self._clock.now().strftime("%Y-%m-%d %H:%M:%SZ"),
            },
        )


def show_openid(base: str, tenant: str) -> JsonObject:
    """Return the OpenID configuration of a tenant at this authority."""
    return {
        "token_endpoint": f"{base}/{tenant}/oauth2/v2.0/token",
        "authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/devicecode",
        "jwks_uri": f"{base}/{tenant}/discovery/v2.0/keys",
        "issuer": f"{base}/{tenant}/v2.0",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "response_types_supported": ["code", "id_token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


def show_instance(base: str, host: str, tenant: str) -> JsonObject:
    """Return the instance discovery answer: this authority stands for itself."""
    return {
        "tenant_discovery_endpoint": f"{base}/{tenant}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }
