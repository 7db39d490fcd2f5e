"""The page for auditors says what the scripts do."""

import re

from tests.infra_scripts.stage import REGISTER, ROOT

PAGE = (ROOT / "docs" / "admin" / "permissions.md").read_text("utf-8")
SCRIPT = REGISTER.read_text("utf-8")
KNOWN = set(re.findall(r'"(\w+\.[A-Za-z.]+)"', SCRIPT.partition("known_permissions=")[2].partition("\n")[0]))


def test_every_permission_has_a_section_of_its_own() -> None:
    assert len(KNOWN) == 6
    sections = dict(re.findall(r"^### (\S+)\n\n(.+?)(?=\n##)", PAGE, re.MULTILINE | re.DOTALL))
    assert set(sections) == KNOWN
    assert all("**It allows**" in each and "**Tandem**" in each for each in sections.values())


def test_every_option_that_chooses_permissions_is_in_the_table() -> None:
    table = PAGE.partition("## What is asked for")[2].partition("###")[0]
    for option in ("--directions", "--category-colours", "--principal-lookup", "--pilot-group", "--exchange-rbac"):
        assert f"`{option}" in table
        assert f"{option})" in SCRIPT or f"{option} |" in SCRIPT
    assert set(re.findall(r"`(\w+\.[A-Za-z.]+)`", table)) == KNOWN


def test_no_option_on_the_page_is_unknown_to_the_scripts() -> None:
    known = set(re.findall(r"--[a-z-]+", SCRIPT + (ROOT / "infra" / "remove.sh").read_text("utf-8")))
    commands = "\n".join(line for line in PAGE.splitlines() if "register-app" in line)
    assert set(re.findall(r"--[a-z][a-z-]+", commands)) <= known
