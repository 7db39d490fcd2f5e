"""Rings: puts jobs on the queue that the engine listens to.

Client: https://learn.microsoft.com/python/api/overview/azure/storage-queue-readme
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Self

from aiohttp import ClientSession
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ResourceExistsError
from azure.core.pipeline.transport import AioHttpTransport
from azure.storage.queue import BinaryBase64EncodePolicy
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from sync_core import telemetry
from sync_core.adapters.queues.messages import message_of_job
from sync_core.adapters.queues.proofs import QueueInspection
from sync_core.adapters.queues.trouble import translate
from sync_core.domain.errors import Refused
from sync_core.domain.stored import Job

QUEUE = "sync-resource"
LONGEST_DELAY = timedelta(days=7)
MOST_AT_ONCE = 16
_FOR_EVER = -1
_PATIENCE: dict[str, Any] = {
    "connection_timeout": 5,
    "read_timeout": 10,
    "retry_total": 3,
    # Its own first wait is 15 s, which is longer than anyone waits for a webhook.
    "initial_backoff": 0.2,
    "increment_base": 1,
    "random_jitter_range": 0.1,
}


class QueueBells:
    """`Bells` on Azure Queue Storage."""

    def __init__(self, service: QueueServiceClient, queue: str = QUEUE) -> None:
        self._service = service
        self._queue = queue
        self._client: QueueClient = service.get_queue_client(queue, message_encode_policy=BinaryBase64EncodePolicy())

    @classmethod
    def from_connection_string(
        cls,
        connection_string: str,
        queue: str = QUEUE,
        session: ClientSession | None = None,
        **options: Any,
    ) -> Self:
        """Connect with a key. A `session` that is given is shared and stays open; `options` go to the client."""
        return cls(QueueServiceClient.from_connection_string(connection_string, **_options(session, options)), queue)

    @classmethod
    def from_account(
        cls, url: str, credential: AsyncTokenCredential, queue: str = QUEUE, session: ClientSession | None = None
    ) -> Self:
        """Connect to `https://<account>.queue.core.windows.net` with an identity."""
        return cls(QueueServiceClient(url, credential=credential, **_options(session, {})), queue)

    async def ring(self, jobs: Sequence[Job], delay: timedelta = timedelta(0)) -> None:
        """Send every job; all have been tried when this raises, and to ring twice is harmless."""
        if not timedelta(0) <= delay <= LONGEST_DELAY:
            raise Refused("a bell can be delayed by at most seven days")
        gate = asyncio.Semaphore(MOST_AT_ONCE)

        async def send(message: bytes) -> None:
            async with gate:
                await self._client.send_message(
                    message, visibility_timeout=round(delay.total_seconds()), time_to_live=_FOR_EVER
                )

        with telemetry.span("bell", bells=len(jobs), correlation=jobs[0].correlation_id if jobs else ""):
            above = telemetry.traceparent()
            messages = [message_of_job(replace(job, traceparent=above or job.traceparent)) for job in jobs]
            answers = await asyncio.gather(*map(send, messages), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, AzureError | OSError | TimeoutError):
                raise translate(answer) from answer
            if isinstance(answer, BaseException):
                raise answer

    async def prepare(self) -> None:
        """Create the queue if it is missing; for developing only, since a deployed app has no right to."""
        try:
            await self._client.create_queue()
        except ResourceExistsError:
            return
        except (AzureError, OSError, TimeoutError) as error:
            raise translate(error) from error

    def inspection(self) -> QueueInspection:
        """What tells whether the queues are there, over the same connections."""
        return QueueInspection(self._service, self._queue)

    async def aclose(self) -> None:
        """Close the connections that are its own."""
        await self._service.close()


def _options(session: ClientSession | None, options: dict[str, Any]) -> dict[str, Any]:
    shared = {"transport": AioHttpTransport(session=session, session_owner=False)} if session is not None else {}
    return {**_PATIENCE, **shared, **options}
