"""Where the token comes from: given, the local issuer, `az`; and that it goes nowhere else."""

import stat
from pathlib import Path

import pytest

from devtools.launch import start_issuer
from devtools.processes import Parts
from tandem_cli.tokens import SignIn, read_claims
from tandem_cli.trouble import Code, Trouble

HERE = "http://127.0.0.1:7071"
AWAY = "https://tandem.example"


@pytest.fixture
def az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which alone commands are looked for; `az` is what a test writes there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "az"


def write_az(az: Path, *lines: str) -> None:
    az.write_text("\n".join(["#!/bin/sh", *lines, ""]), "utf-8")
    az.chmod(az.stat().st_mode | stat.S_IXUSR)


def test_a_token_that_is_given_counts_before_everything_else() -> None:
    assert SignIn(token=" a.b.c\n", issuer="http://127.0.0.1:1", audience="api://x").find(HERE) == "a.b.c"


@pytest.mark.services
def test_the_local_issuer_gives_a_token_of_an_admin(parts: Parts) -> None:
    issuer = start_issuer(parts).address
    for named in (issuer, f"{issuer}/a-tenant/v2.0"):
        assert read_claims(SignIn(issuer=named).find(HERE))["roles"] == ["Tandem.Admin"]


def test_an_app_elsewhere_gets_the_token_of_az_for_its_audience(az: Path) -> None:
    write_az(az, 'echo "$*" > "$(/usr/bin/dirname "$0")/asked"', "echo a.b.c")
    sign_in = SignIn(issuer="http://127.0.0.1:1", audience="api://tandem")
    assert sign_in.find(AWAY) == "a.b.c"
    asked = (az.parent / "asked").read_text("utf-8").strip()
    assert asked == "account get-access-token --resource api://tandem --query accessToken --output tsv"


def test_what_az_complains_of_is_not_repeated(az: Path) -> None:
    write_az(az, "echo 'ada@acme.example has no a.b.c' >&2", "exit 1")
    with pytest.raises(Trouble) as told:
        SignIn(audience="api://tandem").find(AWAY)
    assert told.value.code is Code.FORBIDDEN
    assert "az login" in str(told.value)
    assert "ada" not in str(told.value)


@pytest.mark.parametrize(
    ("sign_in", "word"),
    [
        (SignIn(), "TANDEM_AUDIENCE"),
        (SignIn(audience="api://tandem"), "Azure CLI is not there"),
        (SignIn(issuer="http://127.0.0.1:1"), "dev.py up"),
        (SignIn(issuer="https://issuer.example"), "this machine"),
        (SignIn(token="Bearer a.b.c"), "Bearer"),
    ],
)
def test_without_a_token_it_is_told_how_to_get_one(sign_in: SignIn, word: str, az: Path) -> None:
    with pytest.raises(Trouble, match=word):
        sign_in.find(HERE)


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "a.W10.c", "a.ü.c"])
def test_a_token_that_cannot_be_read_is_told_so_without_showing_it(token: str) -> None:
    with pytest.raises(Trouble, match="no token that can be read"):
        read_claims(token)
