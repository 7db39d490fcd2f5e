"""The registration is made, left alone, mended and finished; its secret is seen by nobody."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from sync_core.setting_forms import _is_uuid as is_uuid
from tests.infra_scripts.stage import REGISTER, Stage
from tests.infra_scripts.standin.tenant import PERSON, TENANT_ID

SECRET = ("--vault", "tandem-kv", "--directions", "both")
TOLD = ("--function-app", "tandem-app", "--resource-group", "tandem")
FEDERATED = ("--federated", "--identity", "tandem-id", "--resource-group", "tandem", "--function-app", "tandem-app")
AZ_CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
MARK = "very.secret"


def application_of(stage: Stage) -> dict[str, Any]:
    (application,) = stage.tenant.applications
    return application


def shape_of(stage: Stage) -> object:
    """The tenant without ids that differ from one making to another."""
    tenant = stage.tenant
    application = application_of(stage)
    passwords = {each["keyId"]: each["standin"] for each in application["passwordCredentials"]}
    return {
        "application": {
            name: part for name, part in application.items() if name not in ("passwordCredentials", "federated")
        },
        "federated": [{**each, "id": ""} for each in application["federated"]],
        "secrets": len(passwords),
        "vault": [
            (name, [version["value"] == passwords.get(version["tags"]["credential"]) for version in versions])
            for name, versions in tenant.vaults["tandem-kv"].items()
        ],
        "services": [each["appId"] for each in tenant.services],
        "assignments": sorted((each["appRoleId"], each["principalId"] == PERSON) for each in tenant.assignments),
        "settings": tenant.settings,
    }


def assert_nothing_leaked(stage: Stage) -> None:
    assert MARK not in stage.said
    assert MARK not in json.dumps(stage.calls)
    assert not list(stage.scratch.iterdir()), "a file with a secret may have been left"


def test_the_first_run_makes_everything(stage: Stage) -> None:
    stage.register(*SECRET, *TOLD)
    application = application_of(stage)
    assert application["signInAudience"] == "AzureADMyOrg"
    assert application["identifierUris"] == [f"api://{application['appId']}"]
    assert [(role["value"], role["allowedMemberTypes"]) for role in application["appRoles"]] == [
        ("Tandem.Admin", ["User", "Application"]),
        ("Tandem.Reader", ["User", "Application"]),
    ]
    assert all(is_uuid(role["id"]) for role in application["appRoles"])
    (scope,) = application["api"]["oauth2PermissionScopes"]
    assert application["api"]["requestedAccessTokenVersion"] == 2
    assert application["api"]["preAuthorizedApplications"] == [
        {"appId": AZ_CLIENT, "delegatedPermissionIds": [scope["id"]]}
    ]
    assert stage.permissions() == {"Calendars.ReadWrite", "MailboxSettings.Read"}
    (admin,) = [each for each in stage.tenant.assignments if each["principalId"] == PERSON]
    assert admin["appRoleId"] == application["appRoles"][0]["id"]
    (version,) = stage.tenant.vaults["tandem-kv"]["graph-client-secret"]
    (credential,) = application["passwordCredentials"]
    assert version["value"] == credential["standin"], "neither more nor less than the secret, and no line end"
    assert version["attributes"]["expires"].removesuffix("+00:00") == credential["endDateTime"].removesuffix("Z")
    assert stage.tenant.settings["tandem/tandem-app"] == {
        "KEEP": "me",
        "GRAPH_TENANT_ID": TENANT_ID,
        "GRAPH_CLIENT_ID": application["appId"],
        "ADMIN_AUDIENCE": application["appId"],
        "GRAPH_ENDPOINT": "https://graph.microsoft.com",
        "GRAPH_AUTHORITY": "https://login.microsoftonline.com",
        "GRAPH_SIGN_IN": "secret",
        "GRAPH_CLIENT_SECRET_NAME": "graph-client-secret",
    }
    assert_nothing_leaked(stage)


@pytest.mark.parametrize("options", [(*SECRET, *TOLD), FEDERATED], ids=["secret", "federated"])
def test_a_second_run_changes_nothing(stage: Stage, options: tuple[str, ...]) -> None:
    stage.register(*options)
    assert stage.writes
    before = stage.tenant.made, shape_of(stage)
    stage.register(*options)
    assert not stage.writes
    assert "Nothing had to be changed." in stage.said
    assert before == (stage.tenant.made, shape_of(stage))


WAYS = {"secret": ((*SECRET, *TOLD), 13), "federated": (FEDERATED, 12)}
STOPS = [
    (way, place, when)
    for way, (_, writes) in WAYS.items()
    for place in range(1, writes + 1)
    for when in ("before", "after")
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], object]:
    """What a run that never stopped leaves, and in how many writing calls."""

    @cache
    def run(way: str) -> tuple[object, int]:
        with Stage(tmp_path_factory.mktemp(way)) as stage:
            stage.register(*WAYS[way][0])
            return shape_of(stage), len(stage.writes)

    return run


@pytest.mark.parametrize(("way", "place", "when"), STOPS)
def test_a_run_that_stops_at_any_writing_call_is_finished_by_the_next(
    stage: Stage, whole: Callable[[str], object], way: str, place: int, when: str
) -> None:
    options, writes = WAYS[way]
    # Refused before it takes effect, or done with its reply lost.
    assert stage.run(REGISTER, *options, fault=f"{place}:{when}") == 1
    assert len(stage.writes) == place
    assert "stopped. Run it again" in stage.said
    assert_nothing_leaked(stage)
    stage.register(*options)
    assert (shape_of(stage), writes) == whole(way)


@pytest.mark.parametrize("fault", ["1:before", "1:after", "2:before", "2:after"])
def test_a_rotation_that_stops_is_finished_by_the_next(stage: Stage, fault: str) -> None:
    stage.register(*SECRET)
    assert stage.run(REGISTER, *SECRET, "--rotate", fault=fault) == 1
    stage.register(*SECRET, "--rotate")
    versions = stage.tenant.vaults["tandem-kv"]["graph-client-secret"]
    passwords = [each["standin"] for each in application_of(stage)["passwordCredentials"]]
    assert [version["value"] for version in versions] == passwords
    assert len(passwords) == 2
    assert_nothing_leaked(stage)


def test_what_entra_does_not_know_everywhere_yet_is_tried_again(stage: Stage) -> None:
    tenant = stage.tenant
    tenant.lag = 5
    tenant.save()
    stage.register(*SECRET)
    assert stage.tenant.lag == 0
    assert stage.permissions()


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(stage: Stage) -> None:
    stage.register(*SECRET, *TOLD, "--dry-run")
    assert not stage.writes
    assert not stage.tenant.applications
    assert "would grant Calendars.ReadWrite: az rest" in stage.said
    assert "would put it into the vault tandem-kv" in stage.said


def test_rotating_makes_a_second_secret_and_retiring_takes_the_first_away(stage: Stage) -> None:
    stage.register(*SECRET)
    stage.register(*SECRET, "--rotate", "--expires", "2099-05-20")
    first, second = application_of(stage)["passwordCredentials"]
    versions = stage.tenant.vaults["tandem-kv"]["graph-client-secret"]
    assert [version["value"] for version in versions] == [first["standin"], second["standin"]]
    assert versions[1]["attributes"]["expires"] == "2099-05-20T00:00:00+00:00"
    assert_nothing_leaked(stage)
    stage.register(*SECRET, "--rotate")
    assert not stage.writes, "said twice, it is rotated once"
    stage.register(*SECRET, "--retire")
    assert application_of(stage)["passwordCredentials"] == [second]


def test_a_secret_that_ran_out_or_that_the_registration_lost_is_replaced(stage: Stage) -> None:
    stage.register(*SECRET)
    tenant = stage.tenant
    tenant.vaults["tandem-kv"]["graph-client-secret"][0]["attributes"]["expires"] = "2020-01-01T00:00:00+00:00"
    tenant.save()
    stage.register(*SECRET)
    assert len(application_of(stage)["passwordCredentials"]) == 2
    tenant = stage.tenant
    tenant.applications[0]["passwordCredentials"] = []
    tenant.save()
    stage.register(*SECRET)
    (credential,) = application_of(stage)["passwordCredentials"]
    assert stage.tenant.vaults["tandem-kv"]["graph-client-secret"][-1]["value"] == credential["standin"]


def test_secrets_of_others_are_never_touched(stage: Stage) -> None:
    stage.register(*SECRET)
    tenant = stage.tenant
    # By hand, and by another installation whose vault has a longer name.
    for label in ("by hand", "tandem tandem-kv-2 20261121T000000Z-1"):
        tenant.applications[0]["passwordCredentials"].append({"keyId": label, "displayName": label, "standin": "x"})
    tenant.save()
    stage.register(*SECRET, "--rotate")
    stage.register(*SECRET, "--retire")
    assert {"by hand", "tandem tandem-kv-2 20261121T000000Z-1"} < {
        each["keyId"] for each in application_of(stage)["passwordCredentials"]
    }


def test_without_a_secret_the_managed_identity_is_trusted(stage: Stage) -> None:
    stage.register(*SECRET, *TOLD)
    stage.register(*FEDERATED)
    (trusted,) = application_of(stage)["federated"]
    assert trusted["issuer"] == f"https://login.microsoftonline.com/{TENANT_ID}/v2.0"
    assert trusted["subject"] == "identity-object-1"
    assert trusted["audiences"] == ["api://AzureADTokenExchange"]
    settings = stage.tenant.settings["tandem/tandem-app"]
    assert settings["GRAPH_SIGN_IN"] == "federated"
    assert "GRAPH_CLIENT_SECRET_NAME" not in settings
    stage.register(*FEDERATED, "--vault", "tandem-kv", "--retire")
    assert not application_of(stage)["passwordCredentials"]


def test_an_identity_that_was_made_anew_is_trusted_in_place_of_the_old_one(stage: Stage) -> None:
    stage.register(*FEDERATED)
    tenant = stage.tenant
    tenant.identities["tandem/tandem-id"] = "identity-object-2"
    tenant.save()
    stage.register(*FEDERATED)
    assert [each["subject"] for each in application_of(stage)["federated"]] == ["identity-object-2"]


def test_what_was_made_by_hand_is_kept(stage: Stage) -> None:
    stage.register(*SECRET)
    tenant = stage.tenant
    application = tenant.applications[0]
    application["identifierUris"].append("api://tandem.contoso.com")
    application["appRoles"][0]["id"] = "made-by-hand"
    application["appRoles"][1]["isEnabled"] = False
    application["appRoles"].append({"id": "own", "value": "Own", "isEnabled": True, "allowedMemberTypes": ["User"]})
    application["requiredResourceAccess"].append({"resourceAppId": "another", "resourceAccess": []})
    application["api"]["preAuthorizedApplications"] = [{"appId": "own-client", "delegatedPermissionIds": []}]
    tenant.save()
    stage.register(*SECRET)
    application = application_of(stage)
    assert "api://tandem.contoso.com" in application["identifierUris"]
    assert [role["id"] for role in application["appRoles"]][::2] == ["made-by-hand", "own"]
    assert all(role["isEnabled"] for role in application["appRoles"])
    assert "another" in [each["resourceAppId"] for each in application["requiredResourceAccess"]]
    assert [each["appId"] for each in application["api"]["preAuthorizedApplications"]] == ["own-client", AZ_CLIENT]


def test_a_pipeline_that_runs_it_becomes_the_admin(stage: Stage) -> None:
    stage.register(*SECRET)
    tenant = stage.tenant
    tenant.user = {"name": "pipeline-app", "type": "servicePrincipal"}
    tenant.services.append({"id": "pipeline-object", "appId": "pipeline-app", "appRoles": []})
    tenant.save()
    stage.register(*SECRET)
    assert "pipeline-object" in {each["principalId"] for each in stage.tenant.assignments}


def test_two_registrations_of_one_name_are_not_guessed_between(stage: Stage) -> None:
    stage.register(*SECRET, "--name", "Ada's Tandem")
    tenant = stage.tenant
    tenant.applications.append({**tenant.applications[0], "appId": "second", "id": "second-object"})
    tenant.save()
    assert stage.run(REGISTER, *SECRET, "--name", "Ada's Tandem") == 1
    assert "name one by --app-id" in stage.said
    stage.register(*SECRET, "--app-id", tenant.applications[0]["appId"])
    assert not stage.writes


def test_who_may_not_consent_leaves_it_to_another_run(stage: Stage) -> None:
    stage.register(*SECRET, "--no-consent")
    assert not stage.permissions()
    assert "not granted yet: Calendars.ReadWrite" in stage.said
    stage.register(*SECRET)
    assert len(stage.writes) == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "--vault is missing"),
        (("--vault",), "--vault needs a value"),
        (("--vault", "tandem-kv", "--direction", "up"), "there is no option --direction"),
        (("--vault", "tandem-kv", "--directions", "none"), "up, down or both"),
        (("--vault", "tandem-kv", "--expires", "2020-01-01"), "not in the future"),
        (("--vault", "tandem-kv", "--cloud", "mars"), "public, usgov, dod or china"),
        (("--federated", "--identity", "i"), "--federated needs"),
        (("--vault", "tandem-kv", "--rotate", "--retire"), "--rotate first"),
        (("--vault", "tandem-kv", "--cloud", "china"), "az speaks to https://graph.microsoft.com"),
        (("--vault", "tandem-kv", "--app-id", "nowhere"), "there is no registration nowhere"),
    ],
)
def test_a_wrong_wish_is_refused_in_words_before_anything_is_written(
    stage: Stage, options: tuple[str, ...], words: str
) -> None:
    assert stage.run(REGISTER, *options) == 1
    assert words in stage.said
    assert not stage.writes


CLOUDS = [
    ("usgov", "https://graph.microsoft.us", "https://login.microsoftonline.us", "USGov"),
    ("dod", "https://dod-graph.microsoft.us", "https://login.microsoftonline.us", "USGov"),
    ("china", "https://microsoftgraph.chinacloudapi.cn", "https://login.partner.microsoftonline.cn", "China"),
]


@pytest.mark.parametrize(("cloud", "graph", "issuer", "audience"), CLOUDS)
def test_a_national_cloud_has_addresses_of_its_own(
    stage: Stage, cloud: str, graph: str, issuer: str, audience: str
) -> None:
    tenant = stage.tenant
    tenant.graph = graph
    tenant.save()
    stage.register(*FEDERATED, "--cloud", cloud)
    (trusted,) = application_of(stage)["federated"]
    assert trusted["issuer"] == f"{issuer}/{TENANT_ID}/v2.0"
    assert trusted["audiences"] == [f"api://AzureADTokenExchange{audience}"]
    assert stage.tenant.settings["tandem/tandem-app"]["GRAPH_ENDPOINT"] == graph
