"""What runs leave behind for an admin: one row per resource, written only where it differs, and read without links.

A row is no truth, so it is not written under the lease and the last writer wins: the next run writes it anew.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sync_core import telemetry
from sync_core.domain.choices import Choices
from sync_core.domain.errors import Refused, TryAgain
from sync_core.domain.lags import NONE_COUNTED, Spread, add_counts, counts_within, spread_of
from sync_core.domain.overview import Overview, Ran, Reasons, State, is_news, lengths, note, stand
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Job, Lease
from sync_core.domain.subscription import LIFETIME
from sync_core.flows.desk import Desk
from sync_core.flows.keep_subscriptions import slot_of
from sync_core.flows.snapshot import snapshot_of
from sync_core.ports import OverviewPage, Pending, Ports

# Bells that say that subscriptions are not what they were.
_OF_SUBSCRIPTIONS = ("subscribed", "lifecycle")
_PAGE = 1000


async def note_run(ports: Ports, job: Job, choices: Choices, ran: Ran, pending: Pending | None = None) -> None:
    """Write what a run came to, if the row says otherwise. `pending` is what lies before the resource now, else read.

    Never a reason to fail: where storage does not answer, the next run writes the row.
    """
    with suppress(TryAgain, Refused):
        found = pending or await ports.rows.read_pending(job.resource)
        desk = Desk.of(found.rows, ports, choices)
        if desk.profile is None:
            return
        snapshot = snapshot_of(desk, found.lease or Lease(), desk.profile, ran.at)
        before = await ports.overviews.get(job.resource)
        after = note(before, snapshot, ran)
        if job.reason in _OF_SUBSCRIPTIONS or (ran.had_lease and _is_to_be_renewed(after, ran.at)):
            ends = await _ends(ports, desk, ran.at)
            after = replace(after, expires_at=min(ends, default=None), subscribed=len(ends))
        _measure(after, ran)
        if is_news(before, after, had_lease=ran.had_lease):
            await ports.overviews.put(after)


async def note_resource(ports: Ports, resource: ResourceId) -> Overview | None:
    """Write how a resource stands after an admin changed it, without a run; None where nobody has enlisted it.

    Raises:
        TryAgain: storage does not answer; the next run writes the row.
    """
    found = await ports.rows.read_pending(resource)
    desk = Desk.of(found.rows, ports, (await ports.tenant.read()).choices)
    if desk.profile is None:
        return None
    now = ports.clock.now()
    before = await ports.overviews.get(resource)
    after = stand(before, snapshot_of(desk, found.lease or Lease(), desk.profile, now), now)
    if before != after:
        await ports.overviews.put(after)
    return after


async def list_overviews(
    ports: Ports, state: State | None = None, search: str = "", limit: int = 100, cursor: str | None = None
) -> OverviewPage:
    """Read rows page by page: those in one state, or whose id or a word of whose name begins so.

    Raises:
        Refused: the cursor is none that was given.
        TryAgain: storage does not answer.
    """
    return await ports.overviews.page(state, search, limit, cursor)


async def overview_of(ports: Ports, resource: ResourceId) -> Overview | None:
    """One resource's row; None where no run has written one."""
    return await ports.overviews.get(resource)


def lag_up_of(overview: Overview, now: datetime) -> Spread:
    """How long changes took up, of one resource, over a day."""
    return spread_of(counts_within(overview.lag_up, now))


def lag_down_of(overview: Overview, now: datetime) -> Spread:
    """How long changes took down, of one resource, over a day."""
    return spread_of(counts_within(overview.lag_down, now))


