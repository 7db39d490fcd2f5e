"""Take in what the board says: every resource's inbox holds it before the webhook is answered.

The order of the steps is `protocol` section 1, and each is there because a version without it lost or doubled
something. A repeat of any call, at any point, is harmless.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sync_core.domain.appointment import AppointmentKey, Owing, Placement
from sync_core.domain.errors import TryAgain
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import BoardInbox, Held, Job
from sync_core.ports import Placed, Ports

WEBHOOKS = ResourceId("~webhooks")
BOARD_BELL = "board"
_OWING_WAITS = timedelta(minutes=1)
_ROUNDS = 8


class AcceptVerdict(StrEnum):
    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"
    REPEATED = "repeated"
    CONFLICTING = "conflicting"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What became of one member of a delivery; `reason` is for the sender and empty when all is well."""

    key: AppointmentKey
    verdict: AcceptVerdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A member that could not be taken: which, what it was, why. Holds no subject, body or address."""

    member: str
    what: str
    why: str


async def accept(ports: Ports, placements: Sequence[Placement], correlation_id: str) -> Sequence[Acceptance]:
    """Take in full states, in any order and number; one answer each, in the order given.

    Raises:
        TryAgain: storage does not answer; the sender repeats, which completes what was begun.
    """
    newest: dict[AppointmentKey, Placement] = {}
    verdicts: list[Acceptance | None] = [None] * len(placements)
    for index, placement in enumerate(placements):
        known = newest.get(placement.key)
        if known is not None and known.revision == placement.revision and not _is_same(known, placement):
            verdicts[index] = _conflicting(placement.key)
        elif known is None or placement.revision > known.revision:
            newest[placement.key] = placement
    settled = await _place(ports, list(newest.values()))
    await _hand_out(ports, list(settled.values()), correlation_id)
    for index, placement in enumerate(placements):
        if verdicts[index] is None:
            verdicts[index] = _verdict(placement, newest[placement.key], settled[placement.key])
    return [verdict for verdict in verdicts if verdict is not None]


@dataclass(frozen=True, slots=True)
class _Settled:
    verdict: AcceptVerdict
    placed: Placed


def _verdict(placement: Placement, sent: Placement, settled: _Settled) -> Acceptance:
    if placement.revision < sent.revision or settled.verdict is AcceptVerdict.SUPERSEDED:
        return Acceptance(placement.key, AcceptVerdict.SUPERSEDED, "a newer revision is known")
    if settled.verdict is AcceptVerdict.CONFLICTING:
        return _conflicting(placement.key)
    return Acceptance(placement.key, settled.verdict)


def _conflicting(key: AppointmentKey) -> Acceptance:
    reason = "another state is known under this revision; raise the revision with every change"
    return Acceptance(key, AcceptVerdict.CONFLICTING, reason)


def _is_same(one: Placement, other: Placement) -> bool:
    if one.state is None or other.state is None:
        return one.state is other.state
    return one.state.same_state(other.state)


async def _place(ports: Ports, placements: Sequence[Placement]) -> dict[AppointmentKey, _Settled]:
    """Compare and set each placement together with what is owing for it, until none has moved under our hands."""
    settled: dict[AppointmentKey, _Settled] = {}
    waiting = {placement.key: placement for placement in placements}
    for _ in range(_ROUNDS):
        if not waiting:
            return settled
        found = await ports.placements.read(list(waiting))
        writes: list[tuple[Placed, Placement, Owing]] = []
        for key, placement in list(waiting.items()):
            placed = found[key]
            if placed.owing and (not placed.placement or placed.owing.revision != placed.placement.revision):
                continue  # read between two writes: what is owing belongs to another placement, so read again
            known = placed.placement
            if known is not None and known.revision > placement.revision:
                settled[key] = _Settled(AcceptVerdict.SUPERSEDED, placed)
                del waiting[key]
            elif known is not None and known.revision == placement.revision:
                verdict = AcceptVerdict.REPEATED if _is_same(known, placement) else AcceptVerdict.CONFLICTING
                settled[key] = _Settled(verdict, placed)
                del waiting[key]
            else:
                writes.append((placed, placement, _owing(ports, placed, placement)))
        written = await ports.placements.write(writes) if writes else frozenset()
        if written:
            after = await ports.placements.read(list(written))
            for key in written:
                placed, placement = after[key], waiting[key]
                if placed.placement is not None and placed.placement.revision == placement.revision:
                    settled[key] = _Settled(AcceptVerdict.ACCEPTED, placed)
                else:
                    # Overtaken already: whoever overtook us took our debt over with it.
                    settled[key] = _Settled(AcceptVerdict.ACCEPTED, Placed())
                del waiting[key]
    if waiting:
        raise TryAgain("too many writers at one appointment", timedelta(seconds=1))
    return settled


def _owing(ports: Ports, placed: Placed, placement: Placement) -> Owing:
    """Whom this revision has to reach: those before, those now, and those an earlier one had not reached yet."""
    before = placed.placement.resources if placed.placement else ()
    debt = placed.owing.resources if placed.owing else ()
    everyone = tuple(dict.fromkeys((*debt, *before, *placement.resources)))
    return Owing(placement.key, placement.revision, everyone, ports.clock.now())


async def _hand_out(ports: Ports, settled: Sequence[_Settled], correlation_id: str) -> None:
    """Put what is owing into the inboxes, ring, and only then cross it out."""
    owed = [entry.placed for entry in settled if entry.placed.owing and entry.placed.placement]
    inboxes: dict[ResourceId, list[BoardInbox]] = {}
    for placed in owed:
        assert placed.owing is not None and placed.placement is not None  # noqa: S101, PT018
        for resource in placed.owing.resources:
            row = _inbox_row(placed.placement, resource, placed.owing.since_at)
            inboxes.setdefault(resource, []).append(row)
    for resource, rows in inboxes.items():
        await ports.rows.insert(resource, rows)
    # A repeat of a settled state rings again, too: the first bell may be the thing that was lost.
    to_ring = dict.fromkeys(inboxes)
    for entry in settled:
        if entry.verdict is AcceptVerdict.REPEATED and entry.placed.placement:
            to_ring.update(dict.fromkeys(entry.placed.placement.resources))
    now = ports.clock.now()
    if to_ring:
        await ports.bells.ring([Job(resource, now, BOARD_BELL, correlation_id) for resource in to_ring])
    if owed:
        await ports.placements.settle(owed)


def _inbox_row(placement: Placement, resource: ResourceId, known_at: datetime) -> BoardInbox:
    state = placement.state if resource in placement.resources else None
    return BoardInbox(placement.key, placement.revision, state, known_at)


async def complete_owing(ports: Ports) -> int:
    """Finish what a crashed webhook left owing for over a minute; returns how many appointments."""
    keys = await ports.placements.list_owing(ports.clock.now() - _OWING_WAITS)
    found = await ports.placements.read(keys) if keys else {}
    whole = [
        _Settled(AcceptVerdict.REPEATED, placed)
        for placed in found.values()
        if placed.owing and placed.placement and placed.owing.revision == placed.placement.revision
    ]
    await _hand_out(ports, whole, ports.names.fresh())
    return len(whole)


async def file_rejected(ports: Ports, rejections: Sequence[Rejection]) -> None:
    """File members that could not be taken, so that an admin sees them; the same one twice is one row."""
    now = ports.clock.now()
    remedy = "correct the member at its sender and send it again under a higher revision"
    rows = [Held(rejection.member, now, rejection.what, rejection.why, remedy) for rejection in rejections]
    if rows:
        await ports.rows.insert(WEBHOOKS, rows)
