"""The sample app of one test."""

from pathlib import Path

import pytest

from devtools.processes import Parts
from tests.simulators.host.sample import Sample


@pytest.fixture
def sample(tmp_path: Path, parts: Parts) -> Sample:
    """An empty sample app; its hosts end with the test."""
    return Sample(tmp_path, parts)
