"""Every file of situations is one test, named by its group and its name: `-k series` plays a group."""

import os
import uuid
from pathlib import Path

import pytest

from tests.scenarios.playing import NotAsExpected, play_scenario
from tests.scenarios.said import NotAScenario
from tests.scenarios.scenario import read_scenario
from tests.scenarios.stage import Stage

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.yaml"))
# Every second one, where the quick run says so; which half is the turn of the day.
HALF = os.environ.get("TANDEM_SCENARIOS_HALF", "")
PLAYED = FILES[int(HALF) :: 2] if HALF else FILES


def name_of(file: Path) -> str:
    return file.relative_to(HERE).with_suffix("").as_posix()


@pytest.mark.services
@pytest.mark.parametrize("file", PLAYED, ids=name_of)
def test_scenario(file: Path, stage: Stage) -> None:
    if trouble := trouble_with(file, stage):
        pytest.fail(trouble, pytrace=False)


def trouble_with(file: Path, stage: Stage) -> str:
    """What is wrong with a file, or with what it led to; empty if nothing is."""
    try:
        scenario = read_scenario(file, file.relative_to(HERE.parent.parent).as_posix())
        play_scenario(scenario, stage, uuid.uuid4().hex[:8])
    except (NotAScenario, NotAsExpected) as trouble:
        return str(trouble)
    return ""
