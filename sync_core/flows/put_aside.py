"""Writes an admin's answer to what is held and belongs to no pair, so that no run that sees it otherwise can commit."""

from collections.abc import Collection
from dataclasses import replace

from sync_core.domain.errors import TryAgain, VersionMoved
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Address, Family, Lease, Row
from sync_core.flows.held import refusing, subject_of
from sync_core.flows.profiles import profile_in
from sync_core.ports import Pending, Ports

_ROUNDS = 5
_AT_ONCE = 80


async def put_aside(ports: Ports, resource: ResourceId, subjects: Collection[str]) -> None:
    """Remove the held rows of these names; one that is gone already is fine.

    Nothing of a calendar or of the board lies in them, so that nothing is lost with them.

    Raises:
        TryAgain: other writers come first, again and again; a repeat removes the rest.
    """
    named: set[Address] = {(Family.HELD, subject) for subject in subjects}
    for _ in range(_ROUNDS):
        pending = await ports.rows.read_pending(resource)
        gone = [row.address for row in pending.rows if row.address in named]
        if await _write(ports, resource, pending, [], gone):
            return
    raise TryAgain("the resource is being run all the time")


async def try_calendars(ports: Ports, resource: ResourceId, subjects: Collection[str]) -> None:
    """Have calendars that refuse us tried by the next run, however long they were to wait.

    Raises:
        TryAgain: other writers come first, again and again.
    """
    for _ in range(_ROUNDS):
        pending = await ports.rows.read_pending(resource)
        profile, now = profile_in(pending), ports.clock.now()
        cursors = refusing(profile, pending.rows) if profile is not None else []
        due: list[Row] = [replace(row, next_try_at=now) for row in cursors if subject_of(row) in subjects]
        if await _write(ports, resource, pending, due, []):
            return
    raise TryAgain("the resource is being run all the time")


async def _write(ports: Ports, resource: ResourceId, pending: Pending, puts: list[Row], deletes: list[Address]) -> bool:
    """Write with the lease row, which a run that is under way loses: it begins anew. False if it moved meanwhile."""
    lease = replace(pending.lease or Lease(), holder="", until=None)
    tag = pending.lease_tag
    for begin in range(0, max(len(puts), len(deletes)), _AT_ONCE):
        few = slice(begin, begin + _AT_ONCE)
        lease = replace(lease, commit_id=ports.names.fresh())
        try:
            tag = await ports.rows.transact(resource, lease, tag, puts[few] if puts else [], deletes[few])
        except VersionMoved:
            return False
    return True
