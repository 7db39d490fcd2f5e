"""Tandem is taken away in the order that leaves nothing behind, and nobody is surprised by it."""

import pytest

from tests.infra_scripts.stage import REMOVE, Stage
from tests.infra_scripts.standin.tandem import App

URL = ("--url", "https://tandem-app.azurewebsites.net", "--resource-group", "tandem")
RESOURCES = [
    {"type": "Microsoft.Storage/storageAccounts", "name": "tandemstorage"},
    {"type": "Microsoft.KeyVault/vaults", "name": "tandem-kv"},
    {"type": "Microsoft.OperationalInsights/workspaces", "name": "tandem-log"},
]
LOCKS = [{"id": f"/subscriptions/s/locks/{name}", "resourceGroup": "tandem"} for name in ("storage", "vault")]


@pytest.fixture
def app() -> App:
    return App(ada="active", eva="paused", old="offboarded", new="waiting")


@pytest.fixture
def installed(stage: Stage, app: App) -> Stage:
    stage.register("--vault", "tandem-kv")
    tenant = stage.tenant
    tenant.groups = {"tandem": RESOURCES}
    tenant.locks = LOCKS
    tenant.save()
    stage.counter.install("tandem", app.answer)
    return stage


def test_everything_goes_in_order_and_what_is_left_is_said(installed: Stage, app: App) -> None:
    assert installed.run(REMOVE, *URL, "--yes") == 0, installed.said
    assert app.offboarded == {"ada": "remove", "eva": "remove"}
    assert [" ".join(call[:2]) for call in installed.writes] == [
        "ad app",
        "lock delete",
        "lock delete",
        "monitor log-analytics",
        "group delete",
    ]
    # Without this everything that was logged could be restored with the workspace.
    [log] = [call for call in installed.writes if "workspace" in call]
    assert log[log.index("--force") + 1] == "true"
    tenant = installed.tenant
    assert not tenant.applications
    assert not tenant.groups
    assert not tenant.locks
    assert "The vault tandem-kv is deleted and can be recovered until 2027-02-19" in installed.said
    assert "30 days" in installed.said
    assert "14 days" in installed.said


def test_a_second_run_finds_nothing_to_do(installed: Stage) -> None:
    installed.run(REMOVE, *URL, "--yes")
    assert installed.run(REMOVE, *URL, "--yes") == 0, installed.said
    assert not installed.writes


@pytest.mark.parametrize(
    "fault", ["1:before", "2:before", "2:after", "3:after", "4:before", "4:after", "5:before", "5:after"]
)
def test_a_run_that_stops_is_finished_by_the_next(installed: Stage, fault: str) -> None:
    assert installed.run(REMOVE, *URL, "--yes", fault=fault) == 1
    # Without a registration nobody can ask the app any more, and everybody is off-boarded by then.
    again = URL if installed.tenant.applications or not installed.tenant.groups else ("--app-gone", *URL[2:])
    assert installed.run(REMOVE, *again, "--yes") == 0, installed.said
    assert not installed.tenant.groups
    assert not installed.tenant.applications


def test_nothing_is_deleted_while_somebody_is_not_off_boarded(installed: Stage, app: App) -> None:
    app.stuck = {"ada"}
    assert installed.run(REMOVE, *URL, "--yes") == 1
    assert "not off-boarded yet: ada" in installed.said
    assert not installed.writes


def test_each_step_that_cannot_be_undone_is_asked_for(installed: Stage, app: App) -> None:
    assert installed.run(REMOVE, *URL, answers="no\n") == 1
    assert not app.offboarded
    assert installed.run(REMOVE, *URL, answers="yes\nno\n") == 1
    assert app.offboarded
    assert not installed.writes
    assert installed.run(REMOVE, *URL, answers="yes\n") == 1, "and no answer is a no"
    assert [" ".join(call[:3]) for call in installed.writes] == ["ad app delete"]
    assert "Microsoft.Storage/storageAccounts tandemstorage" in installed.said


def test_a_dry_run_takes_nothing_away(installed: Stage, app: App) -> None:
    assert installed.run(REMOVE, *URL, "--dry-run") == 0, installed.said
    assert not installed.writes
    assert not app.offboarded
    assert "would off-board ada" in installed.said


def test_events_may_stay(installed: Stage, app: App) -> None:
    assert installed.run(REMOVE, *URL, "--yes", "--events", "keep") == 0, installed.said
    assert set(app.offboarded.values()) == {"keep"}
    assert "Events that Tandem made, in the calendars" in installed.said


def test_a_registration_of_another_name_leads_to_no_deletion(installed: Stage) -> None:
    assert installed.run(REMOVE, *URL, "--yes", "--name", "Tandm") == 1
    assert "the app cannot be asked" in installed.said
    assert not installed.writes


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--url", "x"), "--resource-group is missing"),
        (("--resource-group", "tandem"), "--url is missing"),
        ((*URL, "--app-gone"), "not both"),
        ((*URL, "--events", "some"), "remove or keep"),
        ((*URL, "--force"), "there is no option --force"),
    ],
)
def test_a_wrong_wish_is_refused_in_words(stage: Stage, options: tuple[str, ...], words: str) -> None:
    assert stage.run(REMOVE, *options) == 1
    assert words in stage.said


def test_a_command_that_the_command_line_does_not_have_would_be_noticed(app: App) -> None:
    code, _, errors = app.answer(["resources", "offboard", "ada", "--event", "remove"])
    assert code == 2
    assert "--event" in errors
