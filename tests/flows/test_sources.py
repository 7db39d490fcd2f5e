"""What an admin does with the sources of webhooks: only what is whole is written, and nobody's edit is lost."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sync_core.domain.errors import VersionMoved
from sync_core.domain.source import DEFAULT_SOURCE, Heard, Proof, Source, SourceId, Standing
from sync_core.flows.sources import SourceRefused, delete_source, get_source, list_sources, put_source
from tests.fakes.sources import FakeSources
from tests.flows.stage import Stage, now

ERP = Source(SourceId("erp"), Proof.BASIC, ("erp-secret",), user="board")


def test_the_default_source_is_listed_before_anybody_wrote_one() -> None:
    stage = Stage()
    assert now(list_sources(stage.ports)) == [Standing(Source(DEFAULT_SOURCE))]
    assert now(get_source(stage.ports, ERP.id)) is None


def test_a_source_is_written_read_and_removed() -> None:
    stage = Stage()
    tag = now(put_source(stage.ports, ERP, None))
    assert now(get_source(stage.ports, ERP.id)) == Standing(ERP, Heard(), tag)
    assert now(delete_source(stage.ports, ERP.id, tag))
    assert not now(delete_source(stage.ports, ERP.id))
    assert now(get_source(stage.ports, ERP.id)) is None


def test_who_edits_what_another_changed_meanwhile_is_told() -> None:
    stage = Stage()
    tag = now(put_source(stage.ports, ERP, None))
    now(put_source(stage.ports, replace(ERP, user="board-2"), tag))
    for attempt in (put_source(stage.ports, ERP, tag), put_source(stage.ports, ERP, None)):
        with pytest.raises(VersionMoved):
            now(attempt)
    with pytest.raises(VersionMoved):
        now(delete_source(stage.ports, ERP.id, tag))
    kept = now(get_source(stage.ports, ERP.id))
    assert kept is not None
    assert kept.source.user == "board-2"


def test_what_is_written_while_another_removes_it_stays() -> None:
    stage = Stage()
    tag = now(put_source(stage.ports, ERP, None))
    newer = replace(ERP, user="board-2")

    class Interleaved(FakeSources):
        async def list(self) -> Sequence[Standing]:
            seen = await super().list()
            await self.put(newer, tag)
            return seen

    sources = Interleaved()
    sources.rows, sources._writes = stage.sources.rows, 1
    with pytest.raises(VersionMoved):
        now(delete_source(replace(stage.ports, sources=sources), ERP.id, tag))
    assert [source for source, _ in stage.sources.rows.values()] == [newer]


def test_what_is_wrong_is_refused_with_every_field_and_nothing_is_written() -> None:
    stage = Stage()
    with pytest.raises(SourceRefused) as refused:
        now(put_source(stage.ports, replace(ERP, user="", addresses=("everywhere",)), None))
    assert [problem.field for problem in refused.value.problems] == ["user", "addresses"]
    assert "everywhere" not in refused.value.reason
    assert stage.sources.rows == {}


def test_the_default_source_goes_back_to_what_the_environment_sets() -> None:
    stage = Stage()
    assert not now(delete_source(stage.ports, DEFAULT_SOURCE))
    now(put_source(stage.ports, replace(ERP, id=DEFAULT_SOURCE), None))
    assert now(delete_source(stage.ports, DEFAULT_SOURCE))
    assert now(list_sources(stage.ports)) == [Standing(Source(DEFAULT_SOURCE))]


def test_there_is_an_end_to_how_many_can_be_kept() -> None:
    stage = Stage()
    for number in range(100):
        now(put_source(stage.ports, replace(ERP, id=SourceId(f"s{number}")), None))
    with pytest.raises(SourceRefused, match="one too many"):
        now(put_source(stage.ports, ERP, None))
