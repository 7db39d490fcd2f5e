"""Whatever Tandem can say has its section in `docs/admin/mend.md`, every section is about something that can be said,
and every link that a message carries leads to one."""

import ast
import inspect
import re
from datetime import UTC, datetime

import pytest

from sync_core.domain.alert import Level, Trouble
from sync_core.domain.guard import UNUSUAL
from sync_core.domain.identity import PairId
from sync_core.domain.mend import PAGE, link_to_remedy
from sync_core.domain.profile import MailboxSearch, MailboxState, Participation, Profile
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.domain.setup import Subject
from sync_core.domain.stored import Cursor, Held
from sync_core.domain.window import Window
from sync_core.flows import snapshot
from sync_core.flows.held_words import HeldKind, Told, tell_calendar, tell_mailbox, tell_rejected, tell_row
from sync_core.web.admin.answers import Problem
from tests.test_docs import anchors_of
from tests.words_in_code import ROOT, calls_given, texts_given

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MEND = ROOT / PAGE
FAMILIES = ("alert", "rule", "kind", "held", "setup", "mailbox", "problem", "code", "log")
_RULE = re.compile(r"^    name: '([a-z-]+)'\n    title:.*?dimensions: (\[\]|eachAlert)$", re.MULTILINE | re.DOTALL)


def alerts() -> set[str]:
    return texts_given("sync_core", "Trouble", 0, "name") | texts_given("sync_core", "Alert", 0, "name")


def rules() -> set[str]:
    """The rules whose mails carry no link of an alert."""
    bicep = (ROOT / "infra/modules/alerts.bicep").read_text("utf-8")
    return {name for name, dimensions in _RULE.findall(bicep) if dimensions == "[]"}


def told() -> list[Told]:
    """What is said of every row that any flow files as held, and of what is held without one."""
    rows = [
        Held(f"{subject}x", NOW, what, "why", "remedy")
        for subjects, whats in calls_given("sync_core/flows", "Held", (0, "subject"), (2, "what"))
        for subject in subjects or {""}
        for what in whats
    ]
    braked = Held("b", NOW, "held for a person", UNUSUAL, "remedy", PairId("b"))
    mailbox = MailboxSearch(MailboxState.BLOCKED)
    profile = Profile(ResourceId("R-ada"), "Ada", "", None, (), Participation.ACTIVE, mailbox=mailbox)
    cursor = Cursor(CalendarRef("ada", "main"), Window(NOW, NOW), refused_since=NOW)
    rejected = Held("r", NOW, "com.example.task of task A-1", "why", "remedy")
    others = [tell_row(braked), tell_mailbox(profile), tell_calendar(cursor, is_main=True), tell_rejected(rejected)]
    return [*map(tell_row, rows), *others]


def closing_lines() -> set[str]:
    places = ("function_app.py", "sync_core")
    return {name for place in places for name in texts_given(place, "closing_line", 0, "what")}


def codes() -> set[str]:
    return texts_given("sync_core/web", "problem", 1, "code")


NAMES = {
    "alert": alerts,
    "rule": rules,
    "kind": lambda: {kind.value for kind in HeldKind},
    "held": lambda: {one.reason for one in told()},
    "setup": lambda: texts_given("sync_core/flows/setup", "Subject", 0, "id"),
    "mailbox": lambda: {state.value for state in MailboxState},
    "problem": lambda: {each.type.removeprefix("/problems/") for each in Problem},
    "code": codes,
    "log": closing_lines,
}
# Doors are alike: one section tells of all of them.
ONE_SECTION = {
    "log": {"graph_lifecycle", "scheduler_events", "scheduler_source_events", "admin", "health"},
}


def anchor(family: str, name: str) -> str:
    page, _, found = link_to_remedy(family, name).partition("#")
    assert page == PAGE
    return found


def sections(family: str) -> set[str]:
    """The anchors of headings such as `Alert: held`."""
    headings = re.findall(rf"^#+ ({family}: .+)$", MEND.read_text("utf-8"), re.MULTILINE | re.IGNORECASE)
    found = {anchor(*heading.split(": ", 1)) for heading in headings}
    assert found <= anchors_of(MEND), "a link is made as a heading's anchor is"
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_whatever_can_be_said_has_its_section_and_no_section_is_about_anything_else(family: str) -> None:
    said = NAMES[family]() - ONE_SECTION.get(family, set())
    assert len(said) > 3
    assert {anchor(family, name) for name in said} == sections(family)


def test_what_one_section_tells_of_several_is_named_there() -> None:
    page = MEND.read_text("utf-8")
    for family, names in ONE_SECTION.items():
        assert names <= NAMES[family](), "each of them can be said"
        assert [name for name in names if f"`{name}`" not in page] == []


def test_every_why_of_what_is_held_for_a_person_is_on_the_page() -> None:
    """Brackets hold what is only known then."""
    whys = texts_given("sync_core/domain", "hold", 0, "reason") | texts_given("sync_core", "Denied", 0, "reason")
    whys |= texts_given("sync_core", "Undecidable", 0, "reason") | texts_given("sync_core/flows", "_hold", 2, "why")
    whys |= texts_given("sync_core/flows/deciding.py", "Plan", 2, "reason")
    assert len(whys) > 8
    page = " ".join(MEND.read_text("utf-8").split())
    assert [why for why in whys if why.removesuffix("(").strip() not in page] == []


def test_every_reason_why_a_resource_stands_still_is_on_the_page() -> None:
    tree = ast.parse(inspect.getsource(snapshot._state_of))
    words = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    page = MEND.read_text("utf-8")
    assert len(words) > 5
    assert [each for each in words if each and f"`{each}" not in page] == []


def test_links_of_messages_lead_to_their_sections() -> None:
    links = [Trouble(f"{name}x" if name.endswith(":") else name, Level.ERROR, "words").link for name in alerts()]
    links += [one.link for one in told()]
    ids = [f"{name}x" if name.endswith(":") else name for name in NAMES["setup"]()]
    links += [str(Subject(name, "").red("words", "remedy").link) for name in ids]
    assert len(links) > 30
    for link in links:
        page, _, found = link.partition("#")
        assert found in anchors_of(ROOT / page), link


def test_every_page_and_section_that_the_code_names_is_there() -> None:
    """Also in rules, scripts and queries, in the contract's examples, and where a remedy names a page."""
    places = [*ROOT.glob("sync_core/**/*.py"), *ROOT.glob("tandem_cli/**/*.py"), *ROOT.glob("infra/**/*.*")]
    places.append(ROOT / "docs/contract/admin.openapi.yaml")
    named = {
        found
        for place in places
        if place.suffix in {".py", ".bicep", ".kql", ".sh", ".ps1", ".json", ".yaml"}
        for found in re.findall(r"(?<![\w/-])docs/[\w/-]+\.md(?:#[\w-]+)?", place.read_text("utf-8"))
    }
    assert any("#" in each for each in named)
    for each in named:
        page, _, found = each.partition("#")
        assert (ROOT / page).exists(), each
        assert not found or found in anchors_of(ROOT / page), each


def test_a_rule_without_a_link_in_its_mail_names_its_section() -> None:
    bicep = (ROOT / "infra/modules/alerts.bicep").read_text("utf-8")
    assert [name for name in rules() if f"{PAGE}#{anchor('rule', name)}" not in bicep] == []
