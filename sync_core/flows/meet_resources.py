"""Resources that the board names: listed as waiting when first seen, its own word on them kept, activated by the pilot.

Nobody is synced by being named: a profile that waits has no calendar. Only an admin or the pilot's rule changes that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sync_core.domain.choices import Choices
from sync_core.domain.errors import Refused, TryAgain
from sync_core.domain.mention import Mention, ResourceWord
from sync_core.domain.profile import CalendarWish, MailboxSearch, Participation, Profile
from sync_core.domain.resource import ResourceId
from sync_core.flows.accept import AcceptVerdict
from sync_core.flows.administer import enlist, request_of
from sync_core.flows.mailboxes import find_calendars
from sync_core.flows.pilot import is_in_group
from sync_core.flows.profiles import Change, Written, find_profile, note_profile, ring_for, write_profile
from sync_core.flows.roster import note_standing
from sync_core.ports import Ports

KNOWN_FOR = timedelta(hours=1)
_MOST_KNOWN = 50_000
# How many that wait are looked at in one round; with more, each has its turn.
MOST_LOOKED_AT = 200


class KnownResources:
    """Resources that have a profile, as one worker knows; asked again after an hour, since one may be erased."""

    def __init__(self) -> None:
        self._old_at: dict[ResourceId, datetime] = {}

    def unknown(self, mentions: Iterable[Mention], now: datetime) -> Sequence[Mention]:
        """Those that have to be looked for, each resource once, with the first that is told of it."""
        first: dict[ResourceId, Mention] = {}
        for mention in mentions:
            old_at = self._old_at.get(mention.resource)
            if old_at is None or old_at <= now:
                known = first.setdefault(mention.resource, mention)
                first[mention.resource] = _completed(known, mention)
        return tuple(first.values())

    def add(self, resource: ResourceId, now: datetime) -> None:
        if len(self._old_at) >= _MOST_KNOWN:
            self._old_at.clear()  # rarely, and it only costs a reading each
        self._old_at[resource] = now + KNOWN_FOR


@dataclass(slots=True)
class ActivationReport:
    """Of the resources that wait: those that the pilot had take part, those looked up, those not asked for trouble."""

    resources_activated: int = 0
    resources_looked_up: int = 0
    resources_unasked: int = 0


async def meet_resources(ports: Ports, mentions: Iterable[Mention], known: KnownResources) -> int:
    """List every resource that has no profile as waiting; returns how many were new. Known ones cost nothing.

    Raises:
        TryAgain: storage does not answer; the sender repeats, which completes it.
    """
    met = 0
    for mention in known.unknown(mentions, ports.clock.now()):
        written = await note_profile(ports, mention.resource, _unless_known(_waiting(mention)))
        known.add(mention.resource, ports.clock.now())
        met += written.is_changed
    return met


async def take_word(ports: Ports, word: ResourceWord, known: KnownResources) -> AcceptVerdict:
    """Keep what the board says of a resource, unless it is older than what is known.

    It names one that waits, narrows directions, and tells that one is gone from the board, which off-boards nobody.

    Raises:
        TryAgain: storage does not answer; the sender repeats.
    """
    resource = word.mention.resource
    before = await find_profile(ports, resource)
    known.add(resource, ports.clock.now())
    if before is not None and word.revision <= before.told_revision:
        is_older = word.revision < before.told_revision
        return AcceptVerdict.SUPERSEDED if is_older else AcceptVerdict.REPEATED
    if (before.narrowed if before else None) == _told(before, word).narrowed:
        await note_profile(ports, resource, lambda was: _told(was, word))
    else:
        choices = (await ports.tenant.read()).choices
        await _have_decided_anew(ports, await write_profile(ports, resource, lambda was: _told(was, word), choices))
    await note_standing(ports, resource)
    return AcceptVerdict.ACCEPTED


async def activate_matched(ports: Ports) -> ActivationReport:
    """Have every waiting resource take part that the pilot names; look up the mailboxes of the others that are due.

    Trouble with one stops no other. Without a pilot nobody takes part by being named.
    """
    report = ActivationReport()
    choices = (await ports.tenant.read()).choices
    for profile in _in_turn(await _waiting_ones(ports), choices, ports.clock.now()):
        try:
            if await _is_matched(ports, choices, profile, report):
                report.resources_activated += await _activate(ports, profile)
        except (Refused, TryAgain):
            report.resources_unasked += 1
    return report


async def _waiting_ones(ports: Ports) -> Sequence[Profile]:
    profiles = [row.profile for row in await ports.rows.list_profiles()]
    return [one for one in profiles if one.participation is Participation.WAITING and not one.is_off_board]


def _in_turn(waiting: Sequence[Profile], choices: Choices, now: datetime) -> Sequence[Profile]:
    """Whom the pilot names, and of the others the next few that need the directory."""
    named = [one for one in waiting if one.resource in choices.pilot_resources]
    others = [one for one in waiting if one.resource not in choices.pilot_resources and _is_due(one, choices, now)]
    hour = int(now.timestamp()) // 3600
    begin = hour * MOST_LOOKED_AT % len(others) if len(others) > MOST_LOOKED_AT else 0
    return [*named, *[*others[begin:], *others[:begin]][:MOST_LOOKED_AT]]


def _is_due(profile: Profile, choices: Choices, now: datetime) -> bool:
    if not profile.address:
        return False
    search = profile.mailbox
    if search.again_at is not None:
        return search.again_at <= now
    return bool(choices.pilot_group) or not search.state.answers


async def _is_matched(ports: Ports, choices: Choices, profile: Profile, report: ActivationReport) -> bool:
    if profile.resource in choices.pilot_resources:
        return True
    # Its own calendar and no other is asked for: no calendar is made for somebody who takes no part yet.
    asked = replace(profile, wishes=(CalendarWish(),))
    found = await find_calendars(ports, choices, asked, asked)
    report.resources_looked_up += 1

    def note(was: Profile | None) -> Profile:
        return replace(profile, mailbox=found.mailbox) if was in (None, profile) else was or profile

    await note_profile(ports, profile.resource, note)
    return await is_in_group(ports, choices.pilot_group, found)


async def _activate(ports: Ports, profile: Profile) -> bool:
    now_is = await find_profile(ports, profile.resource)
    if now_is is None or now_is.participation is not Participation.WAITING:
        return False  # an admin came first, whose word counts
    await enlist(ports, request_of(now_is))
    return True


async def _have_decided_anew(ports: Ports, written: Written) -> None:
    if written.is_changed:
        await ring_for(ports, written.after.resource, "narrowed")


def _unless_known(waiting: Profile) -> Change:
    return lambda was: was or waiting


def _waiting(mention: Mention) -> Profile:
    return Profile(
        mention.resource,
        mention.name,
        mention.zone,
        None,
        (),
        participation=Participation.WAITING,
        address=mention.address,
    )


def _completed(known: Mention, other: Mention) -> Mention:
    return Mention(known.resource, known.name or other.name, known.address or other.address, known.zone or other.zone)


def _told(was: Profile | None, word: ResourceWord) -> Profile:
    """The profile by the board's word; what an admin decided stays."""
    profile = was or _waiting(word.mention)
    if word.revision <= profile.told_revision:
        return profile
    told = replace(profile, told_revision=word.revision, is_off_board=word.is_removed)
    if word.is_removed:
        return told
    told = replace(told, narrowed=word.narrowed)
    if profile.participation is not Participation.WAITING or profile.is_enlisted:
        return told  # what an admin said counts
    known = Mention(profile.resource, profile.name, profile.address, profile.zone)
    # A mailbox that was found is right, whoever named it; until then the board knows best.
    is_found = profile.mailbox.state.answers
    mention = _completed(known, word.mention) if is_found else _completed(word.mention, known)
    search = profile.mailbox if mention.address == profile.address else MailboxSearch()
    return replace(told, name=mention.name, address=mention.address, zone=mention.zone, mailbox=search)
