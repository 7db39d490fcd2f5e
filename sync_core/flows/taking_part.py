"""Have a resource take part, rest, go on, be read at once, or be taken off the list."""

from dataclasses import replace

from sync_core.domain.errors import Refused, TryAgain, VersionMoved
from sync_core.domain.profile import Participation, Profile
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Cursor, Family, Job, Lease, Row, Todo, TodoReason
from sync_core.domain.terms import Terms
from sync_core.flows.administer import enlist, request_of
from sync_core.flows.desk import terms_of
from sync_core.flows.keep_subscriptions import subscribe
from sync_core.flows.mailboxes import look_again
from sync_core.flows.offboard import clear_away
from sync_core.flows.profiles import find_profile, note_profile, profile_in, ring_for
from sync_core.flows.pull import read_board
from sync_core.flows.revise import IS_LEAVING, is_seen
from sync_core.flows.roster import note_standing
from sync_core.ports import Ports

_ROUNDS = 5
_TAKES_NO_PART = "the resource takes no part: activate it first"


async def activate(ports: Ports, resource: ResourceId, standing: Participation = Participation.ACTIVE) -> Profile:
    """Have a known resource take part: its calendars are subscribed, read and backfilled at once.

    One that takes part, or is paused, is left as it is. With the `standing` paused it waits to be resumed.

    Raises:
        Refused: it is not known, is leaving, or has no mailbox and nobody said that it needs none.
        TryAgain: directory, board or storage do not answer; asking again completes what was begun.
    """
    known = await _require(ports, resource)
    if known.participation is Participation.LEAVING:
        raise Refused(IS_LEAVING)
    if known.participation in (Participation.WAITING, Participation.OFFBOARDED):
        if not (known.is_enlisted or known.address):
            raise Refused("the resource has no mailbox: say first how it takes part, with the address of its mailbox")
        known = await enlist(ports, request_of(known), standing)
    if known.participation is Participation.ACTIVE:
        # Also for one that is active already, since a crash may have come between.
        await subscribe(ports, resource, terms_of(ports, known, (await ports.tenant.read()).choices))
    await note_standing(ports, resource)
    return known


async def pause(ports: Ports, resource: ResourceId) -> Profile:
    """Have nothing be read, decided or written for a resource; a run that is under way commits nothing more.

    Inbox, links, and walks with the place they came to stay as they are.

    Raises:
        Refused: it takes no part.
        TryAgain: storage does not answer.
    """
    choices = (await ports.tenant.read()).choices

    def change(now: Profile | None) -> Profile:
        if now is not None and now.participation is Participation.PAUSED:
            return now
        if now is None or now.participation is not Participation.ACTIVE or not terms_of(ports, now, choices).takes_part:
            raise Refused(_TAKES_NO_PART)
        return replace(now, participation=Participation.PAUSED)

    written = await note_profile(ports, resource, change)
    await note_standing(ports, resource)
    return written.after


async def resume(ports: Ports, resource: ResourceId) -> Profile:
    """Go on where a resource was paused: with what arrived, with walks where they stopped, under the terms of now.

    One that takes part is left as it is.

    Raises:
        Refused: it takes no part.
        TryAgain: board or storage do not answer; asking again completes what was begun.
    """
    choices = (await ports.tenant.read()).choices
    known = await _require(ports, resource)
    if known.participation not in (Participation.ACTIVE, Participation.PAUSED):
        raise Refused(_TAKES_NO_PART)
    terms = terms_of(ports, replace(known, participation=Participation.ACTIVE), choices)
    if not terms.takes_part:
        raise Refused(_TAKES_NO_PART)
    if known.participation is Participation.PAUSED:
        await _roll_window(ports, resource, terms)

        def change(now: Profile | None) -> Profile:
            if now is None or now.participation is not Participation.PAUSED:
                return now or known
            return replace(now, participation=Participation.ACTIVE)

        known = (await note_profile(ports, resource, change)).after
        await read_board(ports, resource, terms.window(ports.clock.now()), ports.names.fresh())
    # Also for one that goes on already, since a crash may have come between.
    await subscribe(ports, resource, terms)
    await ring_for(ports, resource, "resumed")
    await note_standing(ports, resource)
    return known


async def sync_now(ports: Ports, resource: ResourceId) -> str:
    """Ask the board and have each calendar read; look again for a mailbox. Returns the correlation id of all this.

    Raises:
        Refused: it takes no part, or is paused.
        TryAgain: directory, board or storage do not answer; the calendars are read all the same.
    """
    choices = (await ports.tenant.read()).choices
    known = await _require(ports, resource)
    terms = terms_of(ports, known, choices)
    if known.participation is Participation.PAUSED:
        raise Refused("the resource is paused: resume it first")
    if not terms.takes_part:
        raise Refused(_TAKES_NO_PART)
    correlation_id, now = ports.names.fresh(), ports.clock.now()
    try:
        if known.mailbox.again_at is not None and known.participation is Participation.ACTIVE:
            await look_again(ports, choices, known)
        await read_board(ports, resource, terms.window(now), correlation_id)
    finally:
        await ports.bells.ring([Job(resource, now, "asked", correlation_id)])
    return correlation_id


async def take_off(ports: Ports, resource: ResourceId, seen: Profile) -> None:
    """Take a resource off the list that is off-boarded, or that only the board named. Its journal and inbox stay.

    Raises:
        VersionMoved: it is not as it was seen, or gone.
        Refused: it takes part, or was enlisted to.
        TryAgain: storage does not answer.
    """
    for _ in range(_ROUNDS):
        await clear_away(ports, resource)  # what a crash left of its off-boarding; of others it takes nothing
        pending = await ports.rows.read_pending(resource)
        now = profile_in(pending)
        if now is None or not (is_seen(now, seen) or now.participation is Participation.OFFBOARDED):
            raise VersionMoved("the resource was changed meanwhile")
        is_named_only = now.participation is Participation.WAITING and not now.is_enlisted
        if now.participation is not Participation.OFFBOARDED and not is_named_only:
            raise Refused("the resource is enlisted: off-board it first")
        lease = replace(pending.lease or Lease(), holder="", until=None, commit_id=ports.names.fresh())
        try:
            await ports.rows.transact(resource, lease, pending.lease_tag, (), [(Family.PROFILE,)])
        except VersionMoved:
            continue
        await ports.overviews.delete(resource)
        return
    raise TryAgain("the resource is being changed all the time")


async def _roll_window(ports: Ports, resource: ResourceId, terms: Terms) -> None:
    """The nightly walk that it missed while it was paused; it waits until the profile says that it goes on."""
    now = ports.clock.now()
    pending = await ports.rows.read_pending(resource)
    windows = {row.window for row in pending.rows if isinstance(row, Cursor)}
    if windows - {terms.window(now)}:
        rows: list[Row] = [Todo(TodoReason.WINDOW, f"{now:%Y%m%d}")]
        await ports.rows.insert(resource, rows)


async def _require(ports: Ports, resource: ResourceId) -> Profile:
    profile = await find_profile(ports, resource)
    if profile is None:
        raise Refused("there is no resource of that id")
    return profile
