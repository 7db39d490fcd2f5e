"""Every file of situations is one test, named by its group and its name: `-k series` plays a group."""

import uuid
from pathlib import Path

import pytest

from tests.scenarios.playing import NotAsExpected, play_scenario
from tests.scenarios.said import NotAScenario
from tests.scenarios.scenario import read_scenario
from tests.scenarios.stage import Stage
from tests.turns import in_turn

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.yaml"))


def name_of(file: Path) -> str:
    return file.relative_to(HERE).with_suffix("").as_posix()


@pytest.mark.services
@pytest.mark.parametrize("file", in_turn(FILES), ids=name_of)
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
