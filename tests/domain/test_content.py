"""Content: one normal form, and a difference only where the meaning differs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_core.domain.content import (
    ALL_FIELDS,
    BODY_LIMIT,
    DOWN_FIELDS,
    SUBJECT_LIMIT,
    Content,
    Field,
    Importance,
    Sensitivity,
    ShowAs,
    differing,
    fingerprint,
    normalise,
    only,
    overlay,
)
from sync_core.domain.cutting import CUT_MARK, units
from sync_core.domain.event import PRIVATE_SUBJECT, mask, strip_to_down
from tests.builders import content, days, event, span

texts = st.text(st.sampled_from("aé\u0065\u0301 \t\n\r\u00a0😀👩\u200d🚒\u202eשלום<b>&amp;"), max_size=600)
contents = st.builds(
    Content,
    span=st.sampled_from([span(), span("09:00", "09:00"), days(), days(0, 2)]),
    subject=texts,
    location=texts,
    body=st.sampled_from(["", "a", "<p>a</p>", "<p>a b</p>", "a\n b", "b"]),
    show_as=st.sampled_from(ShowAs),
    sensitivity=st.sampled_from(Sensitivity),
    importance=st.sampled_from(Importance),
    categories=st.lists(texts, max_size=3).map(tuple),
    reminder_minutes=st.sampled_from([None, 0, 15]),
).map(normalise)


@given(contents)
def test_normalising_twice_changes_nothing(one: Content) -> None:
    assert normalise(one) == one
    assert units(one.subject) <= SUBJECT_LIMIT
    assert units(one.location) <= SUBJECT_LIMIT


@given(contents, contents)
def test_equal_fingerprints_are_no_difference_and_the_reverse(one: Content, other: Content) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (not differing(one, other))
    assert fingerprint(one) == fingerprint(replace(one))


@given(contents, contents, st.sets(st.sampled_from(Field)))
def test_an_overlay_takes_the_named_fields_and_no_others(one: Content, other: Content, fields: set[Field]) -> None:
    mixed = overlay(one, other, fields)

    assert not differing(mixed, other, fields)
    assert not differing(mixed, one, ALL_FIELDS - fields)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Cafe\u0301", "Café"),
        ("  two\t words\u00a0here \r\n", "two words here"),
        ("👩\u200d🚒 fire", "👩\u200d🚒 fire"),
        ("שלום עולם", "שלום עולם"),
        ("x" * 255, "x" * 255),
        ("x" * 256, "x" * 251 + CUT_MARK),
        ("x" * 250 + " " + "y" * 50, "x" * 250 + CUT_MARK),
        ("😀" * 300, "😀" * 125 + CUT_MARK),
        ("a\x00b\x07 \x1b c\ud83d", "ab c"),
        ("", ""),
    ],
    ids=[
        "composed",
        "spaces",
        "joined emoji",
        "right to left",
        "just fits",
        "cut",
        "cut at a space",
        "emoji",
        "control",
        "empty",
    ],
)
def test_a_subject_is_one_line_composed_and_cut_with_a_mark(written: str, kept: str) -> None:
    assert normalise(content(subject=written)).subject == kept
    assert normalise(content(location=written)).location == kept


def test_a_body_keeps_its_lines_and_is_cut_with_a_mark() -> None:
    assert normalise(content(body=" a\r\n\r\nCafe\u0301 ")).body == "a\n\nCafé"
    cut = normalise(content(body="x" * 9_000)).body
    assert len(cut) == BODY_LIMIT
    assert cut.endswith(CUT_MARK)


def test_categories_are_a_set_of_names() -> None:
    assert normalise(content(categories=("b", " a ", "a", " "))).categories == ("a", "b")


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (
            "<p>Bring the key</p>",
            "<html><head><meta x></head><body><div>Bring\r\n the&nbsp;key</div></body></html>",
            True,
        ),
        ("a &lt; b", "<span>a &lt; b</span>", True),
        ("<style>p {color: red}</style>a", "a", True),
        ("<script>alert(1)</script>a", "a", True),
        ("<p>a</p>", "<p>b</p>", False),
        ("", "<p></p>", True),
        ("<p><a>+49 30</a>, <b>ad</b>a</p>", "+49 30, ada", True),
        ("a", "", False),
    ],
)
def test_markup_and_spacing_of_a_body_are_handwriting(one: str, other: str, is_same: bool) -> None:
    first, second = content(body=one), content(body=other)

    assert (not differing(first, second)) == is_same
    assert (fingerprint(first) == fingerprint(second)) == is_same


def test_whole_days_are_another_time_than_the_same_hours() -> None:
    assert differing(content(span=days()), content(span=span("00:00", "23:59"))) == {Field.TIME}
    assert fingerprint(content(span=days())) != fingerprint(content(span=span("00:00", "23:59")))


def test_only_the_named_fields_are_left_and_time_always() -> None:
    full = content(location="l", body="b", reminder_minutes=5, categories=("c",), show_as=ShowAs.OOF)

    assert only(full, DOWN_FIELDS) == content(show_as=ShowAs.OOF)
    assert only(full, ()) == Content(span())


@pytest.mark.parametrize("sensitivity", [Sensitivity.PRIVATE, Sensitivity.CONFIDENTIAL])
def test_a_private_event_loses_its_words_and_says_which(sensitivity: Sensitivity) -> None:
    look = Content(span(), "s", "l", "b", ShowAs.OOF, sensitivity, Importance.HIGH, ("c",), 5)
    masked = mask(event(look))

    bare = Content(span(), PRIVATE_SUBJECT, "", "", ShowAs.OOF, sensitivity, Importance.HIGH, (), 5)
    assert masked.content == bare, "what is no word is as it was, so that nobody puts it back"
    assert masked.masked == {Field.SUBJECT, Field.LOCATION, Field.BODY, Field.CATEGORIES}
    assert mask(masked) == masked


@pytest.mark.parametrize("sensitivity", [Sensitivity.NORMAL, Sensitivity.PERSONAL])
def test_an_open_event_keeps_its_words(sensitivity: Sensitivity) -> None:
    seen = event(content(sensitivity=sensitivity, body="b"))

    assert mask(seen) == seen
    assert strip_to_down(seen).content.body == ""
