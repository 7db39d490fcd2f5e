"""Who is let in: the real check against tokens of a real issuer, good and bad ones."""

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devtools.processes import Parts
from sync_core.adapters.entra.keys import PAUSE, PAUSE_AFTER_FAILURE, PublishedKeys
from sync_core.domain.errors import TryAgain
from sync_core.web.admin.access import Access, Caller
from sync_core.web.http import Headers, Response
from tests.fakes.clock import FakeClock
from tests.simulators.issuer.issuing import AUDIENCE, TENANT, Issuing, issuing

pytestmark = pytest.mark.services

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
OTHER = "9b7a6c5d-4e3f-4a1b-8c2d-1e0f9a8b7c6d"
APP = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuing]:
    """One issuer for all tests that only ask it for tokens."""
    with Parts() as parts:
        yield issuing(parts)


class Door:
    """The check as the app composes it, for one issuer and a clock that the test moves."""

    def __init__(self, address: str, audience: str = AUDIENCE) -> None:
        self.clock = FakeClock(NOW)
        self.keys = PublishedKeys(address, TENANT, self.clock)
        self.access = Access(TENANT, audience, self.keys)

    async def who(self, token: str) -> Caller | Response:
        return await self.access.who(Headers({"Authorization": f"Bearer {token}"}))

    async def let_in(self, token: str) -> Caller:
        caller = await self.who(token)
        assert isinstance(caller, Caller), caller.body
        return caller

    async def turned_away(self, token: str) -> Response:
        answer = await self.who(token)
        assert isinstance(answer, Response), "was let in"
        assert answer.content_type == "application/problem+json"
        return answer


@pytest.fixture
async def door(issuer: Issuing) -> AsyncIterator[Door]:
    opened = Door(issuer.address)
    yield opened
    await opened.keys.aclose()


async def test_an_admin_is_known_by_object_id_name_and_role(door: Door, issuer: Issuing) -> None:
    token = issuer.issue(claims={"oid": "who", "name": "Ada", "roles": ["Tandem.Admin", "Other.Role"]})
    caller = await door.let_in(token)
    assert caller == Caller("who", "Ada", frozenset({"Tandem.Admin"}))
    assert caller.may_change


async def test_a_reader_may_not_change(door: Door, issuer: Issuing) -> None:
    assert not (await door.let_in(issuer.issue(claims={"roles": ["Tandem.Reader"]}))).may_change


@pytest.mark.parametrize("version", ["1.0", "2.0"])
async def test_tokens_of_both_versions_open(door: Door, issuer: Issuing, version: str) -> None:
    await door.let_in(issuer.issue(version=version))


async def test_an_app_without_a_user_is_known_by_its_own_id(door: Door, issuer: Issuing) -> None:
    app: dict[str, Any] = {"idtyp": "app", "name": None, "scp": None}
    assert (await door.let_in(issuer.issue(claims={**app, "oid": "principal"}))).object_id == "principal"
    assert await door.let_in(issuer.issue(claims={**app, "oid": None})) == Caller(APP, "", frozenset({"Tandem.Admin"}))


@pytest.mark.parametrize(
    ("audience", "opens"),
    [(AUDIENCE, True), (f"api://{AUDIENCE}", True), ("api://tandem.contoso.com", False), (OTHER, False)],
)
async def test_the_audience_is_the_client_id_or_the_uri_made_of_it(
    door: Door, issuer: Issuing, audience: str, opens: bool
) -> None:
    assert isinstance(await door.who(issuer.issue(claims={"aud": audience})), Caller) is opens


async def test_an_application_with_a_uri_of_its_own_has_only_that(issuer: Issuing) -> None:
    door = Door(issuer.address, "api://tandem.contoso.com")
    await door.let_in(issuer.issue(claims={"aud": "api://tandem.contoso.com"}))
    assert (await door.turned_away(issuer.issue())).status == 401
    await door.keys.aclose()


def ago(**length: float) -> int:
    return int(time.time() - timedelta(**length).total_seconds())


