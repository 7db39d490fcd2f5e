"""The whole way: a token of the issuer, over HTTP, through the host and the app, to an answer."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from devtools.azurite import Azurite
from devtools.development import settings_for
from devtools.launch import start_host
from devtools.processes import Parts, find_free_port
from tests.simulators.issuer.issuing import Issuing, issuing

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuing]:
    with Parts() as parts:
        yield issuing(parts)


@pytest.fixture(scope="module")
def host(issuer: Issuing, azurite: Azurite) -> Iterator[str]:
    with Parts() as parts:
        port = find_free_port()
        nobody = "http://127.0.0.1:9"
        settings = settings_for(azurite.connection_string, f"http://127.0.0.1:{port}", nobody, nobody, issuer.address)
        yield start_host(parts, settings, port).address


def ask(address: str, method: str, path: str, token: str = "") -> tuple[int, Any, dict[str, str]]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"{address}/api/admin{path}", headers=headers, method=method)  # noqa: S310 - started here
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            return answer.status, json.loads(answer.read()), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read()), dict(error.headers)


@pytest.mark.parametrize("role", ["Tandem.Admin", "Tandem.Reader"])
def test_who_has_a_role_is_told_who_they_are(host: str, issuer: Issuing, role: str) -> None:
    token = issuer.issue(claims={"roles": [role], "oid": "who", "name": "Ada"})
    status, document, headers = ask(host, "GET", "/me", token)
    assert (status, document) == (200, {"objectId": "who", "name": "Ada", "roles": [role]})
    assert headers["Cache-Control"] == "no-store"


def test_everybody_else_is_turned_away(host: str, issuer: Issuing) -> None:
    status, problem, headers = ask(host, "GET", "/me")
    assert (status, problem["type"], headers["WWW-Authenticate"]) == (401, "/problems/unauthenticated", "Bearer")
    assert ask(host, "GET", "/me", issuer.issue(header={"alg": "none"}))[0] == 401
    assert ask(host, "GET", "/me", issuer.issue(claims={"roles": []}))[0] == 403


def test_paths_and_methods_are_told_only_to_who_was_let_in(host: str, issuer: Issuing) -> None:
    token = issuer.issue()
    assert ask(host, "GET", "/nowhere", token)[0] == 404
    status, _, headers = ask(host, "DELETE", "/me", token)
    assert (status, headers["Allow"]) == (405, "GET")
    assert ask(host, "GET", "/nowhere")[0] == 401
