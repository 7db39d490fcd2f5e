"""What waits for a person, in pages: only resources with something held are read, so a page costs what it shows."""

import asyncio
import base64
import json
from dataclasses import dataclass
from datetime import datetime

from sync_core.domain.errors import Refused
from sync_core.domain.overview import Overview
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Address, Family, Held
from sync_core.flows.accept import WEBHOOKS
from sync_core.flows.held import HeldView, Wanted, held_of, rejected_view
from sync_core.flows.held_words import SILENT_CALENDAR, UNUSABLE_MAILBOX
from sync_core.ports import Ports

_AT_ONCE = 8
# Where a filter passes by much, a page comes short instead of late.
_MOST_READS = 200
_SCANNED = 500


@dataclass(frozen=True, slots=True)
class HeldPage:
    """Some of what is held; `place` is where to go on, None after the last. Fewer than wanted may come before."""

    views: tuple[HeldView, ...]
    place: str | None


@dataclass(frozen=True, slots=True)
class _Place:
    """Behind which one a page begins: of a resource (with an empty `mark`: behind all of it), or of none."""

    resource: str | None
    since: str = ""
    mark: str = ""

    def is_before(self, view: HeldView) -> bool:
        return (_instant(view.since_at), view.mark) > (self.since, self.mark)


async def page_held(ports: Ports, wanted: Wanted, limit: int, place: str | None = None) -> HeldPage:
    """List what is held, resource by resource, the oldest of each first; what belongs to none comes last.

    Raises:
        Refused: the place is none that was given.
        TryAgain: storage does not answer.
    """
    pager = _Pager(ports, wanted, limit)
    at = _read(place)
    if at is None or at.resource is not None:
        await (pager.of_one(at) if wanted.resource is not None else pager.of_all(at))
        at = None
    if pager.place is None and wanted.may_be_of_none:
        await pager.of_none(at.mark if at else "")
    return HeldPage(tuple(pager.found), pager.place)


class _Pager:
    """Fills one page; `place` is set once it is full, or has cost enough."""

    def __init__(self, ports: Ports, wanted: Wanted, limit: int) -> None:
        self.ports = ports
        self.wanted = wanted
        self.limit = limit
        self.reads = 0
        self.found: list[HeldView] = []
        self.place: str | None = None

    async def of_one(self, at: _Place | None) -> None:
        resource = self.wanted.resource
        assert resource is not None  # noqa: S101 — what the caller looked at
        self._take(resource, await held_of(self.ports, resource), at)

    async def of_all(self, at: _Place | None) -> None:
        """Walk the resources, the one amid which the page before ended first."""
        after: ResourceId | None = None
        if at is not None and at.resource is not None:
            after = ResourceId(at.resource)
            if at.mark:
                self._take(after, await held_of(self.ports, after), at)
        while self.place is None:
            overviews = await self.ports.overviews.page_held(after, _AT_ONCE)
            likely = [one for one in overviews if self._may_fit(one)]
            # Side by side, but no more than are likely to be shown.
            listed = await asyncio.gather(*(held_of(self.ports, one.resource) for one in likely))
            self.reads += 1 + len(likely)
            for overview, views in zip(likely, listed, strict=True):
                self._take(overview.resource, views, None)
                if self.place is not None:
                    return
            if len(overviews) < _AT_ONCE:
                return
            after = overviews[-1].resource
            self._stop_if_costly(_Place(after))

    async def of_none(self, behind: str) -> None:
        """What lies under no resource, in the order in which it is stored: a broken sender may have filed very much."""
        after: Address | None = (Family.HELD, behind) if behind else None
        while self.place is None:
            rows = await self.ports.rows.scan(WEBHOOKS, (Family.HELD,), after, _SCANNED)
            self.reads += 1
            for row in rows:
                if isinstance(row, Held) and self.wanted.fits(view := rejected_view(row)):
                    if len(self.found) == self.limit:
                        self.place = _write(_Place(None, mark=str(after[1]) if after else ""))
                        return
                    self.found.append(view)
                after = row.address
            if len(rows) < _SCANNED:
                return
            self._stop_if_costly(_Place(None, mark=str(after[1]) if after else ""))

    def _take(self, resource: ResourceId, views: list[HeldView], at: _Place | None) -> None:
        fitting = [view for view in views if self.wanted.fits(view) and (at is None or at.is_before(view))]
        room = self.limit - len(self.found)
        self.found += fitting[:room]
        if len(fitting) > room:
            last = fitting[room - 1] if room else None
            since = _instant(last.since_at) if last else ""
            # With no room left at all, this resource begins the next page: what stands before it is behind us.
            self.place = _write(_Place(resource, since, last.mark if last else " "))

    def _may_fit(self, overview: Overview) -> bool:
        reason = self.wanted.reason
        return not reason or reason in dict(overview.held) or reason in (SILENT_CALENDAR, UNUSABLE_MAILBOX)

    def _stop_if_costly(self, place: _Place) -> None:
        if self.reads >= _MOST_READS:
            self.place = _write(place)


def _instant(at: datetime) -> str:
    """Sorts as the instant does."""
    return f"{at:%Y%m%dT%H%M%S.%f}"


def _write(place: _Place) -> str:
    # Letters beyond ASCII would take twelve each if they were escaped, and a cursor is of bounded length.
    text = json.dumps([place.resource, place.since, place.mark], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode()


def _read(text: str | None) -> _Place | None:
    if text is None:
        return None
    try:
        resource, since, mark = json.loads(
            base64.b64decode(text, b"-_", validate=True).decode("utf-8", "surrogatepass")
        )
    except (ValueError, TypeError) as error:
        raise Refused("the place to go on from is none that was given") from error
    if not (resource is None or isinstance(resource, str)) or not isinstance(since, str) or not isinstance(mark, str):
        raise Refused("the place to go on from is none that was given")
    return _Place(resource, since, mark)
