"""What a run leaves behind of a resource for an admin to look at: numbers and fixed words, nothing anybody wrote."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sync_core.domain.lags import NO_LAGS, Lags, count_lags
from sync_core.domain.resource import ResourceId

Reasons = tuple[tuple[str, int], ...]
Took = tuple[datetime, datetime]


class State(StrEnum):
    """Where a resource stands, for an admin: one that is held takes part, and cannot go on."""

    WAITING = "waiting"
    ACTIVE = "active"
    PAUSED = "paused"
    HELD = "held"
    LEAVING = "leaving"
    OFFBOARDED = "offboarded"

    @property
    def takes_part(self) -> bool:
        return self in (State.ACTIVE, State.HELD, State.LEAVING)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far reading everything anew has come, after an activation or a changed setting.

    `found` counts what there was to look at as far as is known by now, `written` what was written to either side,
    `left` what is still to be looked at, `held` what waits for somebody. `walked` are the links gone through.
    """

    since_at: datetime
    found: int = 0
    written: int = 0
    left: int = 0
    held: int = 0
    walked: int = 0
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the pending rows of a resource tell at one instant.

    `waiting` counts inbox rows that no held pair waits with, `watched` the calendars that are read, `held` pairs by
    reason. `is_reading_anew` while a walk over the links or a full read is not at its end.
    """

    resource: ResourceId
    name: str
    state: State
    reason: str = ""
    waiting: int = 0
    waiting_since_at: datetime | None = None
    held: Reasons = ()
    paired: int = 0
    watched: int = 0
    throttled_until: datetime | None = None
    is_reading_anew: bool = False


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run came to. `had_lease` tells it from one that found nothing to do.

    `was_reading_anew` if it began amid a walk or a full read, `is_continued` if it told before how far it was.
    `took_up` and `took_down` say of each change that was carried out since when it was known to us, and when it was
    done.
    """

    at: datetime
    ended: str
    had_lease: bool = False
    was_reading_anew: bool = False
    is_continued: bool = False
    changes: int = 0
    written: int = 0
    walked: int = 0
    took_up: tuple[Took, ...] = ()
    took_down: tuple[Took, ...] = ()
    notified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """One resource's row. `active_since_at` is None while it takes no part.

    `subscribed` of the `watched` calendars have a living subscription, the first of which ends at `expires_at`.
    """

    resource: ResourceId
    name: str
    state: State
    reason: str = ""
    active_since_at: datetime | None = None
    last_run_at: datetime | None = None
    ended: str = ""
    last_change_at: datetime | None = None
    lag_up: Lags = NO_LAGS
    lag_down: Lags = NO_LAGS
    waiting: int = 0
    waiting_since_at: datetime | None = None
    held: Reasons = ()
    paired: int = 0
    watched: int = 0
    progress: Progress | None = None
    throttled_until: datetime | None = None
    expires_at: datetime | None = None
    last_notified_at: datetime | None = None
    subscribed: int = 0

    @property
    def held_count(self) -> int:
        return sum(count for _, count in self.held)

    @property
    def has_held(self) -> bool:
        """May anything of it be held: a pair, an event, a run, or a mailbox or calendar that does not answer?"""
        cannot_go_on = self.state in (State.HELD, State.LEAVING) or (self.state is State.ACTIVE and bool(self.reason))
        return bool(self.held) or cannot_go_on


def stand(before: Overview | None, snapshot: Snapshot, at: datetime) -> Overview:
    """The row with how the resource stands now; what only runs tell stays."""
    known = before or Overview(snapshot.resource, snapshot.name, snapshot.state)
    since_at = (known.active_since_at or at) if snapshot.state.takes_part else None
    return replace(
        known,
        name=snapshot.name,
        state=snapshot.state,
        reason=snapshot.reason,
        active_since_at=since_at,
        waiting=snapshot.waiting,
        waiting_since_at=snapshot.waiting_since_at,
        held=snapshot.held,
        paired=snapshot.paired,
        watched=snapshot.watched,
        throttled_until=snapshot.throttled_until,
    )


def note(before: Overview | None, snapshot: Snapshot, ran: Ran) -> Overview:
    """The row after a run."""
    after = stand(before, snapshot, ran.at)
    has_changed = ran.changes > 0 or ran.written > 0
    return replace(
        after,
        last_run_at=ran.at,
        ended=ran.ended,
        last_change_at=ran.at if has_changed else after.last_change_at,
        lag_up=count_lags(after.lag_up, lengths(ran.took_up, after.active_since_at), ran.at),
        lag_down=count_lags(after.lag_down, lengths(ran.took_down, after.active_since_at), ran.at),
        progress=_progress(before.progress if before else None, snapshot, ran),
        last_notified_at=ran.notified_at or after.last_notified_at,
    )


def lengths(took: tuple[Took, ...], active_since_at: datetime | None) -> list[timedelta]:
    """How long changes took; those known before the resource took part waited for an admin, not for us."""
    return [max(done_at - max(known_at, active_since_at or known_at), timedelta(0)) for known_at, done_at in took]


def is_news(before: Overview | None, after: Overview, *, had_lease: bool) -> bool:
    """Is the row to be written? A run that found nothing to do is none, however often it looks."""
    if before is None or had_lease:
        return before != after
    return before != replace(after, last_run_at=before.last_run_at, last_notified_at=before.last_notified_at)


def _progress(before: Progress | None, snapshot: Snapshot, ran: Ran) -> Progress | None:
    if not snapshot.state.takes_part:
        return before  # it goes on where it stopped
    # A run beside it, which found nothing to do, may have seen nothing left and called it ended.
    is_under_way = before is not None and (before.ended_at is None or ran.is_continued)
    if not is_under_way and not snapshot.is_reading_anew and not ran.was_reading_anew:
        return before
    known = before if before is not None and is_under_way else Progress(ran.at)
    held = sum(count for _, count in snapshot.held)
    walked, written = known.walked + ran.walked, known.written + ran.written
    left = snapshot.waiting
    if snapshot.is_reading_anew:
        left += max(snapshot.paired - walked, 0)
    return Progress(
        since_at=known.since_at,
        found=max(known.found, walked + left, written + held + (0 if walked else left)),
        written=written,
        left=left,
        held=held,
        walked=walked,
        ended_at=None if snapshot.is_reading_anew or left else ran.at,
    )
