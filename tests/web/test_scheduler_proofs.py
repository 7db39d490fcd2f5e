"""Each way in which a source proves itself: the right sender is let in, all others hear the same words."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from sync_core.domain.errors import TryAgain
from sync_core.domain.source import DEFAULT_SOURCE, Digest, Encoding, Heard, Proof, Refusal, Source, SourceId
from sync_core.web.http import Response
from sync_core.web.proofs.prove import Authority
from tests.web.posting import EVENT, NEXT_SECRET, NOW, SECRET, STRANGER, Door, document_of, payload, signed

ERP = SourceId("erp")
OLD, NEW = "the-old-secret-of-erp", "the-new-secret-of-erp"
BODY = json.dumps(payload("appointment-planned.json")).encode()
TENANT = "5a3b4c0e-2c1f-4a55-9a39-0d7e1b8f4c11"
APP = "7b1c5b52-7e16-4b34-8cf3-6b8e8de60003"
ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"
AUDIENCE = "0f5e5f0e-9d52-4c8e-8d1a-2f6b0c9e5d31"
REFUSED = "Nothing valid proves who sends this, or a clock is over five minutes off."
OFFICE = "203.0.113.7"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)

SIGNED = Source(ERP, secret_names=("new", "old"))
HMAC = Source(ERP, Proof.HMAC_BODY, ("new", "old"), header="X-Board-Signature", prefix="sha256=")
BASIC = Source(ERP, Proof.BASIC, ("new", "old"), user="board")
URL = Source(ERP, Proof.URL_SECRET, ("new", "old"), addresses=(f"{OFFICE}/32", "2001:db8::/48"))
BEARER = Source(ERP, Proof.ENTRA_BEARER, audience=f"api://{AUDIENCE}", app_ids=(APP.upper(),))


class PublishedKey:
    """A tenant's sign-in that publishes one key, or does not answer."""

    is_silent = False

    async def find(self, issuer: str, key_id: str) -> jwt.PyJWK | None:
        if self.is_silent:
            raise TryAgain("the sign-in does not answer", timedelta(seconds=30))
        public = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
        return jwt.PyJWK({**public, "kid": "k1"}, "RS256") if (issuer, key_id) == (ISSUER, "k1") else None


KEYS = PublishedKey()


def door_of(source: Source, authority: Authority | None = None) -> Door:
    door = Door(authority=authority or Authority(TENANT, KEYS))
    door.named = {"old": OLD, "new": NEW}
    door.connect(source)
    return door


def hmac_of(secret: str, body: bytes = BODY, source: Source = HMAC) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha512 if source.digest is Digest.SHA512 else hashlib.sha256)
    is_hex = source.encoding is Encoding.HEX
    text = digest.hexdigest() if is_hex else base64.b64encode(digest.digest()).decode()
    return {"X-Board-Signature": source.prefix + text, "Content-Type": EVENT}


def basic_of(secret: str, user: str = "board") -> dict[str, str]:
    token = base64.b64encode(f"{user}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {token}", "Content-Type": EVENT}


def from_address(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address, "Content-Type": EVENT}


def token_of(key: Any = KEY, key_id: str = "k1", **claims: Any) -> dict[str, str]:
    """A token as Entra issues one to an application. The library asks the real clock, so this one does."""
    at = int(time.time())
    whole = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "tid": TENANT,
        "azp": APP,
        "oid": "9c1d",
        "iat": at - 10,
        "nbf": at - 10,
        "exp": at + 3600,
        **claims,
    }
    kept = {name: value for name, value in whole.items() if value is not None}
    return bearer(jwt.encode(kept, key, "RS256", headers={"kid": key_id}))


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}", "Content-Type": EVENT}


def confused() -> dict[str, str]:
    """A token under an HMAC whose secret is the public key; made by hand, since the library would not."""
    _, middle, _ = token_of()["Authorization"].split(".")
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "k1"}).encode()).rstrip(b"=")
    public = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    signed_parts = head + b"." + middle.encode()
    mac = base64.urlsafe_b64encode(hmac.digest(public, signed_parts, "sha256")).rstrip(b"=")
    return bearer((signed_parts + b"." + mac).decode())


