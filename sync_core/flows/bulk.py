"""Enlist and change many resources at once: each is checked before any is written, and each gets its own answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sync_core.domain.choices import Choices
from sync_core.domain.errors import Refused, VersionMoved
from sync_core.domain.profile import Participation, Profile
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.flows.administer import ResourceRequest, profile_of
from sync_core.flows.desk import terms_of
from sync_core.flows.mailboxes import with_former
from sync_core.flows.revise import IS_LEAVING, PlaceRefused, check_calendars, revise, said_of
from sync_core.flows.taking_part import activate, pause, resume
from sync_core.parallel import RESOURCES_AT_ONCE, in_parallel
from sync_core.ports import Ports

_AT_REST = (Participation.WAITING, Participation.OFFBOARDED)


class Standing(StrEnum):
    """Where a resource is to stand; one that is only enlisted waits, and a known one stays where it is."""

    WAITING = "waiting"
    ACTIVE = "active"
    PAUSED = "paused"


class Result(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One resource as it is to be; `standing` None leaves a known one where it is."""

    request: ResourceRequest
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one was refused: where in what was said of it, what is wrong, what is allowed there."""

    place: str
    wrong: str
    remedy: str


_TAKES_NO_PART = Fault(
    "state",
    "cannot be so while the resource takes no part",
    "leave it out, or first have the pilot take the resource in and a direction be open",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of one resource; `calendars` are those that a check found for it, and nobody else may have."""

    resource: ResourceId
    result: Result
    faults: tuple[Fault, ...] = ()
    calendars: tuple[CalendarRef, ...] = ()


async def check_many(ports: Ports, wanted: Sequence[Wanted], known: Mapping[ResourceId, Profile]) -> Sequence[Answer]:
    """Say what would become of each, in the order given, with nothing kept; calendars are looked for.

    Raises:
        TryAgain: directory or storage do not answer.
    """
    choices = (await ports.tenant.read()).choices
    checked = await in_parallel(
        lambda one: _check(ports, choices, one, known.get(one.request.resource)), wanted, RESOURCES_AT_ONCE
    )
    taken: dict[CalendarRef, ResourceId] = {}
    return [_alone(answer, found, taken) for answer, found in checked]


async def write_many(ports: Ports, wanted: Sequence[Wanted], known: Mapping[ResourceId, Profile]) -> Sequence[Answer]:
    """Carry out what `check_many` found good, in the order given, those that are as they should be left alone.

    One that is refused after all, since somebody came between, stops no other; nor does one for whom nobody answers.

    Raises:
        TryAgain: directory, board or storage did not answer for one, and nothing is under way any more; the same once
            more completes it.
    """
    return await in_parallel(lambda one: _write(ports, one, known.get(one.request.resource)), wanted, RESOURCES_AT_ONCE)


def _result(one: Wanted, known: Profile | None) -> Result:
    if known is None:
        return Result.CREATED
    is_said = said_of(profile_of(one.request)) == said_of(known)
    return Result.SAME if is_said and _step(one.standing, known.participation) is None else Result.CHANGED


def _step(standing: Standing | None, now: Participation) -> Standing | None:
    """Where it has to be brought to; None if it stays where it is."""
    is_there = {
        Standing.ACTIVE: now is Participation.ACTIVE,
        Standing.PAUSED: now is Participation.PAUSED,
        Standing.WAITING: True,
    }
    return None if standing is None or is_there[standing] else standing


async def _check(ports: Ports, choices: Choices, one: Wanted, known: Profile | None) -> tuple[Answer, Profile | None]:
    resource = one.request.resource
    result = _result(one, known)
    if result is Result.SAME:
        return Answer(resource, result), None
    if known is not None and known.participation is Participation.LEAVING:
        return _refused(resource, Fault("", "is leaving", IS_LEAVING)), None
    try:
        found = await check_calendars(ports, choices, one.request)
    except Refused as refusal:
        return _refused(resource, fault_of(refusal)), None
    if known is not None and known.participation not in _AT_REST and _step(one.standing, known.participation):
        # It would be refused once the rest of it was written.
        becomes = replace(with_former(known, found), is_in_pilot_group=known.is_in_pilot_group)
        if not terms_of(ports, becomes, choices).takes_part:
            return _refused(resource, _TAKES_NO_PART), None
    return Answer(resource, result), found


async def _write(ports: Ports, one: Wanted, known: Profile | None) -> Answer:
    resource = one.request.resource
    result = _result(one, known)
    if result is Result.SAME:
        return Answer(resource, result)
    try:
        after = await revise(ports, one.request, known)
        await _bring(ports, after, _step(one.standing, after.participation))
    except VersionMoved:
        return _refused(resource, Fault("", "was changed meanwhile", "import it once more"))
    except Refused as refusal:
        return _refused(resource, fault_of(refusal))
    return Answer(resource, result)


async def _bring(ports: Ports, profile: Profile, standing: Standing | None) -> None:
    if standing is None:
        return
    if profile.participation in _AT_REST:
        await activate(ports, profile.resource, Participation(standing.value))
    elif standing is Standing.PAUSED:
        await pause(ports, profile.resource)
    else:
        await resume(ports, profile.resource)


def _alone(answer: Answer, found: Profile | None, taken: dict[CalendarRef, ResourceId]) -> Answer:
    """The answer, unless one before it is to have the same calendar."""
    if found is None or answer.result is Result.REFUSED:
        return answer
    for use in found.calendars:
        owner = taken.setdefault(use.ref, answer.resource)
        if owner != answer.resource:
            remedy = "name another calendar: one belongs to one resource"
            return _refused(answer.resource, Fault("mailbox.address", f"has a calendar that {owner} has, too", remedy))
    return replace(answer, calendars=tuple(use.ref for use in found.calendars))


def fault_of(refusal: Refused) -> Fault:
    """The refusal of one resource as a fault of what was said of it."""
    if isinstance(refusal, PlaceRefused) and refusal.owner:
        remedy = f"Name another calendar, or off-board {refusal.owner} first."
        return Fault(refusal.place, f"belongs to the resource {refusal.owner}", remedy)
    if isinstance(refusal, PlaceRefused):
        return Fault(refusal.place, "is not there", refusal.reason)
    return Fault("", "cannot be so", refusal.reason)


def _refused(resource: ResourceId, fault: Fault) -> Answer:
    return Answer(resource, Result.REFUSED, (fault,))
