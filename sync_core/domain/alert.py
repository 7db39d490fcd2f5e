"""Something is wrong that a person has to see to: told when it begins, once a day while it lasts, and when it ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sync_core.domain.mend import link_to_remedy

AGAIN_AFTER = timedelta(days=1)


class Level(StrEnum):
    WARNING = "warning"
    ERROR = "error"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong now.

    `again_at` is when it had to be told last, if it has such days of its own; None is once a day.
    """

    name: str
    level: Level
    words: str
    again_at: datetime | None = None

    @property
    def link(self) -> str:
        """Where it is told what to do."""
        return link_to_remedy("alert", self.name)


@dataclass(frozen=True, slots=True)
class Alert:
    """A trouble that stands, since when, and when it was last told. `level` is `OVER` for one that has just ended."""

    name: str
    level: Level
    words: str
    since_at: datetime
    told_at: datetime

    @property
    def link(self) -> str:
        """Where it is told what to do."""
        return link_to_remedy("alert", self.name)


@dataclass(frozen=True, slots=True)
class Watch:
    """What is remembered from one look to the next: the alerts that stand, and how often pulling failed in a row."""

    alerts: tuple[Alert, ...] = ()
    failed_pulls: int = 0


def as_before(alert: Alert) -> Trouble:
    """What stands, where nobody could look whether it still does: no reason to tell it, and none to call it over."""
    return Trouble(alert.name, alert.level, alert.words, again_at=alert.told_at)


def tell(standing: Sequence[Alert], troubles: Sequence[Trouble], now: datetime) -> tuple[list[Alert], list[Alert]]:
    """Compare what stands with what is wrong: the alerts that stand from now on, and those to be told now.

    One that has become worse is told at once; other words alone are no reason to.
    """
    before: Mapping[str, Alert] = {alert.name: alert for alert in standing}
    remaining: list[Alert] = []
    told: list[Alert] = []
    for trouble in troubles:
        known = before.get(trouble.name)
        is_worse = known is not None and (known.level, trouble.level) == (Level.WARNING, Level.ERROR)
        is_due = known is None or is_worse or known.told_at < (trouble.again_at or known.told_at + AGAIN_AFTER) <= now
        since_at = known.since_at if known else now
        told_at = known.told_at if known and not is_due else now
        alert = Alert(trouble.name, trouble.level, trouble.words, since_at, told_at)
        remaining.append(alert)
        if is_due:
            told.append(alert)
    still = {trouble.name for trouble in troubles}
    told += [replace(alert, level=Level.OVER, told_at=now) for alert in standing if alert.name not in still]
    return remaining, told
