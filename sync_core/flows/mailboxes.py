"""Find a resource's mailbox and its calendars, now or later: one that cannot be used is looked for again and again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sync_core.domain.choices import Choices, overridden
from sync_core.domain.errors import MailboxRefused, Refused, TryAgain
from sync_core.domain.profile import CalendarUse, CalendarWish, MailboxSearch, MailboxState, Participation, Profile
from sync_core.domain.resource import CalendarRef
from sync_core.flows.claiming import claim_calendars, release_unused
from sync_core.flows.desk import terms_of
from sync_core.flows.profiles import note_profile, ring_for, write_profile
from sync_core.flows.pull import read_board
from sync_core.ports import Mailbox, Ports

_FIRST_WAIT = timedelta(hours=1)
_LONGEST_WAIT = timedelta(hours=24)


class CalendarMissing(Refused):
    """A calendar was wished for that its mailbox does not have."""

    def __init__(self, wish: CalendarWish) -> None:
        super().__init__(f"the mailbox has no calendar named {wish.name}")
        self.wish = wish


@dataclass(slots=True)
class MailboxReport:
    """Of the mailboxes that were due: those found, those that still cannot be used, those not asked for trouble."""

    mailboxes_found: int = 0
    mailboxes_missing: int = 0
    mailboxes_unasked: int = 0


async def find_calendars(ports: Ports, choices: Choices, profile: Profile, known: Profile | None) -> Profile:
    """The profile with the calendars that its address, wishes and choices ask for, the main one first.

    A mailbox that cannot be used is no error: `mailbox` then says why, and when it is tried again. `known` is the
    profile until now, whose calendars keep the names they have.

    Raises:
        Refused: a calendar has no mailbox, or its mailbox none of that name, or the wishes contradict each other.
        TryAgain: the directory does not answer.
    """
    wishes = _wishes_of(choices, profile)
    if not wishes:
        return replace(profile, calendars=(), mailbox=MailboxSearch())
    answers: dict[str, Mailbox | MailboxRefused] = {}
    for address in dict.fromkeys(_address_of(profile, wish) for wish in wishes):
        answers[address] = await _ask(ports, choices, address)
    uses: list[CalendarUse] = []
    for wish in wishes:
        mailbox = answers[_address_of(profile, wish)]
        if isinstance(mailbox, Mailbox):
            ref = await _calendar(ports, mailbox, wish)
            uses.append(CalendarUse(_as_known(known, profile, wish, ref), wish.direction, wish.overrides))
    if len({use.ref for use in uses}) < len(uses):
        raise Refused("a calendar is named twice")
    refusals = [answer for answer in answers.values() if isinstance(answer, MailboxRefused)]
    main = answers[_address_of(profile, wishes[0])]
    if not refusals:
        state = main.state if isinstance(main, Mailbox) else MailboxState.READY
        return replace(profile, calendars=tuple(uses), mailbox=MailboxSearch(state))
    search = _next_search(known, profile, refusals[0], ports.clock.now())
    if _is_same_search(known, profile) and known is not None and known.calendars:
        return replace(profile, calendars=known.calendars, mailbox=search)
    # Without the main one, no other may take its place.
    return replace(profile, calendars=tuple(uses) if isinstance(main, Mailbox) else (), mailbox=search)


async def find_mailboxes(ports: Ports) -> MailboxReport:
    """Look again for each mailbox whose time has come; trouble with one stops no other."""
    report = MailboxReport()
    choices = (await ports.tenant.read()).choices
    now = ports.clock.now()
    for row in await ports.rows.list_profiles():
        profile = row.profile
        again_at = profile.mailbox.again_at
        if profile.participation is Participation.ACTIVE and again_at is not None and again_at <= now:
            try:
                await _look_again(ports, choices, profile, report)
            except (TryAgain, Refused):
                report.mailboxes_unasked += 1
    return report


async def look_again(ports: Ports, choices: Choices, profile: Profile) -> bool:
    """Look for one mailbox now, whether or not its time has come; True if it was found.

    Raises:
        TryAgain: directory, board or storage do not answer.
    """
    report = MailboxReport()
    await _look_again(ports, choices, profile, report)
    return report.mailboxes_found > 0


async def _look_again(ports: Ports, choices: Choices, profile: Profile, report: MailboxReport) -> None:
    now = ports.clock.now()
    try:
        found = await find_calendars(ports, choices, profile, profile)
        await claim_calendars(ports, profile, found)
    except Refused as refusal:
        # What was wished is not there, or is another's: an admin sees the words, and it may come yet.
        found = replace(profile, mailbox=_later(profile.mailbox, profile.mailbox.state, refusal.reason, now))

    def change(is_now: Profile | None) -> Profile:
        # What an admin said meanwhile counts; it was looked for then.
        return with_former(is_now, found) if is_now in (None, profile) else is_now or found

    is_found = found.mailbox.again_at is None
    report.mailboxes_found += is_found
    report.mailboxes_missing += not is_found
    if found.calendars == profile.calendars:
        await note_profile(ports, profile.resource, change)
        return
    written = await write_profile(ports, profile.resource, change, choices)
    await release_unused(ports, written)
    await ring_for(ports, profile.resource, "mailbox found")
    await read_board(ports, profile.resource, terms_of(ports, written.after, choices).window(now), ports.names.fresh())


def with_former(before: Profile | None, after: Profile) -> Profile:
    """The profile with every calendar that was its main one and may still hold events of ours.

    What the board said of the resource is as it was before: it may have come while the profile was made up.
    """
    was = before.main_calendar if before else None
    main = after.main_calendar
    former = dict.fromkeys((*(before.former if before else ()), *([was.ref] if was else [])))
    if main is not None:
        former.pop(main.ref, None)
    told = before or after
    return replace(
        after,
        former=tuple(former),
        narrowed=told.narrowed,
        told_revision=told.told_revision,
        is_off_board=told.is_off_board,
    )


def _wishes_of(choices: Choices, profile: Profile) -> list[CalendarWish]:
    """What is wished, the main calendar first; without a wish the planning calendar and the mailbox's own."""
    wishes = list(profile.wishes)
    if not wishes and profile.address:
        planning = overridden(choices, profile.overrides).planning_calendar
        made = [CalendarWish(planning, is_main=True, is_made=True)] if planning else []
        wishes = [*made, CalendarWish()]
    if any(not _address_of(profile, wish) for wish in wishes):
        raise Refused("a calendar needs the address of its mailbox")
    main = [wish for wish in wishes if wish.is_main]
    if len(main) > 1:
        raise Refused("only one calendar can be the main one")
    return [*main, *(wish for wish in wishes if not wish.is_main)]


