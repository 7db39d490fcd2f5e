"""Enlist a resource that waits for its turn, or say anew how one takes part, from what was seen of it and no other."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sync_core.domain.choices import Choices
from sync_core.domain.errors import Refused, TryAgain, VersionMoved
from sync_core.domain.profile import CalendarWish, MailboxSearch, Participation, Profile
from sync_core.flows.administer import ResourceRequest, enlist, find_all, profile_of, put_into_force
from sync_core.flows.claiming import CalendarTaken, claim_calendars, require_unclaimed
from sync_core.flows.desk import terms_of
from sync_core.flows.keep_subscriptions import subscribe
from sync_core.flows.mailboxes import CalendarMissing, find_calendars, with_former
from sync_core.flows.offboard import clear_away
from sync_core.flows.profiles import find_profile, note_profile
from sync_core.flows.pull import tell_again
from sync_core.flows.roster import note_standing
from sync_core.ports import Ports

IS_LEAVING = "the resource is leaving: wait until it is off-boarded, or off-board it with events=keep"


class PlaceRefused(Refused):
    """What was said of one calendar cannot be; `place` is where, such as `calendars[0]`, `owner` whose it is."""

    def __init__(self, place: str, reason: str, owner: str = "") -> None:
        super().__init__(reason)
        self.place = place
        self.owner = owner


def said_of(profile: Profile) -> tuple[object, ...]:
    """All that an admin says of a resource: two profiles that were told the same are equal in it."""
    return (
        profile.name,
        profile.address,
        profile.zone,
        profile.direction,
        profile.wishes,
        profile.overrides,
        profile.group,
    )


def is_seen(now: Profile | None, seen: Profile | None) -> bool:
    """Is it still what was seen, as far as an admin says it?"""
    if now is None or seen is None:
        return now is seen
    return said_of(now) == said_of(seen)


async def revise(ports: Ports, request: ResourceRequest, seen: Profile | None) -> Profile:
    """Have a resource be as the request says, in place of what was `seen` (None: there was none).

    A new one waits, unless the pilot names it; a known one stays where it stands. Asking twice changes nothing.

    Raises:
        VersionMoved: it is not as it was seen; nothing was written.
        PlaceRefused: a calendar is another resource's.
        Refused: it is leaving, or a calendar is none; nothing was written.
        TryAgain: directory, board or storage do not answer; asking again completes what was begun.
    """
    choices = (await ports.tenant.read()).choices
    known = await find_profile(ports, request.resource)
    if not is_seen(known, seen):
        raise VersionMoved("the resource was changed meanwhile")
    standing = known.participation if known is not None else Participation.WAITING
    if standing is Participation.LEAVING:
        raise Refused(IS_LEAVING)
    if standing is Participation.OFFBOARDED:
        await _begin_anew(ports, choices, request)
    if standing in (Participation.WAITING, Participation.OFFBOARDED):
        profile = await _have_wait(ports, choices, request, seen)
    else:
        profile = await _change(ports, choices, request, known)
    await note_standing(ports, request.resource)
    return profile


async def check_calendars(ports: Ports, choices: Choices, request: ResourceRequest) -> Profile:
    """Look for what a request names, without keeping or making anything; returns the profile as it was found.

    Raises:
        PlaceRefused: a calendar is another resource's.
        Refused: the zone or a calendar is none, or a number is out of range.
        TryAgain: the directory or storage do not answer.
    """
    wanted = profile_of(request)
    asked = replace(wanted, wishes=_without_made(wanted.wishes))
    if not wanted.address and not any(wish.address for wish in asked.wishes):
        if wanted.wishes:
            raise PlaceRefused("mailbox.address", "a calendar needs the address of its mailbox")
        return replace(wanted, mailbox=MailboxSearch())
    try:
        found = await find_calendars(ports, choices, asked, None)
    except CalendarMissing as missing:
        raise _not_there(missing, request) from missing
    # Not by claiming for a moment: what is given back then may have been claimed in earnest in between.
    with _place_told(found, request):
        await require_unclaimed(ports, found)
    return found


async def _begin_anew(ports: Ports, choices: Choices, request: ResourceRequest) -> None:
    await clear_away(ports, request.resource)  # what a crash left of its off-boarding
    window = terms_of(ports, profile_of(request), choices).window(ports.clock.now())
    await tell_again(ports, request.resource, window)


async def _have_wait(ports: Ports, choices: Choices, request: ResourceRequest, seen: Profile | None) -> Profile:
    found = await check_calendars(ports, choices, request)
    if await _is_named(ports, choices, found):
        profile = await enlist(ports, request)
        await subscribe(ports, profile.resource, terms_of(ports, profile, choices))
        return profile
    waiting = replace(profile_of(request), mailbox=found.mailbox, participation=Participation.WAITING)

    def change(before: Profile | None) -> Profile:
        if not is_seen(before, seen) or (
            before and before.participation in (Participation.ACTIVE, Participation.PAUSED)
        ):
            raise VersionMoved("the resource was changed meanwhile")
        return with_former(before, waiting)

    return (await note_profile(ports, request.resource, change)).after


async def _is_named(ports: Ports, choices: Choices, found: Profile) -> bool:
    """Does the pilot, if there is one, name it?"""
    if found.resource in choices.pilot_resources:
        return True
    try:
        return bool(choices.pilot_group) and (await find_all(ports, choices, found, None)).is_in_pilot_group
    except (Refused, TryAgain):
        return False  # it is asked again by the hour


async def _change(ports: Ports, choices: Choices, request: ResourceRequest, known: Profile | None) -> Profile:
    try:
        profile = await find_all(ports, choices, profile_of(request), known)
    except CalendarMissing as missing:
        raise _not_there(missing, request) from missing
    with _place_told(profile, request):
        await claim_calendars(ports, known, profile)

    def change(before: Profile | None) -> Profile:
        after = with_former(before, profile)
        if before is None or not is_seen(before, known) or before.participation is Participation.LEAVING:
            if before is not None and said_of(before) == said_of(after):
                return before  # our own writing, whose answer was lost
            raise VersionMoved("the resource was changed meanwhile")
        return replace(after, participation=before.participation)

    return await put_into_force(ports, choices, profile, "changed", change)


@contextmanager
def _place_told(found: Profile, request: ResourceRequest) -> Iterator[None]:
    """Say of a calendar that is another's where in the request it stands."""
    try:
        yield
    except CalendarTaken as taken:
        order = sorted(range(len(request.calendars)), key=lambda at: not _is_main(request.calendars[at]))
        at = next((index for index, use in enumerate(found.calendars) if use.ref == taken.calendar), len(order))
        place = f"calendars[{order[at]}]" if at < len(order) else "mailbox.address"
        raise PlaceRefused(place, taken.reason, taken.owner) from taken


def _not_there(missing: CalendarMissing, request: ResourceRequest) -> PlaceRefused:
    at = next((index for index, wish in enumerate(request.calendars) if wish in (missing.wish, missing.wish.name)), 0)
    return PlaceRefused(f"calendars[{at}].name", "have it made, or name one that the mailbox has")


def _is_main(wish: CalendarWish | str) -> bool:
    return isinstance(wish, CalendarWish) and wish.is_main


def _without_made(wishes: Sequence[CalendarWish]) -> tuple[CalendarWish, ...]:
    """The wishes for what is there; no calendar is made for somebody who takes no part yet."""
    there = [wish for wish in wishes if not wish.is_made]
    addresses = {wish.address for wish in there}
    there += [CalendarWish("", wish.address) for wish in wishes if wish.is_made and wish.address not in addresses]
    return tuple(dict.fromkeys(there)) or (CalendarWish(),)
