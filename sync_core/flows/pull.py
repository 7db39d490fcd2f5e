"""The safety nets under notifications and webhooks: rings who is due, reads the board where it can be read."""

import hashlib
from datetime import datetime, timedelta

from sync_core.domain.errors import Refused
from sync_core.domain.resource import Participation, Profile, ResourceId
from sync_core.domain.stored import Job
from sync_core.domain.window import Window
from sync_core.flows.accept import accept, complete_owing
from sync_core.ports import Ports

_AT_LEAST_EVERY = timedelta(days=1)
PULL_TICK = timedelta(minutes=5)


async def pull_due_calendars(ports: Ports, tick: timedelta = PULL_TICK) -> int:
    """Ring every active resource whose turn falls into the tick that ends now; returns how many rang.

    Turns are spread evenly by hash. A resource that has no direction open is rung at least daily, too.
    """
    await complete_owing(ports)
    now = ports.clock.now()
    correlation_id = ports.names.fresh()
    due = [
        Job(row.profile.resource, now, "pull", correlation_id)
        for row in await ports.rows.list_profiles()
        if row.profile.participation is Participation.ACTIVE and _is_due(row.profile, now, tick)
    ]
    if due:
        await ports.bells.ring(due)
    return len(due)


def _is_due(profile: Profile, now: datetime, tick: timedelta) -> bool:
    every = min(max(profile.pull_every, tick), _AT_LEAST_EVERY)
    digest = hashlib.sha256(profile.resource.encode()).digest()
    offset = int.from_bytes(digest[:4], "big") % int(every.total_seconds())
    into_turn = (int(now.timestamp()) - offset) % int(every.total_seconds())
    return into_turn < tick.total_seconds()


async def read_board(ports: Ports, resource: ResourceId | None, window: Window, correlation_id: str) -> int:
    """Read what the board has planned, for one resource or all, and take it in as if it had been sent.

    Returns how many states were read: none where the board cannot be read, which is no fault.
    """
    if not (await ports.board.capabilities()).can_read:
        return 0
    place: str | None = None
    count = 0
    while True:
        try:
            page = await ports.board.read_window(window, resource, place)
        except Refused:
            return count
        await accept(ports, page.placements, correlation_id)
        count += len(page.placements)
        place = page.place
        if place is None:
            return count