def assert_refused(door: Door, response: Response, refusal: Refusal = Refusal.PROOF) -> None:
    assert response.status == 401
    assert document_of(response)["detail"] == REFUSED
    assert response.headers == {}
    assert door.is_untouched
    assert door.sources.heard == {ERP: Heard(refusal_at=NOW, refusal=refusal)}


@pytest.mark.parametrize("secret", [SECRET, NEXT_SECRET])
async def test_who_has_no_row_is_let_in_by_what_the_environment_sets(secret: str) -> None:
    for place in ("", "/", "/default"):
        door = Door()
        assert (await door.post_raw(signed(BODY, secret), BODY, place)).status == 202
        assert door.sources.heard[DEFAULT_SOURCE].webhook_at == NOW


async def test_the_default_source_may_be_given_another_proof() -> None:
    door = door_of(replace(HMAC, id=DEFAULT_SOURCE))
    assert (await door.post_raw(hmac_of(NEW), BODY)).status == 202
    assert (await door.post_raw(signed(BODY), BODY)).status == 401


async def test_standard_webhooks_hold_for_a_source_with_secrets_of_its_own() -> None:
    door = door_of(SIGNED)
    door.named = {"new": SECRET, "old": NEXT_SECRET}
    for secret in (SECRET, NEXT_SECRET):
        assert (await door.post_raw(signed(BODY, secret), BODY, "/erp")).status == 202
    assert (await door.post_raw(signed(BODY, STRANGER), BODY, "/erp")).status == 401


async def test_a_delivery_that_is_sent_again_within_its_time_changes_nothing_and_later_is_refused() -> None:
    door = Door()
    headers = signed(BODY)
    await door.post_raw(headers, BODY)
    before = dict(door.rows.partitions)
    door.clock.advance(timedelta(minutes=4))
    again = document_of(await door.post_raw(headers, BODY))
    assert (again["accepted"], again["repeated"]) == (1, 1)
    assert door.rows.partitions == before
    door.clock.advance(timedelta(minutes=2))
    assert (await door.post_raw(headers, BODY)).status == 401
    assert door.sources.heard[DEFAULT_SOURCE].refusal is Refusal.CLOCK


@pytest.mark.parametrize("skew", [timedelta(minutes=-6), timedelta(minutes=6)])
async def test_a_board_whose_clock_is_off_is_told_the_same_and_an_admin_more(skew: timedelta) -> None:
    door = door_of(SIGNED)
    door.named = {"new": SECRET}
    assert_refused(door, await door.post_raw(signed(BODY, at=NOW + skew), BODY, "/erp"), Refusal.CLOCK)


@pytest.mark.parametrize("secret", [OLD, NEW])
@pytest.mark.parametrize("digest", Digest)
@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize("prefix", ["", "sha256="])
async def test_an_hmac_over_the_body_lets_in(secret: str, digest: Digest, encoding: Encoding, prefix: str) -> None:
    source = replace(HMAC, digest=digest, encoding=encoding, prefix=prefix)
    door = door_of(source)
    assert (await door.post_raw(hmac_of(secret, source=source), BODY, "/erp")).status == 202
    assert len(door.inbox("R-ADA")) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": EVENT},
        hmac_of("somebody-elses-secret"),
        hmac_of(NEW, BODY + b" "),
        hmac_of(NEW, source=replace(HMAC, prefix="")),
        hmac_of(NEW, source=replace(HMAC, encoding=Encoding.BASE64)),
        hmac_of(NEW, source=replace(HMAC, digest=Digest.SHA512)),
        {"X-Board-Signature": "sha256=", "Content-Type": EVENT},
        {"X-Board-Signature": "sha256=zz", "Content-Type": EVENT},
        {"X-Board-Signature": "sha256=\u00e4\ud800", "Content-Type": EVENT},
        signed(BODY),
        basic_of(NEW),
    ],
)
async def test_whatever_else_claims_to_be_an_hmac_is_refused(headers: Mapping[str, str]) -> None:
    door = door_of(HMAC)
    assert_refused(door, await door.post_raw(headers, BODY, "/erp"))


