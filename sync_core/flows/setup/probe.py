"""At whose calendar something is tried, and the mark by which what was tried is found again."""

from dataclasses import dataclass

from sync_core.domain.identity import ConnectorId, PairId, marker_of
from sync_core.domain.overview import State
from sync_core.domain.profile import Profile
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.flows.profiles import find_profile
from sync_core.flows.setup.needs import Check

_FEW = 5
# No resource of a board has such a name, so that no run takes a marked event for one of its own.
_NOBODY = ResourceId("~set-up")


@dataclass(frozen=True, slots=True)
class Probe:
    """A resource and its main calendar."""

    profile: Profile
    calendar: CalendarRef


def marker_of_check(connector: ConnectorId) -> str:
    """What is written on an event of the check."""
    return marker_of(connector, _NOBODY, PairId("check"))


async def find_probe(check: Check) -> Probe | None:
    """The resource that was named, else one of the first that are active; None if none has a calendar."""
    if check.asked.resource is not None:
        return _probe_of(await find_profile(check.ports, check.asked.resource))
    for overview in (await check.ports.overviews.page(State.ACTIVE, limit=_FEW)).overviews:
        if probe := _probe_of(await find_profile(check.ports, overview.resource)):
            return probe
    return None


def _probe_of(profile: Profile | None) -> Probe | None:
    main = profile.main_calendar if profile is not None else None
    return Probe(profile, main.ref) if profile is not None and main is not None else None
