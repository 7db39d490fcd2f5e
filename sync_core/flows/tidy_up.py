"""The daily round: rolls windows, buries what is old, reads the board where it can be, ends what was left undone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sync_core.domain.choices import Choices
from sync_core.domain.errors import LeaseLost, TryAgain
from sync_core.domain.link import Condition
from sync_core.domain.plan import CreateEvent, DeleteEvent, UpdateEvent
from sync_core.domain.profile import Participation, Profile
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.domain.stored import (
    Address,
    Announcement,
    Cursor,
    Family,
    Job,
    LinkRow,
    Todo,
    TodoReason,
)
from sync_core.flows.batches import chunked
from sync_core.flows.claiming import calendars_of, release_unused
from sync_core.flows.desk import terms_of
from sync_core.flows.erase import finish_erasing
from sync_core.flows.forget import old_journal
from sync_core.flows.ledger import calendar_of
from sync_core.flows.mailboxes import find_mailboxes
from sync_core.flows.offboard import finish_leaving
from sync_core.flows.pilot import refresh_pilot
from sync_core.flows.profiles import find_profile, note_profile, profile_in
from sync_core.flows.pull import read_board
from sync_core.flows.settings_change import complete_saving
from sync_core.flows.tenure import Tenure
from sync_core.ports import Ports

TOMBSTONES_LAST = timedelta(days=30)


@dataclass(slots=True)
class TidyReport:
    """`skipped` are resources whose lease was held, `failed` those for which somebody did not answer; what was not
    done for them is done tomorrow. `completed` counts settings, leavings and mailboxes that were waiting to be;
    `forgotten` entries of the trail that went with their time.
    """

    rung: int = 0
    buried: int = 0
    completed: int = 0
    skipped: int = 0
    failed: int = 0
    forgotten: int = 0


@dataclass(slots=True)
class _Doomed:
    """What is to go, and the calendars in which a living pair still has its event."""

    rows: list[Address]
    in_use: set[CalendarRef]


async def tidy_up(ports: Ports) -> TidyReport:
    """Tidy every resource that takes part and ring it, so that what entered the window by time is written."""
    report = TidyReport()
    pilot = await refresh_pilot(ports)
    mailboxes = await find_mailboxes(ports)
    report.completed += pilot.pilot_changed + mailboxes.mailboxes_found
    report.failed += pilot.pilot_unasked + mailboxes.mailboxes_unasked
    choices = (await ports.tenant.read()).choices
    correlation_id = ports.names.fresh()
    for row in await ports.rows.list_profiles():
        profile = row.profile
        try:
            if profile.participation in (Participation.LEAVING, Participation.OFFBOARDED):
                report.completed += await finish_leaving(ports, profile.resource)
                if profile.is_to_be_erased:
                    report.completed += (await finish_erasing(ports, profile.resource)).is_done
            else:
                report.completed += await complete_saving(ports, choices, profile)
            await _tidy(ports, choices, profile.resource, correlation_id, report)
        except TryAgain:
            report.failed += 1
    await _tidy_unlisted(ports, choices, report)
    try:
        report.forgotten = await ports.trail.bury(ports.clock.now() - timedelta(days=choices.trail_days))
    except TryAgain:
        report.failed += 1
    return report


async def _tidy(ports: Ports, choices: Choices, resource: ResourceId, correlation_id: str, report: TidyReport) -> None:
    profile = await find_profile(ports, resource)  # as it is now: it may just have left
    if profile is None:
        return
    now = ports.clock.now()
    terms = terms_of(ports, profile, choices)
    if profile.participation in (Participation.OFFBOARDED, Participation.PAUSED):
        await _bury(ports, profile, choices, report)
    elif not terms.takes_part:
        await _bury_journal(ports, resource, choices, report)
    if not terms.takes_part:
        return
    silence: TryAgain | None = None
    try:
        await read_board(ports, resource, terms.window(now), correlation_id)
    except TryAgain as silent:
        silence = silent  # its webhooks tell what it plans; the rest of the round needs no board
    # Before the bell, or the run it brings would hold the lease each time.
    await _bury(ports, profile, choices, report)
    await ports.rows.insert(resource, [Todo(TodoReason.WINDOW, f"{now:%Y%m%d}")])
    await ports.bells.ring([Job(resource, now, "window", correlation_id)])
    report.rung += 1
    if silence is not None:
        raise silence


async def _tidy_unlisted(ports: Ports, choices: Choices, report: TidyReport) -> None:
    """What outlived its time of those who were taken off the list goes as well, and numbers that a crash left."""
    try:
        unlisted = await ports.rows.list_unlisted()
    except TryAgain:
        report.failed += 1
        return
    for resource in unlisted:
        try:
            if await find_profile(ports, resource) is None:
                await ports.overviews.delete(resource)
            doomed = (await _doomed(ports, resource, ports.clock.now())).rows
            await _remove(ports, resource, doomed + await old_journal(ports, resource, choices), report)
        except LeaseLost:
            report.skipped += 1
        except TryAgain:
            report.failed += 1


async def _bury(ports: Ports, profile: Profile, choices: Choices, report: TidyReport) -> None:
    """Remove what has outlived any sender's retries, under the lease, since a run may be reading it."""
    try:
        doomed = await _doomed(ports, profile.resource, ports.clock.now())
        doomed.rows += await old_journal(ports, profile.resource, choices)
        await _give_up_former(ports, profile, doomed.in_use)
        doomed.rows += await _cursors_of_nothing(ports, profile.resource)
        await _remove(ports, profile.resource, doomed.rows, report)
    except LeaseLost:
        report.skipped += 1


