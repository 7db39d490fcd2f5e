"""What both sides can carry, normalised, so that only a difference in meaning is a difference."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from html import unescape

from sync_core.domain.timespan import Span, TimeSpan

SUBJECT_LIMIT = 255
LOCATION_LIMIT = 255
BODY_LIMIT = 8_000
CUT_MARK = " […]"


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


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - len(CUT_MARK)].rstrip() + CUT_MARK


def _line(text: str, limit: int) -> str:
    return _cut(_SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip(), limit)


def normalise(content: Content) -> Content:
    """Bring a content into the one form that is stored, sent and compared; over-long text is cut with a mark."""
    return replace(
        content,
        subject=_line(content.subject, SUBJECT_LIMIT),
        location=_line(content.location, LOCATION_LIMIT),
        body=_cut(unicodedata.normalize("NFC", content.body).replace("\r\n", "\n").strip(), BODY_LIMIT),
        categories=tuple(sorted({_line(name, SUBJECT_LIMIT) for name in content.categories if name.strip()})),
    )


def _plain(text: str) -> str:
    """The words of a text without markup and spacing: servers wrap and rewrap, which is handwriting, not an edit."""
    return _SPACE.sub(" ", unescape(_TAG.sub(" ", text))).strip()


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
