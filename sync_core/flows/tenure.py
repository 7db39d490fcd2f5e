"""The right to run one resource: taken, renewed and fenced by every write, given back at the end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sync_core.domain.errors import LeaseLost, TryAgain, VersionMoved
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Address, Lease, Row
from sync_core.ports import Pending, Ports

LEASE_LASTS = timedelta(seconds=60)
CLOCKS_DIFFER = timedelta(seconds=5)
SENDING_TAKES = timedelta(seconds=20)


class Tenure:
    """A held lease. Whoever writes for a resource does it through `commit`, so that nobody else can have begun."""

    def __init__(self, ports: Ports, resource: ResourceId, lease: Lease, tag: str | None) -> None:
        self.ports = ports
        self.resource = resource
        self.lease = lease
        self._tag = tag

    @classmethod
    async def take(cls, ports: Ports, resource: ResourceId, pending: Pending) -> "Tenure | None":
        """Take the lease; None while another run holds it."""
        lease = pending.lease or Lease()
        if lease.holder and lease.until and ports.clock.now() < lease.until + CLOCKS_DIFFER:
            return None
        tenure = cls(ports, resource, replace(lease, holder=ports.names.fresh()), pending.lease_tag)
        try:
            await tenure.commit()
        except LeaseLost:
            return None
        return tenure

    def outlasts_sending(self, now: datetime) -> bool:
        """Is there time to send something and see its answer before anybody else may begin?"""
        return self.lease.until is not None and now + SENDING_TAKES + CLOCKS_DIFFER <= self.lease.until

    async def commit(
        self, puts: Sequence[Row] = (), deletes: Sequence[Address] = (), *, lease: Lease | None = None
    ) -> None:
        """Write rows and the renewed lease, all or nothing. `lease` carries other changes of the lease row.

        Raises:
            LeaseLost: somebody else runs this resource now; nothing was written.
        """
        now = self.ports.clock.now()
        wanted = replace(lease or self.lease, until=now + LEASE_LASTS, commit_id=self.ports.names.fresh())
        await self._write(wanted, puts, deletes)

    async def release(self, *, lease: Lease | None = None) -> None:
        """Give the lease back, so that the next bell need not wait for it to run out."""
        await self._write(
            replace(lease or self.lease, holder="", until=None, commit_id=self.ports.names.fresh()), (), ()
        )

    async def _write(self, wanted: Lease, puts: Sequence[Row], deletes: Sequence[Address]) -> None:
        rows = self.ports.rows
        try:
            self._tag = await rows.transact(self.resource, wanted, self._tag, puts, deletes)
        except VersionMoved as moved:
            raise LeaseLost("another worker runs this resource") from moved
        except TryAgain as silence:
            # No reply: our commit id in the row tells whether it went in. There is no other way to collide.
            found = await rows.read_pending(self.resource)
            if found.lease is None or found.lease.commit_id != wanted.commit_id:
                raise LeaseLost("the write did not go in") from silence
            self._tag = found.lease_tag
        self.lease = wanted
