"""The issuer as Entra documents itself, and the tokens that only it issues."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from devtools.calls import Refused, call
from devtools.processes import Parts
from devtools.token import print_token
from devtools.trouble import Trouble
from tests.simulators.issuer.issuing import AUDIENCE, TENANT, Issuing, issuing

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuing]:
    with Parts() as parts:
        yield issuing(parts)


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = token.split(".")
    return json.loads(decode(header)), json.loads(decode(claims))


def published_key(issuer: Issuing, kid: str) -> rsa.RSAPublicKey:
    keys = call("GET", f"{issuer.address}/{TENANT}/discovery/v2.0/keys")["keys"]
    [key] = [each for each in keys if each["kid"] == kid]
    return rsa.RSAPublicNumbers(*(int.from_bytes(decode(key[name])) for name in ("e", "n"))).public_key()


def is_signed(token: str, key: rsa.RSAPublicKey) -> bool:
    signed, _, signature = token.rpartition(".")
    try:
        key.verify(decode(signature), signed.encode(), padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize(
    ("version", "path", "name"),
    [("2.0", "/v2.0", "{address}/{tenant}/v2.0"), ("1.0", "", "https://sts.windows.net/{tenant}/")],
)
def test_each_version_has_its_issuer_and_a_usual_token_names_it(
    issuer: Issuing, version: str, path: str, name: str
) -> None:
    document = call("GET", f"{issuer.address}/{TENANT}{path}/.well-known/openid-configuration")
    assert document["issuer"] == name.format(address=issuer.address, tenant=TENANT)
    header, claims = read(token := issuer.issue(version=version))
    assert (claims["iss"], claims["ver"], claims["tid"]) == (document["issuer"], version, TENANT)
    assert claims["aud"] == (AUDIENCE if version == "2.0" else f"api://{AUDIENCE}")
    assert claims["exp"] > claims["nbf"] == claims["iat"]
    listed = call("GET", document["jwks_uri"])["keys"]
    assert header["kid"] in {key["kid"] for key in listed}
    assert is_signed(token, published_key(issuer, header["kid"]))


def test_another_tenant_is_not_known(issuer: Issuing) -> None:
    with pytest.raises(Refused, match="400"):
        call("GET", f"{issuer.address}/common/v2.0/.well-known/openid-configuration")


def test_claims_and_header_are_as_wished_and_null_takes_one_away(issuer: Issuing) -> None:
    header, claims = read(issuer.issue(claims={"roles": None, "exp": 1}, header={"kid": "other"}))
    assert "roles" not in claims
    assert (claims["exp"], header["kid"]) == (1, "other")


def test_an_unsigned_token_has_no_signature(issuer: Issuing) -> None:
    assert issuer.issue(header={"alg": "none"}).endswith(".")


def test_a_confused_token_has_the_public_key_as_its_secret(issuer: Issuing) -> None:
    signed, _, signature = issuer.issue(header={"alg": "HS256"}).rpartition(".")
    pem = published_key(issuer, issuer.key_id()).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert hmac.digest(pem, signed.encode(), hashlib.sha256) == decode(signature)


def test_a_stranger_signs_with_a_key_that_is_never_published(issuer: Issuing) -> None:
    kid = issuer.key_id()
    assert not is_signed(issuer.issue(key="stranger", header={"kid": kid}), published_key(issuer, kid))


def test_after_a_rotation_the_new_key_signs_and_old_ones_stay_until_they_are_withdrawn(parts: Parts) -> None:
    issuer = issuing(parts)
    first = issuer.key_id()
    second = issuer.rotate()
    assert read(issuer.issue())[0]["kid"] == second
    assert is_signed(issuer.issue(key=first), published_key(issuer, first))
    issuer.rotate(keeps_old=False)
    assert len(call("GET", f"{issuer.address}/common/discovery/keys")["keys"]) == 1
    with pytest.raises(Refused, match="400"):
        issuer.issue(key=first)


def test_a_silent_issuer_still_issues(parts: Parts) -> None:
    issuer = issuing(parts)
    issuer.silence()
    with pytest.raises(Refused, match="503"):
        issuer.key_id()
    assert issuer.issue()
    issuer.speak()
    assert issuer.key_id()


@pytest.mark.parametrize("wish", [{"claim": {}}, {"claims": []}, {"version": "3.0"}, {"key": "nobody's"}, []])
def test_what_it_does_not_understand_it_refuses_in_words(issuer: Issuing, wish: object) -> None:
    with pytest.raises(Refused, match=r"400: .*send "):
        call("POST", f"{issuer.address}/token", wish)


def test_the_command_prints_a_token_with_the_roles_and_nothing_else(
    issuer: Issuing, capsys: pytest.CaptureFixture[str]
) -> None:
    assert print_token(["Tandem.Reader"], issuer.address) == 0
    [line] = capsys.readouterr().out.splitlines()
    assert read(line)[1]["roles"] == ["Tandem.Reader"]
    print_token(None, issuer.address)
    assert read(capsys.readouterr().out.strip())[1]["roles"] == ["Tandem.Admin"]


def test_the_command_says_what_to_do_where_nothing_answers() -> None:
    with pytest.raises(Trouble, match=r"start `python3 dev\.py up` first"):
        print_token(None, "http://127.0.0.1:9")
    with pytest.raises(Trouble, match=r"Tandem\.Admin or Tandem\.Reader"):
        print_token(["Owner"])
