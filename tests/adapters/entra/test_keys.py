"""What a sign-in may say of its keys, and what is not believed even of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from simulators.issuer.keys import make_key
from sync_core.adapters.entra.keys import PublishedKeys
from sync_core.domain.errors import TryAgain
from tests.fakes.clock import FakeClock

TENANT = "3f1d2c4b-0a59-4e68-9b7a-6c5d4e3f2a1b"
KEY = make_key()
GOOD = KEY.published("")


class SignIn:
    """A sign-in that says what a test wants it to say."""

    def __init__(self) -> None:
        self.base = ""
        self.changes: dict[str, Any] = {}
        self.keys: Any = {"keys": [GOOD]}
        self.asked = 0

    @property
    def issuer(self) -> str:
        return f"{self.base}/{TENANT}/v2.0"

    async def discover(self, request: web.Request) -> web.Response:
        self.asked += 1
        issuer = self.issuer if "/v2.0/" in request.path else f"https://sts.windows.net/{TENANT}/"
        return web.json_response({"issuer": issuer, "jwks_uri": f"{self.base}/keys", **self.changes})

    async def publish(self, _: web.Request) -> web.Response:
        return web.json_response(self.keys)

    async def lead_elsewhere(self, _: web.Request) -> web.Response:
        raise web.HTTPFound(f"{self.base}/keys")


@asynccontextmanager
async def serving() -> AsyncIterator[SignIn]:
    made = SignIn()
    application = web.Application()
    for path in ("/{tenant}/v2.0/.well-known/openid-configuration", "/{tenant}/.well-known/openid-configuration"):
        application.router.add_get(path, made.discover)
    application.router.add_get("/keys", made.publish)
    application.router.add_get("/elsewhere", made.lead_elsewhere)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def sign_in() -> AsyncIterator[SignIn]:
    async with serving() as made:
        yield made


@pytest.fixture
async def keys(sign_in: SignIn) -> AsyncIterator[PublishedKeys]:
    made = PublishedKeys(sign_in.base, TENANT, FakeClock(datetime(2026, 11, 21, tzinfo=UTC)))
    yield made
    await made.aclose()


async def test_a_key_is_found_under_either_issuer(sign_in: SignIn, keys: PublishedKeys) -> None:
    for issuer in (sign_in.issuer, f"https://sts.windows.net/{TENANT}/"):
        found = await keys.find(issuer, KEY.id)
        assert found is not None
        assert found.key.public_numbers() == KEY.private.public_key().public_numbers()


async def test_many_who_come_at_once_are_one_question(sign_in: SignIn, keys: PublishedKeys) -> None:
    assert all(await asyncio.gather(*(keys.find(sign_in.issuer, KEY.id) for _ in range(20))))
    assert sign_in.asked == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"},
        {"issuer": 1},
        {"jwks_uri": None},
    ],
    ids=["an issuer of no tenant", "no issuer", "no keys"],
)
async def test_what_does_not_belong_to_the_tenant_is_not_believed(
    sign_in: SignIn, keys: PublishedKeys, changes: dict[str, Any]
) -> None:
    sign_in.changes = changes
    with pytest.raises(TryAgain):
        await keys.find(changes.get("issuer") or sign_in.issuer, KEY.id)


async def test_nobody_leads_us_to_another_place(sign_in: SignIn, keys: PublishedKeys) -> None:
    sign_in.changes = {"jwks_uri": f"{sign_in.base}/elsewhere"}
    with pytest.raises(TryAgain):
        await keys.find(sign_in.issuer, KEY.id)


@pytest.mark.parametrize("place", ["{other}/keys", "{own}@{other_host}/keys"], ids=["plainly", "in disguise"])
async def test_keys_of_another_host_are_not_believed(sign_in: SignIn, keys: PublishedKeys, place: str) -> None:
    async with serving() as other:
        host = other.base.removeprefix("http://")
        sign_in.changes = {"jwks_uri": place.format(own=sign_in.base, other=other.base, other_host=host)}
        with pytest.raises(TryAgain):
            await keys.find(sign_in.issuer, KEY.id)


@pytest.mark.parametrize(
    "other",
    [{**GOOD, "use": "enc"}, {**GOOD, "kty": "oct", "k": "AA"}, {**GOOD, "n": "!"}, {"kid": KEY.id}, 1],
    ids=["for encrypting", "a secret", "no number", "nothing", "no object"],
)
async def test_a_key_that_is_none_for_signatures_is_passed_over(
    sign_in: SignIn, keys: PublishedKeys, other: Any
) -> None:
    second = make_key().published("")
    sign_in.keys = {"keys": [other, second]}
    assert await keys.find(sign_in.issuer, second["kid"])
    assert await keys.find(sign_in.issuer, KEY.id) is None


@pytest.mark.parametrize("said", [[], {}, {"keys": []}, {"keys": "x"}, {"keys": [GOOD], "more": "x" * 600_000}])
async def test_an_answer_without_keys_is_no_answer(sign_in: SignIn, keys: PublishedKeys, said: Any) -> None:
    await keys.find(sign_in.issuer, KEY.id)
    sign_in.keys = said
    fresh = PublishedKeys(sign_in.base, TENANT, FakeClock(datetime(2026, 11, 21, tzinfo=UTC)))
    with pytest.raises(TryAgain):
        await fresh.find(sign_in.issuer, KEY.id)
    await fresh.aclose()
