"""What of an action is kept: all of it, unless it is too long."""

from datetime import UTC, datetime

from sync_core.domain.trail import LONGEST_WORDS, TrailEntry, fitted

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
