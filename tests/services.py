"""Fixtures that start real parts: a test that needs one asks for it by name.

With several workers each has its own Azurite, started when its first test asks: sharing one would save a second or two
and make tests meet each other's rows.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from devtools.azurite import Azurite, start_azurite
from devtools.processes import Parts

Reached = TypeVar("Reached")


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """A storage emulator in memory, on free ports, for the whole session."""
    with Parts() as parts:
        yield start_azurite(parts)


@pytest.fixture
def storage(azurite: Azurite) -> str:
    """The connection string of the session's storage; names in it are shared, so make them unique."""
    return azurite.connection_string


@pytest.fixture
def unique() -> str:
    """A short word that no other test has: legal in names of tables, queues and blob containers."""
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture
def parts() -> Iterator[Parts]:
    """Whatever this one test starts; all of it ends with the test."""
    with Parts() as started:
        yield started


def wait_until(condition: Callable[[], Reached | None], what: str, seconds: float = 20.0) -> Reached:
    """Return the first true value of `condition`, asked again and again until the deadline.

    Raises:
        AssertionError: `what` did not come true in time.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if reached := condition():
            return reached
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")
