"""Every command line in the pages for admins is one that its program takes: command, options, what is required."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from devtools.commands import _parser as developing_parser
from devtools.entry import COMMANDS as DEVELOPING
from devtools.paths import ROOT
from tandem_cli.app import app
from tests.docs import az
from tests.docs.lines import commands_in_blocks, commands_in_sentences

PAGES = sorted([*(ROOT / "docs" / "admin").glob("*.md"), *(ROOT / "docs" / "how-to").glob("*.md"), ROOT / "README.md"])
# What Typer refuses a line with, whichever Click it brings.
USAGE_ERROR: Any = typer.BadParameter.__base__
# https://learn.microsoft.com/azure/developer/azure-developer-cli/reference
AZD: Mapping[str, frozenset[str]] = {
    "auth login": frozenset(),
    "env new": frozenset(),
    "env set": frozenset(),
    "env get-value": frozenset(),
    "provision": frozenset({"--preview"}),
    "up": frozenset(),
}


def tandem_fault(words: Sequence[str], *, is_whole: bool = True) -> str:
    node: Any = get_command(app)
    left = list(words)
    while hasattr(node, "commands"):
        name = left.pop(0) if left else ""
        if name.startswith("-") or (not name and not is_whole):
            return "" if not name or name in {*options_of(node), "--help"} else f"tandem takes no {name}"
        if name not in node.commands:
            return f"tandem has no {name or 'command here'}: {' '.join(words)}"
        node = node.commands[name]
    if not is_whole:
        unknown = [word for word in left if word.startswith("-") and word not in {*options_of(node), "-"}]
        return f"tandem {node.name} takes no {unknown[0]}" if unknown else ""
    try:
        node.make_context(node.name, left)
    except USAGE_ERROR as trouble:
        return f"tandem {' '.join(words)}: {trouble.format_message()}"
    return ""


def options_of(node: Any) -> set[str]:
    return {name for parameter in node.params for name in (*parameter.opts, *parameter.secondary_opts)}


def developing_fault(words: Sequence[str]) -> str:
    if not words or words[0] not in DEVELOPING:
        return f"dev.py has no {' '.join(words[:1])}"
    if words[0] == "admin":
        return tandem_fault(words[1:])
    if words[0] == "test":
        return ""
    try:
        developing_parser().parse_args(list(words))
    except SystemExit:
        return f"dev.py does not take {' '.join(words)}"
    return ""


def azd_fault(words: Sequence[str]) -> str:
    name = next((name for name in AZD if [*words[: len(name.split())]] == name.split()), None)
    if name is None:
        return f"azd {' '.join(words[:2])} is not among those that were looked up"
    unknown = {word for word in words if word.startswith("-")} - AZD[name]
    return f"azd {name} takes no {', '.join(sorted(unknown))}" if unknown else ""


def script_fault(script: str, words: Sequence[str]) -> str:
    if not (ROOT / script).exists():
        return f"there is no {script}"
    said = re.search(r"<<'USAGE'\n(.*?)^USAGE$", (ROOT / script).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    known = set(re.findall(r"--[a-z-]+", said[1] if said else ""))
    unknown = [word for word in words if word.startswith("-") and word not in known]
    return f"{script} takes no {', '.join(unknown)}" if unknown else ""


def fault_of(words: Sequence[str]) -> str:
    """Say what would be refused; nothing for a program that is nobody's business here."""
    program, *rest = words
    judges: Mapping[str, Callable[[Sequence[str]], str]] = {"az": az.fault_of, "tandem": tandem_fault, "azd": azd_fault}
    if program in judges:
        return judges[program](rest)
    if program == "python3" and rest and rest[0] == "dev.py":
        return developing_fault(rest[1:])
    if re.fullmatch(r"(?:\./)?infra/[\w-]+\.sh", program):
        return script_fault(program.removeprefix("./"), rest)
    return ""


def faults_on(page: Path) -> Iterator[str]:
    for words in commands_in_blocks(page):
        yield fault_of(words)
    for words in commands_in_sentences(page, "az"):
        yield az.fault_of(words, is_whole=False)
    for words in commands_in_sentences(page, "tandem"):
        # `tandem resources list`, `show` is a list of commands; `tandem.env` is a file.
        yield tandem_fault(words, is_whole=False)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_on_the_page_is_taken(page: Path) -> None:
    assert [fault for fault in faults_on(page) if fault] == []


def test_the_pages_have_many_commands_of_each_program() -> None:
    programs = [words[0] for page in PAGES for words in commands_in_blocks(page)]
    assert programs.count("az") > 20
    assert programs.count("tandem") > 60
    assert programs.count("infra/register-app.sh") > 5
    assert programs.count("azd") > 5


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("az group make --name x", "no such command"),
        ("az group create --name x", "wants --location"),
        ("az group create --name x --location y --locaton z", "takes no --locaton"),
        ("az group create --name x --location", "with one value, not 0"),
        ("az functionapp deployment source config-zip --src x --build-remote", "with one value"),
        ("tandem resource list", "has no resource"),
        ("tandem resources list --states held", "No such option"),
        ("tandem resources list --state sleeping", "sleeping"),
        ("tandem resources offboard R-ada", "Missing option"),
        ("python3 dev.py pack", "has no pack"),
        ("python3 dev.py package --pyton 3.12", "does not take"),
        ("python3 dev.py admin resources lst", "has no lst"),
        ("azd up --now", "takes no --now"),
        ("infra/register-app.sh --vaults x", "takes no --vaults"),
        ("infra/register.sh", "there is no"),
    ],
)
def test_what_a_program_would_refuse_is_found(line: str, words: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"```sh\nfor each in a b; do\n  name=x {line} | cat\ndone\n```\n", "utf-8")
    [fault] = [fault for fault in faults_on(page) if fault]
    assert words in fault


@pytest.mark.parametrize("code", ["az grup create", "az group create --nam", "tandem resorces", "tandem status --eech"])
def test_what_a_program_would_refuse_is_found_in_a_sentence(code: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"Say `{code}` then.\n", "utf-8")
    assert [fault for fault in faults_on(page) if fault]


def test_what_is_written_into_a_file_is_no_command(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```sh\ncat > x <<'END'\naz nothing\nEND\naz login\n```\n", "utf-8")
    assert [list(words) for words in commands_in_blocks(page)] == [["cat"], ["x"], ["az", "login"]]


def test_every_documented_command_names_its_page() -> None:
    assert all(each["page"].startswith("https://learn.microsoft.com/cli/azure/") for each in az.COMMANDS.values())
