"""The safety nets under notifications and webhooks: rings who is due, reads the board where it can be read."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from sync_core.domain.appointment import Placement
from sync_core.domain.errors import Refused
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.domain.stored import BoardInbox, Job
from sync_core.domain.terms import Terms
from sync_core.domain.window import Window
from sync_core.flows.accept import accept, complete_owing
from sync_core.flows.desk import terms_of
from sync_core.ports import Ports

_AT_LEAST_EVERY = timedelta(days=1)
PULL_TICK = timedelta(minutes=5)


async def pull_due_calendars(ports: Ports, tick: timedelta = PULL_TICK) -> int:
    """Ring every resource that takes part and whose turn falls into the tick that ends now; returns how many rang.

    Turns are spread evenly by hash, and rarer while every calendar that is read has a living subscription. A resource
    that has no direction open is rung at least daily, too.
    """
    await complete_owing(ports)
    now = ports.clock.now()
    correlation_id = ports.names.fresh()
    choices = (await ports.tenant.read()).choices
    notified = await _notified_calendars(ports, now)
    due = []
    for row in await ports.rows.list_profiles():
        terms = terms_of(ports, row.profile, choices)
        is_notified = notified.issuperset((row.profile.resource, use.ref) for use in terms.calendars_to_read())
        if terms.takes_part and _is_due(terms, now, tick, is_notified=is_notified):
            due.append(Job(row.profile.resource, now, "pull", correlation_id))
    if due:
        await ports.bells.ring(due)
    return len(due)


async def _notified_calendars(ports: Ports, now: datetime) -> frozenset[tuple[ResourceId, CalendarRef]]:
    return frozenset(
        (subscription.resource, subscription.calendar)
        for subscription in await ports.subscription_rows.list()
        if subscription.id and subscription.expires_at and subscription.expires_at > now
    )


def _is_due(terms: Terms, now: datetime, tick: timedelta, *, is_notified: bool) -> bool:
    every = min(max(terms.pull_every(is_notified=is_notified), tick), _AT_LEAST_EVERY)
    digest = hashlib.sha256(terms.profile.resource.encode()).digest()
    offset = int.from_bytes(digest[:4], "big") % int(every.total_seconds())
    into_turn = (int(now.timestamp()) - offset) % int(every.total_seconds())
    return into_turn < tick.total_seconds()


async def read_board(ports: Ports, resource: ResourceId | None, window: Window, correlation_id: str) -> int:
    """Read what the board has planned, for one resource or all, and take it in as if it had been sent.

    Returns how many states were read: none where the board cannot be read, which is no fault.
    """
    count = 0
    async for page in _board_pages(ports, resource, window):
        await accept(ports, page, correlation_id)
        count += len(page)
    return count


async def tell_again(ports: Ports, resource: ResourceId, window: Window) -> int:
    """Read what the board has planned for a resource, and put it into its inbox though it was told before.

    For one that has forgotten it: a state that is known is not handed out a second time. Returns how many there were.
    """
    count = 0
    async for page in _board_pages(ports, resource, window):
        await accept(ports, page, ports.names.fresh())
        found = await ports.placements.read(list(dict.fromkeys(placement.key for placement in page)))
        newest = [placed.placement for placed in found.values() if placed.placement is not None]
        now = ports.clock.now()
        states = [(one, one.state if resource in one.resources else None) for one in newest]
        rows = [BoardInbox(one.key, one.revision, state, now) for one, state in states]
        await ports.rows.insert(resource, rows)
        count += len(page)
    return count


async def _board_pages(ports: Ports, resource: ResourceId | None, window: Window) -> AsyncIterator[Sequence[Placement]]:
    if not (await ports.board.capabilities()).can_read:
        return
    place: str | None = None
    while True:
        try:
            page = await ports.board.read_window(window, resource, place)
        except Refused:
            return
        yield page.placements
        place = page.place
        if place is None:
            return
