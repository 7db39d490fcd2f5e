"""A tenant for each test, with a stand-in for the Azure CLI on the path."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from tests.infra_scripts.stage import Stage


@pytest.fixture
def stages(tmp_path: Path) -> Iterator[Callable[[], Stage]]:
    """Makes as many tenants as are wanted."""
    if shutil.which("jq") is None:
        pytest.skip("the scripts, and so their tests, need jq")
    numbers = count()
    with ExitStack() as opened:

        def make() -> Stage:
            folder = tmp_path / str(next(numbers))
            folder.mkdir()
            return opened.enter_context(Stage(folder))

        yield make


@pytest.fixture
def stage(stages: Callable[[], Stage]) -> Stage:
    return stages()
