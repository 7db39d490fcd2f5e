"""Over-long text: cut where a reader's eye would, marked, and harmless to what stands behind it."""

import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_core.domain.content import BODY_LIMIT, SUBJECT_LIMIT, differing, normalise
from sync_core.domain.cutting import CUT_MARK, cut_html, cut_line, letters, units
from tests.builders import content

FAMILY = "👩‍👩‍👧‍👦"
LETTERS = [
    "a",
    "é",
    "e\u0301\u0323",
    "ש",
    "שׁ",
    "😀",
    "👍🏽",
    FAMILY,
    "❤️",
    "🇩🇪",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "क्षि",
    "ᄒ\u1161\u11ab",
    "ｶﾞ",
    " ",
]
OPENERS, ENDS = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068", "\u202c\u2069"
texts = st.text(max_size=700)
tricky = st.lists(st.sampled_from([*LETTERS, *OPENERS, *ENDS]), max_size=400).map("".join)
markup = st.lists(
    st.sampled_from(
        [
            "words ",
            "<p>",
            "</p>",
            "<b class='x>y'>",
            "</b>",
            "<br>",
            "<br/>",
            "&amp;",
            "&nbsp;",
            "<!-- > -->",
            "<",
            "&",
            "\n",
            "<table><tr>",
            "</tr></table>",
            "<td>",
            "</td>",
            "<style>p {}</style>",
            "<html><body>",
            "</body></html>",
            "😀",
        ]
    ),
    max_size=120,
).map("".join)


@given(texts | tricky)
def test_a_line_of_any_script_is_settled_and_fits(text: str) -> None:
    once = normalise(content(subject=text)).subject

    assert normalise(content(subject=once)).subject == once
    assert units(once) == len(once.encode("utf-16-le")) // 2 <= SUBJECT_LIMIT


@given(texts | tricky, st.integers(5, 60))
def test_a_line_that_fits_stays_and_a_longer_one_keeps_its_beginning(text: str, limit: int) -> None:
    cut = cut_line(text, limit)

    assert units(cut) <= limit
    if units(text) <= limit:
        assert cut == text
    else:
        assert cut.endswith(CUT_MARK)
        assert text.startswith(cut.removesuffix(CUT_MARK).rstrip(ENDS))


@pytest.mark.parametrize("letter", [letter for letter in LETTERS if letter.strip()])
@pytest.mark.parametrize("before", range(20))
def test_what_a_reader_sees_as_one_is_kept_or_left_as_one(letter: str, before: int) -> None:
    kept = cut_line("x" * before + letter * 60, 60).removesuffix(CUT_MARK)

    assert kept.replace(letter, "").strip("x") == ""


def test_a_tower_of_marks_is_cut_through() -> None:
    cut = cut_line("a" + "\u0301" * 400, 255)

    assert cut.startswith("a\u0301")
    assert cut.endswith(CUT_MARK)


def test_flags_are_never_paired_anew() -> None:
    assert cut_line("🇩🇪🇫🇷🇮🇹" * 9, 25).removesuffix(CUT_MARK) == "🇩🇪🇫🇷🇮🇹🇩🇪🇫🇷"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\u202eabc" + "d" * 50, "\u202eabcddddddddddd\u202c"),
        ("\u2067a\u202eb" + "d" * 50, "\u2067a\u202ebdddddddddd\u202c\u2069"),
        ("\u2067a\u202eb\u2069" + "d" * 50, "\u2067a\u202eb\u2069ddddddddddd"),
        ("\u202ea\u202c" + "d" * 50, "\u202ea\u202cddddddddddddd"),
        ("\u202ea\u2069\u202c" + "d" * 50, "\u202ea\u2069\u202cdddddddddddd"),
    ],
    ids=["override", "override in an isolate", "both ended by the isolate", "ended", "an end without a beginning"],
)
def test_a_direction_that_was_opened_does_not_reach_past_the_cut(text: str, kept: str) -> None:
    assert cut_line(text, 20) == kept + CUT_MARK


def test_right_to_left_text_that_fits_keeps_its_marks() -> None:
    written = "\u200fפגישה\u200f עם \u2067Ada\u2069 ב־9:00"

    assert normalise(content(subject=written, location=written)).subject == written


