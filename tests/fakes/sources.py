"""The table `sources` in memory."""

from collections.abc import Sequence
from dataclasses import replace

from sync_core.domain.errors import VersionMoved
from sync_core.domain.source import DEFAULT_SOURCE, Heard, Source, SourceId, Standing


class FakeSources:
    """`rows` and `heard` may be looked at and set by tests; `reads` and `notes` count the calls."""

    def __init__(self) -> None:
        self.rows: dict[SourceId, tuple[Source, str]] = {}
        self.heard: dict[SourceId, Heard] = {}
        self.reads = 0
        self.notes = 0
        self._writes = 0

    async def list(self) -> Sequence[Standing]:
        self.reads += 1
        default: dict[SourceId, tuple[Source, str | None]] = {DEFAULT_SOURCE: (Source(DEFAULT_SOURCE), None)}
        return [
            Standing(source, self.heard.get(name, Heard()), tag)
            for name, (source, tag) in sorted({**default, **self.rows}.items())
        ]

    async def put(self, source: Source, tag: str | None) -> str:
        known = self.rows.get(source.id)
        if tag != (known[1] if known else None):
            raise VersionMoved("the source was changed meanwhile")
        self._writes += 1
        self.rows[source.id] = (source, f"tag-{self._writes}")
        return self.rows[source.id][1]

    async def delete(self, source: SourceId, tag: str) -> None:
        if source in self.rows and self.rows[source][1] != tag:
            raise VersionMoved("the source was changed meanwhile")
        self.rows.pop(source, None)
        self.heard.pop(source, None)

    async def note(self, source: SourceId, heard: Heard) -> None:
        self.notes += 1
        told = {
            name: value
            for name in ("webhook_at", "ping_at", "refusal_at", "refusal")
            if (value := getattr(heard, name)) is not None
        }
        self.heard[source] = replace(self.heard.get(source, Heard()), **told)