async def test_the_same_body_again_under_an_hmac_is_a_repeat() -> None:
    door = door_of(HMAC)
    await door.post_raw(hmac_of(NEW), BODY, "/erp")
    answer = document_of(await door.post_raw(hmac_of(OLD), BODY, "/erp"))
    assert (answer["accepted"], answer["repeated"]) == (1, 1)


@pytest.mark.parametrize("secret", [OLD, NEW])
async def test_user_and_password_let_in(secret: str) -> None:
    assert (await door_of(BASIC).post_raw(basic_of(secret), BODY, "/erp")).status == 202


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": EVENT},
        basic_of("wrong-wrong-wrong"),
        basic_of(NEW, "Board"),
        basic_of(NEW, ""),
        basic_of(f"{OLD} {NEW}"),
        basic_of(""),
        {"Authorization": "Basic", "Content-Type": EVENT},
        {"Authorization": "Basic not base64!", "Content-Type": EVENT},
        {"Authorization": f"Bearer {NEW}", "Content-Type": EVENT},
        {"Authorization": f"board:{NEW}", "Content-Type": EVENT},
    ],
)
async def test_any_other_user_or_password_is_refused(headers: Mapping[str, str]) -> None:
    door = door_of(BASIC)
    assert_refused(door, await door.post_raw(headers, BODY, "/erp"))


@pytest.mark.parametrize("secret", [OLD, NEW])
@pytest.mark.parametrize(
    "address",
    [OFFICE, f"{OFFICE}:51234", f"10.0.0.1, {OFFICE}:51234", "2001:db8::5", "[2001:db8::5]:443", f"::ffff:{OFFICE}"],
)
async def test_a_secret_in_the_address_lets_in_who_calls_from_the_right_place(secret: str, address: str) -> None:
    assert (await door_of(URL).post_raw(from_address(address), BODY, f"/erp/{secret}")).status == 202
    assert (await door_of(URL).post_raw(from_address(address), BODY, "/erp", secret=secret)).status == 202


@pytest.mark.parametrize(
    "address",
    [
        "203.0.113.8",
        # Only the last hop is the platform's word; all before it is the sender's own.
        f"{OFFICE}, 198.51.100.9:443",
        f"{OFFICE},",
        "",
        "localhost",
        "2001:db9::5",
        "203.0.113.7:notaport",
    ],
)
async def test_the_right_secret_from_elsewhere_is_refused_with_the_same_words(address: str) -> None:
    door = door_of(URL)
    assert_refused(door, await door.post_raw(from_address(address), BODY, f"/erp/{NEW}"), Refusal.ADDRESS)


async def test_without_the_platforms_word_on_the_address_nobody_is_let_in() -> None:
    door = door_of(URL)
    headers = {"Content-Type": EVENT, "X-Client-IP": OFFICE, "X-Real-IP": OFFICE, "Forwarded": f"for={OFFICE}"}
    assert_refused(door, await door.post_raw(headers, BODY, f"/erp/{NEW}"), Refusal.ADDRESS)


@pytest.mark.parametrize(
    "place", ["/erp", "/erp/", "/erp/wrong-wrong-wrong-wrong", f"/erp/{NEW}/{NEW}", f"/erp/{NEW}x"]
)
async def test_a_wrong_secret_in_the_address_is_refused(place: str) -> None:
    door = door_of(URL)
    assert_refused(door, await door.post_raw(from_address(OFFICE), BODY, place))


async def test_a_row_without_an_allow_list_opens_nothing() -> None:
    door = Door()
    door.named = {"new": NEW}
    door.sources.rows[ERP] = (replace(URL, addresses=()), "written by hand")
    assert_refused(door, await door.post_raw(from_address(OFFICE), BODY, f"/erp/{NEW}"), Refusal.ADDRESS)


