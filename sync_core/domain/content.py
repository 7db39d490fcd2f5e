"""What both sides can carry, normalised, so that only a difference in meaning is a difference."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from html import unescape

from sync_core.domain.cutting import cut_html, cut_line
from sync_core.domain.timespan import Span, TimeSpan

SUBJECT_LIMIT = 255
LOCATION_LIMIT = 255
BODY_LIMIT = 8_000


class ShowAs(StrEnum):
    FREE = "free"
    TENTATIVE = "tentative"
    BUSY = "busy"
    OOF = "oof"
    WORKING_ELSEWHERE = "workingElsewhere"
    UNKNOWN = "unknown"


class Sensitivity(StrEnum):
    NORMAL = "normal"
    PERSONAL = "personal"
    PRIVATE = "private"
    CONFIDENTIAL = "confidential"


class Importance(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Field(StrEnum):
    """One unit of change; time is one field, since half a move is no move."""

    TIME = "time"
    SUBJECT = "subject"
    LOCATION = "location"
    BODY = "body"
    SHOW_AS = "show_as"
    SENSITIVITY = "sensitivity"
    IMPORTANCE = "importance"
    CATEGORIES = "categories"
    REMINDER = "reminder"


ALL_FIELDS = frozenset(Field)
TEXT_FIELDS = frozenset({Field.SUBJECT, Field.LOCATION, Field.BODY})
# What an event that was born in Outlook shows on the board; nothing else of it leaves the mailbox.
DOWN_FIELDS = frozenset({Field.TIME, Field.SUBJECT, Field.SHOW_AS, Field.SENSITIVITY})


@dataclass(frozen=True, slots=True)
class Content:
    """The fields both sides can carry. `reminder_minutes` None means no reminder."""

    span: Span
    subject: str = ""
    location: str = ""
    body: str = ""
    show_as: ShowAs = ShowAs.BUSY
    sensitivity: Sensitivity = Sensitivity.NORMAL
    importance: Importance = Importance.NORMAL
    categories: tuple[str, ...] = ()
    reminder_minutes: int | None = None


_ATTRIBUTE = {
    Field.TIME: "span",
    Field.SUBJECT: "subject",
    Field.LOCATION: "location",
    Field.BODY: "body",
    Field.SHOW_AS: "show_as",
    Field.SENSITIVITY: "sensitivity",
    Field.IMPORTANCE: "importance",
    Field.CATEGORIES: "categories",
    Field.REMINDER: "reminder_minutes",
}

_TAG = re.compile(r"<(style|script|head)\b.*?</\1>|<[^>]+>", re.IGNORECASE | re.DOTALL)
_SPACE = re.compile(r"\s+")
# What no line of text means and no XML carries; half of a surrogate pair cannot even be sent.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", _CONTROL.sub("", text))


def _line(text: str, limit: int) -> str:
    return cut_line(_SPACE.sub(" ", _clean(text)).strip(), limit)


def _page(text: str) -> str:
    # Taking something out may bring letters together that compose.
    return unicodedata.normalize("NFC", cut_html(_clean(text).replace("\r\n", "\n").strip(), BODY_LIMIT)).strip()


def normalise(content: Content) -> Content:
    """Bring a content into the one form that is stored, sent and compared.

    Control characters go; over-long text is cut with a mark: lines to `SUBJECT_LIMIT` and `LOCATION_LIMIT` UTF-16
    units, a body to `BODY_LIMIT` characters of HTML.
    """
    return replace(
        content,
        subject=_line(content.subject, SUBJECT_LIMIT),
        location=_line(content.location, LOCATION_LIMIT),
        body=_page(content.body),
        categories=tuple(sorted({line for name in content.categories if (line := _line(name, SUBJECT_LIMIT))})),
    )


def _plain(text: str) -> str:
    """The words of a text without markup and spacing: servers wrap and rewrap, which is handwriting, not an edit.

    All spacing goes, because a server that tells a body as text drops a tag where another would leave a gap.
    """
    return _SPACE.sub("", unescape(_TAG.sub("", text)))


def _meaning(content: Content, field: Field) -> object:
    value = getattr(content, _ATTRIBUTE[field])
    return _plain(value) if field is Field.BODY else value


def differing(one: Content, other: Content, among: Iterable[Field] = ALL_FIELDS) -> frozenset[Field]:
    """The fields in which two normalised contents differ in meaning."""
    return frozenset(field for field in among if _meaning(one, field) != _meaning(other, field))


def overlay(base: Content, source: Content, fields: Iterable[Field]) -> Content:
    """`base` with the named fields taken from `source`."""
    return replace(base, **{_ATTRIBUTE[field]: getattr(source, _ATTRIBUTE[field]) for field in fields})


def only(content: Content, fields: Iterable[Field]) -> Content:
    """The named fields of a content; all others at their defaults. Time is always kept."""
    return overlay(Content(content.span), content, fields)


def fingerprint(content: Content) -> str:
    """A hash of what a normalised content means: equal exactly where `differing` finds nothing."""
    span = content.span
    days = ("t", span.start_at, span.end_at) if isinstance(span, TimeSpan) else ("d", span.start_on, span.end_on)
    rest = tuple(_meaning(content, field) for field in Field if field is not Field.TIME)
    return hashlib.sha256(repr((tuple(str(part) for part in days), rest)).encode()).hexdigest()[:32]
