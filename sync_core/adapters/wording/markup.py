"""HTML by an allow-list: what comes from the board as notes, and what leaves a template.

https://nh3.readthedocs.io/ (ammonia); Outlook shows no style sheet and runs no script, other calendars might.
"""

import re
from html import escape, unescape

import nh3

_SCHEMES = {"http", "https", "mailto", "tel"}
_TAGS = {"a", "b", "blockquote", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "i", "li", "ol", "p", "pre", "s"}
_TAGS |= {"small", "span", "strong", "sub", "sup", "u", "ul", "table", "tbody", "td", "th", "thead", "tr"}
_UNSEEN = {"head", "script", "style", "title"}
_CELL = {"colspan", "rowspan"}
_ATTRIBUTES = {"*": {"dir", "lang"}, "a": {"href"}, "td": _CELL, "th": _CELL}
# None of these can name an address to fetch.
_STYLES = {
    "background-color",
    "border",
    "border-bottom",
    "border-color",
    "border-left",
    "border-radius",
    "border-right",
}
_STYLES |= {"border-top", "color", "display", "font-family", "font-size", "font-style", "font-weight", "line-height"}
_STYLES |= {"margin", "margin-bottom", "margin-top", "max-width", "padding", "text-align", "text-decoration"}
_STYLES |= {"vertical-align", "white-space", "width"}

_NOTES = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_UNSEEN,
    attributes=_ATTRIBUTES,
    url_schemes=_SCHEMES,
    url_relative="deny",
    link_rel=None,
)
_BODY = nh3.Cleaner(
    tags=_TAGS | {"hr", "img"},
    clean_content_tags=_UNSEEN,
    attributes={**_ATTRIBUTES, "*": {"dir", "lang", "style"}, "img": {"alt", "height", "src", "width"}},
    filter_style_properties=_STYLES,
    url_schemes=_SCHEMES,
    url_relative="deny",
    link_rel=None,
)
_TAG = re.compile(r"<[^>]+>")
_WORDS = nh3.Cleaner(tags=set(), clean_content_tags=_UNSEEN)


def clean_notes(text: str, *, is_html: bool) -> str:
    """The board's notes as HTML: text is escaped and keeps its lines; empty where there is not a word."""
    if not is_html:
        return "<br>\n".join(escape(line, quote=False) for line in text.strip().splitlines())
    return _NOTES.clean(text).strip() if words_of_html(text) else ""


def clean_body(html: str) -> str:
    """What a template made, without what a calendar should not be told to do; empty where it shows nothing."""
    clean = _BODY.clean(html).strip()
    return clean if "<img " in clean or unescape(_TAG.sub("", clean)).strip() else ""


def words_of_html(html: str) -> str:
    """The words of an HTML text."""
    return unescape(_WORDS.clean(html)).strip()
