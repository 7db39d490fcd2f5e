"""The PowerShell scripts say the same as the shell scripts; no PowerShell runs here, so their text is compared."""

import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from tests.infra_scripts.stage import REGISTER, ROOT

SHELL = REGISTER.read_text("utf-8")
POWER = (ROOT / "infra" / "register-app.ps1").read_text("utf-8")
# What a language brings along by itself.
OWN_OF_SHELL = {"usage", "read_options", "stop"}
OWN_OF_POWER = {"Write-Json", "Get-List"}


def power_name(name: str) -> str:
    first, *others = [part.capitalize() for part in name.split("_")]
    return f"{first}-{''.join(others)}" if others else first


def bodies(text: str, opening: str) -> dict[str, str]:
    """Functions by name, in their order."""
    parts = re.split(opening, text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


SHELL_BODIES = bodies(SHELL, r"^(\w+)\(\) \{")
POWER_BODIES = bodies(POWER, r"^function ([\w-]+)")
SHARED = [name for name in SHELL_BODIES if name not in OWN_OF_SHELL]


def calls_in(text: str) -> Iterator[tuple[str, ...]]:
    """Calls of az, as command and options, whatever their values are; of Graph as method and collection."""
    for line in text.splitlines():
        plain = re.sub(r"""hange (?:"[^"]*"|'[^']*')""", "hange", line)
        if found := re.search(
            r"(?:read_az|Read-Az|[cC]hange) ((?:ad|account|cloud|keyvault|identity|functionapp) .*)", plain
        ):
            words = re.sub(r"[\"'@]", "", re.split(r" \|+ |\)", found[1])[0]).split()
            command = takewhile(lambda word: not word.startswith("-"), words)
            yield (*command, *(word for word in words if word.startswith("--")))
        if found := re.search(r"(?:graph_call|Graph-Call) (get|patch|post|delete) \"?(\w+)", plain):
            yield ("graph", found[1], found[2])


def test_both_have_the_same_functions_in_the_same_order() -> None:
    assert [name for name in POWER_BODIES if name not in OWN_OF_POWER] == [power_name(name) for name in SHARED]


@pytest.mark.parametrize("name", SHARED)
def test_a_function_makes_the_same_calls_in_the_same_order(name: str) -> None:
    shell, power = (list(calls_in(text)) for text in (SHELL_BODIES[name], POWER_BODIES[power_name(name)]))
    assert shell == power


def test_the_comparison_sees_the_calls() -> None:
    calls = [call for name in SHARED for call in calls_in(SHELL_BODIES[name])]
    assert ("ad", "app", "list", "--filter") in calls
    assert ("graph", "post", "servicePrincipals") in calls
    assert len(calls) >= 28


def test_both_take_the_same_options() -> None:
    shell = set(re.findall(r"--[a-z-]+", SHELL_BODIES["read_options"])) - {"--help"}
    parameters = re.findall(r"\[(?:switch|string)\] \$(\w+)", POWER.partition("param(")[2].partition("\n)")[0])
    assert shell - {"--"} == {"--" + re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower() for name in parameters}


def test_the_help_names_every_option() -> None:
    shown = set(re.findall(r"--[a-z-]+", SHELL_BODIES["usage"].partition("\nUSAGE")[0]))
    assert set(re.findall(r"--[a-z-]+", SHELL_BODIES["read_options"])) - {"--"} <= shown


@pytest.mark.parametrize(
    "pattern",
    [
        r'"(?:Calendars|MailboxSettings|User|GroupMember)\.[A-Za-z.]+"',
        r'"id":"[0-9a-f-]{36}","value":"[\w.]+"',
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        r"https://(?:dod-)?(?:graph|login|microsoftgraph)[\w.]+",
        r"GRAPH_[A-Z_]+|ADMIN_[A-Z]+",
        r"application=|credential=|tandem\.env",
    ],
)
def test_both_know_the_same_names_and_addresses(pattern: str) -> None:
    assert set(re.findall(pattern, SHELL)) == set(re.findall(pattern, POWER)) != set()


def test_both_choose_the_same_permissions() -> None:
    shell = re.findall(r"[A-Z]\w+\.[A-Za-z.]+", SHELL_BODIES["list_permissions"].partition("\n}")[0])
    power = re.findall(r"'([A-Z]\w+\.[A-Za-z.]+)'", POWER_BODIES["List-Permissions"].partition("\n}")[0])
    assert shell == power


def test_no_script_puts_a_secret_on_a_command_line() -> None:
    for text in (SHELL, POWER):
        assert "--value" not in text
        assert not re.search(r"--password|PlainText", text)


@pytest.mark.parametrize("script", sorted((ROOT / "infra").glob("*.ps1")), ids=lambda path: path.name)
def test_quotes_and_brackets_of_a_powershell_script_are_closed(script: Path) -> None:
    assert not open_brackets(script.read_text("utf-8"))


@pytest.mark.parametrize("broken", ["if ($a) {", "Say 'a", 'Say "$(Get-Date"', "@{ a = (1 }", 'Say "a$(b "c)"'])
def test_one_that_is_open_would_be_found(broken: str) -> None:
    assert open_brackets(broken)


def open_brackets(text: str) -> str:
    """Return what is not closed, or closed in the wrong order.

    https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
    """
    text = re.sub(r"@'\n.*?\n'@|<#.*?#>", "", text, flags=re.DOTALL)
    pairs, waiting, place = {"(": ")", "{": "}", "[": "]"}, "", 0
    while place < len(text):
        letter, place = text[place], place + 1
        if waiting.endswith('"'):
            if letter == "`":
                place += 1
            elif letter == "$" and text[place : place + 1] == "(":
                waiting, place = waiting + ")", place + 1
            elif letter == '"':
                waiting = waiting[:-1]
        elif letter == "'":
            end = text.find("'", place)
            if end < 0:
                return "'"
            place = end + 1
        elif letter == "#" and (place == 1 or text[place - 2].isspace()):
            place = (text + "\n").index("\n", place)
        elif letter == '"':
            waiting += '"'
        elif letter in pairs:
            waiting += pairs[letter]
        elif letter in pairs.values():
            if not waiting.endswith(letter):
                return letter
            waiting = waiting[:-1]
    return waiting
