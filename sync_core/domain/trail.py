"""The trail: what admins did, one entry per action and target, kept apart from what runs did."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sync_core.domain.resource import ResourceId

Words = Mapping[str, Any]
# That somebody was erased has to stay on record when their words go.
ERASURE = "eraseResource"
# In UTF-16 units, as storage counts: two sides of it fit a row twice over, and a template is 20,000.
LONGEST_WORDS = 100_000


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """Who did what, when, to what. `what` is the operation's id, `who` an object id, `unique` sets one instant's apart.

    `before` and `after` name what differs, None where there was nothing. `is_begun` while the action is under way, and
    for good where a crash or silent storage came between: then it may have been carried out, in part or as a whole.
    """

    at: datetime
    unique: str
    who: str
    what: str
    target: str
    resource: ResourceId | None = None
    before: Words | None = None
    after: Words | None = None
    is_begun: bool = False

    @property
    def tells_words(self) -> bool:
        """Does it hold words that go when its resource is erased?"""
        return self.what != ERASURE and (self.before is not None or self.after is not None)


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which entries are wanted: from `begin_at` up to but not including `end_at`, by whom, on which resource."""

    begin_at: datetime | None = None
    end_at: datetime | None = None
    who: str | None = None
    resource: ResourceId | None = None

    def fits(self, entry: TrailEntry) -> bool:
        """Is it one of these?"""
        return (
            (self.begin_at is None or entry.at >= self.begin_at)
            and (self.end_at is None or entry.at < self.end_at)
            and self.who in (None, entry.who)
            and self.resource in (None, entry.resource)
        )


def blanked(entry: TrailEntry) -> TrailEntry:
    """The entry without what was before and after."""
    return replace(entry, before=None, after=None)


def fitted(words: Words | None) -> Words | None:
    """The words, the longest members told by their length alone where all together would be too long to keep."""
    if words is None or (length := _length(words)) <= LONGEST_WORDS:
        return words
    kept = dict(words)
    for name in sorted(words, key=lambda name: _length(words[name]), reverse=True):
        if length <= LONGEST_WORDS:
            break
        of_one = _length(words[name])
        kept[name] = {"tooLongToKeep": of_one}
        length -= of_one
    return kept


def _length(words: Any) -> int:
    return len(json.dumps(words, ensure_ascii=False, default=str).encode("utf-16-le", "surrogatepass")) // 2