async def _bury_journal(ports: Ports, resource: ResourceId, choices: Choices, report: TidyReport) -> None:
    """Words are kept no longer for who takes no part; everything else of theirs stays for their coming back."""
    try:
        await _remove(ports, resource, await old_journal(ports, resource, choices), report)
    except LeaseLost:
        report.skipped += 1


async def _remove(ports: Ports, resource: ResourceId, doomed: list[Address], report: TidyReport) -> None:
    if not doomed:
        return
    tenure = await Tenure.take(ports, resource, await ports.rows.read_pending(resource))
    if tenure is None:
        report.skipped += 1
        return
    for chunk in chunked(ports.rows, (), doomed):
        await tenure.commit((), chunk.deletes)
    await tenure.release()
    report.buried += len(doomed)


async def _doomed(ports: Ports, resource: ResourceId, now: datetime) -> _Doomed:
    doomed = _Doomed([], set())
    after: Address | None = None
    while links := await ports.rows.scan(resource, (Family.LINK,), after):
        for row in links:
            if isinstance(row, LinkRow):
                link = row.link
                is_old = link.ended_at is not None and link.ended_at < now - TOMBSTONES_LAST
                if link.condition is Condition.TOMBSTONE and is_old:
                    doomed.rows.append(row.address)
                if link.is_paired and link.event is not None:
                    doomed.in_use.add(link.event.calendar)
        after = links[-1].address
    return doomed


async def _give_up_former(ports: Ports, profile: Profile, in_use: set[CalendarRef]) -> None:
    """Let go of calendars that received before and hold no living event of ours any more."""
    # What was announced there and not settled may still be: only while it is a former one is it left behind.
    pending = await ports.rows.read_pending(profile.resource)
    announced = {
        calendar_of(operation)
        for row in pending.rows
        if isinstance(row, Announcement)
        for intent in row.intents
        for operation in intent.plan.operations
        if isinstance(operation, CreateEvent | UpdateEvent | DeleteEvent)
    }
    cleared = frozenset(profile.former) - in_use - announced
    if not cleared:
        return

    def change(is_now: Profile | None) -> Profile:
        now = is_now or profile
        return replace(now, former=tuple(one for one in now.former if one not in cleared))

    await release_unused(ports, await note_profile(ports, profile.resource, change))


async def _cursors_of_nothing(ports: Ports, resource: ResourceId) -> list[Address]:
    """Where reading would resume in calendars that are no longer the resource's; their claims go, too."""
    pending = await ports.rows.read_pending(resource)
    named = calendars_of(profile_in(pending))
    cursors = [row for row in pending.rows if isinstance(row, Cursor) and row.calendar not in named]
    for cursor in cursors:
        await ports.claims.release(cursor.calendar, resource)
    return [cursor.address for cursor in cursors]
