"""Where an admin of the running app sits: one connector in this process, beside the one in the host."""

import asyncio
import base64
import contextlib
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

from azure.data.tables import TableTransactionError
from azure.data.tables.aio import TableClient, TableServiceClient
from azure.storage.queue.aio import QueueClient

from sync_core.bootstrap import Connector, connect
from sync_core.domain.choices import Choices
from sync_core.domain.errors import VersionMoved
from sync_core.domain.identity import ConnectorId
from sync_core.domain.profile import Profile
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import (
    Announcement,
    BoardInbox,
    Cursor,
    Family,
    Held,
    Job,
    JournalPage,
    Lease,
    OutlookInbox,
    ProfileRow,
    Row,
    Todo,
)
from sync_core.domain.terms import Terms
from sync_core.ports import Pending, Ports
from sync_core.settings import Settings, read_settings

Result = TypeVar("Result")
QUEUE = "sync-resource"
_SECONDS = 60.0
_A_DAY = timedelta(days=1)
_MOST = 100


@dataclass(frozen=True, slots=True)
class Rest:
    """What still lies with some resources: `waiting` is under way, `held` is for a person, `refused` says why a
    calendar does not answer.
    """

    waiting: tuple[Row, ...]
    held: tuple[Held, ...]
    refused: tuple[str, ...]


