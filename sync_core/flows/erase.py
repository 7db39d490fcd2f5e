"""Erase a person's data: off-board the resource, then remove everything about it from the tables and its journal."""

from dataclasses import dataclass, replace

from sync_core.domain.profile import Participation, Profile
from sync_core.domain.resource import ResourceId
from sync_core.flows.claiming import calendars_of
from sync_core.flows.forget import count_placements, count_rows, forget_placements
from sync_core.flows.offboard import OnLeaving, clear_away, finish_leaving, offboard
from sync_core.flows.profiles import find_profile, note_profile
from sync_core.ports import Ports

_TRAIL = "changes told in the trail"


@dataclass(frozen=True, slots=True)
class Part:
    """How much of one kind; what is left says why and what to do about it."""

    what: str
    count: int
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was removed by this call, and what is still there; it is done when nothing is."""

    removed: tuple[Part, ...] = ()
    left: tuple[Part, ...] = ()

    @property
    def is_done(self) -> bool:
        return not self.left


async def erase(ports: Ports, resource: ResourceId, events: OnLeaving) -> Erasure | None:
    """Erase everything that is stored about a resource; None if nothing is.

    What others share stays: an appointment that is planned on them as well. The trail keeps who did what and when. With
    `REMOVE` the engine first removes what we made in the calendar; asking again goes on from there, and so does the
    night. If the board names the resource later, it is met anew.

    Raises:
        TryAgain: storage does not answer; asking again completes what was begun.
    """
    profile = await find_profile(ports, resource)
    counts = dict(await count_rows(ports, resource))
    if profile is None:
        if counts:
            counts["appointments"] = await forget_placements(ports, resource)
        # Of one that was taken off the list long ago there may be no more than its lease, its numbers or the trail.
        is_known = await ports.rows.scan(resource, (), limit=1) or await ports.overviews.get(resource)
        erased = await _wipe(ports, resource, counts)
        return erased if is_known or erased.removed else None
    await note_profile(ports, resource, _doomed)
    counts["appointments"] = await count_placements(ports, resource)
    counts["subscriptions"] = await _count_subscriptions(ports, resource)
    standing = await offboard(ports, resource, events)
    if standing is Participation.LEAVING:
        await finish_leaving(ports, resource)
    return await finish_erasing(ports, resource, counts)


async def finish_erasing(ports: Ports, resource: ResourceId, counts: dict[str, int] | None = None) -> Erasure:
    """Wipe a resource that is to be erased, as soon as it is off-boarded and has given back what it had.

    Raises:
        TryAgain: storage does not answer; asking again completes what was begun.
    """
    profile = await find_profile(ports, resource)
    if profile is None or not profile.is_to_be_erased:
        return Erasure()  # done meanwhile, or enlisted anew
    if profile.participation is not Participation.OFFBOARDED:
        return Erasure(left=(await _still_there(ports, resource),))
    counted = counts if counts is not None else dict(await count_rows(ports, resource))
    await clear_away(ports, resource)
    profile = await find_profile(ports, resource)
    if profile is not None and calendars_of(profile):
        why = "A run has it right now."
        return Erasure(left=(Part("calendars", len(calendars_of(profile)), why, "Ask again in a minute."),))
    if count := await _count_subscriptions(ports, resource):
        why = "Graph does not answer."
        return Erasure(left=(Part("subscriptions", count, why, "Ask again; they are dropped within the hour."),))
    return await _wipe(ports, resource, counted)


async def _wipe(ports: Ports, resource: ResourceId, counts: dict[str, int]) -> Erasure:
    await ports.overviews.delete(resource)
    # Before the profile goes, by which a repeat would be found.
    counts[_TRAIL] = await ports.trail.forget(resource)
    await ports.rows.erase(resource)
    # Once more: a run that ended meanwhile saw the profile and wrote the numbers anew. From now on none does.
    await ports.overviews.delete(resource)
    return Erasure(removed=tuple(Part(what, count) for what, count in sorted(counts.items()) if count))


async def _still_there(ports: Ports, resource: ResourceId) -> Part:
    pending = await ports.rows.read_pending(resource)
    count = pending.lease.paired if pending.lease is not None else 0
    why = "They are being removed, or the mailbox does not answer."
    return Part("events in the calendar", count, why, "Ask again; if nothing moves, erase with events=keep.")


async def _count_subscriptions(ports: Ports, resource: ResourceId) -> int:
    return sum(subscription.resource == resource for subscription in await ports.subscription_rows.list())


def _doomed(profile: Profile | None) -> Profile:
    assert profile is not None  # noqa: S101 — it was just read, and only this flow removes profiles
    return replace(profile, is_to_be_erased=True)
