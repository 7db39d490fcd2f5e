"""What a run came to, counted while it runs."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sync_core.domain.appointment import AppointmentKey, Revision
from sync_core.domain.overview import Took


@dataclass(frozen=True, slots=True)
class Report:
    """What the planner is to be told of one appointment."""

    key: AppointmentKey
    state: str
    reason: str
    revision: Revision


@dataclass(slots=True)
class Tally:
    """What a run came to, for its closing log line; `retry_after` is the longest wait the other sides asked for."""

    done: int = 0
    held: int = 0
    left: int = 0
    unknown: int = 0
    unresolved: int = 0
    retry_after: timedelta = timedelta(0)
    recheck_after: timedelta | None = None
    refused_until: datetime | None = None
    reports: list[Report] = field(default_factory=list)
    took_up: list[Took] = field(default_factory=list)
    took_down: list[Took] = field(default_factory=list)

    @property
    def must_wait(self) -> bool:
        """Would going on now only meet the same trouble?"""
        return bool(self.retry_after) or self.unknown > 0

    def defer_unknown(self) -> None:
        """What an earlier run left unknown blocks its own pairs only, so this run goes on with the others."""
        self.unresolved += self.unknown
        self.unknown = 0

    def wait_until(self, at: datetime) -> None:
        """A calendar refuses us until then."""
        self.refused_until = max(self.refused_until or at, at)

    def postpone(self, after: timedelta) -> None:
        self.left += 1
        self.retry_after = max(self.retry_after, after)
