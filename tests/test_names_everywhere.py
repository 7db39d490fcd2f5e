"""A function, queue, table or role has the same name in code, in the Bicep and in the table of what is deployed."""

import json
import re
from collections.abc import Mapping

import pytest

from devtools.paths import ROOT
from sync_core.adapters.tables.connection import ALL_TABLES
from tests.infra.declared import declared_triggers
from tests.infra.deployed.values import Whole
from tests.infra.rules.roles import ASSIGNMENT, QUEUE, USES
from tests.infra.samples import deployments

TABLE = "Microsoft.Storage/storageAccounts/tableServices/tables"
CONTAINER = "Microsoft.Storage/storageAccounts/blobServices/containers"
PAGE = (ROOT / "docs" / "admin" / "set-up.md").read_text("utf-8")
DEPLOYED = PAGE.partition("## What is deployed\n")[2].partition("\n## ")[0]
# What a role is on, by the words of the page.
PLACES: Mapping[str, str] = {
    "Microsoft.Storage/storageAccounts": "the storage account",
    "Microsoft.Storage/storageAccounts/queueServices/queues": "each of the two queues",
    "Microsoft.KeyVault/vaults": "the vault",
    "Microsoft.Insights/components": "Application Insights",
}


@pytest.fixture(params=["only what is required", "everything on", "everything off"])
def whole(request: pytest.FixtureRequest) -> Whole:
    return deployments()[request.param]


def told(kind: str) -> frozenset[str]:
    """The names behind a kind in the table of what is deployed."""
    [row] = re.findall(rf"^\| {kind} \| (.+) \|$", DEPLOYED, re.MULTILINE)
    return frozenset(re.findall(r"`([^`]+)`", row))


def made(whole: Whole, type_: str) -> frozenset[str]:
    return frozenset(str(each.name).rpartition("/")[2] for each in whole.of_type(type_))


def test_the_queues_are_the_same(whole: Whole) -> None:
    assert declared_triggers().queues == made(whole, QUEUE) == told("queues")


def test_the_tables_are_the_same(whole: Whole) -> None:
    assert frozenset(ALL_TABLES) == made(whole, TABLE) == told("tables")


def test_each_provider_is_registered_by_the_page_that_begins_with_an_empty_subscription() -> None:
    [loop] = re.findall(r"^for provider in (.+); do$", PAGE, re.MULTILINE)
    known = {f"Microsoft.{name}" for name in loop.split()}
    # There in every subscription.
    known.add("Microsoft.Authorization")
    # Flex Consumption delegates its subnet to the second.
    apart = set(re.findall(r"^az provider register --namespace (\S+) --wait$", PAGE, re.MULTILINE))
    assert {each.type.partition("/")[0] for each in deployments()["everything off"].placed} <= known
    assert {each.type.partition("/")[0] for each in deployments()["everything on"].placed} <= known | apart
    assert apart == {"Microsoft.App", "Microsoft.Network"}


def test_the_container_of_the_package_is_the_same(whole: Whole) -> None:
    assert made(whole, CONTAINER) == told("container")


def test_the_functions_are_those_that_the_page_and_the_bicep_name() -> None:
    declared = declared_triggers().functions
    assert told("functions") == declared
    scaled = set(re.findall(r"'function:(\w+)'", (ROOT / "infra" / "modules" / "app.bicep").read_text("utf-8")))
    assert scaled
    assert scaled <= declared


def test_the_page_counts_the_functions_of_the_package() -> None:
    words = {11: "eleven", 12: "twelve", 13: "thirteen"}
    assert f"{words[len(declared_triggers().functions)]} functions" in " ".join(PAGE.split())


def test_the_roles_are_given_as_the_page_says(whole: Whole) -> None:
    given = {
        (USES[str(one.find("properties.roleDefinitionId")).rpartition("/")[2]].role, PLACES[one.scope.type])
        for one in whole.of_type(ASSIGNMENT)
        if one.scope is not None
    }
    rows = re.findall(r"^\| ([A-Z][\w ]+) \| ([^|]+) \| (?:the identity|whoever deploys) \| [^|]+ \|$", DEPLOYED, re.M)
    assert given == set(rows)


def test_who_has_a_role_is_as_the_page_says() -> None:
    rows = dict(re.findall(r"^\| ([A-Z][\w ]+) \| [^|]+ \| (the identity|whoever deploys) \|", DEPLOYED, re.M))
    assert rows == {use.role: "the identity" if use.who == "app" else "whoever deploys" for use in USES.values()}


def test_the_roles_of_the_administration_are_the_same() -> None:
    script = (ROOT / "infra" / "register-app.sh").read_text("utf-8")
    [listed] = re.findall(r"^roles='(.+?)'$", script, re.MULTILINE | re.DOTALL)
    registered = {role["value"] for role in json.loads(listed)}
    asked = set(re.findall(r"\"(Tandem\.\w+)\"", (ROOT / "sync_core" / "web" / "bearer.py").read_text("utf-8")))
    asked |= set(re.findall(r"\"(Tandem\.\w+)\"", _sources_of_the_administration()))
    assert registered == asked == set(re.findall(r"`(Tandem\.(?!env)\w+)`", PAGE))


def _sources_of_the_administration() -> str:
    return "\n".join(file.read_text("utf-8") for file in (ROOT / "sync_core" / "web" / "admin").glob("*.py"))
