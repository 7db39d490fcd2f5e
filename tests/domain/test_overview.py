"""An overview row tells how a resource stands, how long changes took, and how far reading anew has come."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sync_core.domain.lags import NO_LAGS, add_counts, count_lags, counts_within, spread_of
from sync_core.domain.overview import Overview, Progress, Ran, Snapshot, State, is_news, lengths, note, stand
from sync_core.domain.resource import ResourceId

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADA = ResourceId("ada")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def snapshot(state: State = State.ACTIVE, waiting: int = 0, paired: int = 0, *, anew: bool = False) -> Snapshot:
    return Snapshot(ADA, "Ada", state, waiting=waiting, paired=paired, is_reading_anew=anew)


def ran(at: datetime = NOON, *, anew: bool = False, **more: int) -> Ran:
    return Ran(at, "whole", had_lease=True, was_reading_anew=anew, **more)  # type: ignore[arg-type]


def test_of_nothing_no_quantile_is_told() -> None:
    spread = spread_of(counts_within(NO_LAGS, NOON))
    assert (spread.count, spread.p50, spread.p95) == (0, None, None)
    assert count_lags(NO_LAGS, [], NOON) is NO_LAGS


def test_quantiles_lie_in_the_bucket_of_their_rank() -> None:
    lags = count_lags(NO_LAGS, [*[SECOND * 0.4] * 90, *[SECOND * 45] * 10], NOON)
    spread = spread_of(counts_within(lags, NOON))
    assert spread.count == 100
    assert spread.p50 is not None
    assert 0.25 <= spread.p50.total_seconds() <= 0.5
    assert spread.p95 == SECOND * 45


def test_what_took_longer_than_the_last_bound_is_told_as_at_least_that() -> None:
    lags = count_lags(NO_LAGS, [HOUR * 30], NOON)
    assert spread_of(counts_within(lags, NOON)).p95 == HOUR


def test_a_length_on_a_bound_belongs_below_it() -> None:
    assert count_lags(NO_LAGS, [SECOND * 2], NOON) == count_lags(NO_LAGS, [SECOND * 1.5], NOON)
    assert count_lags(NO_LAGS, [SECOND * 2], NOON) != count_lags(NO_LAGS, [SECOND * 2.1], NOON)


def test_an_hour_counts_for_a_day_and_is_dropped_with_the_next_count_after_it() -> None:
    lags = count_lags(NO_LAGS, [SECOND], NOON)
    assert sum(counts_within(lags, NOON + 23 * HOUR)) == 1
    assert sum(counts_within(lags, NOON + 24 * HOUR)) == 0
    assert sum(counts_within(lags, NOON + 2 * HOUR, hours=2)) == 0
    later = count_lags(count_lags(lags, [SECOND], NOON + 23 * HOUR), [SECOND], NOON + 24 * HOUR)
    assert len(later.hours) == 2
    assert sum(counts_within(later, NOON + 24 * HOUR)) == 2


def test_adding_up_the_counts_of_two_is_counting_both_in_one() -> None:
    ones, others = [SECOND, SECOND * 7], [SECOND * 9, HOUR, HOUR * 2]
    one, other = count_lags(NO_LAGS, ones, NOON), count_lags(NO_LAGS, others, NOON - HOUR)
    both = count_lags(count_lags(NO_LAGS, ones, NOON), others, NOON)
    added = add_counts([counts_within(one, NOON), counts_within(other, NOON)])
    assert added == counts_within(both, NOON)


def test_a_change_that_was_known_before_the_resource_took_part_is_measured_from_when_it_did() -> None:
    took = ((NOON - 9 * HOUR, NOON + SECOND), (NOON, NOON + MINUTE), (NOON + MINUTE, NOON))
    assert lengths(took, NOON) == [SECOND, MINUTE, timedelta(0)]
    assert lengths(took[:1], None) == [9 * HOUR + SECOND]


def test_a_resource_is_active_since_it_began_to_take_part_and_anew_after_a_pause() -> None:
    first = stand(None, snapshot(), NOON)
    assert first.active_since_at == NOON
    assert stand(first, snapshot(State.HELD), NOON + HOUR).active_since_at == NOON
    paused = stand(first, snapshot(State.PAUSED), NOON + HOUR)
    assert paused.active_since_at is None
    assert stand(paused, snapshot(), NOON + 2 * HOUR).active_since_at == NOON + 2 * HOUR


def test_a_run_is_noted_with_when_it_last_changed_anything_and_what_it_took() -> None:
    took = ((NOON - MINUTE, NOON),)
    before = stand(None, snapshot(), NOON - HOUR)
    first = note(before, snapshot(), Ran(NOON, "whole", written=1, took_up=took, took_down=took * 2, notified_at=NOON))
    assert (first.last_run_at, first.last_change_at, first.last_notified_at) == (NOON, NOON, NOON)
    assert (sum(counts_within(first.lag_up, NOON)), sum(counts_within(first.lag_down, NOON))) == (1, 2)
    second = note(first, snapshot(), ran(NOON + HOUR))
    assert (second.last_run_at, second.last_change_at, second.last_notified_at) == (NOON + HOUR, NOON, NOON)
    third = note(second, snapshot(), ran(NOON + 2 * HOUR, changes=1))
    assert third.last_change_at == NOON + 2 * HOUR


def test_a_run_that_found_nothing_to_do_is_no_news_unless_something_else_is_otherwise() -> None:
    row = note(None, snapshot(), ran())
    again = note(row, snapshot(), Ran(NOON + HOUR, "whole", notified_at=NOON))
    assert again != row
    assert not is_news(row, again, had_lease=False)
    assert is_news(row, again, had_lease=True)
    assert is_news(None, row, had_lease=False)
    assert is_news(row, note(row, snapshot(), Ran(NOON + HOUR, "no answer")), had_lease=False)


def test_held_pairs_are_counted_over_all_reasons() -> None:
    assert Overview(ADA, "Ada", State.ACTIVE, held=(("one", 2), ("other", 3))).held_count == 5


def test_the_progress_of_a_walk_is_followed_from_run_to_run_to_its_end() -> None:
    row = note(None, snapshot(paired=1000), ran())
    assert row.progress is None
    row = note(row, snapshot(paired=1000, anew=True), ran(anew=True, walked=600, written=500))
    assert row.progress == Progress(NOON, found=1000, written=500, left=400, walked=600)
    row = note(row, snapshot(State.PAUSED, paired=1000), ran(NOON + HOUR))
    assert row.progress is not None
    row = note(row, snapshot(paired=1000), ran(NOON + 2 * HOUR, anew=True, walked=400, written=399))
    progress = row.progress
    assert progress is not None
    assert (progress.found, progress.written, progress.left) == (1000, 899, 0)
    assert progress.ended_at is not None


def test_a_backfill_in_one_run_is_progress_that_has_ended() -> None:
    held = replace(snapshot(paired=97), held=(("held", 3),))
    progress = note(None, held, ran(anew=True, written=97)).progress
    assert progress == Progress(NOON, found=100, written=97, held=3, ended_at=NOON)


def test_what_waits_after_a_backfill_keeps_the_progress_open_and_what_comes_later_begins_another() -> None:
    row = note(None, snapshot(waiting=40, paired=60), ran(anew=True, written=60))
    assert row.progress is not None
    assert (row.progress.left, row.progress.ended_at) == (40, None)
    row = note(row, snapshot(paired=100), ran(NOON + MINUTE, written=40))
    ended = row.progress
    assert ended is not None
    assert (ended.found, ended.written, ended.ended_at) == (100, 100, NOON + MINUTE)
    assert note(row, snapshot(waiting=3, paired=100), ran(NOON + HOUR)).progress == ended
    again = note(row, snapshot(paired=100), ran(NOON + HOUR, anew=True, walked=100)).progress
    assert again is not None
    assert (again.since_at, again.written) == (NOON + HOUR, 0)


@pytest.mark.parametrize("state", State)
def test_only_who_takes_part_is_active_since_some_time(state: State) -> None:
    row = stand(None, snapshot(state), NOON)
    assert (row.active_since_at == NOON) is (state in (State.ACTIVE, State.HELD, State.LEAVING))


@pytest.mark.parametrize(
    ("state", "reason", "held", "may"),
    [
        (State.ACTIVE, "", (), False),
        (State.ACTIVE, "", (("held by the brake", 2),), True),
        (State.ACTIVE, "a calendar of it does not answer", (), True),
        (State.HELD, "its calendar does not answer", (), True),
        (State.LEAVING, "", (), True),
        (State.WAITING, "the pilot does not take it in", (), False),
        (State.PAUSED, "", (("held by the brake", 1),), True),
        (State.OFFBOARDED, "", (), False),
    ],
)
def test_a_row_tells_whether_anything_of_its_resource_may_be_held(
    state: State, reason: str, held: tuple[tuple[str, int], ...], may: bool
) -> None:
    assert Overview(ADA, "Ada", state, reason, held=held).has_held == may
