"""The resources of the tenant as an admin sees them: page by page, or one, each with where it stands."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sync_core.domain.choices import Choices
from sync_core.domain.errors import Refused, TryAgain
from sync_core.domain.overview import Overview, State
from sync_core.domain.profile import Profile
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Family, Lease, ProfileRow
from sync_core.flows.advice import advise
from sync_core.flows.desk import Desk
from sync_core.flows.overview import note_resource
from sync_core.flows.snapshot import snapshot_of
from sync_core.parallel import RESOURCES_AT_ONCE, in_parallel
from sync_core.ports import Ports


@dataclass(frozen=True, slots=True)
class Member:
    """One resource: its profile, where it stands and why, and what may surprise an admin."""

    profile: Profile
    state: State
    reason: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Some resources in one fixed order; `place` is where to go on, None after the last."""

    members: tuple[Member, ...]
    place: str | None


async def find_member(ports: Ports, resource: ResourceId) -> Member | None:
    """One resource as it stands now; None if it is not known.

    Raises:
        TryAgain: storage does not answer.
    """
    choices = (await ports.tenant.read()).choices
    pending = await ports.rows.read_pending(resource)
    desk = Desk.of(pending.rows, ports, choices)
    if desk.profile is None:
        return None
    snapshot = snapshot_of(desk, pending.lease or Lease(), desk.profile, ports.clock.now())
    return _member(desk.profile, choices, snapshot.state, snapshot.reason)


async def page_members(ports: Ports, state: State | None, search: str, limit: int, place: str | None) -> MemberPage:
    """Resources page by page: those in one state, or whose id or a word of whose name begins so.

    The cost follows what is returned. Where a resource stands is as its last run left it.

    Raises:
        Refused: the place is none that was given.
        TryAgain: storage does not answer.
    """
    choices = (await ports.tenant.read()).choices
    page = await ports.overviews.page(state, search, limit, place)

    async def profile_of(overview: Overview) -> Profile | None:
        found = await ports.rows.get(overview.resource, [(Family.PROFILE,)])
        return next((row.profile for row in found.values() if isinstance(row, ProfileRow)), None)

    profiles = await in_parallel(profile_of, page.overviews, RESOURCES_AT_ONCE)
    members = [
        _member(profile, choices, overview.state, overview.reason)
        for overview, profile in zip(page.overviews, profiles, strict=True)
        if profile is not None  # it was taken off the list, and its row is about to go
    ]
    return MemberPage(tuple(members), page.place)


async def list_known(ports: Ports) -> Sequence[Profile]:
    """The profile of every resource, by id."""
    return sorted((row.profile for row in await ports.rows.list_profiles()), key=lambda profile: profile.resource)


async def note_standing(ports: Ports, resource: ResourceId) -> None:
    """Have lists tell how a resource stands now; where storage does not answer, its next run does."""
    with suppress(TryAgain, Refused):
        await note_resource(ports, resource)


def _member(profile: Profile, choices: Choices, state: State, reason: str) -> Member:
    return Member(profile, state, reason, advise(profile, choices))
