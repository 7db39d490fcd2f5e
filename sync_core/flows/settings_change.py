"""Change the tenant's choices, and have what they change applied to everything that exists.

Everyone concerned is marked before the choices are written, and the mark goes with the walk that applies them. So a
crash at any point leaves marks, by which the night's round, or the same change once more, completes the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sync_core.domain.choices import Choices, overridden
from sync_core.domain.errors import CalendarRefused, Refused, TryAgain, VersionMoved
from sync_core.domain.profile import MailboxSearch, Participation, Profile
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Job, Todo, TodoReason
from sync_core.domain.terms import Terms
from sync_core.flows.claiming import claim_calendars, release_unused
from sync_core.flows.desk import terms_of
from sync_core.flows.mailboxes import find_calendars, with_former
from sync_core.flows.pilot import is_in_group
from sync_core.flows.profiles import SAVING_MARK, Saving, marks_of_saving, write_profile
from sync_core.parallel import RESOURCES_AT_ONCE, in_parallel
from sync_core.ports import Ports

# Till then nothing takes a mark for a walk to be made, which would be one by the old choices.
_MARK_RESTS = timedelta(days=2)
SERVED = (Participation.ACTIVE, Participation.PAUSED, Participation.LEAVING)
_DEFAULTS = Choices()
# They say when something is done or let through, or are looked at for themselves: a changed one re-decides no pair.
_WITHOUT_EFFECT = {
    name: getattr(_DEFAULTS, name)
    for name in (
        "zone",
        "direction",
        "planning_calendar",
        "pull_minutes",
        "pull_minutes_when_notified",
        "pilot_resources",
        "pilot_group",
        "adopt_equal_events",
        "principal_lookup",
        "brake_deletions",
        "brake_percent",
        "tenant_brake_deletions",
        "tenant_brake_percent",
        "journal_days",
        "trail_days",
    )
}


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """The new mark of the choices, for whom they make a difference, and to whom they could not be applied yet."""

    tag: str
    resources: tuple[ResourceId, ...] = ()
    waiting: tuple[ResourceId, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """The choices before and after, and who is in the pilot's group, as far as that was asked anew."""

    before: Choices
    after: Choices
    members: Mapping[ResourceId, bool] = field(default_factory=dict)
    mark: str = ""

    @property
    def is_repeated(self) -> bool:
        return self.before == self.after

    def becoming(self, profile: Profile) -> Profile:
        """The profile with what the new choices have it know."""
        is_member = self.members.get(profile.resource, profile.is_in_pilot_group)
        return replace(profile, is_in_pilot_group=is_member)


async def change_settings(ports: Ports, choices: Choices, tag: str | None) -> SettingsChange:
    """Make these the tenant's choices, in place of those under `tag` (None: nobody has chosen yet).

    The same once more completes what was not applied to the end.

    Raises:
        VersionMoved: somebody else chose meanwhile; nothing was written.
        Refused: the pilot's group cannot be asked; nothing was written.
        TryAgain: directory or storage do not answer; the same change once more completes it.
    """
    tenant = await ports.tenant.read()
    profiles = [row.profile for row in await ports.rows.list_profiles() if row.profile.participation in SERVED]
    if tenant.tag is not None and tenant.choices == choices:
        are_marked = await in_parallel(lambda profile: _is_marked(ports, profile), profiles, RESOURCES_AT_ONCE)
        marked = [profile for profile, is_marked in zip(profiles, are_marked, strict=True) if is_marked]
        members = await members_of(ports, choices, marked)
        return await _apply(ports, Turn(choices, choices, members), marked, tenant.tag)
    if tenant.tag != tag:
        raise VersionMoved("the settings were changed meanwhile")
    turn = replace(await turn_to(ports, tenant.choices, choices, profiles), mark=f"{SAVING_MARK}{ports.names.fresh()}")
    concerned = [profile for profile in profiles if is_concerned(ports, turn, profile)]
    mark = Todo(TodoReason.SETTINGS, turn.mark, due_at=ports.clock.now() + _MARK_RESTS)
    await in_parallel(lambda profile: ports.rows.insert(profile.resource, [mark]), concerned, RESOURCES_AT_ONCE)
    return await _apply(ports, turn, concerned, await ports.tenant.write(choices, tag))


async def complete_saving(ports: Ports, choices: Choices, profile: Profile) -> bool:
    """Apply the tenant's choices to a resource that a crash left marked; False if there was no mark.

    Raises:
        TryAgain: storage does not answer.
    """
    if not await _is_marked(ports, profile):
        return False
    await _apply_to(ports, Turn(choices, choices), profile)
    return True


