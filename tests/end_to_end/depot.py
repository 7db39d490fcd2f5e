"""Looks into the app's storage from beside it: all its rows and messages, bells rung by hand, and time let pass."""

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient
from azure.storage.queue import QueueServiceClient

from sync_core.bootstrap import connect
from sync_core.domain.choices import Choices
from sync_core.domain.errors import VersionMoved
from sync_core.domain.resource import Direction, ResourceId
from sync_core.domain.stored import Announcement, BoardInbox, Cursor, Held, Job, OutlookInbox, Row, Todo
from sync_core.flows.administer import ResourceRequest, enlist
from sync_core.flows.settings_change import change_settings
from sync_core.ports import Ports
from sync_core.settings import Settings, read_settings
from tests.services import wait_until

Result = TypeVar("Result")
AN_HOUR = timedelta(hours=1)
EVERY_TABLE = ("sync", "placements", "subscriptions", "calendars", "settings")


@dataclass(frozen=True, slots=True)
class Depot:
    """The storage of a running app; `settings` are the app's own."""

    settings: Mapping[str, str]

    @property
    def _connection(self) -> str:
        return self.settings["AzureWebJobsStorage"]

    def entities(self) -> list[dict[str, Any]]:
        """Return every entity of every table, with its etag under `etag`."""
        with TableServiceClient.from_connection_string(self._connection) as service:
            return [
                {**entity, "etag": entity.metadata["etag"]}
                for table in EVERY_TABLE
                for entity in service.get_table_client(table).list_entities()
            ]

    def in_flight(self, resources: Sequence[str]) -> list[Row]:
        """Return what these resources received or announced and have not settled.

        What is held waits for a person, and what is due later for its time: neither is under way.
        """
        now = datetime.now(UTC)
        return [
            row
            for row in self.pending(resources)
            if isinstance(row, Announcement | BoardInbox | OutlookInbox)
            or (isinstance(row, Todo) and (row.due_at is None or row.due_at <= now))
        ]

    def held(self, resources: Sequence[str]) -> list[Row]:
        """Return what waits for a person."""
        return [row for row in self.pending(resources) if isinstance(row, Held)]

    def pending(self, resources: Sequence[str]) -> list[Row]:
        """Return the rows that a run of each of these resources would start from."""

        async def read(ports: Ports) -> list[Row]:
            found = await asyncio.gather(*(ports.rows.read_pending(ResourceId(each)) for each in resources))
            return [row for pending in found for row in pending.rows]

        return self._with_ports(read)

    def bells(self) -> list[str]:
        """Return the messages that are to be answered now, decoded; not those being answered or meant for later."""
        with QueueServiceClient.from_connection_string(self._connection) as service:
            found = []
            for queue in ("sync-resource", "sync-resource-poison"):
                with contextlib.suppress(ResourceNotFoundError):
                    found += service.get_queue_client(queue).peek_messages(32)
        return [base64.b64decode(message.content).decode() for message in found]

    def refusals(self, resource: str) -> list[str]:
        """Return why calendars of a resource are not asked at present."""
        return [row.refusal for row in self.pending([resource]) if isinstance(row, Cursor) and row.next_try_at]

    def drop_bells(self) -> None:
        """Throw every waiting message away: bells may be lost, changes may not."""
        with QueueServiceClient.from_connection_string(self._connection) as service:
            service.get_queue_client("sync-resource").clear_messages()

    def wait_until_settled(self, resources: Sequence[str], seconds: float = 40.0) -> None:
        """Wait until nothing that these resources received or announced is left undone."""
        wait_until(lambda: not self.in_flight(resources), "inboxes and announcements are empty", seconds)

    def enlist(self, requests: Sequence[ResourceRequest]) -> None:
        """Make resources take part, as an admin would."""

        async def every(ports: Ports) -> None:
            for request in requests:
                await enlist(ports, request)

        self._with_ports(every)

    def choose(self, choices: Choices) -> None:
        """Make these the tenant's choices, as an admin would."""

        async def change(ports: Ports) -> None:
            await change_settings(ports, choices, (await ports.tenant.read()).tag)

        self._with_ports(change)

    def ring(self, resource: str, reason: str = "pull") -> None:
        """Ring for a resource, as the pulling timer does when its turn comes."""
        job = Job(ResourceId(resource), datetime.now(UTC), reason, "by-hand")
        self._with_ports(lambda ports: ports.bells.ring([job]))

    def end_leases(self, resources: Sequence[str]) -> None:
        """Let the leases of a dead host run out, without waiting for the minute that they last."""

        async def end(ports: Ports) -> None:
            for resource in map(ResourceId, resources):
                pending = await ports.rows.read_pending(resource)
                if pending.lease is not None and pending.lease.until is not None:
                    over = replace(pending.lease, until=pending.lease.until - AN_HOUR)
                    await ports.rows.transact(resource, over, pending.lease_tag)

        self._with_ports(end)

    def let_refusals_come_due(self, resources: Sequence[str]) -> None:
        """Let the hour pass after which calendars that refused us are tried again; a run under way is left alone."""

        async def shift(ports: Ports) -> None:
            for resource in map(ResourceId, resources):
                pending = await ports.rows.read_pending(resource)
                refused = [row for row in pending.rows if isinstance(row, Cursor) and row.next_try_at]
                if not refused or pending.lease is None or pending.lease.holder:
                    continue
                due = [replace(row, next_try_at=row.next_try_at - AN_HOUR) for row in refused if row.next_try_at]
                with contextlib.suppress(VersionMoved):
                    await ports.rows.transact(resource, pending.lease, pending.lease_tag, due)

        self._with_ports(shift)

    def ask(self, question: Callable[[Ports], Awaitable[Result]]) -> Result:
        """Return what the app's own ports answer."""
        return self._with_ports(question)

    def _with_ports(self, act: Callable[[Ports], Awaitable[Result]]) -> Result:
        settings = read_settings(self.settings)
        assert isinstance(settings, Settings)

        async def run() -> Result:
            connector = connect(settings)
            try:
                return await act(await connector.ports())
            finally:
                await connector.aclose()

        return asyncio.run(run())


def request_for(resource: str, mailbox: str, direction: Direction = Direction.BOTH) -> ResourceRequest:
    """Return what an admin says of a resource with this mailbox."""
    return ResourceRequest(ResourceId(resource), resource, mailbox, "Europe/Berlin", direction)
