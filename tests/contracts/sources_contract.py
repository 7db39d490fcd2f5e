"""What every `Sources` keeps, the one in memory and the one on Table Storage alike."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from sync_core.domain.errors import VersionMoved
from sync_core.domain.source import (
    DEFAULT_SOURCE,
    Digest,
    Encoding,
    Heard,
    Proof,
    Refusal,
    Source,
    SourceId,
    Standing,
    WorkingHours,
)
from sync_core.ports import Sources
from tests.contracts.sample_rows import NOW

ERP = SourceId("erp-2")
# Every member otherwise than by default.
FULL = Source(
    id=ERP,
    proof=Proof.HMAC_BODY,
    secret_names=("new", "old"),
    header="X-Signature",
    digest=Digest.SHA512,
    encoding=Encoding.BASE64,
    prefix="sha512=",
    user="tandem",
    audience="api://tandem",
    app_ids=("7b1c5b52-7e16-4b34-8cf3-6b8e8de60003",),
    addresses=("203.0.113.0/24", "2001:db8::/32"),
    hours=WorkingHours("Europe/Berlin", (0, 6), time(6, 30), time(22)),
    silence_after=timedelta(minutes=90),
)


class SourcesContract:
    """Give it the fixture `sources`: an empty storage."""

    async def test_the_default_source_is_there_before_anybody_wrote_it(self, sources: Sources) -> None:
        assert await sources.list() == [Standing(Source(DEFAULT_SOURCE))]

    async def test_what_is_written_is_read_by_id(self, sources: Sources) -> None:
        full = await sources.put(FULL, None)
        default = await sources.put(replace(FULL, id=DEFAULT_SOURCE), None)
        first = await sources.put(replace(FULL, id=SourceId("a")), None)
        assert await sources.list() == [
            Standing(replace(FULL, id=SourceId("a")), Heard(), first),
            Standing(replace(FULL, id=DEFAULT_SOURCE), Heard(), default),
            Standing(FULL, Heard(), full),
        ]

    async def test_who_wrote_meanwhile_is_not_written_over(self, sources: Sources) -> None:
        tag = await sources.put(FULL, None)
        newer = await sources.put(replace(FULL, prefix="v="), tag)
        for old in (tag, None):
            with pytest.raises(VersionMoved):
                await sources.put(replace(FULL, prefix="w="), old)
        [_, kept] = await sources.list()
        assert kept == Standing(replace(FULL, prefix="v="), Heard(), newer)

    async def test_what_is_heard_leaves_the_rest_and_the_mark_as_they_are(self, sources: Sources) -> None:
        tag = await sources.put(FULL, None)
        later = NOW + timedelta(minutes=3, microseconds=5)
        await sources.note(ERP, Heard(webhook_at=NOW, ping_at=NOW))
        await sources.note(ERP, Heard(refusal_at=NOW, refusal=Refusal.NOT_SET_UP))
        await sources.note(ERP, Heard(webhook_at=later))
        [default, kept] = await sources.list()
        assert kept == Standing(FULL, Heard(later, NOW, NOW, Refusal.NOT_SET_UP), tag)
        assert default.heard == Heard()

    async def test_the_default_source_is_heard_without_a_row(self, sources: Sources) -> None:
        await sources.note(DEFAULT_SOURCE, Heard(webhook_at=NOW))
        assert await sources.list() == [Standing(Source(DEFAULT_SOURCE), Heard(webhook_at=NOW))]

    async def test_what_is_removed_is_gone_with_what_was_heard(self, sources: Sources) -> None:
        tag = await sources.put(FULL, None)
        await sources.note(ERP, Heard(webhook_at=NOW))
        await sources.delete(ERP, tag)
        await sources.delete(ERP, tag)
        assert await sources.list() == [Standing(Source(DEFAULT_SOURCE))]
        await sources.put(FULL, None)
        [_, again] = await sources.list()
        assert again.heard == Heard()

    async def test_what_somebody_wrote_meanwhile_is_not_removed(self, sources: Sources) -> None:
        seen = await sources.put(FULL, None)
        newer = replace(FULL, user="somebody-else")
        await sources.put(newer, seen)
        with pytest.raises(VersionMoved):
            await sources.delete(ERP, seen)
        assert newer in [one.source for one in await sources.list()]

    async def test_what_is_heard_of_one_that_is_gone_brings_it_not_back(self, sources: Sources) -> None:
        await sources.note(ERP, Heard(webhook_at=NOW))
        assert await sources.list() == [Standing(Source(DEFAULT_SOURCE))]
