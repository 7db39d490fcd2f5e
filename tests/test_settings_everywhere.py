"""A setting has the same name in model, sample, Bicep and the table of the docs; none is in one of them alone."""

import json
import re
from collections.abc import Mapping

import pytest

from devtools.paths import ROOT
from sync_core.settings import setting_names
from tests.infra.emitted import developing_only, emitted_names
from tests.infra.rules.flex import HOST_SETTINGS

SET_UP = (ROOT / "docs" / "admin" / "set-up.md").read_text("utf-8").partition("## Settings\n")[2]
# The host's own name for what runs the app; Flex Consumption takes it from functionAppConfig and refuses the setting.
HOST_ONLY_HERE = frozenset({"FUNCTIONS_WORKER_RUNTIME"})
# What azd and main.bicepparam read is no setting of the app, but must be kept to have its settings again.
KEPT_FOR_SETTINGS: Mapping[str, str] = {
    "SCHEDULER_URL": "schedulerUrl",
    "GRAPH_TENANT_ID": "graphTenantId",
    "GRAPH_CLIENT_ID": "graphClientId",
    "GRAPH_SIGN_IN": "graphSignIn",
    "GRAPH_CLIENT_SECRET_NAME": "graphClientSecretName",
    "GRAPH_ENDPOINT": "graphEndpoint",
    "ADMIN_AUDIENCE": "adminAudience",
    "TANDEM_CONNECTOR_ID": "connectorId",
    "TANDEM_PUBLIC_URL": "publicUrl",
}


def in_the_sample() -> frozenset[str]:
    return frozenset(json.loads((ROOT / "local.settings.sample.json").read_text("utf-8"))["Values"])


def in_the_docs(columns: int) -> frozenset[str]:
    """The names of the table with so many columns: three of the app's own, two of the host's."""
    row = re.compile(r"^\| `(\w+)`" + r" \| [^|]+" * (columns - 1) + r" \|$", re.MULTILINE)
    return frozenset(row.findall(SET_UP.partition("## A real tenant")[0]))


def places() -> Mapping[str, frozenset[str]]:
    """Each place with the app's own names in it. What is only for developing may not be deployed, so it is added."""
    return {
        "the model": frozenset(setting_names()),
        "the sample": in_the_sample() - HOST_ONLY_HERE,
        "the Bicep": (emitted_names() - set(HOST_SETTINGS)) | developing_only(),
        "the docs": in_the_docs(3),
    }


@pytest.mark.parametrize("place", places())
def test_a_setting_that_is_anywhere_is_everywhere(place: str) -> None:
    everywhere = frozenset[str]().union(*places().values())
    assert everywhere - places()[place] == frozenset()


def test_what_only_the_host_reads_is_deployed_and_explained() -> None:
    assert in_the_docs(2) == frozenset(HOST_SETTINGS) | HOST_ONLY_HERE
    assert emitted_names() >= frozenset(HOST_SETTINGS)
    assert not emitted_names() & HOST_ONLY_HERE
    assert in_the_sample() >= HOST_ONLY_HERE


def test_nothing_that_is_only_for_developing_is_deployed_and_the_docs_say_why_each_is() -> None:
    assert not emitted_names() & developing_only()
    whens = dict(re.findall(r"^\| `(\w+)` \| .+? \| (.+) \|$", SET_UP, re.MULTILINE))
    reasons = {name: whens[name] for name in developing_only()}
    assert all("developing" in why or "local" in why or "simulated" in why for why in reasons.values()), reasons


def test_what_has_to_be_kept_for_the_next_deployment_is_on_the_page_and_read_by_the_parameters() -> None:
    page = (ROOT / "docs" / "admin" / "set-up.md").read_text("utf-8")
    given = (ROOT / "infra" / "main.bicepparam").read_text("utf-8")
    read = dict(re.findall(r"^param (\w+) = .*readEnvironmentVariable\('(\w+)'", given, re.MULTILINE))
    assert {read[parameter]: parameter for parameter in KEPT_FOR_SETTINGS.values()} == KEPT_FOR_SETTINGS
    unexplained = [name for name in read.values() if f"`{name}`" not in page and f"{name}=" not in page]
    assert unexplained == []
    assert set(KEPT_FOR_SETTINGS) == set(read.values()) & set(setting_names())
