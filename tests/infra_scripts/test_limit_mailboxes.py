"""The script that limits mailboxes says what it may: documented parameters, roles that fit, both sides of the trap.

No PowerShell and no Exchange run here, so its text is judged.
"""

import re
from itertools import product

import pytest

from tests.infra_scripts.stage import ROOT
from tests.infra_scripts.test_powershell import POWER_BODIES, bodies

SCRIPT = (ROOT / "infra" / "limit-mailboxes.ps1").read_text("utf-8")
FUNCTIONS = bodies(SCRIPT, r"^function ([\w-]+)")
MAIN = SCRIPT[SCRIPT.rindex("\n}\n") :]
COMMON = {"ErrorAction", "Confirm"}
# https://learn.microsoft.com/powershell/module/exchange/ and there the name of the cmdlet in small letters.
DOCUMENTED = {
    "Connect-ExchangeOnline": {"ExchangeEnvironmentName", "ShowBanner"},
    "Get-ConnectionInformation": set(),
    "Get-Group": {"Identity"},
    "Get-ManagementRoleAssignment": {"RoleAssignee"},
    "Get-ManagementScope": {"Identity"},
    "Get-ServicePrincipal": {"Identity"},
    "New-ManagementRoleAssignment": {"App", "Role", "CustomResourceScope"},
    "New-ManagementScope": {"Name", "RecipientRestrictionFilter"},
    "New-ServicePrincipal": {"AppId", "ObjectId", "DisplayName"},
    "Remove-ManagementRoleAssignment": {"Identity"},
    "Remove-ManagementScope": {"Identity"},
    "Remove-ServicePrincipal": {"Identity"},
    "Set-ManagementScope": {"Identity", "RecipientRestrictionFilter"},
    "Test-ServicePrincipalAuthorization": {"Identity", "Resource"},
}


def used_cmdlets() -> list[tuple[str, set[str]]]:
    code = re.sub(r"^\s*#.*$", "", SCRIPT.partition("#>")[2], flags=re.MULTILINE)
    found = re.findall(rf"\b({'|'.join(DOCUMENTED)})\b([^|}}\n]*)", code)
    return [(name, set(re.findall(r"\s-([A-Z]\w+)", rest.partition(")")[0]))) for name, rest in found]


def test_every_cmdlet_is_called_with_parameters_that_are_documented() -> None:
    assert {name for name, _ in used_cmdlets()} == set(DOCUMENTED)
    assert not [(name, given) for name, given in used_cmdlets() if not given <= DOCUMENTED[name] | COMMON]


@pytest.mark.parametrize(
    ("directions", "colours"), [*product(("Calendars.Read", "Calendars.ReadWrite"), (True, False))]
)
def test_its_roles_are_the_counterparts_of_the_permissions(directions: str, colours: bool) -> None:
    settings = "MailboxSettings.ReadWrite" if colours else "MailboxSettings.Read"
    for permission in (directions, settings):
        assert f"'{permission}'" in POWER_BODIES["List-Permissions"]
        assert f"'Application {permission}'" in FUNCTIONS["List-Roles"]


def test_nothing_is_written_but_through_one_function() -> None:
    for line in SCRIPT.splitlines():
        if re.search(r"\b(?:New|Set|Remove)-(?:Management|ServicePrincipal)\w*\s+-", line):
            assert re.search(r"^\s*Change ", line)


def test_it_ends_well_only_when_both_sides_of_the_trap_were_looked_at() -> None:
    steps = [line.split()[0] for line in MAIN.splitlines() if re.match(r"(Set|Check|Test|Write)-", line)]
    assert steps[-5:] == ["Set-Assignments", "Check-Entra", "Test-Mailbox", "Test-Mailbox", "Write-Host"]
    assert "EVERY mailbox" in FUNCTIONS["Check-Entra"]
    assert "must not be: the limit does not hold" in FUNCTIONS["Test-Mailbox"]
    assert "ADD UP" in SCRIPT.partition("#>")[0]


def test_it_looks_before_each_write() -> None:
    for function, question in {
        "Set-ExchangePrincipal": "Get-ServicePrincipal",
        "Set-Scope": "Get-ManagementScope",
        "Set-Assignments": "Get-Assignments",
        "Remove-Everything": "Get-ManagementScope",
    }.items():
        body = FUNCTIONS[function]
        assert question in body
        assert body.index("Get-") < body.index("Change ")
