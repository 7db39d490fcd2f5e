"""What an admin says to what is held: let it through this once, or leave things as they are."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sync_core.domain.errors import Refused, TryAgain
from sync_core.domain.identity import PairId
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Address, Family, Held, Row, Todo
from sync_core.flows.accept import WEBHOOKS
from sync_core.flows.held import (
    CALENDAR,
    JUDGED_BY,
    MAILBOX,
    HeldView,
    Wanted,
    find_held,
    held_of,
    judging,
    rejected_view,
)
from sync_core.flows.held_words import HeldKind, Judgement
from sync_core.flows.mailboxes import look_again
from sync_core.flows.overview import note_resource
from sync_core.flows.profiles import find_profile, ring_for
from sync_core.flows.put_aside import put_aside, try_calendars
from sync_core.ports import Ports

Name = tuple[ResourceId | None, str]
_AT_ONCE = 8
_SCANNED = 1000
_DONE = {Judgement.RELEASE: "released", Judgement.REJECT: "rejected"}


class NotHeld(Exception):
    """There is nothing held of that name, or not any more."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which are judged together: all that fit everything that is named; `names` None means any."""

    resource: ResourceId | None = None
    reason: str = ""
    kind: HeldKind | None = None
    names: Collection[Name] | None = None

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.resource, self.kind, self.reason)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was judged of one resource, or of none."""

    resource: ResourceId | None
    views: tuple[HeldView, ...]


async def list_held(ports: Ports, resource: ResourceId) -> Sequence[Held]:
    """What waits for a person or a change, the oldest first; rows without a pair are no pair's trouble."""
    pending = await ports.rows.read_pending(resource)
    return sorted((row for row in pending.rows if isinstance(row, Held)), key=lambda row: (row.since_at, row.subject))


async def release(ports: Ports, resource: ResourceId, *, pairs: Collection[PairId] = (), why: str | None = None) -> int:
    """Have held pairs carried out once whatever held them back: those named, and all that are held for that reason.

    Returns how many; a pair that is not held, or was judged already and not yet carried out, is left as it is.
    """
    return await _judge_named(ports, resource, Judgement.RELEASE, pairs, why)


async def reject(ports: Ports, resource: ResourceId, *, pairs: Collection[PairId] = (), why: str | None = None) -> int:
    """Have what held pairs were about to do not done; the answer is remembered until a side changes.

    Returns how many; a pair that is not held, or was judged already and not yet carried out, is left as it is.
    """
    return await _judge_named(ports, resource, Judgement.REJECT, pairs, why)


async def judge_one(ports: Ports, judgement: Judgement, resource: ResourceId | None, subject: str) -> Judged:
    """Judge one; nothing is in the answer if it was judged before and that is not carried out yet.

    Raises:
        NotHeld: nothing of that name is held.
        Refused: it takes no such answer.
        TryAgain: storage, or the directory that a mailbox is looked for in, does not answer; a repeat does no harm.
    """
    view = await find_held(ports, resource, subject)
    if view is None:
        raise NotHeld
    if judgement not in view.told.takes:
        raise Refused(f"This cannot be {_DONE[judgement]}. What to do instead: {view.told.remedy}.")
    return Judged(resource, tuple(await _judge(ports, judgement, resource, [view])))


async def judge_many(ports: Ports, judgement: Judgement, choice: Choice) -> list[Judged]:
    """Judge all that fit the choice; those that take no such answer, or were judged before, are left as they are.

    Raises:
        TryAgain: storage or directory do not answer; a repeat judges the rest.
    """
    resources = await _resources_of(ports, choice)
    judged: list[Judged] = []
    for begin in range(0, len(resources), _AT_ONCE):
        few = resources[begin : begin + _AT_ONCE]
        judged += await asyncio.gather(*(_judge_fitting(ports, judgement, choice, resource) for resource in few))
    if _may_be_of_none(choice) and judgement is Judgement.REJECT:
        judged.append(await _reject_of_none(ports, choice))
    return [one for one in judged if one.views]