BAD: Mapping[str, tuple[dict[str, Any], str]] = {
    "expired": ({"claims": {"exp": ago(minutes=2)}}, "has expired"),
    "without an end": ({"claims": {"exp": None}}, "lacks a claim"),
    "not yet valid": ({"claims": {"nbf": ago(hours=-20)}}, "not valid yet"),
    "issued in the future": ({"claims": {"iat": ago(hours=-20)}}, "not valid yet"),
    "of another audience": ({"claims": {"aud": OTHER}}, "another application"),
    "without an audience": ({"claims": {"aud": None}}, "lacks a claim"),
    "of another tenant": ({"claims": {"tid": OTHER}}, "another tenant"),
    "without a tenant": ({"claims": {"tid": None}}, "lacks a claim"),
    "of another issuer": ({"claims": {"iss": f"https://sts.windows.net/{OTHER}/"}}, "does not publish"),
    "of an issuer that is nearly ours": ({"claims": {"iss": f"https://sts.windows.net/{TENANT}"}}, "does not publish"),
    "without an issuer": ({"claims": {"iss": None}}, "names no issuer"),
    "unsigned": ({"header": {"alg": "none"}}, "not signed by RS256"),
    "signed with the public key as a secret": ({"header": {"alg": "HS256"}}, "not signed by RS256"),
    "said to be signed by RS512": ({"header": {"alg": "RS512"}}, "not signed by RS256"),
    "of an unknown key": ({"key": "stranger"}, "does not publish"),
    "without a key": ({"header": {"kid": None}}, "names no issuer or no key"),
    "with a critical extension": ({"header": {"crit": ["x"], "x": 1}}, ""),
    "no access token": ({"claims": {"azp": None, "scp": None}}, "no access token"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_token_is_refused_in_words_and_quoted_nowhere(door: Door, issuer: Issuing, name: str) -> None:
    wish, words = BAD[name]
    token = issuer.issue(**wish)
    answer = await door.turned_away(token)
    assert answer.status == 401
    assert words in answer.body.decode()
    assert answer.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token", error_description="')
    assert not [part for part in token.split(".") if part and part in answer.body.decode()]


async def test_a_token_signed_by_a_stranger_under_a_known_key_id_is_refused(door: Door, issuer: Issuing) -> None:
    forged = issuer.issue(key="stranger", header={"kid": issuer.key_id()})
    assert b"not signed by the key" in (await door.turned_away(forged)).body


async def test_claims_that_were_changed_after_signing_are_refused(door: Door, issuer: Issuing) -> None:
    header, _, signature = issuer.issue(claims={"roles": ["Tandem.Reader"]}).split(".")
    _, claims, _ = issuer.issue().split(".")
    assert (await door.turned_away(f"{header}.{claims}.{signature}")).status == 401


async def test_a_minute_of_skew_is_forgiven(door: Door, issuer: Issuing) -> None:
    await door.let_in(issuer.issue(claims={"exp": ago(seconds=30)}))
    await door.let_in(issuer.issue(claims={"nbf": ago(seconds=-30), "iat": ago(seconds=-30)}))


@pytest.mark.parametrize("roles", [None, [], ["Tandem.Owner"], ["tandem.admin"], "Tandem.Admin", [["Tandem.Admin"]]])
async def test_without_a_role_one_is_known_and_may_nothing(door: Door, issuer: Issuing, roles: object) -> None:
    answer = await door.turned_away(issuer.issue(claims={"roles": roles}))
    assert answer.status == 403
    assert b"Tandem.Reader" in answer.body


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Basic YTpi"}],
    ids=["no header", "an empty one", "no token", "a password"],
)
async def test_without_a_token_one_is_told_to_send_one(door: Door, headers: Mapping[str, str]) -> None:
    answer = await door.access.who(Headers(headers))
    assert isinstance(answer, Response)
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    "garbage",
    ["x", "a.b.c", "..", "é.é.é", "eyJhbGciOiJSUzI1NiJ9.W10.AA", "eyJhbGciOiJSUzI1NiJ9.bnVsbA.AA", "a" * 20_000],
)
async def test_garbage_is_refused_without_asking_anyone(issuer: Issuing, garbage: str) -> None:
    door = Door("http://127.0.0.1:9")
    assert (await door.turned_away(garbage)).status == 401


async def test_the_scheme_may_be_written_in_any_case(door: Door, issuer: Issuing) -> None:
    assert isinstance(await door.access.who(Headers({"authorization": f"bearer {issuer.issue()}"})), Caller)


async def test_a_new_key_opens_and_an_old_one_goes_on_until_it_is_withdrawn(parts: Parts) -> None:
    issuer = issuing(parts)
    door = Door(issuer.address)
    old = issuer.issue()
    await door.let_in(old)
    issuer.rotate()
    door.clock.advance(PAUSE)
    await door.let_in(issuer.issue())
    await door.let_in(old)
    issuer.rotate(keeps_old=False)
    door.clock.advance(timedelta(hours=12))
    assert (await door.turned_away(old)).status == 401
    await door.keys.aclose()


async def test_unknown_keys_make_us_ask_at_most_once_in_a_while(parts: Parts) -> None:
    issuer = issuing(parts)
    door = Door(issuer.address)
    for number in range(5):
        await door.turned_away(issuer.issue(header={"kid": f"invented {number}"}))
    asked = issuer.asked_for_keys()
    assert asked == 2, "once for each version"
    door.clock.advance(PAUSE - timedelta(seconds=1))
    await door.turned_away(issuer.issue(header={"kid": "invented"}))
    assert issuer.asked_for_keys() == asked
    door.clock.advance(timedelta(seconds=1))
    await door.turned_away(issuer.issue(header={"kid": "invented"}))
    assert issuer.asked_for_keys() == 2 * asked
    await door.keys.aclose()


async def test_a_sign_in_that_is_down_takes_no_known_key_away(parts: Parts) -> None:
    issuer = issuing(parts)
    door = Door(issuer.address)
    token = issuer.issue(claims={"exp": ago(days=-3)})
    await door.let_in(token)
    unknown = issuer.issue(key="stranger")
    issuer.part.stop()
    door.clock.advance(timedelta(days=2))
    await door.let_in(token)
    # Nothing was found wrong with this one: it cannot be told.
    with pytest.raises(TryAgain):
        await door.who(unknown)
    await door.keys.aclose()


async def test_without_keys_and_sign_in_nobody_is_let_in_until_it_answers(parts: Parts) -> None:
    issuer = issuing(parts)
    door = Door(issuer.address)
    token = issuer.issue()
    issuer.silence()
    with pytest.raises(TryAgain) as trouble:
        await door.who(token)
    assert trouble.value.after == PAUSE_AFTER_FAILURE
    issuer.speak()
    door.clock.advance(PAUSE_AFTER_FAILURE)
    await door.let_in(token)
    await door.keys.aclose()
