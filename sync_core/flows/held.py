"""What waits for a person, over all resources: page by page, or one with how both sides look."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sync_core.domain.appointment import AppointmentKey
from sync_core.domain.identity import PairId
from sync_core.domain.link import Link
from sync_core.domain.profile import Participation, Profile
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import (
    Address,
    Cursor,
    Family,
    Held,
    LinkRow,
    Row,
    Todo,
    TodoReason,
)
from sync_core.flows.accept import WEBHOOKS
from sync_core.flows.cases import key_of_pair
from sync_core.flows.claiming import calendars_of
from sync_core.flows.held_words import (
    HeldKind,
    Judgement,
    Told,
    tell_calendar,
    tell_mailbox,
    tell_rejected,
    tell_row,
)
from sync_core.flows.profiles import profile_in
from sync_core.ports import Pending, Ports

MAILBOX = "~mailbox"
CALENDAR = "~calendar."
JUDGED_BY = {Judgement.RELEASE: TodoReason.RELEASE, Judgement.REJECT: TodoReason.REJECT}


@dataclass(frozen=True, slots=True)
class HeldView:
    """One that is held. `resource` is None where it belongs to none; `subject` names it there.

    `verdicts` are the answers that it takes now: none once it was judged and that is not carried out yet.
    `pair` is the one that waits, `about` the one that it concerns.
    """

    resource: ResourceId | None
    subject: str
    told: Told
    since_at: datetime
    verdicts: tuple[Judgement, ...]
    pair: PairId | None = None
    about: PairId | None = None
    appointment: AppointmentKey | None = None

    @property
    def mark(self) -> str:
        """What orders those of one instant, and is short enough to be told."""
        return hashlib.sha256(self.subject.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which are to be seen: all that fit everything that is named."""

    resource: ResourceId | None = None
    kind: HeldKind | None = None
    reason: str = ""
    since_at: datetime | None = None

    def fits(self, view: HeldView) -> bool:
        return (
            (self.resource is None or view.resource == self.resource)
            and (self.kind is None or view.told.kind is self.kind)
            and (not self.reason or view.told.reason == self.reason)
            and (self.since_at is None or view.since_at >= self.since_at)
        )

    @property
    def may_be_of_none(self) -> bool:
        """May what belongs to no resource be among them?"""
        return self.resource is None and self.kind in (None, HeldKind.WEBHOOK, HeldKind.UNREADABLE)


async def held_of(ports: Ports, resource: ResourceId) -> list[HeldView]:
    """All that is held of one resource, the oldest first, by one range query and one look at the links concerned."""
    if resource == WEBHOOKS:
        return []
    pending = await ports.rows.read_pending(resource)
    views = await _with_appointments(ports, resource, views_of(resource, pending, ports.clock.now()))
    return sorted(views, key=lambda view: (view.since_at, view.mark))


def views_of(resource: ResourceId, pending: Pending, now: datetime) -> list[HeldView]:
    """What is held of one resource, as its pending rows tell."""
    judged = {todo.pair for todo in judging(pending.rows)}
    views: list[HeldView] = []
    for row in pending.rows:
        if isinstance(row, Held):
            told = tell_row(row)
            verdicts = () if row.pair is not None and row.pair in judged else told.takes
            about = row.pair or row.about
            key = key_of_pair(about) if about is not None else None
            views.append(HeldView(resource, row.subject, told, row.since_at, verdicts, row.pair, about, key))
    profile = profile_in(pending)
    if profile is not None and profile.participation in (Participation.ACTIVE, Participation.LEAVING):
        views += _of_the_mailbox(profile, now)
        views += [_of_a_calendar(profile, cursor, now) for cursor in refusing(profile, pending.rows)]
    return views


def judging(rows: Iterable[Row]) -> list[Todo]:
    """What an admin said to pairs and is not carried out yet."""
    return [row for row in rows if isinstance(row, Todo) and row.reason in JUDGED_BY.values()]


def refusing(profile: Profile, rows: Iterable[Row]) -> list[Cursor]:
    """Where reading would resume in calendars of the resource that refuse us."""
    named = calendars_of(profile)
    return [row for row in rows if isinstance(row, Cursor) and row.refused_since is not None and row.calendar in named]


def subject_of(cursor: Cursor) -> str:
    """What names a calendar that refuses us among all that is held of its resource."""
    place = "\x1f".join((cursor.calendar.mailbox, cursor.calendar.calendar))
    return f"{CALENDAR}{hashlib.sha256(place.encode()).hexdigest()[:16]}"


def _of_the_mailbox(profile: Profile, now: datetime) -> list[HeldView]:
    search = profile.mailbox
    if search.again_at is None or profile.participation is not Participation.ACTIVE:
        return []
    told = tell_mailbox(profile)
    return [HeldView(profile.resource, MAILBOX, told, search.since_at or min(search.again_at, now), told.takes)]


def _of_a_calendar(profile: Profile, cursor: Cursor, now: datetime) -> HeldView:
    main = profile.main_calendar
    told = tell_calendar(cursor, is_main=main is not None and main.ref == cursor.calendar)
    waits = cursor.next_try_at is not None and cursor.next_try_at > now
    since_at = cursor.refused_since or now
    return HeldView(profile.resource, subject_of(cursor), told, since_at, told.takes if waits else ())


def rejected_view(held: Held) -> HeldView:
    """What is held of no resource."""
    told = tell_rejected(held)
    return HeldView(None, held.subject, told, held.since_at, told.takes)


async def find_held(ports: Ports, resource: ResourceId | None, subject: str) -> HeldView | None:
    """One that is held; None where it is not, or not any more."""
    if resource is None:
        found = await ports.rows.get(WEBHOOKS, [(Family.HELD, subject)])
        return next((rejected_view(row) for row in found.values() if isinstance(row, Held)), None)
    views = await held_of(ports, resource)
    return next((view for view in views if view.subject == subject), None)


async def links_of(ports: Ports, resource: ResourceId, views: Sequence[HeldView]) -> dict[PairId, Link]:
    """The links of the pairs that these are about."""
    addresses: list[Address] = [(Family.LINK, pair) for pair in dict.fromkeys(view.about for view in views) if pair]
    rows = await ports.rows.get(resource, addresses) if addresses else {}
    return {row.link.pair: row.link for row in rows.values() if isinstance(row, LinkRow)}


async def _with_appointments(ports: Ports, resource: ResourceId, views: Sequence[HeldView]) -> list[HeldView]:
    """Say whose appointment it is where the pair's name does not."""
    links = await links_of(ports, resource, [view for view in views if view.appointment is None])
    return [
        replace(view, appointment=links[view.about].appointment)
        if view.appointment is None and view.about is not None and view.about in links
        else view
        for view in views
    ]
