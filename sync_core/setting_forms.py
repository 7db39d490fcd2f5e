"""The forms a setting's text may take, each with the words that tell an admin what is allowed."""

import base64
import binascii
import ipaddress
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import GetCoreSchemaHandler, SecretStr
from pydantic_core import CoreSchema, core_schema

from sync_core.schedule import parse_schedule

AZURITE = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;"
    "TableEndpoint=http://127.0.0.1:10002/devstoreaccount1;"
)


@dataclass(frozen=True, slots=True)
class Form:
    """How a setting's text becomes its value; `read` raises ValueError with what is wrong, never quoting the text."""

    read: Callable[[str], object]
    allowed: str
    is_secret: bool = False

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)


def is_loopback(url: str) -> bool:
    """Does this address stay on this machine?"""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or re.search(r"[\s\\]", text):
        raise ValueError("is no web address")
    if set(text) & {"@", "?", "#"}:
        raise ValueError("carries more than scheme, host and path")
    if parts.scheme == "http" and not is_loopback(text):
        raise ValueError("is not encrypted")
    return text.rstrip("/")


def _read_root(text: str) -> str:
    url = _read_url(text)
    if urlsplit(url).path:
        raise ValueError("carries a path")
    return url


def _read_scope(text: str) -> str:
    if not text.endswith("/.default"):
        raise ValueError("does not end in /.default")
    _read_url(text)
    return text


def _read_uuid(text: str) -> str:
    try:
        read = uuid.UUID(text)
    except ValueError:
        raise ValueError("is no uuid") from None
    if str(read) != text.lower() or not read.int:
        raise ValueError("is no uuid of the usual form")
    return str(read)


def _read_audience(text: str) -> str:
    scheme, _, rest = text.rpartition("api://")
    if scheme or not re.fullmatch(r"[0-9A-Za-z._/-]{1,200}", rest):
        raise ValueError("is no application")
    return f"api://{rest}" if text.startswith("api://") and not _is_uuid(rest) else _read_uuid(rest)


def _is_uuid(text: str) -> bool:
    try:
        return bool(_read_uuid(text))
    except ValueError:
        return False


def _read_issuer(text: str) -> str:
    url = _read_url(text)
    if not is_loopback(url):
        raise ValueError("is not on this machine")
    path = urlsplit(url).path
    tenant = path.removeprefix("/").removesuffix("/v2.0")
    if path != f"/{tenant}/v2.0" or not _is_uuid(tenant) or tenant != tenant.lower():
        raise ValueError("names no tenant")
    return url


def _read_secret(text: str) -> SecretStr:
    if text.startswith("@Microsoft.KeyVault("):
        raise ValueError("is a Key Vault reference that the platform could not resolve")
    return SecretStr(text)


def _read_vault_name(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z-]{1,127}", text):
        raise ValueError("is no name of a Key Vault secret")
    return text


def _read_vault_names(text: str) -> tuple[str, ...]:
    return tuple(_read_vault_name(each) for each in text.split())


def _read_webhook_secrets(text: str) -> tuple[SecretStr, ...]:
    return tuple(_read_webhook_secret(each) for each in text.split())


def _read_webhook_secret(text: str) -> SecretStr:
    _read_secret(text)
    if not text.startswith("whsec_"):
        raise ValueError("holds one that does not begin with whsec_")
    try:
        length = len(base64.b64decode(text.removeprefix("whsec_"), validate=True))
    except binascii.Error:
        raise ValueError("holds one that is not base64 behind whsec_") from None
    if not 24 <= length <= 64:
        raise ValueError(f"holds one of {length} bytes")
    return SecretStr(text)


def _read_source_secrets(text: str) -> tuple[tuple[str, SecretStr], ...]:
    _read_secret(text)
    pairs = [each.partition("=") for each in text.split()]
    if not all(equals for _, equals, _ in pairs):
        raise ValueError("holds one without a name and =")
    if any(len(value) < 16 for _, _, value in pairs):
        raise ValueError("holds one of less than 16 characters")
    return tuple((_read_vault_name(name), SecretStr(value)) for name, _, value in pairs)


def _read_storage(text: str) -> SecretStr:
    if text.rstrip(";").lower() == "usedevelopmentstorage=true":
        # The Python clients do not know the short form that Core Tools writes.
        return SecretStr(AZURITE)
    _read_secret(text)
    pairs = (part.partition("=") for part in text.split(";") if part.strip())
    parts = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if not ("accountname" in parts and "accountkey" in parts) and "sharedaccesssignature" not in parts:
        raise ValueError("names no account with its key")
    endpoints = [value for name, value in parts.items() if name.endswith("endpoint")]
    if any(urlsplit(each).scheme != "https" and not is_loopback(each) for each in endpoints) or (
        parts.get("defaultendpointsprotocol", "https") != "https" and not endpoints
    ):
        raise ValueError("is not encrypted")
    return SecretStr(text)


def one_of(*words: str) -> Form:
    """One of these words, as they are written."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError("is none of these words")
        return text

    return Form(read, " or ".join(words))


def whole_number(low: int, high: int) -> Form:
    """A whole number within bounds, both included."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise ValueError("is no whole number")
        if not low <= int(text) <= high:
            raise ValueError("is out of range")
        return int(text)

    return Form(read, f"a whole number from {low} to {high}")


def _read_schedule(text: str) -> str:
    parse_schedule(text)
    return text


_ENCRYPTED = "an https address without query, fragment or user; http only for this machine (127.0.0.1, localhost)"
URL = Form(_read_url, _ENCRYPTED)
ROOT = Form(_read_root, f"{_ENCRYPTED}; without a path")
SCOPE = Form(_read_scope, "an https address that ends in /.default")
UUID = Form(_read_uuid, "a uuid such as 01234567-89ab-cdef-0123-456789abcdef, not all zero")
AUDIENCE = Form(_read_audience, "an application (client) id, or its URI such as api://tandem.contoso.com")
ISSUER = Form(_read_issuer, "an address on this machine with a tenant's id, as http://127.0.0.1:7083/<tenant id>/v2.0")
SECRET = Form(_read_secret, "a secret in plain text", is_secret=True)
VAULT_NAME = Form(_read_vault_name, "the name of a Key Vault secret: 1 to 127 letters, digits and hyphens")
VAULT_NAMES = Form(_read_vault_names, "names of Key Vault secrets with spaces between; two while one takes over")
WEBHOOK_SECRETS = Form(
    _read_webhook_secrets,
    "whsec_ and base64 of 24 to 64 bytes; several with spaces between while one takes over",
    is_secret=True,
)
SOURCE_SECRETS = Form(
    _read_source_secrets,
    "name=secret, several with spaces between; each secret of 16 characters or more",
    is_secret=True,
)
STORAGE = Form(
    _read_storage,
    "a storage connection string with account and key over https, or UseDevelopmentStorage=true",
    is_secret=True,
)
SCHEDULE = Form(_read_schedule, "six fields, `second minute hour day month weekday`, in UTC, such as 0 */5 * * * *")
