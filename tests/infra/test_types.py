"""The type check finds what does not fit the published types, however deep, and lets pass what fits."""

from pathlib import Path

import pytest

from tests.infra.bicep.declarations import read_template
from tests.infra.bicep.parsing import syntax_faults
from tests.infra.breaking import SNIPPETS, load_breaks
from tests.infra.types.published import load_published
from tests.infra.types.resources import type_faults

GOOD = sorted(SNIPPETS.glob("*.bicep"))
BREAKS = load_breaks("types")


def faults_of(text: str) -> list[str]:
    assert syntax_faults(text) == ()
    return [str(fault) for fault in type_faults(read_template(Path("snippet.bicep"), text), load_published())]


@pytest.mark.parametrize("file", GOOD, ids=lambda file: file.stem)
def test_what_fits_passes(file: Path) -> None:
    assert faults_of(file.read_text("utf-8")) == []


@pytest.mark.parametrize("name", BREAKS)
def test_what_does_not_fit_is_found(name: str) -> None:
    each = BREAKS[name]
    faults = faults_of(each.applied_to((SNIPPETS / each.file).read_text("utf-8")))
    assert any(each.says in fault for fault in faults), faults


def test_a_fault_tells_file_line_and_place() -> None:
    [fault] = faults_of((SNIPPETS / "storage.bicep").read_text("utf-8").replace("'Standard_LRS'", "'Standard'"))
    assert fault.startswith("snippet.bicep:14: st.sku.name is 'Standard', but must be 'Standard_LRS' | ")


def test_every_type_that_was_published_can_be_read() -> None:
    published = load_published()
    assert len(published.resources) == 40
    assert all(published.resource(*name.split("@")) for name in published.resources)