async def _resources_of(ports: Ports, choice: Choice) -> list[ResourceId]:
    """Whose held rows are read: nobody's who has none."""
    if choice.resource is not None:
        return [choice.resource]
    if choice.names is not None:
        return list(dict.fromkeys(resource for resource, _ in choice.names if resource is not None))
    resources: list[ResourceId] = []
    after: ResourceId | None = None
    while overviews := await ports.overviews.page_held(after):
        resources += [overview.resource for overview in overviews]
        after = resources[-1]
    return resources


def _may_be_of_none(choice: Choice) -> bool:
    return choice.wanted.may_be_of_none and (choice.names is None or any(owner is None for owner, _ in choice.names))


def _fits(choice: Choice, view: HeldView) -> bool:
    return choice.wanted.fits(view) and (choice.names is None or (view.resource, view.subject) in choice.names)


async def _judge_fitting(ports: Ports, judgement: Judgement, choice: Choice, resource: ResourceId) -> Judged:
    views = [view for view in await held_of(ports, resource) if _fits(choice, view)]
    return Judged(resource, tuple(await _judge(ports, judgement, resource, views)))


async def _reject_of_none(ports: Ports, choice: Choice) -> Judged:
    """Put aside what belongs to no resource, however much it is."""
    if choice.names is not None:
        addresses: list[Address] = [(Family.HELD, subject) for owner, subject in choice.names if owner is None]
        found = (await ports.rows.get(WEBHOOKS, addresses)).values()
        views = [view for row in found if isinstance(row, Held) and _fits(choice, view := rejected_view(row))]
        return Judged(None, tuple(await _judge(ports, Judgement.REJECT, None, views)))
    views = []
    after: Address | None = None
    while rows := await ports.rows.scan(WEBHOOKS, (Family.HELD,), after, _SCANNED):
        views += [view for row in rows if isinstance(row, Held) and _fits(choice, view := rejected_view(row))]
        after = rows[-1].address
    return Judged(None, tuple(await _judge(ports, Judgement.REJECT, None, views)))


async def _judge(
    ports: Ports, judgement: Judgement, resource: ResourceId | None, views: Sequence[HeldView]
) -> list[HeldView]:
    """Judge what takes this answer now; returns it."""
    open_ = [view for view in views if judgement in view.verdicts]
    if not open_:
        return []
    if resource is None:
        await put_aside(ports, WEBHOOKS, [view.subject for view in open_])
        return open_
    pairs = [view.pair for view in open_ if view.pair is not None]
    others = [view for view in open_ if view.pair is None]
    if pairs:
        todos: list[Row] = [Todo(JUDGED_BY[judgement], pair, pair) for pair in pairs]
        await ports.rows.insert(resource, todos)
    if any(view.subject == MAILBOX for view in others):
        profile = await find_profile(ports, resource)
        if profile is not None:
            await look_again(ports, (await ports.tenant.read()).choices, profile)
    await try_calendars(ports, resource, {view.subject for view in others if view.subject.startswith(CALENDAR)})
    if pairs or judgement is Judgement.RELEASE:
        # Before anything is put aside: a bell that was lost would be asked for again.
        await ring_for(ports, resource, str(JUDGED_BY[judgement]))
    if aside := [view.subject for view in others if view.told.kind is not HeldKind.MAILBOX]:
        await put_aside(ports, resource, aside)
    if others:
        with suppress(TryAgain):  # the next run writes it
            await note_resource(ports, resource)
    return open_


async def _judge_named(
    ports: Ports, resource: ResourceId, judgement: Judgement, pairs: Collection[PairId], why: str | None
) -> int:
    pending = await ports.rows.read_pending(resource)
    judged = {todo.pair for todo in judging(pending.rows)}
    chosen = [
        row.pair
        for row in pending.rows
        if isinstance(row, Held) and row.pair is not None and (row.pair in pairs or row.why == why)
    ]
    todos: list[Row] = [Todo(JUDGED_BY[judgement], pair, pair) for pair in chosen if pair not in judged]
    if todos:
        await ports.rows.insert(resource, todos)
        await ring_for(ports, resource, str(JUDGED_BY[judgement]))
    return len(todos)
