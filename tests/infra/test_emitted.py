"""The settings that the Bicep emits and those that the model takes are the same, and what is emitted is taken."""

import re
from collections.abc import Mapping

import pytest

from sync_core.settings import Settings, read_settings, setting_names
from tests.infra.deployed.values import Value
from tests.infra.emitted import developing_only, emitted_names
from tests.infra.rules.flex import HOST_SETTINGS, settings_of
from tests.infra.samples import deployments

# What Azure will put into the gaps, by what is read there.
GAPS = {
    r"\.(?:clientId|principalId)$": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    r"\.primaryEndpoints\.\w+$": "https://sttandem.queue.core.windows.net/",
    r"\.vaultUri$": "https://kv-tandem.vault.azure.net/",
    r"\.defaultHostName$": "func-tandem.azurewebsites.net",
    r"\.ConnectionString$": "InstrumentationKey=0;IngestionEndpoint=https://westeurope.in.applicationinsights.azure.com/",
}
# The registration comes after the first deployment, which says what to do next.
LATER = {"GRAPH_CLIENT_ID"}


def filled(value: Value) -> str:
    """Return a setting with every gap filled as Azure would."""

    def fill(gap: re.Match[str]) -> str:
        return next(text for pattern, text in GAPS.items() if re.search(pattern, gap[1]))

    return re.sub(r"‹([^‹›]+)›", fill, str(value))


def environment_of(name: str) -> Mapping[str, str]:
    return {setting: filled(value) for setting, value in settings_of(deployments()[name]).items()}


def test_no_setting_is_emitted_that_neither_the_app_nor_the_host_reads() -> None:
    assert emitted_names() - set(setting_names()) - set(HOST_SETTINGS) == set()


def test_every_setting_that_is_not_for_developing_is_emitted() -> None:
    assert set(setting_names()) - developing_only() - emitted_names() == set()


def test_nothing_is_emitted_that_is_only_for_developing() -> None:
    assert emitted_names() & developing_only() == set()


def test_some_settings_are_only_for_developing() -> None:
    assert {"GRAPH_CLIENT_SECRET", "SCHEDULER_API_KEY", "ADMIN_ISSUER"} < developing_only() < set(setting_names())


@pytest.mark.parametrize("name", ["everything chosen", "everything on", "the longest and most"])
def test_what_is_emitted_is_what_the_app_takes(name: str) -> None:
    read = read_settings(environment_of(name))
    assert isinstance(read, Settings), [str(problem) for problem in read]
    assert read.can_be_notified
    assert not read.keeps_storage_here


@pytest.mark.parametrize("name", ["only what is required", "the shortest and least", "everything off"])
def test_before_the_registration_only_its_id_is_missing(name: str) -> None:
    read = read_settings(environment_of(name))
    problems = () if isinstance(read, Settings) else read
    assert {problem.name for problem in problems} <= LATER