@dataclass(frozen=True, slots=True)
class Total:
    """All rows in one. `lag_up` and `lag_down` are over a day; `expires_at` is the next subscription to run out.

    `throttled` counts resources whose mailbox or board asked for time, `throttled_until` is the latest of these.
    """

    resources: tuple[tuple[State, int], ...] = ()
    waiting: int = 0
    waiting_since_at: datetime | None = None
    held: Reasons = ()
    paired: int = 0
    watched: int = 0
    lag_up: Spread = NONE_COUNTED
    lag_down: Spread = NONE_COUNTED
    walking: int = 0
    throttled: int = 0
    throttled_until: datetime | None = None
    expires_at: datetime | None = None
    last_run_at: datetime | None = None
    last_change_at: datetime | None = None
    last_notified_at: datetime | None = None

    @property
    def held_count(self) -> int:
        return sum(count for _, count in self.held)


async def total(ports: Ports) -> Total:
    """Add up every row: a request for each thousand.

    Raises:
        TryAgain: storage does not answer.
    """
    return add_up([overview async for overview in every_overview(ports)], ports.clock.now())


async def every_overview(ports: Ports) -> AsyncIterator[Overview]:
    """Every row, in one fixed order."""
    place: str | None = None
    while True:
        page = await ports.overviews.page(limit=_PAGE, place=place)
        for overview in page.overviews:
            yield overview
        place = page.place
        if place is None:
            return


def add_up(overviews: list[Overview], now: datetime) -> Total:
    """One total of many rows. Pure."""
    states = Counter(one.state for one in overviews)
    held: Counter[str] = Counter()
    for one in overviews:
        held.update(dict(one.held))
    throttled = [one.throttled_until for one in overviews if one.throttled_until and one.throttled_until > now]
    active = [one for one in overviews if one.state.takes_part]
    return Total(
        resources=tuple((state, states[state]) for state in State if states[state]),
        waiting=sum(one.waiting for one in overviews),
        waiting_since_at=_first(one.waiting_since_at for one in active),
        held=tuple(sorted(held.items())),
        paired=sum(one.paired for one in overviews),
        watched=sum(one.watched for one in active),
        lag_up=spread_of(add_counts(counts_within(one.lag_up, now) for one in overviews)),
        lag_down=spread_of(add_counts(counts_within(one.lag_down, now) for one in overviews)),
        walking=sum(one.progress is not None and one.progress.ended_at is None for one in active),
        throttled=len(throttled),
        throttled_until=max(throttled, default=None),
        expires_at=_first(one.expires_at for one in active),
        last_run_at=_last(one.last_run_at for one in overviews),
        last_change_at=_last(one.last_change_at for one in overviews),
        last_notified_at=_last(one.last_notified_at for one in overviews),
    )


def _first(instants: Iterable[datetime | None]) -> datetime | None:
    return min((instant for instant in instants if instant is not None), default=None)


def _last(instants: Iterable[datetime | None]) -> datetime | None:
    return max((instant for instant in instants if instant is not None), default=None)


def _is_to_be_renewed(overview: Overview, now: datetime) -> bool:
    """Should a renewal have come by now, so that the row may no longer be right?"""
    return overview.expires_at is None or overview.expires_at - now < LIFETIME / 2


async def _ends(ports: Ports, desk: Desk, now: datetime) -> list[datetime]:
    """When the living subscriptions of the calendars that are read run out."""
    if desk.profile is None or not desk.terms.takes_part:
        return []
    slots = [slot_of(desk.profile.resource, use.ref) for use in desk.terms.calendars_to_read()]
    known = [await ports.subscription_rows.get(slot) for slot in slots]
    return [end for one in known if one is not None and (end := one.ends_after(now)) is not None]


def _measure(overview: Overview, ran: Ran) -> None:
    telemetry.count("tandem.runs", ended=ran.ended)
    telemetry.count("tandem.changes", ran.changes)
    telemetry.count("tandem.written", ran.written)
    telemetry.count("tandem.walked", ran.walked)
    for length in lengths(ran.took_up, overview.active_since_at):
        telemetry.measure("tandem.lag_up", length.total_seconds())
    for length in lengths(ran.took_down, overview.active_since_at):
        telemetry.measure("tandem.lag_down", length.total_seconds())
