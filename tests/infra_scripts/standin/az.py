"""Stands in for the Azure CLI: knows the documented options of each command that the scripts use, and keeps a tenant.

What it knows is commands.json: each command with the page that documents it and every option of azure-cli 2.91.0. A
command or an option that is not there is refused, as the real one does: https://learn.microsoft.com/cli/azure
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.infra_scripts.standin import azure, entra
from tests.infra_scripts.standin.tenant import Refused, Tenant

COMMANDS: Mapping[str, Any] = json.loads((Path(__file__).parent / "commands.json").read_text("utf-8"))["commands"]
EVERYWHERE = {"--only-show-errors": "flag", "--output": "one", "-o": "one", "--subscription": "one"}

Answer = Callable[[Tenant, dict[str, Any]], object]
ANSWERS: Mapping[str, Answer] = {**entra.ANSWERS, **azure.ANSWERS}


def find_command(words: Sequence[str]) -> str:
    """Return the longest documented command that these words begin with."""
    for length in range(len(words), 0, -1):
        if (command := " ".join(words[:length])) in COMMANDS:
            return command
    raise Refused(f"'{' '.join(words[:3])}' is misspelled or not recognized by the system.", 2)


def read_arguments(command: str, words: Sequence[str]) -> dict[str, Any]:
    """Read options as the real parser does; `@file` stands for what is in the file."""
    known = COMMANDS[command]
    options = {**known["options"], **EVERYWHERE}
    given: dict[str, Any] = {}
    left = list(words)
    while left:
        word = left.pop(0)
        name = known["aliases"].get(word, word)
        if name not in options:
            raise Refused(f"unrecognized arguments: {word}", 2)
        values: list[str] = []
        while left and not left[0].startswith("--") and left[0] not in known["aliases"]:
            if options[name] == "flag" or (options[name] == "one" and values):
                break
            values.append(load(left.pop(0)))
        if options[name] == "flag":
            given[name] = True
        elif not values:
            raise Refused(f"argument {name}: expected at least one argument", 2)
        else:
            given[name] = values if options[name] == "many" else values[0]
    if missing := [name for name in known["required"] if name not in given]:
        raise Refused(f"the following arguments are required: {', '.join(missing)}", 2)
    return given


def load(word: str) -> str:
    return Path(word[1:]).read_text("utf-8") if word.startswith("@") else word


def is_writing(command: str, given: Mapping[str, Any]) -> bool:
    """Would this change anything?"""
    if command == "rest":
        return str(given.get("--method", "get")).lower() != "get"
    return bool(COMMANDS[command]["writes"])


def answer(arguments: Sequence[str], folder: Path, fault: str = "") -> tuple[int, str, str]:
    """Answer one call with exit code, output and errors.

    What was called is recorded in `folder`. The fault `3:after` strikes the third writing call, when it took effect.
    """
    log = folder / "calls.jsonl"
    called: dict[str, Any] = {"arguments": list(arguments), "writes": False, "refused": True}
    try:
        command = find_command(arguments)
        given = read_arguments(command, arguments[len(command.split()) :])
        called["writes"] = is_writing(command, given)
        number, _, when = fault.partition(":")
        strikes = called["writes"] and number == str(count_writes(log) + 1)
        if strikes and when == "before":
            raise Refused("(ServiceUnavailable) an ordered fault")
        tenant = Tenant.load(folder / "tenant.json")
        result = ANSWERS[command](tenant, given)
        tenant.save()
        called["refused"] = False
        if strikes:
            raise Refused("(GatewayTimeout) an ordered fault, and the reply is lost")
    except Refused as refusal:
        return refusal.code, "", f"ERROR: {refusal}\n"
    finally:
        with log.open("a") as lines:
            lines.write(json.dumps(called) + "\n")
    shown = (
        json.dumps(result, indent=2) + "\n" if given.get("--output", "json") == "json" and result is not None else ""
    )
    warns = command == "ad app credential reset" and "--only-show-errors" not in given
    return 0, shown, "WARNING: The output includes credentials that you must protect.\n" if warns else ""


def count_writes(log: Path) -> int:
    return sum(json.loads(line)["writes"] for line in log.read_text("utf-8").splitlines())
