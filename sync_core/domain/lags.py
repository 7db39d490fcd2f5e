"""How long changes took, counted in fixed buckets by the hour, so that many rows are added up into one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

# Upper ends in seconds; what took longer falls into one more bucket. Rows are stored with these: only ever append.
BOUNDS = (0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 900, 3600)
HOURS_KEPT = 24
Counts = tuple[int, ...]
NO_COUNTS: Counts = (0,) * (len(BOUNDS) + 1)
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Lags:
    """Counts per bucket for each hour in which there were any, oldest first; an hour is numbered from the epoch."""

    hours: tuple[tuple[int, Counts], ...] = ()


@dataclass(frozen=True, slots=True)
class Spread:
    """Half and nearly all took no longer than these; None where nothing was counted."""

    count: int = 0
    p50: timedelta | None = None
    p95: timedelta | None = None


NO_LAGS = Lags()
NONE_COUNTED = Spread()


def count_lags(lags: Lags, lengths: Sequence[timedelta], at: datetime) -> Lags:
    """Count more lengths under the hour of `at`, and drop the hours that are over a day old."""
    if not lengths:
        return lags
    hour, oldest = _hour_of(at), _hour_of(at) - HOURS_KEPT
    counted = {number: counts for number, counts in lags.hours if number > oldest}
    now = list(counted.get(hour, NO_COUNTS))
    for length in lengths:
        now[_bucket_of(length)] += 1
    counted[hour] = tuple(now)
    return Lags(tuple(sorted(counted.items())))


def counts_within(lags: Lags, at: datetime, hours: int = HOURS_KEPT) -> Counts:
    """The counts of the last so many hours, the present one among them."""
    oldest = _hour_of(at) - hours
    return add_counts(counts for number, counts in lags.hours if number > oldest)


def add_counts(many: Iterable[Counts]) -> Counts:
    """The sum of counts, bucket by bucket."""
    kept = list(many)
    return tuple(map(sum, zip(*kept, strict=True))) if kept else NO_COUNTS


def spread_of(counts: Counts) -> Spread:
    """Estimate the quantiles of counts, as if lengths lay evenly within a bucket."""
    return Spread(sum(counts), _quantile(counts, 0.5), _quantile(counts, 0.95))


def _quantile(counts: Counts, share: float) -> timedelta | None:
    rank, passed = sum(counts) * share, 0
    for (low, high), count in zip(pairwise((0.0, *BOUNDS)), counts, strict=False):
        if count and passed + count >= rank:
            return timedelta(seconds=low + (high - low) * (rank - passed) / count)
        passed += count
    # Beyond the last bound nothing is known but that.
    return timedelta(seconds=BOUNDS[-1]) if rank else None


def _bucket_of(length: timedelta) -> int:
    seconds = length.total_seconds()
    return next((index for index, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))


def _hour_of(instant: datetime) -> int:
    return int(instant.timestamp()) // _HOUR
