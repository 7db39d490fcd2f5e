"""A file counts as Bicep only if both parsers read it, and every construct that they read is understood."""

from pathlib import Path

import pytest

from tests.infra.bicep.declarations import read_template
from tests.infra.bicep.expressions import Text, within
from tests.infra.bicep.parsing import syntax_faults
from tests.infra.bicep.reading import Unread
from tests.infra.breaking import SPECIMEN
from tests.infra.rules.given import given_faults

BROKEN = {
    "a brace that is not closed": "var a = {\n  b: 1\n",
    "a comma too many": "var a = [1,, 2]\n",
    "no equals sign": "var a 1\n",
    "a word that begins no declaration": "parameter a string\n",
    "a quote of another kind": 'var a = "b"\n',
    "a spread, which one parser does not read": "var b = {}\nvar a = {\n  ...b\n}\n",
    "a union of words, which one parser does not read": "param a ('x' | 'y')\n",
    "a condition in a loop, which one parser does not read": (
        "resource a 'b/c@1' = [for (x, i) in [1]: if (x == 1) {\n  name: 'a'\n}]\n"
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_one_of_them_cannot_read_is_found_with_its_line(name: str) -> None:
    faults = syntax_faults(f"var before = 1\n{BROKEN[name]}")
    assert faults
    assert all(line >= 1 and words.startswith("no Bicep for") for line, words in faults)


@pytest.mark.parametrize("file", sorted(SPECIMEN.rglob("*.bicep")), ids=lambda file: file.name)
def test_what_both_read_has_no_fault(file: Path) -> None:
    assert syntax_faults(file.read_text("utf-8")) == ()


def text_of(bicep: str) -> Text:
    value = read_template(Path("snippet.bicep"), f"var a = {bicep}\n").variables["a"].value
    assert isinstance(value, Text)
    return value


@pytest.mark.parametrize(
    ("bicep", "literal"),
    [
        ("'it\\'s'", "it's"),
        ("'a\\nb\\u{1F600}'", "a\nb\U0001f600"),
        ("'\\${no}'", "${no}"),
        ("'''\n${raw} it's\n'''", "${raw} it's\n"),
        ("''", ""),
    ],
)
def test_a_string_is_read_as_it_is_meant(bicep: str, literal: str) -> None:
    assert text_of(bicep).literal == literal


def test_blanks_between_two_interpolations_are_kept() -> None:
    assert [part for part in text_of("'${x} ${y}'").parts if isinstance(part, str)] == [" "]
    assert len(list(within(text_of("'${x} ${y}'")))) == 3


def test_a_construct_that_is_not_known_is_no_silent_pass() -> None:
    with pytest.raises(Unread, match="line 1: import_functionality"):
        read_template(Path("snippet.bicep"), "import { a } from 'b.bicep'\n")


GIVEN = (SPECIMEN / "main.bicepparam").read_text("utf-8")
BROKEN_GIVEN = {
    "a name that the template has not": ("param isPrivate", "param isPrivat", "has no parameter isPrivat"),
    "a parameter that is missing": ("param addresses = [\n  'ops@contoso.com'\n]", "", "addresses has no default"),
    "one of another kind": ("isPrivate = false", "isPrivate = 'no'", "isPrivate is 'no', but must be bool"),
    "a member of another kind": ("'ops@contoso.com'", "5", "addresses[0] is 5"),
    "one that is given twice": ("param isPrivate", "param name = 'a'\nparam isPrivate", "name is given twice"),
    "a template that is not there": ("'main.bicep'", "'mian.bicep'", "not exactly one file that exists"),
    "no template": ("using 'main.bicep'", "", "not exactly one file that exists"),
    "a bracket that is not closed": ("\n]", "\n", "no Bicep for"),
    "a line that is none": ("param isPrivate = false", "isPrivate: false", "no Bicep for"),
    "a variable of the environment by chance": ("('NAME', 'tandem')", "('NA${1}ME')", "a name and a default"),
}


def test_the_specimen_gives_what_its_template_takes() -> None:
    assert list(given_faults(SPECIMEN / "main.bicepparam", GIVEN)) == []


@pytest.mark.parametrize("name", BROKEN_GIVEN)
def test_what_is_wrongly_given_is_found(name: str) -> None:
    old, new, words = BROKEN_GIVEN[name]
    assert old in GIVEN
    faults = [str(fault) for fault in given_faults(SPECIMEN / "main.bicepparam", GIVEN.replace(old, new, 1))]
    assert any(words in fault for fault in faults), faults
