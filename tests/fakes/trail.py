"""The table `trail` in memory."""

from collections.abc import Sequence
from datetime import datetime

from sync_core.domain.errors import Refused, TryAgain
from sync_core.domain.resource import ResourceId
from sync_core.domain.trail import TrailEntry, TrailFilter, blanked
from sync_core.ports import TrailPage

_Name = tuple[datetime, str]


class FakeTrail:
    """`entries` may be looked at by tests; `answers` so many writes before it falls silent, None for ever."""

    def __init__(self) -> None:
        self.entries: dict[_Name, TrailEntry] = {}
        self.answers: int | None = None

    async def write(self, entries: Sequence[TrailEntry]) -> None:
        self._answer()
        self.entries |= {(entry.at, entry.unique): entry for entry in entries}

    async def strike(self, entry: TrailEntry) -> None:
        self._answer()
        self.entries.pop((entry.at, entry.unique), None)

    async def page(self, wanted: TrailFilter, limit: int = 100, place: str | None = None) -> TrailPage:
        found = [entry for entry in self.newest_first() if wanted.fits(entry)]
        if place is not None:
            try:
                at, unique = place.removeprefix("behind ").split(" ", 1)
                behind = (datetime.fromisoformat(at), unique)
            except ValueError:
                raise Refused("the place is none of ours") from None
            found = [
                entry for entry in found if (-entry.at.timestamp(), entry.unique) > (-behind[0].timestamp(), unique)
            ]
        few = found[: max(1, min(limit, 1000))]
        goes_on = f"behind {few[-1].at.isoformat()} {few[-1].unique}" if len(few) < len(found) else None
        return TrailPage(tuple(few), goes_on)

    async def forget(self, resource: ResourceId) -> int:
        telling = [entry for entry in self.entries.values() if entry.resource == resource and entry.tells_words]
        self.entries |= {(entry.at, entry.unique): blanked(entry) for entry in telling}
        return len(telling)

    async def bury(self, before: datetime) -> int:
        old = [name for name in self.entries if name[0] < before]
        for name in old:
            del self.entries[name]
        return len(old)

    def newest_first(self) -> list[TrailEntry]:
        """Every entry there is."""
        return sorted(self.entries.values(), key=lambda entry: (-entry.at.timestamp(), entry.unique))

    def _answer(self) -> None:
        if self.answers is not None:
            if self.answers <= 0:
                raise TryAgain("no answer")
            self.answers -= 1