class Office:
    """Calls flows and storage from tests that know no event loop; it has one of its own in a thread."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._storage = settings["AzureWebJobsStorage"]
        read = read_settings(settings)
        assert isinstance(read, Settings)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._connector: Connector = self._await(self._connect(read))
        self._ports: Ports = self._await(self._connector.ports())
        self._queue = self._await(self._open_queue())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._await(self._queue.close())
        self._await(self._connector.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, act: Callable[[Ports], Awaitable[Result]]) -> Result:
        """Do something with the ports, to its end."""

        async def through() -> Result:
            return await act(self._ports)

        result: Result = self._await(through())
        return result

    def rest(self, resources: Sequence[str]) -> Rest:
        """Look at what lies with these resources.

        What is due later than now is not under way, nor is what waits for who takes no part.
        """

        async def read(ports: Ports) -> tuple[Choices, list[Pending]]:
            found = await asyncio.gather(*(ports.rows.read_pending(ResourceId(each)) for each in resources))
            return (await ports.tenant.read()).choices, found

        now = datetime.now(UTC)
        choices, every = self.run(read)
        waiting: list[Row] = []
        held: list[Held] = []
        refused: list[str] = []
        for pending in every:
            if not _takes_part(pending, choices):
                continue
            own = [row for row in pending.rows if isinstance(row, Held)]
            known = {trace for row in own for trace in row.rows}
            held += own
            refused += [row.refusal for row in pending.rows if isinstance(row, Cursor) and row.refused_since]
            waiting += [row for row in pending.rows if _is_under_way(row, now) and _trace(row) not in known]
        return Rest(tuple(waiting), tuple(held), tuple(refused))

    def journal(self, resources: Sequence[str]) -> str:
        """Everything the journals of these resources tell, as text to be searched."""

        async def read(ports: Ports) -> list[Sequence[Row]]:
            return await asyncio.gather(*(ports.rows.scan(ResourceId(each), (Family.JOURNAL,)) for each in resources))

        return str([row.entries for rows in self.run(read) for row in rows if isinstance(row, JournalPage)])

    def bells(self) -> list[str]:
        """The messages that may be answered now; not those being answered or meant for later."""

        messages = self._await(self._queue.peek_messages(32))
        return [base64.b64decode(message.content).decode() for message in messages]

    def drop_bells(self) -> None:
        """Throw every message away, those for later too."""
        self._await(self._queue.clear_messages())

    def ring(self, resources: Sequence[str], reason: str = "pull") -> None:
        """Ring as the pulling timer does when their turn comes."""
        jobs = [Job(ResourceId(each), datetime.now(UTC), reason, "by-hand") for each in resources]
        self.run(lambda ports: ports.bells.ring(jobs))

    def empty_tables(self, *, but: Sequence[str] = ()) -> None:
        """Delete every row of every table but those named."""
        self._await(self._empty_tables(but))

    async def _empty_tables(self, but: Sequence[str]) -> None:
        async with TableServiceClient.from_connection_string(self._storage) as service:
            names = [table.name async for table in service.list_tables() if table.name not in but]
            await asyncio.gather(*(_empty(service.get_table_client(name)) for name in names))

    def profiles(self, resources: Sequence[str]) -> dict[str, Profile]:
        """How each of these resources takes part, of those that are known."""

        async def read(ports: Ports) -> list[Pending]:
            return await asyncio.gather(*(ports.rows.read_pending(ResourceId(each)) for each in resources))

        rows = [row for pending in self.run(read) for row in pending.rows]
        return {row.profile.resource: row.profile for row in rows if isinstance(row, ProfileRow)}

    def _change_profiles(self, resources: Sequence[str], change: Callable[[Profile], Profile]) -> None:
        async def write(ports: Ports) -> None:
            for resource in map(ResourceId, resources):
                while True:
                    pending = await ports.rows.read_pending(resource)
                    rows = [ProfileRow(change(row.profile)) for row in pending.rows if isinstance(row, ProfileRow)]
                    if not rows:
                        break
                    lease = replace(pending.lease or Lease(), holder="", until=None, commit_id=ports.names.fresh())
                    with contextlib.suppress(VersionMoved):
                        await ports.rows.transact(resource, lease, pending.lease_tag, rows)
                        break

        self.run(write)

    def let_searches_come_due(self, resources: Sequence[str]) -> None:
        """Let the time pass after which mailboxes that could not be used are looked for again."""

        def due(profile: Profile) -> Profile:
            search = profile.mailbox
            again_at = search.again_at - _A_DAY * 2 if search.again_at else None
            return replace(profile, mailbox=replace(search, again_at=again_at))

        self._change_profiles(resources, due)

    def let_refusals_come_due(self, resources: Sequence[str]) -> None:
        """Let the time pass after which calendars that refused us are tried again."""

        async def shift(ports: Ports) -> None:
            for resource in map(ResourceId, resources):
                while True:
                    pending = await ports.rows.read_pending(resource)
                    due = [
                        replace(row, next_try_at=row.next_try_at - _A_DAY)
                        for row in pending.rows
                        if isinstance(row, Cursor) and row.next_try_at
                    ]
                    if not due or pending.lease is None:
                        break
                    if pending.lease.holder:
                        await asyncio.sleep(0.02)
                        continue
                    with contextlib.suppress(VersionMoved):
                        await ports.rows.transact(resource, pending.lease, pending.lease_tag, due)
                        break

        self.run(shift)

    async def _connect(self, settings: Settings) -> Connector:
        return connect(settings)

    async def _open_queue(self) -> QueueClient:
        return QueueClient.from_connection_string(self._storage, QUEUE)

    def _await(self, awaitable: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(awaitable, self._loop).result(_SECONDS)


async def _empty(table: TableClient) -> None:
    partitions: dict[str, list[dict[str, Any]]] = {}
    async for entity in table.list_entities(select=["PartitionKey", "RowKey"]):
        key = {name: entity[name] for name in ("PartitionKey", "RowKey")}
        partitions.setdefault(entity["PartitionKey"], []).append(key)
    for keys in partitions.values():
        for start in range(0, len(keys), _MOST):
            # A run that ends just now may have deleted one itself.
            with contextlib.suppress(TableTransactionError):
                await table.submit_transaction([("delete", key) for key in keys[start : start + _MOST]])


def _takes_part(pending: Pending, choices: Choices) -> bool:
    profile = next((row.profile for row in pending.rows if isinstance(row, ProfileRow)), None)
    return profile is not None and Terms(ConnectorId(""), profile, choices).takes_part


def _is_under_way(row: Row, now: datetime) -> bool:
    if isinstance(row, Todo):
        return row.due_at is None or row.due_at <= now
    return isinstance(row, Announcement | BoardInbox | OutlookInbox)


def _trace(row: Row) -> object:
    return row.trace if isinstance(row, BoardInbox | OutlookInbox) else row.address
