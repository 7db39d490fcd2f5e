"""What an admin does to resources: enlist them with a calendar, change how they take part."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sync_core.domain.choices import Choices, Overrides
from sync_core.domain.errors import Refused, TryAgain
from sync_core.domain.profile import CalendarWish, Participation, Profile
from sync_core.domain.resource import Direction, ResourceId
from sync_core.domain.zones import zone_name
from sync_core.flows.claiming import claim_calendars, release_unused
from sync_core.flows.desk import terms_of
from sync_core.flows.mailboxes import find_calendars, with_former
from sync_core.flows.offboard import clear_away
from sync_core.flows.pilot import is_in_group
from sync_core.flows.profiles import Written, find_profile, require_profile, ring_for, write_profile
from sync_core.flows.pull import read_board, tell_again
from sync_core.ports import Ports

Change = Callable[[Profile | None], Profile]
_RANGES = {
    "days_back": (0, 365),
    "days_ahead": (1, 730),
    "pull_minutes": (5, 1440),
    "reminder_minutes": (-1, 40_320),
}


@dataclass(frozen=True, slots=True)
class ResourceRequest:
    """What an admin says of a resource.

    `mailbox` is an address, empty for none; `zone` empty and `direction` None follow the tenant. `calendars` are wishes
    or plain names, none for the mailbox's own; the first one receives *up*, or the one that says it is the main one.
    """

    resource: ResourceId
    name: str
    mailbox: str
    zone: str = ""
    direction: Direction | None = None
    calendars: tuple[CalendarWish | str, ...] = ()
    overrides: Overrides = Overrides()
    group: str = ""


async def enlist(ports: Ports, request: ResourceRequest, standing: Participation = Participation.ACTIVE) -> Profile:
    """Make a resource take part, or change how it does; reads and backfills at once. Asking twice changes nothing.

    With the `standing` paused it takes part as soon as it is resumed. A mailbox that cannot be used is kept in mind and
    looked for again; until then what is planned waits.

    Raises:
        Refused: the zone or a calendar is none, a number is out of range, or the calendar is another resource's.
        TryAgain: directory, board or storage do not answer; asking again completes what was begun.
    """
    choices = (await ports.tenant.read()).choices
    known = await find_profile(ports, request.resource)
    profile = await find_all(ports, choices, replace(profile_of(request), participation=standing), known)
    if known is not None and known.participation is Participation.OFFBOARDED:
        await clear_away(ports, request.resource)  # what a crash left of its off-boarding
        # Before it takes part, since asking again would find nothing to do.
        await tell_again(ports, request.resource, terms_of(ports, profile, choices).window(ports.clock.now()))
    await claim_calendars(ports, known, profile)
    return await put_into_force(ports, choices, profile, "enlisted", _replacing(profile))


async def override(ports: Ports, resource: ResourceId, overrides: Overrides) -> Profile:
    """Have other choices for one resource than the tenant's, in place of those it had.

    Raises:
        Refused: the resource is not enlisted, or a number is out of range.
        TryAgain: directory, board or storage do not answer; asking again completes what was begun.
    """
    known = await require_profile(ports, resource)
    choices = (await ports.tenant.read()).choices
    _check_ranges(overrides)
    profile = replace(known, overrides=overrides)
    if known.address and overrides.planning_calendar != known.overrides.planning_calendar:
        profile = await find_calendars(ports, choices, profile, known)
        await claim_calendars(ports, known, profile)
    return await put_into_force(ports, choices, profile, "overridden", _replacing(profile))


def _replacing(profile: Profile) -> Change:
    return lambda before: with_former(before, profile)


def request_of(profile: Profile) -> ResourceRequest:
    """What was said of a resource, to be said once more."""
    return ResourceRequest(
        resource=profile.resource,
        name=profile.name,
        mailbox=profile.address,
        zone=profile.zone,
        direction=profile.direction,
        calendars=profile.wishes,
        overrides=profile.overrides,
        group=profile.group,
    )


async def find_all(ports: Ports, choices: Choices, wanted: Profile, known: Profile | None) -> Profile:
    """The profile with its calendars, and whether it is in the pilot's group.

    Raises:
        Refused: a calendar is none, or the wishes contradict each other.
        TryAgain: the directory does not answer.
    """
    profile = await find_calendars(ports, choices, wanted, known)
    known_member = known.is_in_pilot_group if known is not None else False
    try:
        is_member = await is_in_group(ports, choices.pilot_group, profile)
    except (Refused, TryAgain):
        is_member = known_member  # it is asked again at night
    return replace(profile, is_in_pilot_group=is_member)


async def put_into_force(ports: Ports, choices: Choices, profile: Profile, why: str, change: Change) -> Profile:
    """Write the changed profile, whose calendars are claimed, and have it read, walked and backfilled.

    Raises:
        TryAgain: board or storage do not answer; asking again completes what was begun.
    """
    written = await write_profile(ports, profile.resource, change, choices)
    if not written.is_changed:
        return written.after
    await release_unused(ports, written)
    await ring_for(ports, profile.resource, why)
    await _read_board_for(ports, choices, written)
    return written.after


async def _read_board_for(ports: Ports, choices: Choices, written: Written) -> None:
    window = terms_of(ports, written.after, choices).window(ports.clock.now())
    await read_board(ports, written.after.resource, window, ports.names.fresh())


def profile_of(request: ResourceRequest) -> Profile:
    """The profile that a request asks for, taking part, without any calendar yet.

    Raises:
        Refused: the zone is none, or a number is out of range.
    """
    _check_ranges(request.overrides)
    wishes = tuple(CalendarWish(one) if isinstance(one, str) else one for one in request.calendars)
    for wish in wishes:
        _check_ranges(wish.overrides)
    return Profile(
        resource=request.resource,
        name=request.name,
        zone=zone_name(request.zone) if request.zone else "",
        direction=request.direction,
        calendars=(),
        participation=Participation.ACTIVE,
        overrides=request.overrides,
        group=request.group,
        address=request.mailbox,
        wishes=wishes,
        is_enlisted=True,
    )


def _check_ranges(overrides: Overrides) -> None:
    for name, (least, most) in _RANGES.items():
        value = getattr(overrides, name)
        if value is not None and not least <= value <= most:
            raise Refused(f"{name} takes {least} to {most}")
