"""One running app for all tests of a worker; each test brings resources of its own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from devtools.processes import Parts
from sync_core.domain.choices import Choices
from sync_core.domain.policy import OnDeletion
from tests.end_to_end.crew import Crew
from tests.end_to_end.depot import Depot
from tests.end_to_end.stack import Stack

Hire = Callable[..., Crew]
BOTH_WAYS = Choices(changes_down=True, events_down=True, on_deletion=OnDeletion.RESTORE)


@pytest.fixture(scope="session")
def whole_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Storage, Graph, board and host, for the whole session."""
    with Parts() as parts:
        stack = Stack.start(parts, tmp_path_factory.mktemp("graph") / "state.jsonl")
        Depot(stack.settings).choose(BOTH_WAYS)
        yield stack


@pytest.fixture
def stack(whole_app: Stack) -> Iterator[Stack]:
    """The running app, with every fault ended afterwards."""
    yield whole_app
    whole_app.calm()


@pytest.fixture
def depot(stack: Stack) -> Depot:
    """The app's storage."""
    return Depot(stack.settings)


@pytest.fixture
def hire(stack: Stack, depot: Depot, unique: str) -> Hire:
    """Makes a crew of so many resources that only this test has."""

    def make(count: int = 1, **options: Any) -> Crew:
        return Crew.hire(stack, depot, unique, count, **options)

    return make
