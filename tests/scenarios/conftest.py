"""One running app for all scenarios of a worker."""

from collections.abc import Iterator

import pytest

from tests.scenarios.stage import Stage, open_stage


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Storage, Graph, board and host, for the whole session."""
    with open_stage(tmp_path_factory.mktemp("stage")) as opened:
        yield opened
