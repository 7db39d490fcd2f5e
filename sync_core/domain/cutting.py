"""Cutting over-long text where a reader's eye would: never through a letter, an emoji, a tag or an entity.

https://www.unicode.org/reports/tr29/ (what belongs together) and tr9/ (which way it runs); Outlook counts UTF-16 units.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate, takewhile
from typing import NamedTuple

CUT_MARK = " […]"
# A letter under a tower of marks is cut through: Unicode's own limit for text in a stream is 30.
_LONGEST = 64

_JOINER = "\u200d"
_VIRAMA = 9
_OPENED_BY = dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c") | dict.fromkeys("\u2066\u2067\u2068", "\u2069")
_ISOLATE_END = "\u2069"

# Of two readings of a quote the first counts for good (`?>`), or bad markup could be read in exponentially many ways.
_TOKEN = re.compile(
    r"""(?P<unseen><!--.*?(?:-->|\Z)|<(?P<inside>style|script|title)\b.*?(?:</(?P=inside)\s*>|\Z)|<[!?][^>]*(?:>|\Z))
    |</(?P<ends>[a-z][\w:-]*)[^<>]*>
    |<(?P<starts>[a-z][\w:-]*)(?P<rest>(?>=\s*(?:"[^"]*"|'[^']*')|[^<>])*+)>
    |(?P<entity>&\#?\w{1,31};)
    |(?P<text>[^<&]+|[<&])""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_SPACE = re.compile(r"\s+")
_WRAPPING = frozenset({"html", "head", "body", "meta", "link", "base"})
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "source", "track", "wbr"})
# No text may stand directly in one of these: a browser would carry the mark out of it, to the front.
_FRAMES = frozenset({"table", "thead", "tbody", "tfoot", "tr", "colgroup", "select"})


def units(text: str) -> int:
    """How many UTF-16 units a text takes, which is what Outlook counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut_line(text: str, limit: int) -> str:
    """Cut a line to so many UTF-16 units, the mark included; one that fits stays as it is.

    A direction that was opened before the cut is closed there, so that it does not turn what stands behind.
    """
    if units(text) <= limit:
        return text
    kept, closers = _fit(text, limit - units(CUT_MARK))
    return kept.rstrip() + closers + CUT_MARK


def cut_html(html: str, limit: int) -> str:
    """Cut HTML to so many characters, the mark inside and every element closed; what fits stays as it is.

    What is too long first loses what nobody sees: the page around the words, comments and spare line breaks. A server
    adds these, and must not thereby push a text over the edge that was sent within it.
    """
    if len(html) <= limit:
        return html
    tokens = list(_tokens(html))
    bare = "".join(token.raw for token in tokens)
    return bare if len(bare) <= limit else _cut_tokens(tokens, limit)


class _Token(NamedTuple):
    """A piece of markup or text; `opens` and `closes` name an element."""

    raw: str
    is_text: bool = False
    opens: str = ""
    closes: str = ""


def _tokens(html: str) -> Iterator[_Token]:
    breaks = 0
    for match in _TOKEN.finditer(html):
        raw = match[0]
        name = (match["starts"] or match["ends"] or "").lower()
        if match["unseen"] or name in _WRAPPING:
            continue
        if match["text"]:
            raw = _SPACE.sub(" ", raw)
            raw = raw.lstrip() if breaks else raw
            if not raw:
                continue
        breaks = breaks + 1 if name == "br" else 0
        if breaks > 2:
            continue
        if match["ends"]:
            yield _Token(raw, closes=name)
        elif match["starts"] and name not in _VOID and not match["rest"].endswith("/"):
            yield _Token(raw, opens=name)
        else:
            yield _Token(raw, is_text=bool(match["text"]))


def _cut_tokens(tokens: list[_Token], limit: int) -> str:
    kept: list[str] = []
    unclosed: list[str] = []
    room = limit - len(CUT_MARK)
    for token in tokens:
        if token.closes:
            # Its place was set aside when it was opened; an end without a beginning means nothing.
            while token.closes in unclosed:
                name = unclosed.pop()
                kept.append(_end(name))
                if name == token.closes:
                    break
            continue
        cost = len(token.raw) + (len(_end(token.opens)) if token.opens else 0)
        if cost > room:
            if token.is_text:
                kept.append("".join(_fit(token.raw, room)))
            return _marked("".join(kept).rstrip(), unclosed)
        room -= cost
        kept.append(token.raw)
        if token.opens:
            unclosed.append(token.opens)
    return "".join(kept) + "".join(_end(name) for name in reversed(unclosed))


def _marked(text: str, unclosed: list[str]) -> str:
    while unclosed and unclosed[-1] in _FRAMES:
        text += _end(unclosed.pop())
    return text + CUT_MARK + "".join(_end(name) for name in reversed(unclosed))


def _end(name: str) -> str:
    return f"</{name}>"


class _Kept(NamedTuple):
    """A beginning: its length, its UTF-16 units, and what closes the directions it opened, innermost first."""

    length: int = 0
    units: int = 0
    closers: str = ""


def _fit(text: str, room: int) -> tuple[str, str]:
    """As many whole letters as there is room for, in UTF-16 units, and what closes the directions they opened."""
    beginnings = accumulate(letters(text), _grow, initial=_Kept())
    *_, kept = takewhile(lambda beginning: beginning.units + len(beginning.closers) <= room, beginnings)
    return text[: kept.length], kept.closers


def _grow(kept: _Kept, letter: str) -> _Kept:
    closers = kept.closers
    for character in letter:
        if character in _OPENED_BY:
            closers = _OPENED_BY[character] + closers
        elif character == _ISOLATE_END:
            # It ends whatever was opened inside it, too.
            closers = closers[closers.find(character) + 1 :]
        else:
            closers = closers.removeprefix(character)
    return _Kept(kept.length + len(letter), kept.units + units(letter), closers)


def letters(text: str) -> Iterator[str]:
    """Yield what a reader sees as one: a letter with its marks, a joined emoji, a flag, a syllable."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or place - start >= _LONGEST or not _is_one(text, start, place):
            yield text[start:place]
            start = place


def _is_one(text: str, start: int, place: int) -> bool:
    """Does the character at `place` belong to the letter that began at `start`?"""
    before, here = text[place - 1], text[place]
    if unicodedata.category(here) in ("Mn", "Mc", "Me") or here in "\u200c\u200d\uff9e\uff9f":
        return True
    if "\U0001f3fb" <= here <= "\U0001f3ff" or "\U000e0020" <= here <= "\U000e007f":
        return True
    if "\u1160" <= here <= "\u11ff" or "\ud7b0" <= here <= "\ud7ff":
        return True
    if _is_flag_half(here):
        return place - start == 1 and _is_flag_half(before)
    is_conjunct = unicodedata.combining(before) == _VIRAMA and unicodedata.category(here) == "Lo"
    return before == _JOINER or is_conjunct


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
