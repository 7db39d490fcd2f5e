"""The table `overview` in memory."""

from sync_core.domain.alert import Watch
from sync_core.domain.errors import Refused
from sync_core.domain.overview import Overview, State
from sync_core.domain.resource import ResourceId
from sync_core.ports import OverviewPage


class FakeOverviews:
    """`rows` may be looked at by tests; `writes` counts the rows that were written."""

    def __init__(self) -> None:
        self.rows: dict[ResourceId, Overview] = {}
        self.watch = Watch()
        self.writes = 0

    async def get(self, resource: ResourceId) -> Overview | None:
        return self.rows.get(resource)

    async def put(self, overview: Overview) -> None:
        self.writes += 1
        self.rows[overview.resource] = overview

    async def delete(self, resource: ResourceId) -> None:
        self.rows.pop(resource, None)

    async def page(
        self, state: State | None = None, search: str = "", limit: int = 1000, place: str | None = None
    ) -> OverviewPage:
        if place is not None and not place.startswith("behind "):
            raise Refused("the place is none of ours")
        behind = place.removeprefix("behind ") if place is not None else None
        found = [
            self.rows[resource]
            for resource in sorted(self.rows)
            if (behind is None or resource > behind) and (state is None or self.rows[resource].state is state)
        ]
        found = [row for row in found if _begins(row, " ".join(search.casefold().split()))]
        few = found[: min(limit, 1000)]
        return OverviewPage(tuple(few), f"behind {few[-1].resource}" if len(few) < len(found) else None)

    async def page_held(self, after: ResourceId | None = None, limit: int = 1000) -> list[Overview]:
        rows = [self.rows[resource] for resource in sorted(self.rows) if after is None or resource > after]
        return [row for row in rows if row.has_held][: min(limit, 1000)]

    async def read_watch(self) -> Watch:
        return self.watch

    async def keep_watch(self, watch: Watch) -> None:
        self.watch = watch


def _begins(row: Overview, search: str) -> bool:
    name = row.name.casefold().split()
    starts = [row.resource.casefold(), *(" ".join(name[index:]) for index in range(len(name)))]
    return not search or any(start.startswith(search) for start in starts)
