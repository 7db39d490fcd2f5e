"""Take a resource out: its events kept or removed, its subscriptions and claims given back, its rows deleted."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from sync_core.domain.errors import LeaseLost, Refused
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.profile import MailboxSearch, Participation, Profile
from sync_core.domain.resource import ResourceId
from sync_core.domain.situation import bury
from sync_core.domain.stored import (
    Address,
    Announcement,
    BoardInbox,
    Cursor,
    Family,
    Held,
    LinkRow,
    OutlookInbox,
    Row,
    Todo,
)
from sync_core.flows.batches import chunked
from sync_core.flows.claiming import calendars_of
from sync_core.flows.forget import forget_blocks, forget_placements
from sync_core.flows.keep_subscriptions import keep_subscriptions
from sync_core.flows.profiles import note_profile, profile_in, ring_for, write_profile
from sync_core.flows.tenure import Tenure
from sync_core.ports import Pending, Ports

_UNFINISHED = (Announcement, BoardInbox, OutlookInbox, Todo)
_PENDING_TO_GO = (Announcement, Cursor, Held, OutlookInbox, Todo)
_INDEXES_TO_GO = (Family.BY_EVENT, Family.BY_APPOINTMENT, Family.SEEN)


class OnLeaving(StrEnum):
    """What becomes of the events we made when a resource is taken out; those kept are the worker's from then on."""

    KEEP = "keep"
    REMOVE = "remove"


async def offboard(ports: Ports, resource: ResourceId, events: OnLeaving) -> Participation:
    """Take a resource out. `REMOVE` first has the engine remove what we made on both sides; `KEEP` is done at once.

    Returns where it stands. Asking again completes what was begun, and `KEEP` ends a leaving that cannot end, since a
    mailbox answers no more. Enlisting it later begins anew.

    Raises:
        Refused: it was never enlisted.
        TryAgain: storage does not answer.
    """
    profile = await _profile_of(ports, resource)
    if profile.participation is not Participation.OFFBOARDED:
        is_done_at_once = events is OnLeaving.KEEP or profile.participation is Participation.WAITING
        wanted = Participation.OFFBOARDED if is_done_at_once else Participation.LEAVING
        choices = (await ports.tenant.read()).choices

        def change(is_now: Profile | None) -> Profile:
            return replace(is_now or profile, participation=wanted)

        written = await write_profile(ports, resource, change, choices)
        if wanted is Participation.LEAVING:
            if written.is_changed:
                await ring_for(ports, resource, "leaving")
            return Participation.LEAVING
    await clear_away(ports, resource)
    return Participation.OFFBOARDED


async def finish_leaving(ports: Ports, resource: ResourceId) -> bool:
    """Take out a resource that was leaving and has nothing of ours left; False while there is, or it is being run.

    Also ends what a crash left of an earlier one.
    """
    pending = await ports.rows.read_pending(resource)
    profile = profile_in(pending)
    if profile is None or profile.participation not in (Participation.LEAVING, Participation.OFFBOARDED):
        return False
    if profile.participation is Participation.LEAVING:
        if _is_unfinished(pending):
            return False
        await note_profile(ports, resource, _offboarded)
    return await clear_away(ports, resource)


async def clear_away(ports: Ports, resource: ResourceId) -> bool:
    """Delete what is stored of a resource that was taken out, and give back what it had; True if there was anything.

    Its profile and its journal stay, and in its inbox what the board last said: as for a resource that nobody has
    enlisted yet, since the board does not say it again. Tombstones stay for their time: a pair that is born again is
    then not taken for its earlier birth.
    """
    pending = await ports.rows.read_pending(resource)
    profile = profile_in(pending)
    if profile is None or profile.participation is not Participation.OFFBOARDED:
        return False
    if profile.is_to_be_erased:
        await forget_placements(ports, resource)  # as long as links name them
    links = await _links(ports, resource)
    # Later nothing would name them, and in them are words of the worker's own.
    await forget_blocks(ports, resource, links)
    puts, deletes = await _leftovers(ports, resource, pending, links)
    if deletes and not await _delete(ports, resource, pending, puts, deletes):
        return False
    calendars = calendars_of(profile)
    if calendars:
        await keep_subscriptions(ports, resource)  # what is not dropped now is dropped at the next full hour
    for calendar in calendars:
        await ports.claims.release(calendar, resource)
    # Last, so that after a crash the profile still names what is to be given back.
    written = await note_profile(ports, resource, _emptied)
    return written.is_changed or bool(deletes)


