"""A calendar belongs to one resource: claimed before a profile names it, given back when none of ours lies there."""

from sync_core.domain.errors import Refused
from sync_core.domain.profile import Profile
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.flows.profiles import Written
from sync_core.ports import Ports


class CalendarTaken(Refused):
    """A calendar is another resource's."""

    def __init__(self, calendar: CalendarRef, owner: ResourceId) -> None:
        super().__init__(f"the calendar belongs to resource {owner}; a calendar belongs to one resource")
        self.calendar = calendar
        self.owner = owner


def calendars_of(profile: Profile | None) -> dict[CalendarRef, None]:
    """The calendars that a resource holds a claim on: those it uses, and those still to be cleared."""
    if profile is None:
        return {}
    return dict.fromkeys((*(use.ref for use in profile.calendars), *profile.former))


async def claim_calendars(ports: Ports, before: Profile | None, after: Profile) -> None:
    """Claim every calendar that the profile names.

    Raises:
        CalendarTaken: one is another resource's; then no claim is kept that the profile `before` did not need.
    """
    claimed: list[CalendarRef] = []
    for calendar in calendars_of(after):
        owner = await ports.claims.claim(calendar, after.resource)
        if owner != after.resource:
            for taken in claimed:
                if taken not in calendars_of(before):
                    await ports.claims.release(taken, after.resource)
            raise CalendarTaken(calendar, owner)
        claimed.append(calendar)


async def require_unclaimed(ports: Ports, profile: Profile) -> None:
    """Look whether the resource could claim every calendar that the profile names, without claiming any.

    Raises:
        CalendarTaken: one is another resource's.
    """
    for calendar in calendars_of(profile):
        owner = await ports.claims.find_owner(calendar)
        if owner not in (None, profile.resource):
            raise CalendarTaken(calendar, owner)


async def release_unused(ports: Ports, written: Written) -> None:
    """Give back at once what the profile no longer names and what never held an event of ours."""
    kept = calendars_of(written.after)
    for calendar in calendars_of(written.before):
        if calendar not in kept:
            await ports.claims.release(calendar, written.after.resource)
