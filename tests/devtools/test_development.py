"""What a developer sets wins over the development defaults, and takes along what would contradict it."""

import json
from pathlib import Path

import pytest

from devtools.azurite import PORTS, connection_string
from devtools.development import loopback, settings_for, with_own_settings
from devtools.trouble import Trouble
from sync_core.settings import Settings, read_settings

STORAGE = connection_string(*map(loopback, PORTS))
DEFAULTS = settings_for(STORAGE, "http://127.0.0.1:7071", "http://127.0.0.1:7081", "http://127.0.0.1:7082")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "local.settings.json"
    monkeypatch.setattr("devtools.development.OWN_SETTINGS", file)
    return file


def test_the_defaults_are_settings_the_product_accepts(own: Path) -> None:
    assert isinstance(read_settings(with_own_settings(DEFAULTS)), Settings)


def test_the_file_wins_over_the_defaults_and_the_environment_over_the_file(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.write_text(json.dumps({"Values": {"GRAPH_PAGE_SIZE": "10", "PULL_SCHEDULE": "0 0 * * * *"}}))
    monkeypatch.setenv("PULL_SCHEDULE", "0 30 * * * *")
    chosen = with_own_settings(DEFAULTS)
    assert (chosen["GRAPH_PAGE_SIZE"], chosen["PULL_SCHEDULE"]) == ("10", "0 30 * * * *")


def test_a_real_tenant_needs_only_its_own_settings(own: Path) -> None:
    values = {
        "AzureWebJobsStorage": "UseDevelopmentStorage=true",
        "GRAPH_ENDPOINT": "https://graph.microsoft.com",
        "GRAPH_TENANT_ID": "3f1d2c4b-0a59-4e68-9b7a-6c5d4e3f2a1b",
        "GRAPH_CLIENT_ID": "9b7a6c5d-4e3f-4a1b-8c2d-1e0f9a8b7c6d",
        "GRAPH_CLIENT_SECRET": "developing",
    }
    own.write_text(json.dumps({"Values": values}))
    chosen = with_own_settings(DEFAULTS)
    assert isinstance(read_settings(chosen), Settings)
    assert chosen["AzureWebJobsStorage"] == STORAGE


def test_an_application_of_the_developers_own_is_opened_by_the_tenants_tokens(own: Path) -> None:
    defaults = settings_for(STORAGE, *(loopback(port) for port in (7071, 7081, 7082, 7083)))
    assert with_own_settings(defaults)["ADMIN_ISSUER"].startswith("http://127.0.0.1:7083/")
    values = {
        "ADMIN_AUDIENCE": "9b7a6c5d-4e3f-4a1b-8c2d-1e0f9a8b7c6d",
        "GRAPH_TENANT_ID": "3f1d2c4b-0a59-4e68-9b7a-6c5d4e3f2a1b",
    }
    own.write_text(json.dumps({"Values": values}))
    settings = read_settings(with_own_settings(defaults))
    assert isinstance(settings, Settings)
    assert settings.admin_sign_in == ("https://login.microsoftonline.com", values["GRAPH_TENANT_ID"])


def test_a_broken_file_is_named(own: Path) -> None:
    own.write_text("{")
    with pytest.raises(Trouble, match=r"local\.settings\.json cannot be read"):
        with_own_settings(DEFAULTS)
