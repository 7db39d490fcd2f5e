"""Each option asks for what it needs and for nothing else; what is not needed any more is taken away."""

import pytest

from tests.infra_scripts.stage import Stage

VAULT = ("--vault", "tandem-kv")
CALENDARS = {"Calendars.Read", "Calendars.ReadWrite"}
LEAST = [
    ((), {"Calendars.ReadWrite", "MailboxSettings.Read"}),
    (("--directions", "up"), {"Calendars.ReadWrite", "MailboxSettings.Read"}),
    (("--directions", "both"), {"Calendars.ReadWrite", "MailboxSettings.Read"}),
    (("--directions", "down"), {"Calendars.Read", "MailboxSettings.Read"}),
    (("--principal-lookup",), {"Calendars.ReadWrite", "MailboxSettings.Read", "User.Read.All"}),
    (("--category-colours",), {"Calendars.ReadWrite", "MailboxSettings.ReadWrite"}),
    (("--pilot-group",), {"Calendars.ReadWrite", "MailboxSettings.Read", "User.Read.All", "GroupMember.Read.All"}),
    (("--exchange-rbac",), set()),
    (("--exchange-rbac", "--directions", "down", "--principal-lookup"), {"User.Read.All"}),
]


@pytest.mark.parametrize(("options", "least"), LEAST, ids=lambda value: " ".join(sorted(value)) or "nothing")
def test_an_option_asks_for_what_it_needs_and_nothing_else(
    stage: Stage, options: tuple[str, ...], least: set[str]
) -> None:
    stage.register(*VAULT, *options)
    assert stage.permissions() == least
    asked = stage.tenant.applications[0]["requiredResourceAccess"]
    assert {each["id"].removeprefix("graph-role-") for entry in asked for each in entry["resourceAccess"]} == least
    assert all(each["type"] == "Role" for entry in asked for each in entry["resourceAccess"])


def test_fewer_wishes_take_permissions_away_again(stage: Stage) -> None:
    stage.register(*VAULT, "--directions", "both", "--pilot-group", "--category-colours")
    stage.register(*VAULT, "--directions", "down")
    assert stage.permissions() == {"Calendars.Read", "MailboxSettings.Read"}
    stage.register(*VAULT, "--exchange-rbac")
    assert not stage.permissions(), "what Entra grants beside Exchange would hold for every mailbox"


def test_a_permission_that_tandem_never_asks_for_is_told_and_left(stage: Stage) -> None:
    stage.register(*VAULT)
    tenant = stage.tenant
    service = tenant.services[-1]["id"]
    tenant.assignments.append(
        {"id": "own", "principalId": service, "resourceId": "graph-service", "appRoleId": "graph-role-Mail.Send"}
    )
    tenant.save()
    stage.register(*VAULT)
    assert "Mail.Send, which Tandem never asks for" in stage.said
    assert not stage.writes