async def test_an_allow_list_narrows_any_proof() -> None:
    door = door_of(replace(HMAC, addresses=(OFFICE,)))
    assert (await door.post_raw(hmac_of(NEW) | from_address("198.51.100.9"), BODY, "/erp")).status == 401
    assert (await door.post_raw(hmac_of(NEW) | from_address(OFFICE), BODY, "/erp")).status == 202


@pytest.mark.parametrize("claims", [{}, {"aud": f"api://{AUDIENCE}"}, {"azp": None, "appid": APP}, {"idtyp": "app"}])
async def test_a_token_of_a_known_application_lets_in(claims: dict[str, Any]) -> None:
    assert (await door_of(BEARER).post_raw(token_of(**claims), BODY, "/erp")).status == 202


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": EVENT},
        bearer(""),
        bearer("a.b.c"),
        token_of(azp="7b1c5b52-7e16-4b34-8cf3-000000000000"),
        token_of(azp=None),
        token_of(aud="00000003-0000-0000-c000-000000000000"),
        token_of(tid="00000000-2c1f-4a55-9a39-0d7e1b8f4c11"),
        token_of(iss="https://login.microsoftonline.com/another/v2.0"),
        token_of(exp=1_000_000_000),
        token_of(nbf=32_000_000_000, exp=32_000_000_100),
        # A person's token, got through the same application.
        token_of(scp="access_as_user"),
        token_of(OTHER_KEY),
        token_of(key_id="k2"),
        confused(),
        basic_of(NEW),
    ],
)
async def test_any_other_token_is_refused(headers: Mapping[str, str]) -> None:
    door = door_of(BEARER)
    assert_refused(door, await door.post_raw(headers, BODY, "/erp"))


async def test_a_token_that_is_not_signed_is_refused() -> None:
    head, middle, _ = token_of()["Authorization"].removeprefix("Bearer ").split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "k1"}).encode()).decode().rstrip("=")
    for text in (f"{none}.{middle}.", f"{head}.{middle}."):
        door = door_of(BEARER)
        assert_refused(door, await door.post_raw(bearer(text), BODY, "/erp"))


async def test_a_sign_in_that_does_not_answer_puts_the_call_off() -> None:
    silent = PublishedKey()
    silent.is_silent = True
    door = door_of(BEARER, Authority(TENANT, silent))
    response = await door.post_raw(token_of(), BODY, "/erp")
    assert (response.status, response.headers["Retry-After"]) == (503, "30")
    assert door.is_untouched


@pytest.mark.parametrize("authority", [Authority(), Authority("", KEYS), Authority(TENANT)])
async def test_without_a_tenant_no_token_can_be_checked(authority: Authority) -> None:
    door = door_of(BEARER, authority)
    assert (await door.post_raw(token_of(), BODY, "/erp")).status == 503
    assert door.sources.heard[ERP].refusal is Refusal.NOT_SET_UP


@pytest.mark.parametrize("source", [SIGNED, HMAC, BASIC, URL], ids=lambda each: each.proof)
@pytest.mark.parametrize("named", [{}, {"new": ""}, {"new": "short"}])
async def test_without_a_usable_secret_nobody_is_let_in(source: Source, named: dict[str, str]) -> None:
    door = door_of(source)
    door.named = named
    for secret in ("", "short"):
        headers = hmac_of(secret) if source is HMAC else basic_of(secret) | from_address(OFFICE)
        response = await door.post_raw(headers, BODY, f"/erp/{secret}", secret=secret)
        assert response.status == 503
    assert door.is_untouched
    assert door.sources.heard[ERP].refusal is Refusal.NOT_SET_UP


@given(st.text(), st.text(), st.binary())
@pytest.mark.parametrize("source", [HMAC, BASIC, URL, BEARER], ids=lambda each: each.proof)
async def test_whatever_stands_in_the_call_is_refused_and_breaks_nothing(
    source: Source, header: str, secret: str, body: bytes
) -> None:
    door = door_of(source)
    headers = {"Authorization": header, "X-Board-Signature": header, "X-Forwarded-For": header}
    assert (await door.post_raw(headers, body, "/erp", secret=secret)).status == 401
