"""Tells whether both queues are there, and how much lies in the poison queue.

https://learn.microsoft.com/rest/api/storageservices/get-queue-metadata
"""

from collections.abc import Sequence

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue.aio import QueueServiceClient

from sync_core.adapters.queues.trouble import translate

POISON = "-poison"


class QueueInspection:
    """Looks at a queue and its poison queue, and takes nothing from them."""

    def __init__(self, service: QueueServiceClient, queue: str) -> None:
        self._service = service
        self._queues = (queue, queue + POISON)

    async def find_missing(self) -> Sequence[str]:
        """Ask for each queue's properties."""
        return [queue for queue in self._queues if await self._count(queue) is None]

    async def count_poisoned(self) -> int:
        """Read the service's own estimate."""
        return await self._count(self._queues[1]) or 0

    async def _count(self, queue: str) -> int | None:
        try:
            properties = await self._service.get_queue_client(queue).get_queue_properties()
        except ResourceNotFoundError:
            return None
        except (AzureError, OSError, TimeoutError) as error:
            raise translate(error) from error
        return properties.approximate_message_count or 0