async def _is_marked(ports: Ports, profile: Profile) -> bool:
    return bool(marks_of_saving((await ports.rows.read_pending(profile.resource)).rows))


async def turn_to(ports: Ports, before: Choices, choices: Choices, profiles: Sequence[Profile]) -> Turn:
    """The turn from some choices to others, with nothing marked or written.

    Raises:
        Refused: the pilot's group cannot be asked.
        TryAgain: directory or storage do not answer.
    """
    is_other_group = choices.pilot_group != before.pilot_group
    return Turn(before, choices, await members_of(ports, choices, profiles if is_other_group else ()))


async def members_of(ports: Ports, choices: Choices, profiles: Sequence[Profile]) -> dict[ResourceId, bool]:
    are_members = await in_parallel(
        lambda profile: _is_member(ports, choices.pilot_group, profile), profiles, RESOURCES_AT_ONCE
    )
    return {profile.resource: is_member for profile, is_member in zip(profiles, are_members, strict=True)}


async def _is_member(ports: Ports, group: str, profile: Profile) -> bool:
    try:
        return await is_in_group(ports, group, profile)
    except CalendarRefused:
        return False  # its mailbox is in trouble, not the group; it is asked again at night


def is_concerned(ports: Ports, turn: Turn, profile: Profile) -> bool:
    """Does the turn make a difference for what exists of this resource?"""
    becoming = turn.becoming(profile)
    was, becomes = terms_of(ports, profile, turn.before), terms_of(ports, becoming, turn.after)
    if becoming != profile or was.takes_part != becomes.takes_part:
        return True
    return (becomes.takes_part or becomes.is_paused) and _effect(was) != _effect(becomes)


def _effect(terms: Terms) -> tuple[object, ...]:
    """All that the choices mean for what exists of a resource: equal effects need no walk."""
    profile = terms.profile
    uses = [(terms.direction_of(use), _deciding(terms.choices_of(use.ref))) for use in profile.calendars]
    return (terms.zone.key, terms.direction, _deciding(terms.choices), uses, planning_of(profile, terms.tenant))


def _deciding(choices: Choices) -> Choices:
    return replace(choices, **_WITHOUT_EFFECT)


def planning_of(profile: Profile, choices: Choices) -> str:
    """The calendar that is made for this resource by choice rather than by wish."""
    if profile.wishes or not profile.address:
        return ""
    return overridden(choices, profile.overrides).planning_calendar


async def _apply(ports: Ports, turn: Turn, concerned: Sequence[Profile], tag: str) -> SettingsChange:
    correlation_id = ports.names.fresh()
    applied = await in_parallel(lambda profile: _is_applied(ports, turn, profile), concerned, RESOURCES_AT_ONCE)
    resources = [profile.resource for profile in concerned]
    ringing = [resource for resource, is_applied in zip(resources, applied, strict=True) if is_applied]
    waiting = [resource for resource, is_applied in zip(resources, applied, strict=True) if not is_applied]
    if ringing:
        now = ports.clock.now()
        await ports.bells.ring([Job(resource, now, "settings", correlation_id) for resource in ringing])
    return SettingsChange(tag, tuple(resources), tuple(waiting))


async def _is_applied(ports: Ports, turn: Turn, profile: Profile) -> bool:
    try:
        await _apply_to(ports, turn, profile)
    except TryAgain:
        return False
    return True


async def _apply_to(ports: Ports, turn: Turn, profile: Profile) -> None:
    found: Profile | None = None
    is_planned_anew = planning_of(profile, turn.before) != planning_of(profile, turn.after)
    if is_planned_anew or (turn.is_repeated and profile.address):  # after a crash nobody knows what it was before
        found = await _with_calendars(ports, turn.after, profile)

    def change(is_now: Profile | None) -> Profile:
        now = is_now or profile
        if found is None:
            return turn.becoming(now)
        if now != profile:  # an admin changed it meanwhile: its calendars are looked for within the hour
            return turn.becoming(replace(now, mailbox=replace(now.mailbox, again_at=ports.clock.now())))
        return turn.becoming(with_former(now, found))

    saving = Saving(turn.before, turn.mark)
    await release_unused(ports, await write_profile(ports, profile.resource, change, turn.after, saving=saving))


async def _with_calendars(ports: Ports, choices: Choices, profile: Profile) -> Profile:
    """The profile with the calendars of these choices; in trouble they stay and are looked for within the hour."""
    try:
        found = await find_calendars(ports, choices, profile, profile)
        await claim_calendars(ports, profile, found)
    except (Refused, TryAgain) as trouble:
        search = MailboxSearch(profile.mailbox.state, str(trouble), 0, ports.clock.now(), ports.clock.now())
        return replace(profile, mailbox=search)
    return found
