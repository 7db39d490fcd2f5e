"""What becomes of bells that could not be answered: filed so that an admin sees them, and rung again."""

from contextlib import suppress
from datetime import timedelta

from sync_core.domain.errors import TryAgain
from sync_core.domain.stored import Held, Job
from sync_core.flows.accept import WEBHOOKS
from sync_core.flows.desk import POISON
from sync_core.flows.overview import note_resource
from sync_core.ports import Ports

MESSAGE = "a queue message that cannot be read"
_AGAIN_AFTER = timedelta(minutes=15)


async def file_poison(ports: Ports, job: Job, reason: str) -> None:
    """File a poisoned bell under its resource and ring again later; no inbox row is consumed by it.

    The row goes with the first run that ends well.
    """
    row = Held(
        subject=f"{POISON}{job.resource}",
        since_at=ports.clock.now(),
        what="a run that failed again and again",
        why=f"{reason} (correlation id {job.correlation_id})",
        remedy="see the log under the correlation id; the resource is tried again by itself",
    )
    await ports.rows.insert(job.resource, [row])
    with suppress(TryAgain):  # whoever lists what is held looks there; the next run writes it
        await note_resource(ports, job.resource)
    again = Job(job.resource, ports.clock.now(), "poison", job.correlation_id)
    await ports.bells.ring([again], _AGAIN_AFTER)


async def file_undecodable(ports: Ports, message_id: str, reason: str) -> None:
    """File a queue message that is no job of ours."""
    row = Held(
        subject=f"message.{message_id}",
        since_at=ports.clock.now(),
        what=MESSAGE,
        why=reason,
        remedy="find out who writes to the queue besides Tandem",
    )
    await ports.rows.insert(WEBHOOKS, [row])
