"""When each timer last came to its end, so that one that stands still is seen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Timer(StrEnum):
    PULL = "pull"
    RENEW = "renew"
    TIDY = "tidy"


@dataclass(frozen=True, slots=True)
class Turns:
    """The end of each timer's last turn that went well; None is never."""

    pull_at: datetime | None = None
    renew_at: datetime | None = None
    tidy_at: datetime | None = None

    def last_of(self, timer: Timer) -> datetime | None:
        return {Timer.PULL: self.pull_at, Timer.RENEW: self.renew_at, Timer.TIDY: self.tidy_at}[timer]
