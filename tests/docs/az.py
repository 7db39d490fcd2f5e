"""Judges a line of the Azure CLI by its documented commands and options: https://learn.microsoft.com/cli/azure."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.infra_scripts.standin.az import COMMANDS as OF_SCRIPTS

# What the pages say beside what the scripts say; written the same.
_OF_PAGES: Mapping[str, Any] = json.loads((Path(__file__).parent / "az.json").read_text("utf-8"))["commands"]
COMMANDS: Mapping[str, Any] = {**_OF_PAGES, **OF_SCRIPTS}
_EVERYWHERE = {"--only-show-errors": "flag", "--output": "one", "--query": "one", "--subscription": "one"}


def fault_of(words: Sequence[str], *, is_whole: bool = True) -> str:
    """Say what az would refuse, or nothing. What is not whole may lack values and what is required."""
    lengths = range(len(words), 0, -1)
    command = next((name for length in lengths if (name := " ".join(words[:length])) in COMMANDS), None)
    if command is None:
        return f"no such command: az {' '.join(words[:4])}"
    given = _read(words[len(command.split()) :])
    known = COMMANDS[command]
    options = {**_EVERYWHERE, **known["options"]}
    for name, values in given:
        kind = options.get(known["aliases"].get(name, name))
        if kind is None:
            return f"az {command} takes no {name}"
        fits = {"flag": len(values) == 0, "one": len(values) == 1, "many": len(values) > 0}[kind]
        if not fits and (is_whole or len(values) > 0):
            return f"az {command} takes {name} with {kind} value, not {len(values)}"
    names = {known["aliases"].get(name, name) for name, _ in given}
    missing = [name for name in known["required"] if is_whole and name not in names]
    return f"az {command} wants {', '.join(missing)}" if missing else ""


def _read(words: Sequence[str]) -> Sequence[tuple[str, list[str]]]:
    given: list[tuple[str, list[str]]] = []
    for word in words:
        if word.startswith("-"):
            given.append((word, []))
        elif given:
            given[-1][1].append(word)
        else:
            given.append((word, []))
    return given
