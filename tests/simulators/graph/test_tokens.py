"""Must-have 8: the token endpoint, and who may come in."""

import base64
import json
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import AioHttpTransport
from azure.identity.aio import ClientSecretCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from simulators.graph.app import build_app
from simulators.graph.simulator import Simulator

from .client import Client

TENANT = "3f0c6d5e-0000-4000-8000-000000000001"
FORM = {
    "client_id": "app",
    "client_secret": "development-secret",
    "grant_type": "client_credentials",
    "scope": "https://graph.microsoft.com/.default",
}


async def ask_token(graph: Client, **changes: str) -> tuple[int, dict[str, str]]:
    async with graph.http.post(f"/{TENANT}/oauth2/v2.0/token", data={**FORM, **changes}) as reply:
        return reply.status, await reply.json()


async def test_a_token_opens_the_door_until_it_expires(graph: Client) -> None:
    status, answer = await ask_token(graph)
    assert (status, answer["token_type"]) == (200, "Bearer")
    bearer = {"Authorization": f"Bearer {answer['access_token']}"}
    assert (await graph.get("/users", headers=bearer)).status == 200
    await graph.control("POST", "/clock", {"seconds": 3600})
    reply = await graph.get("/users", headers=bearer)
    assert (reply.status, reply.code) == (401, "InvalidAuthenticationToken")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic development-token", "Bearer a.b.c"])
async def test_anything_else_stays_outside(graph: Client, header: str) -> None:
    for method, path in (("GET", "/users"), ("POST", "/$batch")):
        reply = await graph.ask(method, path, headers={"Authorization": header})
        assert (reply.status, reply.code) == (401, "InvalidAuthenticationToken")


async def test_secrets_are_rotated_and_expire(graph: Client) -> None:
    await graph.control("PUT", "/secrets", {"valid": ["new"], "expired": ["development-secret"]})
    status, answer = await ask_token(graph)
    assert (status, answer["error"]) == (401, "invalid_client")
    assert "AADSTS7000222" in answer["error_description"]
    assert "AADSTS7000215" in (await ask_token(graph, client_secret="never"))[1]["error_description"]
    assert (await ask_token(graph, client_secret="new"))[0] == 200


async def test_only_client_credentials_with_a_default_scope_are_served(graph: Client) -> None:
    assert (await ask_token(graph, grant_type="password"))[1]["error"] == "unsupported_grant_type"
    assert (await ask_token(graph, scope="User.Read"))[1]["error"] == "invalid_scope"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, secret


async def test_azure_identity_gets_its_token_from_the_simulator_as_authority(certificate: tuple[Path, Path]) -> None:
    chain, key = certificate
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(chain, key)
    simulator = Simulator()
    server = TestServer(build_app(simulator), scheme="https")
    await server.start_server(ssl=tls)
    authority = f"https://127.0.0.1:{server.port}"

    def credential(secret: str) -> ClientSecretCredential:
        return ClientSecretCredential(
            TENANT,
            "app",
            secret,
            authority=authority,
            disable_instance_discovery=True,
            transport=AioHttpTransport(connection_verify=str(chain)),
        )

    try:
        async with credential("development-secret") as good:
            token = await good.get_token("https://graph.microsoft.com/.default")
        assert simulator.tokens.accepts(f"Bearer {token.token}")
        async with credential("wrong") as bad:
            with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
                await bad.get_token("https://graph.microsoft.com/.default")
    finally:
        await server.close()


async def test_a_token_names_the_permissions_that_are_switched(graph: Client) -> None:
    for roles in (["Calendars.Read", "Mail.Read"], []):
        await graph.switch(roles=roles)
        _, answer = await ask_token(graph)
        part = answer["access_token"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        assert claims.get("roles", []) == roles
        assert ("roles" in claims) == bool(roles)
        bearer = {"Authorization": f"Bearer {answer['access_token']}"}
        async with graph.http.get("/v1.0/users/ada@tandem.example/calendar", headers=bearer) as reply:
            assert reply.status == 200


async def test_the_date_of_answers_goes_wrong_where_it_is_switched(graph: Client) -> None:
    for skew in (0, -300):
        await graph.switch(dateSkewS=skew)
        reply = await graph.ask("GET", "/users/ada@tandem.example/calendar")
        told_at = parsedate_to_datetime(reply.headers["Date"])
        assert abs(told_at - datetime.now(UTC) - timedelta(seconds=skew)) < timedelta(seconds=5)
