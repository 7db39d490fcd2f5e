"""What of an action is kept: all of it, unless it is too long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sync_core.domain.resource import ResourceId
from sync_core.domain.trail import LONGEST_WORDS, TrailEntry, TrailFilter, blanked, fitted

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_words_that_fit_are_kept_as_they_are() -> None:
    words = {"body_template": "x" * 20_000, "rules": [{"name": "ä", "goes_up": True}], "zone": None}
    assert fitted(words) == words
    assert fitted(None) is None


def test_of_words_that_do_not_fit_the_longest_are_told_by_their_length() -> None:
    words = {"zone": "UTC", "body_template": "x" * LONGEST_WORDS, "rules": "y" * (LONGEST_WORDS // 2)}
    assert fitted(words) == {**words, "body_template": {"tooLongToKeep": LONGEST_WORDS + 2}}
    assert words["body_template"] == "x" * LONGEST_WORDS


def test_an_action_that_names_nothing_tells_no_words() -> None:
    entry = TrailEntry(NOON, "1", "ada", "syncResource", "/resources/anna")
    assert not entry.tells_words
    assert not TrailEntry(NOON, "1", "ada", "eraseResource", "/resources/anna", after={"state": "done"}).tells_words
    assert TrailEntry(NOON, "1", "ada", "putResource", "/resources/anna", after={}).tells_words


def test_beyond_what_had_to_go_everything_stays() -> None:
    words = {"rules": "y" * (LONGEST_WORDS // 2), "body_template": "x" * (LONGEST_WORDS // 2), "zone": "UTC"}
    kept = fitted(words)
    assert kept is not None
    assert sorted(name for name in words if kept[name] != words[name]) == ["rules"]


def test_an_entry_of_many_members_is_cut_until_it_fits_or_nothing_is_left_to_cut() -> None:
    words = {str(number): "z" for number in range(LONGEST_WORDS // 4)}
    kept = fitted(words)
    assert kept is not None
    assert all(value == {"tooLongToKeep": 3} for value in kept.values())


def test_a_filter_takes_the_beginning_of_its_time_and_not_its_end() -> None:
    entry = TrailEntry(NOON, "1", "ada", "putResource", "/resources/anna", ResourceId("anna"))
    minute = timedelta(minutes=1)
    assert TrailFilter().fits(entry)
    assert TrailFilter(NOON, NOON + minute, "ada", ResourceId("anna")).fits(entry)
    for wanted in (
        TrailFilter(begin_at=NOON + minute),
        TrailFilter(end_at=NOON),
        TrailFilter(who="ben"),
        TrailFilter(resource=ResourceId("ben")),
    ):
        assert not wanted.fits(entry)


def test_what_is_blanked_still_tells_who_did_what_and_when() -> None:
    entry = TrailEntry(
        NOON, "1", "ada", "putResource", "/resources/anna", ResourceId("anna"), {"name": "A"}, {"name": "B"}
    )
    assert blanked(entry) == replace(entry, before=None, after=None)
    assert not blanked(entry).tells_words
