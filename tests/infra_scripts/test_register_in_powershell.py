"""Where there is a PowerShell, as on the machines of the workflow, its script leaves what the shell's leaves."""

from collections.abc import Callable

import pytest

from tests.infra_scripts.stage import POWERSHELL, REGISTER_POWER, Stage
from tests.infra_scripts.test_register_app import FEDERATED, SECRET, TOLD, shape_of

pytestmark = pytest.mark.skipif(not POWERSHELL, reason="needs pwsh, which the workflow has")


def spoken(options: tuple[str, ...]) -> list[str]:
    """Options of the shell as PowerShell has them: --function-app is -FunctionApp."""
    return [
        "-" + "".join(part.capitalize() for part in option[2:].split("-")) if option.startswith("--") else option
        for option in options
    ]


@pytest.mark.parametrize("options", [(*SECRET, *TOLD), FEDERATED], ids=["with a secret", "without a secret"])
def test_the_registration_comes_out_the_same_and_a_second_run_changes_nothing(
    stages: Callable[[], Stage], options: tuple[str, ...]
) -> None:
    shell, power = stages(), stages()
    shell.register(*options)
    assert power.run(REGISTER_POWER, *spoken(options)) == 0, power.said
    if options != FEDERATED:
        assert shape_of(power) == shape_of(shell)
    assert power.permissions() == shell.permissions()
    assert power.run(REGISTER_POWER, *spoken(options)) == 0, power.said
    assert power.writes == []


def test_a_dry_run_changes_nothing(stage: Stage) -> None:
    assert stage.run(REGISTER_POWER, *spoken((*SECRET, "--dry-run"))) == 0, stage.said
    assert stage.writes == []
