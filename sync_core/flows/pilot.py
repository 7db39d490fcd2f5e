"""Keep in mind who is in the Entra group that the pilot names, since no run may wait for a directory.

https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups
"""

from dataclasses import dataclass, replace

from sync_core.domain.choices import Choices
from sync_core.domain.errors import Refused, TryAgain
from sync_core.domain.profile import Participation, Profile
from sync_core.flows.profiles import ring_for, write_profile
from sync_core.ports import Ports


@dataclass(slots=True)
class PilotReport:
    """How many entered or left the group; those whose membership could not be asked stay what they were."""

    pilot_changed: int = 0
    pilot_unasked: int = 0


async def is_in_group(ports: Ports, group: str, profile: Profile) -> bool:
    """Is the resource's mailbox in that group? Nobody is in none, and who has no mailbox is in no group.

    Raises:
        Refused: we may not ask, or there is no such group.
        TryAgain: the directory does not answer.
    """
    main = profile.main_calendar
    return bool(group) and main is not None and await ports.directory.is_member(group, main.ref.mailbox)


async def refresh_pilot(ports: Ports) -> PilotReport:
    """Ask for every resource whether it is in the pilot's group; trouble with one stops no other."""
    report = PilotReport()
    choices = (await ports.tenant.read()).choices
    if not choices.pilot_group:
        return report
    for row in await ports.rows.list_profiles():
        if row.profile.participation is Participation.ACTIVE and row.profile.main_calendar is not None:
            try:
                report.pilot_changed += await _refresh(ports, choices, row.profile)
            except (Refused, TryAgain):
                report.pilot_unasked += 1
    return report


async def _refresh(ports: Ports, choices: Choices, profile: Profile) -> bool:
    is_member = await is_in_group(ports, choices.pilot_group, profile)
    if is_member == profile.is_in_pilot_group:
        return False

    def change(is_now: Profile | None) -> Profile:
        return replace(is_now or profile, is_in_pilot_group=is_member)

    written = await write_profile(ports, profile.resource, change, choices)
    await ring_for(ports, profile.resource, "pilot")
    return written.is_changed
