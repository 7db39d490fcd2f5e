"""An app whose settings are wrong still tells an admin what is wrong, and does nothing else."""

import os
from collections.abc import Iterator, Mapping

import pytest

from sync_core import bootstrap
from sync_core.domain.errors import Misconfigured
from sync_core.settings import Settings, read_settings, read_what_is_right
from tests.test_bootstrap import SAMPLE

TENANT = "5d0b7e1c-64a9-4f2e-8c37-0f9a1b2c3d4e"
ADMINISTERED = {**SAMPLE, "ADMIN_AUDIENCE": "api://tandem", "GRAPH_TENANT_ID": TENANT, "ADMIN_ISSUER": ""}


@pytest.fixture(autouse=True)
def _forgetful() -> Iterator[None]:
    caches = (bootstrap.settings_of_environment, bootstrap.connector, bootstrap._halting_connector)
    for each in caches:
        each.cache_clear()
    yield
    for each in caches:
        each.cache_clear()


def set_environment(monkeypatch: pytest.MonkeyPatch, settings: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith(("TANDEM_", "GRAPH_", "SCHEDULER_", "ADMIN_"))]:
        monkeypatch.delenv(name)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


def test_what_is_right_is_read_and_what_is_wrong_left_out() -> None:
    read = read_what_is_right({**SAMPLE, "SCHEDULER_URL": "nonsense", "GRAPH_PAGE_SIZE": "7", "PULL_SCHEDULE": ""})
    assert (read.scheduler_url, read.graph_page_size) == ("http://127.0.0.1:9", 7)
    whole = read_settings(SAMPLE)
    assert isinstance(whole, Settings)
    assert read_what_is_right(SAMPLE) == whole


def test_nothing_at_all_can_be_read() -> None:
    assert read_what_is_right({}).storage_connection is None


async def test_with_wrong_settings_only_the_check_has_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch, {**ADMINISTERED, "SCHEDULER_URL": "nonsense"})
    administration = bootstrap.administration()
    assert administration.access is not None
    with pytest.raises(Misconfigured, match="SCHEDULER_URL"):
        await administration.ports()
    deployment = administration.parts["surroundings"]().deployment
    assert [fault.name for fault in deployment.faults] == ["SCHEDULER_URL"]


@pytest.mark.parametrize("name", ["ADMIN_AUDIENCE", "ADMIN_ISSUER", "GRAPH_TENANT_ID", "GRAPH_AUTHORITY"])
def test_nobody_is_let_in_by_a_sign_in_that_is_wrong(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    set_environment(monkeypatch, {**ADMINISTERED, name: "non sense"})
    with pytest.raises(Misconfigured, match=name):
        bootstrap.administration()


def test_with_right_settings_it_is_the_apps_own(monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch, ADMINISTERED)
    assert bootstrap.administration().ports == bootstrap.connector().ports