def _address_of(profile: Profile, wish: CalendarWish) -> str:
    return (wish.address or profile.address).casefold()


async def _ask(ports: Ports, choices: Choices, address: str) -> Mailbox | MailboxRefused:
    try:
        return await ports.directory.find_mailbox(address, choices.principal_lookup)
    except MailboxRefused as refusal:
        return refusal


async def _calendar(ports: Ports, mailbox: Mailbox, wish: CalendarWish) -> CalendarRef:
    if not wish.name:
        return CalendarRef(mailbox.id, mailbox.default_calendar)
    found = mailbox.calendars.get(wish.name)
    if found is None and not wish.is_made:
        raise CalendarMissing(wish)
    return CalendarRef(mailbox.id, found or await ports.directory.create_calendar(mailbox.id, wish.name))


def _as_known(known: Profile | None, profile: Profile, wish: CalendarWish, ref: CalendarRef) -> CalendarRef:
    """The same calendar under the name it has: how a mailbox is looked up may have changed, which moves nothing."""
    if known is None or wish.address or known.address.casefold() != profile.address.casefold():
        return ref
    names = [use.ref for use in known.calendars if use.ref.calendar == ref.calendar]
    return names[0] if len(names) == 1 else ref


def _is_same_search(known: Profile | None, profile: Profile) -> bool:
    return known is not None and (known.address, known.wishes) == (profile.address, profile.wishes)


def _next_search(known: Profile | None, profile: Profile, refusal: MailboxRefused, now: datetime) -> MailboxSearch:
    state = MailboxState(refusal.state)
    before = known.mailbox if known is not None and _is_same_search(known, profile) else MailboxSearch()
    is_early = before.again_at is not None and before.again_at > now
    if is_early and before.state is state:
        return before  # asked before its time: the wait does not begin anew
    return _later(before, state, refusal.reason, now)


def _later(before: MailboxSearch, state: MailboxState, reason: str, now: datetime) -> MailboxSearch:
    wait = min(_FIRST_WAIT * (1 << min(before.tries, 5)), _LONGEST_WAIT)
    return MailboxSearch(state, reason, before.tries + 1, now + wait, before.since_at or now)
