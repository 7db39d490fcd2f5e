"""The environment becomes settings or words; no wrong value is swallowed and no secret is quoted."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from sync_core.setting_forms import AZURITE
from sync_core.settings import Settings, form_of, read_settings, setting_names

SAMPLE = Path(__file__).parent.parent / "local.settings.sample.json"
OF_THE_HOST = {"FUNCTIONS_WORKER_RUNTIME"}
SECRET = "whsec_dGFuZGVtLWRldmVsb3BtZW50LXNlY3JldC0wMDE="
DEPLOYED = {
    "AzureWebJobsStorage__queueServiceUri": "https://tandem.queue.core.windows.net/",
    "AzureWebJobsStorage__tableServiceUri": "https://tandem.table.core.windows.net/",
    "AzureWebJobsStorage__clientId": "7B1C5B52-7E16-4B34-8CF3-6B8E8DE60001",
    "TANDEM_CONNECTOR_ID": "7a4f3c1e-9b52-4c8e-8d1a-2f6b0c9e5d31",
    "TANDEM_PUBLIC_URL": "https://tandem.azurewebsites.net",
    "GRAPH_TENANT_ID": "7b1c5b52-7e16-4b34-8cf3-6b8e8de60002",
    "GRAPH_CLIENT_ID": "7b1c5b52-7e16-4b34-8cf3-6b8e8de60003",
    "GRAPH_CLIENT_SECRET_NAME": "graph-client-secret",
    "KEY_VAULT_URL": "https://tandem.vault.azure.net/",
    "SCHEDULER_URL": "https://board.example/api/",
    "SCHEDULER_API_KEY_NAME": "scheduler-api-key",
    "SCHEDULER_WEBHOOK_SECRET_NAMES": "webhook-secret-1 webhook-secret-2",
    "RENEW_SCHEDULE": "0 0 * * * *",
    "PULL_SCHEDULE": "0 */5 * * * *",
    "TIDY_SCHEDULE": "0 30 3 * * MON-FRI",
}


def sample() -> dict[str, str]:
    values: dict[str, str] = json.loads(SAMPLE.read_text("utf-8"))["Values"]
    return values


def read(environ: Mapping[str, str]) -> Settings:
    settings = read_settings(environ)
    assert isinstance(settings, Settings), "\n".join(map(str, settings))
    return settings


def problems(environ: Mapping[str, str]) -> dict[str, str]:
    settings = read_settings(environ)
    assert not isinstance(settings, Settings)
    assert len({each.name for each in settings}) == len(settings), "a name is told twice"
    return {each.name: str(each) for each in settings}


def test_the_sample_names_every_setting_and_nothing_else() -> None:
    assert [name for name in sample() if name not in OF_THE_HOST] == list(setting_names())


def test_the_sample_is_valid_as_it_stands() -> None:
    settings = read(sample())
    assert settings.storage_connection
    assert settings.storage_connection.get_secret_value() == AZURITE
    assert settings.keeps_storage_here
    assert settings.can_be_notified


def test_every_setting_says_what_it_is_for_and_what_is_allowed() -> None:
    assert all(meaning.endswith(".") for meaning in setting_names().values())
    assert all(form_of(name).allowed for name in setting_names())


def test_a_deployment_by_identity_and_key_vault_is_valid() -> None:
    settings = read(DEPLOYED)
    assert settings.queue_service == "https://tandem.queue.core.windows.net"
    assert settings.identity == "7b1c5b52-7e16-4b34-8cf3-6b8e8de60001"
    assert settings.graph_endpoint == "https://graph.microsoft.com"
    assert settings.graph_scope == "https://graph.microsoft.com/.default"
    assert settings.scheduler_url == "https://board.example/api"
    assert settings.scheduler_webhook_secret_names == ("webhook-secret-1", "webhook-secret-2")
    assert not settings.keeps_storage_here
    assert settings.can_be_notified


def test_a_federated_deployment_names_no_secret_of_the_application() -> None:
    settings = read({**DEPLOYED, "GRAPH_SIGN_IN": "federated", "GRAPH_CLIENT_SECRET_NAME": ""})
    assert settings.graph_sign_in == "federated"
    assert read(DEPLOYED).graph_sign_in == "secret"


def test_the_scope_follows_the_endpoint_of_a_national_cloud_unless_it_is_set() -> None:
    china = {**DEPLOYED, "GRAPH_ENDPOINT": "https://microsoftgraph.chinacloudapi.cn"}
    assert read(china).graph_scope == "https://microsoftgraph.chinacloudapi.cn/.default"
    scope = "https://other.example/.default"
    assert read({**china, "GRAPH_SCOPE": scope}).graph_scope == scope


CLIENT_ID = "7b1c5b52-7e16-4b34-8cf3-6b8e8de60004"


@pytest.mark.parametrize("audience", [CLIENT_ID, CLIENT_ID.upper(), f"api://{CLIENT_ID}"])
def test_the_tenant_of_graph_administers(audience: str) -> None:
    settings = read({**DEPLOYED, "ADMIN_AUDIENCE": audience})
    assert settings.admin_audience == CLIENT_ID
    assert settings.admin_sign_in == ("https://login.microsoftonline.com", DEPLOYED["GRAPH_TENANT_ID"])


def test_an_application_may_be_named_by_a_uri_of_its_own() -> None:
    assert read({**DEPLOYED, "ADMIN_AUDIENCE": "api://tandem.contoso.com"}).admin_audience == "api://tandem.contoso.com"


def test_an_issuer_on_this_machine_stands_in_for_the_tenants() -> None:
    assert read(sample()).admin_sign_in == ("http://127.0.0.1:7083", "5d0b7e1c-64a9-4f2e-8c37-0f9a1b2c3d4e")


def test_who_administers_is_not_told_without_a_tenant() -> None:
    told = problems({**sample(), "ADMIN_ISSUER": ""})
    assert list(told) == ["GRAPH_TENANT_ID"]
    assert "ADMIN_AUDIENCE is set" in told["GRAPH_TENANT_ID"]


def test_a_real_graph_cannot_notify_an_app_on_this_machine() -> None:
    assert not read({**DEPLOYED, "TANDEM_PUBLIC_URL": "http://localhost:7071"}).can_be_notified


def test_settings_cannot_be_changed_and_show_no_secret() -> None:
    settings = read(sample())
    with pytest.raises(ValueError, match="frozen"):
        settings.public_url = "https://elsewhere.example"
    assert "development-key" not in repr(settings)
    assert "development-token" not in repr(settings)
    assert SECRET not in repr(settings)
    assert "Eby8" not in repr(settings)


def test_every_missing_name_is_told_at_once_and_in_one_order() -> None:
    assert list(problems({})) == [
        "AzureWebJobsStorage",
        "TANDEM_CONNECTOR_ID",
        "TANDEM_PUBLIC_URL",
        "GRAPH_TENANT_ID",
        "GRAPH_CLIENT_ID",
        "GRAPH_CLIENT_SECRET_NAME",
        "SCHEDULER_URL",
        "SCHEDULER_API_KEY_NAME",
        "SCHEDULER_WEBHOOK_SECRET_NAMES",
        "RENEW_SCHEDULE",
        "PULL_SCHEDULE",
        "TIDY_SCHEDULE",
    ]


def test_an_empty_setting_counts_as_not_set() -> None:
    assert problems({**DEPLOYED, "SCHEDULER_URL": "  "}) == problems(
        {name: text for name, text in DEPLOYED.items() if name != "SCHEDULER_URL"}
    )


WRONG = [
    ("TANDEM_CONNECTOR_ID", "tandem", "is no uuid ('tandem')"),
    ("TANDEM_CONNECTOR_ID", "00000000-0000-0000-0000-000000000000", "is no uuid of the usual form"),
    ("TANDEM_CONNECTOR_ID", "{7a4f3c1e-9b52-4c8e-8d1a-2f6b0c9e5d31}", "is no uuid of the usual form"),
    ("TANDEM_PUBLIC_URL", "http://tandem.example", "is not encrypted"),
    ("TANDEM_PUBLIC_URL", "http://127.0.0.1.evil.example", "is not encrypted"),
    ("TANDEM_PUBLIC_URL", "tandem.example", "is no web address"),
    ("TANDEM_PUBLIC_URL", "https://", "is no web address"),
    ("TANDEM_PUBLIC_URL", "https://[::1", "is no web address"),
    ("TANDEM_PUBLIC_URL", "https://tandem.example:99999", "is no web address"),
    ("TANDEM_PUBLIC_URL", "https://tandem.example?code=1", "carries more"),
    ("GRAPH_ENDPOINT", "https://graph.microsoft.com/v1.0", "carries a path"),
    ("GRAPH_ENDPOINT", "http://[::1", "is no web address"),
    ("GRAPH_SCOPE", "https://graph.microsoft.com", "does not end in /.default"),
    ("GRAPH_SIGN_IN", "certificate", "is none of these words ('certificate')"),
    ("GRAPH_CLIENT_SECRET_NAME", "my secret", "is no name of a Key Vault secret"),
    ("GRAPH_PAGE_SIZE", "0", "is out of range"),
    ("GRAPH_PAGE_SIZE", "501", "is out of range"),
    ("GRAPH_PAGE_SIZE", "ten", "is no whole number"),
    ("GRAPH_MAX_CONCURRENCY", "-1", "is no whole number"),
    ("SCHEDULER_WEBHOOK_SECRET_NAMES", "good bad_", "is no name of a Key Vault secret"),
    ("ADMIN_AUDIENCE", "tandem", "is no uuid ('tandem')"),
    ("ADMIN_AUDIENCE", "https://tandem.example", "is no application"),
    ("ADMIN_AUDIENCE", "api://", "is no application"),
    ("ADMIN_ISSUER", "https://login.microsoftonline.com/7b1c5b52-7e16-4b34-8cf3-6b8e8de60002/v2.0", "is not on this"),
    ("ADMIN_ISSUER", "http://127.0.0.1:7083/common/v2.0", "names no tenant"),
    ("ADMIN_ISSUER", "http://127.0.0.1:7083/7b1c5b52-7e16-4b34-8cf3-6b8e8de60002", "names no tenant"),
    ("RENEW_SCHEDULE", "0 * * * *", "has 5 fields"),
    ("RENEW_SCHEDULE", "00:05:00", "has 1 fields"),
    ("PULL_SCHEDULE", "0 60 * * * *", "has wrong minutes"),
    ("PULL_SCHEDULE", "0 */0 * * * *", "has wrong minutes"),
    ("PULL_SCHEDULE", "0 5-1 * * * *", "has wrong minutes"),
    ("PULL_SCHEDULE", "0 1-2-3 * * * *", "has wrong minutes"),
    ("TIDY_SCHEDULE", "0 0 3 0 * *", "has wrong days"),
    ("TIDY_SCHEDULE", "0 0 3 * monday *", "has wrong months"),
    ("TIDY_SCHEDULE", "0 0 3 * * 7", "has wrong weekdays"),
]


@pytest.mark.parametrize(("name", "text", "words"), WRONG)
def test_a_wrong_value_is_told_with_what_is_allowed(name: str, text: str, words: str) -> None:
    told = problems({**DEPLOYED, name: text})
    assert list(told) == [name]
    assert told[name].startswith(f"{name} {words}")
    assert told[name].endswith(f"; allowed: {form_of(name).allowed}")


@pytest.mark.parametrize(
    "schedule",
    ["0 0 * * * *", "*/10 * * * * *", "0 5,35 8-17/3 1-15 Jan,jul mon-fri", "59 59 23 31 12 6", "0 0/5 * * * *"],
)
def test_every_shape_of_six_field_schedule_is_taken(schedule: str) -> None:
    assert read({**DEPLOYED, "PULL_SCHEDULE": schedule}).pull_schedule == schedule


SECRETS = [
    ("SCHEDULER_WEBHOOK_SECRETS", "opensesame-in-plain-words", "holds one that does not begin with whsec_"),
    ("SCHEDULER_WEBHOOK_SECRETS", f"{SECRET} whsec_opensesame!", "holds one that is not base64"),
    ("SCHEDULER_WEBHOOK_SECRETS", "whsec_b3BlbnNlc2FtZQ==", "holds one of 10 bytes"),
    ("SCHEDULER_SOURCE_SECRETS", "opensesame-opensesame", "holds one without a name and ="),
    ("SCHEDULER_SOURCE_SECRETS", "erp=opensesame", "holds one of less than 16 characters"),
    ("SCHEDULER_SOURCE_SECRETS", "e_p=opensesame-opensesame", "is no name of a Key Vault secret"),
    ("SCHEDULER_API_KEY", "@Microsoft.KeyVault(VaultName=opensesame)", "is a Key Vault reference that"),
    ("AzureWebJobsStorage", "AccountKey=opensesame", "names no account with its key"),
    (
        "AzureWebJobsStorage",
        "AccountName=a;AccountKey=opensesame;DefaultEndpointsProtocol=http;EndpointSuffix=core.windows.net",
        "is not encrypted",
    ),
    (
        "AzureWebJobsStorage",
        "AccountName=a;AccountKey=opensesame;TableEndpoint=http://10.0.0.1/a",
        "is not encrypted",
    ),
]


@pytest.mark.parametrize(("name", "text", "words"), SECRETS)
def test_a_wrong_secret_is_told_without_being_quoted(name: str, text: str, words: str) -> None:
    told = problems({**sample(), name: text})
    assert list(told) == [name]
    assert words in told[name]
    assert "opensesame" not in told[name]
    assert "b3BlbnNlc2FtZQ" not in told[name]


def test_a_password_inside_an_address_is_not_quoted() -> None:
    told = problems({**DEPLOYED, "SCHEDULER_URL": "https://planner:opensesame@board.example"})
    assert "carries more than scheme, host and path" in told["SCHEDULER_URL"]
    assert "opensesame" not in told["SCHEDULER_URL"]


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ({"GRAPH_DEVELOPMENT_TOKEN": "t"}, "GRAPH_DEVELOPMENT_TOKEN", "only with a loopback GRAPH_ENDPOINT"),
        ({"GRAPH_ENDPOINT": "http://127.0.0.1:7081"}, "GRAPH_DEVELOPMENT_TOKEN", "is missing"),
        ({"GRAPH_CLIENT_SECRET": "s"}, "GRAPH_CLIENT_SECRET", "is set beside GRAPH_CLIENT_SECRET_NAME"),
        ({"SCHEDULER_API_KEY": "k"}, "SCHEDULER_API_KEY", "is set beside SCHEDULER_API_KEY_NAME"),
        ({"SCHEDULER_WEBHOOK_SECRETS": SECRET}, "SCHEDULER_WEBHOOK_SECRETS", "only one of the two"),
        ({"KEY_VAULT_URL": ""}, "KEY_VAULT_URL", "is missing, but GRAPH_CLIENT_SECRET_NAME names a secret in it"),
        ({"GRAPH_CLIENT_SECRET_NAME": ""}, "GRAPH_CLIENT_SECRET_NAME", "or, when developing, GRAPH_CLIENT_SECRET"),
        ({"GRAPH_SIGN_IN": "federated"}, "GRAPH_CLIENT_SECRET_NAME", "is set, but GRAPH_SIGN_IN is federated"),
        (
            {"GRAPH_SIGN_IN": "federated", "GRAPH_CLIENT_SECRET_NAME": "", "AzureWebJobsStorage__clientId": ""},
            "AzureWebJobsStorage__clientId",
            "is missing, but GRAPH_SIGN_IN is federated",
        ),
        ({"AzureWebJobsStorage__tableServiceUri": ""}, "AzureWebJobsStorage__tableServiceUri", "is missing, but"),
        ({"AzureWebJobsStorage": AZURITE}, "AzureWebJobsStorage__queueServiceUri", "is set beside AzureWebJobsStorage"),
        ({"GRAPH_PAGESIZE": "20"}, "GRAPH_PAGESIZE", "is no setting; allowed: the name GRAPH_PAGE_SIZE"),
    ],
)
def test_what_is_wrong_only_beside_other_settings_is_told_too(change: dict[str, str], name: str, words: str) -> None:
    told = problems({**DEPLOYED, **change})
    assert list(told) == [name]
    assert words in told[name]


def test_a_name_that_resembles_nothing_is_left_to_whoever_set_it() -> None:
    read({**DEPLOYED, "SCHEDULER_THEME": "dark", "GRAPH_X": "1", "PATH": "/bin"})


def test_what_is_wrong_in_itself_and_beside_others_is_told_together() -> None:
    told = problems({**sample(), "GRAPH_PAGE_SIZE": "many", "GRAPH_DEVELOPMENT_TOKEN": "", "PULL_SCHEDULE": "often"})
    assert list(told) == ["GRAPH_DEVELOPMENT_TOKEN", "GRAPH_PAGE_SIZE", "PULL_SCHEDULE"]
