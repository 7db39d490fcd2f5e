"""A small sign-in: a managed identity on loopback, and an authority that exchanges its tokens, over real TLS."""

import ipaddress
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class SignIn:
    """What was asked, and what is answered."""

    def __init__(self) -> None:
        self.asked_of_identity: list[Mapping[str, str]] = []
        self.asked_of_authority: list[Mapping[str, str]] = []
        self.identity_status = 200
        self.refusal: str | None = None
        self.lifetime = 3600
        self.identity_address = ""
        self.authority_address = ""
        self.certificate = Path()

    async def identity(self, request: web.Request) -> web.Response:
        """https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference"""
        self.asked_of_identity.append({**request.query, "header": request.headers.get("X-IDENTITY-HEADER", "")})
        if self.identity_status != 200:
            return web.json_response({"message": "very-secret words"}, status=self.identity_status)
        number = len(self.asked_of_identity)
        expires = int(datetime.now(UTC).timestamp()) + self.lifetime
        body = {"access_token": f"assertion-{number}", "expires_on": str(expires), "token_type": "Bearer"}
        return web.json_response({**body, "resource": request.query.get("resource", "")})

    async def authority(self, request: web.Request) -> web.Response:
        """https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow"""
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked_of_authority.append({**form, "path": request.path})
        if self.refusal:
            words = f"{self.refusal}: the assertion {form.get('client_assertion')} is not trusted."
            return web.json_response({"error": "invalid_client", "error_description": words}, status=401)
        answer = {"access_token": f"token-for-{form.get('client_assertion')}", "expires_in": self.lifetime}
        return web.json_response({**answer, "token_type": "Bearer"})


@asynccontextmanager
async def signing_in(folder: Path) -> AsyncIterator[SignIn]:
    """Serve both until left."""
    sign_in = SignIn()
    sign_in.certificate, key = make_certificate(folder)
    app = web.Application()
    app.router.add_get("/msi/token", sign_in.identity)
    app.router.add_post("/{tenant}/oauth2/v2.0/token", sign_in.authority)
    runner = web.AppRunner(app)
    await runner.setup()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(sign_in.certificate, key)
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        plain, encrypted = (address[1] for address in runner.addresses)
        sign_in.identity_address = f"http://127.0.0.1:{plain}/msi/token"
        sign_in.authority_address = f"https://127.0.0.1:{encrypted}"
        yield sign_in
    finally:
        await runner.cleanup()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make one for loopback that is valid for a day, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "loopback.pem", folder / "loopback.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files
