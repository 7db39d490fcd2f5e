"""Secrets rotate, run out and are wrong; a development token stays at home."""

import subprocess
import sys
import time
from collections.abc import Sequence

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError

from sync_core.adapters.graph.connect import connect_graph
from sync_core.adapters.graph.tokens import ClientSecretTokens, FixedToken, is_loopback
from sync_core.domain.errors import Misconfigured, TryAgain


class Authority:
    """Knows which secrets are valid and counts how often it is asked."""

    def __init__(self, valid: str, lifetime: int = 3600, refusal: str = "AADSTS7000222: expired") -> None:
        self.valid = valid
        self.lifetime = lifetime
        self.refusal = refusal
        self.is_down = False
        self.asked: list[str] = []


class Credential:
    """Keeps its token, as the real one does."""

    def __init__(self, authority: Authority, secret: str) -> None:
        self._authority = authority
        self._secret = secret
        self._kept: AccessToken | None = None

    async def get_token(self, scope: str) -> AccessToken:
        if self._kept is None or self._kept.expires_on < time.time() + 300:
            self._kept = self._ask()
        return self._kept

    def _ask(self) -> AccessToken:
        self._authority.asked.append(self._secret)
        if self._authority.is_down:
            raise ServiceRequestError("no route")
        if self._secret != self._authority.valid:
            raise ClientAuthenticationError(self._authority.refusal)
        return AccessToken(f"token-of-{self._secret}", int(time.time()) + self._authority.lifetime)

    async def close(self) -> None:
        """Nothing to close."""


class Vault:
    """Answers from a cache until it is told to forget."""

    def __init__(self, *secrets: str) -> None:
        self.secrets = list(secrets)
        self.forgotten = 0

    async def secret(self) -> str:
        return self.secrets[0]

    def forget(self) -> None:
        self.forgotten += 1
        if len(self.secrets) > 1:
            self.secrets.pop(0)


def tokens_of(authority: Authority, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> ClientSecretTokens:
    tokens = ClientSecretTokens(
        authority="https://login.example",
        tenant="tenant",
        client_id="client",
        scope="https://graph.example/.default",
        secret=vault.secret,
        forget_secret=vault.forget,
    )
    monkeypatch.setattr(tokens, "_make_credential", lambda secret: Credential(authority, secret))
    return tokens


async def test_a_token_is_kept_while_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority("s1")
    tokens = tokens_of(authority, Vault("s1"), monkeypatch)
    assert [await tokens.token() for _ in range(3)] == ["token-of-s1"] * 3
    assert authority.asked == ["s1"]


async def test_a_token_is_renewed_before_it_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority("s1", lifetime=200)
    tokens = tokens_of(authority, Vault("s1"), monkeypatch)
    await tokens.token()
    await tokens.token()
    assert len(authority.asked) == 2


async def test_a_rotated_secret_is_read_again_without_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority("s2")
    tokens = tokens_of(authority, Vault("s1", "s2"), monkeypatch)
    assert await tokens.token() == "token-of-s2"
    assert authority.asked == ["s1", "s2"]


async def test_a_token_that_graph_refused_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority("s1")
    vault = Vault("s1", "s2")
    tokens = tokens_of(authority, vault, monkeypatch)
    refused = await tokens.token()
    authority.valid = "s2"
    tokens.forget("an older one")
    assert await tokens.token() == refused
    tokens.forget(refused)
    assert await tokens.token() == "token-of-s2"
    assert vault.forgotten == 1


async def test_a_refused_token_is_not_taken_from_a_cache_again(monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority("s1")
    tokens = tokens_of(authority, Vault("s1"), monkeypatch)
    tokens.forget(await tokens.token())
    await tokens.token()
    assert authority.asked == ["s1", "s1"]


async def test_a_secret_that_ran_out_is_said_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = tokens_of(Authority("none"), Vault("very-secret"), monkeypatch)
    with pytest.raises(Misconfigured, match="AADSTS7000222") as caught:
        await tokens.token()
    assert "very-secret" not in str(caught.value)


@pytest.mark.parametrize("refusal", ["AADSTS90033: a transient error", None])
async def test_an_authority_that_does_not_answer_is_asked_later(
    monkeypatch: pytest.MonkeyPatch, refusal: str | None
) -> None:
    authority = Authority("none", refusal=refusal or "")
    authority.is_down = refusal is None
    with pytest.raises(TryAgain):
        await tokens_of(authority, Vault("s1"), monkeypatch).token()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://graph.microsoft.com",
        "http://127.0.0.1.evil.example",
        "http://10.0.0.1:7081",
        "http://localhost.example",
    ],
)
def test_a_development_token_leaves_this_machine_for_nobody(endpoint: str) -> None:
    with pytest.raises(Misconfigured, match="GRAPH_DEVELOPMENT_TOKEN"):
        FixedToken("development-token", endpoint)


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:7081", "http://localhost:1", "http://[::1]:7081"])
def test_a_development_token_is_taken_at_home(endpoint: str) -> None:
    assert is_loopback(endpoint)
    FixedToken("development-token", endpoint)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"endpoint": "http://graph.microsoft.com", "tenant": "t", "client_id": "c"}, "https"),
        ({"endpoint": "https://graph.microsoft.com"}, "GRAPH_TENANT_ID"),
        ({"endpoint": "https://graph.microsoft.com", "development_token": "x"}, "GRAPH_DEVELOPMENT_TOKEN"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(settings: dict[str, str], words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        connect_graph(notification_url="https://x", lifecycle_url="https://x", **settings)  # type: ignore[arg-type]


def loaded_by(statement: str, modules: Sequence[str]) -> list[str]:
    script = f"import sys\n{statement}\nprint(*[name for name in {list(modules)!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_way_in_loads_neither_the_sdk_nor_the_identity_library() -> None:
    statement = "import sync_core.adapters.graph.connect"
    assert loaded_by(statement, ["msgraph", "httpx", "azure.identity", "kiota_abstractions", "aiohttp"]) == ["aiohttp"]