def _is_unfinished(pending: Pending) -> bool:
    held = {trace for row in pending.rows if isinstance(row, Held) for trace in row.rows}
    waits = any(isinstance(row, _UNFINISHED) and getattr(row, "trace", row.address) not in held for row in pending.rows)
    return waits or (pending.lease is not None and pending.lease.paired > 0)


def _offboarded(profile: Profile | None) -> Profile:
    assert profile is not None  # noqa: S101 — profiles are never removed
    if profile.participation is not Participation.LEAVING:
        return profile  # enlisted again meanwhile
    return replace(profile, participation=Participation.OFFBOARDED)


def _emptied(profile: Profile | None) -> Profile:
    assert profile is not None  # noqa: S101 — profiles are never removed
    if profile.participation is not Participation.OFFBOARDED:
        return profile
    return replace(profile, calendars=(), former=(), address="", wishes=(), mailbox=MailboxSearch(), is_enlisted=False)


async def _leftovers(
    ports: Ports, resource: ResourceId, pending: Pending, links: Sequence[Link]
) -> tuple[list[Row], list[Address]]:
    """The rows to write and the addresses to delete: what links remember of the board goes back to the inbox."""
    puts: list[Row] = []
    deletes = [row.address for row in pending.rows if isinstance(row, _PENDING_TO_GO)]
    for link in links:
        if link.condition is Condition.TOMBSTONE:
            continue
        puts += _told(link)
        if link.generation and link.event is None:
            # A later birth must not repeat the id of one whose event is gone.
            puts.append(LinkRow(bury(link, ports.clock.now())))
        else:
            deletes.append(LinkRow(link).address)
    for family in _INDEXES_TO_GO:
        deletes += [row.address for row in await _all_of(ports, resource, family)]
    return puts, deletes


async def _links(ports: Ports, resource: ResourceId) -> list[Link]:
    return [row.link for row in await _all_of(ports, resource, Family.LINK) if isinstance(row, LinkRow)]


async def _all_of(ports: Ports, resource: ResourceId, family: Family) -> list[Row]:
    found: list[Row] = []
    while rows := await ports.rows.scan(resource, (family,), found[-1].address if found else None):
        found += rows
    return found


def _told(link: Link) -> list[BoardInbox]:
    """What the board last said of a pair, be it "no longer here": something older may still be on its way."""
    if link.origin is not Origin.BOARD or link.appointment is None or not link.received:
        return []
    return [BoardInbox(link.appointment, link.received, link.board_state)]


async def _delete(
    ports: Ports, resource: ResourceId, pending: Pending, puts: list[Row], deletes: list[Address]
) -> bool:
    """Delete under the lease, what is to be kept going first; False if a run or another admin came between."""
    try:
        tenure = await Tenure.take(ports, resource, pending)
        if tenure is None:
            return False
        for chunk in chunked(ports.rows, puts, deletes):
            await tenure.commit(chunk.puts, chunk.deletes)
        await tenure.release(lease=replace(tenure.lease, deletions=(), broken_runs=0, paired=0, not_before=None))
    except LeaseLost:
        return False
    return True


async def _profile_of(ports: Ports, resource: ResourceId) -> Profile:
    profile = profile_in(await ports.rows.read_pending(resource))
    if profile is None:
        raise Refused(f"the resource {resource} is not enlisted")
    return profile
