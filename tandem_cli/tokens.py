"""Finds the token to call with: one that is given, the local issuer's, or the one of the Azure CLI's sign-in.

https://learn.microsoft.com/cli/azure/account#az-account-get-access-token
"""

import base64
import binascii
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from tandem_cli.trouble import Code, Trouble

_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class SignIn:
    """Where a token may come from; each may be empty, and the first that is there counts.

    `token` is the token itself, `issuer` the address of a local issuer, `audience` the app whose token `az` is to get.
    """

    token: str = ""
    issuer: str = ""
    audience: str = ""

    def find(self, url: str) -> str:
        """Return a token for the app at this address.

        Raises:
            Trouble: There is none; the sentences say how to get one.
        """
        if self.token:
            return _checked(self.token)
        # A real app would not believe the local issuer, and it need not hear from us where it is.
        if self.issuer and is_loopback(url):
            return _checked(_ask_issuer(self.issuer))
        return _checked(_ask_az(self.audience))


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def read_claims(token: str) -> Mapping[str, Any]:
    """Return what a token says of itself; nobody has checked that.

    Raises:
        Trouble: It is no JSON Web Token.
    """
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, binascii.Error):
        claims = None
    if not isinstance(claims, dict):
        raise Trouble(Code.FORBIDDEN, "This is no token that can be read.") from None
    return claims


def _checked(token: str) -> str:
    token = token.strip()
    if not re.fullmatch(r"[A-Za-z0-9._~+/=-]+", token):
        raise Trouble(Code.USAGE, "The token holds characters that no token has. Give it alone, without `Bearer`.")
    return token


def _ask_issuer(issuer: str) -> str:
    parts = urlsplit(issuer)
    if not is_loopback(issuer):
        raise Trouble(Code.USAGE, "TANDEM_ISSUER names an issuer on this machine, such as http://127.0.0.1:7083.")
    try:
        with httpx.Client(trust_env=False, timeout=_PATIENCE) as client:
            answer = client.post(f"{parts.scheme}://{parts.netloc}/token", json={"claims": {"roles": ["Tandem.Admin"]}})
        return str(answer.raise_for_status().json()["access_token"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as trouble:
        sentence = "The local issuer gives no token. Start `python3 dev.py up`, or clear TANDEM_ISSUER."
        raise Trouble(Code.FORBIDDEN, sentence) from trouble


def _ask_az(audience: str) -> str:
    if not audience:
        raise Trouble(
            Code.FORBIDDEN,
            "There is no token to call with.",
            "Set TANDEM_AUDIENCE to the application whose roles open the administration (the app's ADMIN_AUDIENCE), "
            "so that `az` can get one; or give one with TANDEM_TOKEN.",
        )
    az = shutil.which("az")
    if az is None:
        sentence = "The Azure CLI is not there: install it and run `az login`, or give a token with TANDEM_TOKEN."
        raise Trouble(Code.FORBIDDEN, sentence)
    command = [az, "account", "get-access-token", "--resource", audience, "--query", "accessToken", "--output", "tsv"]
    try:
        # Captured whole: what it prints is the token, and what it complains of may name people.
        asked = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        asked = None
    if asked is None or asked.returncode or not asked.stdout.strip():
        raise Trouble(
            Code.FORBIDDEN,
            "The Azure CLI gives no token for this app. Run `az login` with an account of its tenant.",
            f"`az account get-access-token --resource {audience} --query expiresOn` shows what stands in the way.",
        )
    return asked.stdout
