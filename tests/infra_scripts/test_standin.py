"""The stand-in for the Azure CLI refuses what the real one would refuse, so that agreeing with it means something."""

import os
from pathlib import Path

import pytest

from tests.infra_scripts.stage import Stage
from tests.infra_scripts.standin.az import ANSWERS, COMMANDS

VAULT_SET = "keyvault secret set --vault-name tandem-kv --name n"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("ad app make --display-name x", "misspelled or not recognized"),
        (
            "ad app create --display-name x --sign-in-audiences AzureADMyOrg",
            "unrecognized arguments: --sign-in-audiences",
        ),
        ("ad app create --sign-in-audience AzureADMyOrg", "are required: --display-name"),
        ("ad app create --display-name", "expected at least one argument"),
        ("ad sp show --id unknown --query id", "unrecognized arguments: --query"),
        ("ad app list --filter startswith(displayName,'x')", "Invalid filter"),
        (f"{VAULT_SET} --file /proc/self/status", "can be read by others"),
        (
            "rest --method get --url https://graph.microsoft.us/v1.0/users --resource https://graph.microsoft.us",
            "derive",
        ),
    ],
)
def test_what_the_real_one_would_refuse_is_refused(stage: Stage, tmp_path: Path, call: str, words: str) -> None:
    script = tmp_path / "call.sh"
    script.write_text(f"az {call.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}\n", "utf-8")
    assert stage.run(script) != 0
    assert words in stage.said
    assert stage.calls[-1]["refused"]


def test_every_command_names_the_page_that_documents_it() -> None:
    assert set(ANSWERS) == set(COMMANDS)
    assert all(each["page"].startswith("https://learn.microsoft.com/cli/azure/") for each in COMMANDS.values())


def test_the_real_one_is_never_reached(stage: Stage, tmp_path: Path) -> None:
    script = tmp_path / "which.sh"
    script.write_text("command -v az\n", "utf-8")
    assert stage.run(script) == 0
    assert stage.said.startswith(str(stage.scratch.parent) + os.sep)