class Reading(HTMLParser):
    """What a browser would make of it: the elements that stay open, the words, and where the mark stands."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.unclosed: list[str] = []
        self.words = ""
        self.around_mark: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "br":
            self.unclosed.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.unclosed.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data
        if CUT_MARK.strip() in data:
            self.around_mark = list(self.unclosed)


@given(markup, st.integers(60, 200))
def test_html_fits_and_what_is_cut_is_settled(html: str, limit: int) -> None:
    cut = cut_html(html, limit)

    assert len(cut) <= limit
    assert cut_html(cut, limit) == cut
    if len(html) <= limit:
        assert cut == html


@given(markup.filter(lambda html: len(html) < 800))
def test_a_body_is_settled(html: str) -> None:
    once = normalise(content(body=html * 10))

    assert normalise(once) == once
    assert len(once.body) <= BODY_LIMIT


@pytest.mark.parametrize("limit", range(60, 140))
def test_a_body_is_cut_outside_any_tag_and_closed(limit: int) -> None:
    html = "<p>Bring <b title='a > b'>the key &amp; the &quot;lamp&quot;</b><br>and</p><p>call &lt;Ada&gt;</p>" * 3
    cut = cut_html(f"<div>{html}</div>", limit)
    seen = Reading(cut)

    assert len(cut) <= limit
    assert not seen.unclosed
    assert seen.around_mark[0] == "div"
    whole = Reading(html).words
    assert whole.startswith(seen.words.split(CUT_MARK)[0].rstrip())


def test_the_mark_does_not_stand_between_the_cells_of_a_table() -> None:
    row = "<tr><td>words of a cell</td></tr>"
    for limit in range(80, 140):
        assert not {"table", "tr"} & set(
            Reading(cut_html(f"<div><table>{row * 9}</table></div>", limit)).around_mark[-1:]
        )


def test_ends_that_are_crossed_or_without_a_beginning_are_put_right() -> None:
    assert cut_html("<b><i>one</b></i></p>" + "x" * 99, 40) == "<b><i>one</i></b>xxxxxxxxxxxxxxxxxxx" + CUT_MARK
    assert cut_html("<p/>" + "x" * 99, 20) == "<p/>xxxxxxxxxxxx" + CUT_MARK


def test_what_only_loses_ends_without_a_beginning_is_not_marked() -> None:
    assert cut_html("<p>a</p>" + "</b>" * 20, 40) == "<p>a</p>"


def test_a_text_is_told_letter_by_letter() -> None:
    for letter in LETTERS:
        assert list(letters(f"x{letter}y")) == ["x", letter, "y"]
    assert list(letters("")) == []


def test_a_page_that_a_server_wraps_around_the_words_cuts_none_of_them() -> None:
    words = "<p>" + "Bring the key. " * 532 + "</p>"
    wrapped = (
        f"<html><head>\r\n<meta charset=utf-8><title>t</title></head><!-- x --><body>\r\n{words}\r\n</body></html>"
    )
    sent = normalise(content(body=words))
    shown = normalise(content(body=wrapped))

    assert len(words) < BODY_LIMIT < len(wrapped)
    assert CUT_MARK not in shown.body
    assert not differing(sent, shown)


@pytest.mark.parametrize("unseen", ["<!-- a", "<style>a", "<title>a", "<?a", "<!a"])
def test_what_nobody_sees_goes_whether_it_ends_or_not(unseen: str) -> None:
    assert cut_html(f"<html><head><body>words{unseen}", 8) == "words"


def test_spare_line_breaks_go_before_words_do() -> None:
    assert cut_html("a<br>\n<br>\n<br>\n<br>\nb", 20) == "a<br><br>b"


def test_letters_that_come_together_by_a_cut_are_composed() -> None:
    body = normalise(content(body="e<!-- -->\u0301" + "x" * 9_000)).body

    assert body.startswith("éxx")
    assert unicodedata.is_normalized("NFC", body)


@pytest.mark.parametrize(
    "hostile",
    [
        "<a " * 30_000,
        "<a x='" * 30_000,
        '="' * 30_000,
        "<!--" * 20_000,
        "<!" * 30_000,
        "<" * 60_000,
        "</a" * 20_000,
        "&" * 60_000,
        "<a " + "=" * 60_000,
        "<style>" * 9_000,
    ],
)
@pytest.mark.timeout(10)
def test_bad_markup_is_cut_in_good_time(hostile: str) -> None:
    assert len(normalise(content(body=hostile)).body) <= BODY_LIMIT
