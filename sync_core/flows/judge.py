"""What an admin says to what is held: let it through this once, or leave things as they are."""

from collections.abc import Collection, Sequence

from sync_core.domain.identity import PairId
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Held, Row, Todo, TodoReason
from sync_core.flows.profiles import ring_for
from sync_core.ports import Ports

_VERDICTS = (TodoReason.RELEASE, TodoReason.REJECT)


async def list_held(ports: Ports, resource: ResourceId) -> Sequence[Held]:
    """What waits for a person or a change, the oldest first; rows without a pair are no pair's trouble."""
    pending = await ports.rows.read_pending(resource)
    return sorted((row for row in pending.rows if isinstance(row, Held)), key=lambda row: (row.since_at, row.subject))


async def release(ports: Ports, resource: ResourceId, *, pairs: Collection[PairId] = (), why: str | None = None) -> int:
    """Have held pairs carried out once whatever held them back: those named, and all that are held for that reason.

    Returns how many; a pair that is not held, or was judged already and not yet carried out, is left as it is.
    """
    return await _judge(ports, resource, TodoReason.RELEASE, pairs, why)


async def reject(ports: Ports, resource: ResourceId, *, pairs: Collection[PairId] = (), why: str | None = None) -> int:
    """Have what held pairs were about to do not done; the answer is remembered until a side changes.

    Returns how many; a pair that is not held, or was judged already and not yet carried out, is left as it is.
    """
    return await _judge(ports, resource, TodoReason.REJECT, pairs, why)


async def _judge(
    ports: Ports, resource: ResourceId, verdict: TodoReason, pairs: Collection[PairId], why: str | None
) -> int:
    pending = await ports.rows.read_pending(resource)
    judged = {row.pair for row in pending.rows if isinstance(row, Todo) and row.reason in _VERDICTS}
    chosen = [
        row.pair
        for row in pending.rows
        if isinstance(row, Held) and row.pair is not None and (row.pair in pairs or row.why == why)
    ]
    todos: list[Row] = [Todo(verdict, pair, pair) for pair in chosen if pair not in judged]
    if todos:
        await ports.rows.insert(resource, todos)
        await ring_for(ports, resource, str(verdict))
    return len(todos)
