"""An admin's acts as calls of the product's own flows, in one place."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sync_core.domain.choices import Choices
from sync_core.domain.profile import CalendarWish
from sync_core.domain.resource import Direction, ResourceId
from sync_core.domain.stored import Job
from sync_core.flows import administer, judge, keep_subscriptions, mailboxes, offboard, pull, settings_change
from sync_core.ports import Ports
from tests.scenarios.said import Form
from tests.scenarios.settings import read_choices, read_overrides
from tests.scenarios.stage import Stage
from tests.scenarios.team import DEFAULT, CalendarWanted, Member

Members = dict[str, Member]


def enlist(stage: Stage, members: Members, wanted: Sequence[Member]) -> None:
    """Make these resources take part, with calendars that are watched."""

    async def every(ports: Ports) -> None:
        for member in wanted:
            await administer.enlist(ports, _request(members, member))
            await keep_subscriptions.keep_subscriptions(ports, ResourceId(member.id))

    stage.office.run(every)
    for member in wanted:
        members[member.name] = replace(member, is_enlisted=True)


def change(stage: Stage, members: Members, member: Member, changes: Mapping[str, Any]) -> None:
    """Change how a resource takes part."""
    enlist(stage, members, [replace(member, **changes)])


def begin_with(stage: Stage, members: Members, settings: Form) -> None:
    """Have these choices while nobody is enlisted yet."""
    choices = read_choices(settings, lambda name: members[name].id if name in members else name)

    async def write(ports: Ports) -> None:
        tenant = await ports.tenant.read()
        if tenant.choices != choices:
            await ports.tenant.write(choices, tenant.tag)

    stage.office.run(write)


def choose(stage: Stage, members: Members, settings: Form) -> None:
    """Change the tenant's choices to the scenario's usual ones with these on top, for whatever exists."""
    choices = read_choices(settings, lambda name: members[name].id if name in members else name)
    stage.office.run(lambda ports: _change(ports, choices))


async def _change(ports: Ports, choices: Choices) -> None:
    tenant = await ports.tenant.read()
    await settings_change.change_settings(ports, choices, tenant.tag)
    await keep_subscriptions.keep_subscriptions(ports)


def take_out(stage: Stage, member: Member, *, keeps_events: bool) -> None:
    """Off-board a resource."""
    events = offboard.OnLeaving.KEEP if keeps_events else offboard.OnLeaving.REMOVE
    stage.office.run(lambda ports: offboard.offboard(ports, ResourceId(member.id), events))


def release(stage: Stage, member: Member) -> None:
    """Let through whatever is held of a resource."""
    stage.office.run(lambda ports: _judge(ports, member, is_released=True))


def reject(stage: Stage, member: Member) -> None:
    """Have whatever is held of a resource not done."""
    stage.office.run(lambda ports: _judge(ports, member, is_released=False))


async def _judge(ports: Ports, member: Member, *, is_released: bool) -> None:
    resource = ResourceId(member.id)
    pairs = {row.pair for row in await judge.list_held(ports, resource) if row.pair is not None}
    await (judge.release if is_released else judge.reject)(ports, resource, pairs=pairs)


def look_for_mailboxes(stage: Stage, resources: Sequence[str]) -> None:
    """Let the time pass after which mailboxes that could not be used are looked for again."""
    stage.office.let_searches_come_due(resources)

    async def look(ports: Ports) -> None:
        await mailboxes.find_mailboxes(ports)
        await keep_subscriptions.keep_subscriptions(ports)

    stage.office.run(look)


def pull_for(stage: Stage, length: timedelta, tick: timedelta) -> Counter[str]:
    """How often each resource's turn to be read unasked comes within a time, looked at every tick from now on."""

    async def through(ports: Ports) -> Counter[str]:
        now, turns = datetime.now(UTC), _Turns()
        for number in range(length // tick):
            moment = replace(ports, clock=_Moment(now + number * tick), bells=turns)
            await pull.pull_due_calendars(moment, tick)
        return turns.counted

    return stage.office.run(through)


@dataclass(frozen=True, slots=True)
class _Moment:
    at: datetime

    def now(self) -> datetime:
        return self.at


class _Turns:
    """Bells that are only counted."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()

    async def ring(self, jobs: Sequence[Job], delay: timedelta = timedelta(0)) -> None:
        self.counted.update(job.resource for job in jobs)


def _request(members: Members, member: Member) -> administer.ResourceRequest:
    wishes = tuple(_wish(members, calendar) for calendar in member.calendars or ())
    return administer.ResourceRequest(
        ResourceId(member.id),
        member.name,
        member.address or member.mailbox,
        member.zone or "",
        Direction(member.direction) if member.direction else None,
        wishes,
        read_overrides(Form(member.overrides)),
        member.group,
    )


def _wish(members: Members, wanted: CalendarWanted) -> CalendarWish:
    return CalendarWish(
        "" if wanted.name == DEFAULT else wanted.name,
        members[wanted.of].mailbox if wanted.of else "",
        Direction(wanted.direction) if wanted.direction else None,
        read_overrides(Form(wanted.overrides), for_calendar=True),
        wanted.is_main,
        wanted.is_made,
    )
