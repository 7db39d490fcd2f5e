"""Feeds the queue functions of an app from Azure Queue Storage with the vendor's retries and poison queue.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger and, for what the page leaves
open, the extension's QueueListener and QueueProcessor in Azure/azure-sdk-for-net.
"""

import asyncio
import base64
import binascii
import contextlib
import inspect
import logging
import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.functions.queue import QueueMessage
from azure.storage.queue import QueueMessage as StoredMessage
from azure.storage.queue.aio import QueueClient

from simulators.host.functions import Function
from simulators.host.options import SHORTEST_POLL, CannotStart, QueueOptions, fill_places

log = logging.getLogger("simulators.host")
POISON = "-poison"
LONGEST_NAME = 63


class Listener:
    """One queue function and the queue it is fed from."""

    def __init__(
        self, function: Function, queue: str, connection: str, options: QueueOptions, hidden: timedelta
    ) -> None:
        self.function = function
        self._options = options
        # A fetched message stays hidden this long unless renewed: so long does a crash delay it.
        self._hidden = hidden.total_seconds()
        self._queue = QueueClient.from_connection_string(connection, queue)
        has_poison = not queue.endswith(POISON) and len(queue + POISON) <= LONGEST_NAME
        self._poison = QueueClient.from_connection_string(connection, queue + POISON) if has_poison else None
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_ending = asyncio.Event()

    async def open(self) -> None:
        """Make the queue, if it is not there.

        Raises:
            CannotStart: The storage cannot be reached or refuses the name.
        """
        try:
            with contextlib.suppress(ResourceExistsError):
                await self._queue.create_queue()
        except (AzureError, ValueError) as error:
            name = self._queue.queue_name
            raise CannotStart(f"The queue {name} cannot be reached in the storage: {type(error).__name__}.") from error

    async def close(self, grace: float) -> None:
        """Let what runs finish within `grace` seconds; what is cut off reappears when its hidden time ends."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._queue.close()
        if self._poison is not None:
            await self._poison.close()

    async def keep(self) -> None:
        """Poll until asked to end: at once after messages, ever more slowly on an empty queue."""
        empty_polls = 0
        while not self._is_ending.is_set():
            try:
                fetched = await self._fetch()
            except AzureError as error:
                fetched = 0
                if empty_polls == 0:
                    log.warning("queue %s cannot be read: %s", self._queue.queue_name, type(error).__name__)
                if isinstance(error, ResourceNotFoundError):
                    with contextlib.suppress(AzureError):
                        await self._queue.create_queue()
            if fetched:
                empty_polls = 0
                await self._wait_for_room()
            else:
                await _pass_unless(self._is_ending, self._pause(empty_polls))
                empty_polls += 1

    def end(self) -> None:
        """Fetch no more. A fetch under way is not cut off: what it brought would stay hidden, though no one crashed."""
        self._is_ending.set()

    async def _fetch(self) -> int:
        pages = self._queue.receive_messages(
            messages_per_page=self._options.batch_size, visibility_timeout=max(1, round(self._hidden))
        ).by_page()
        # One page is one request; the client would go on asking until a page is empty.
        page = await anext(pages, None)
        if page is None:
            return 0
        fetched = 0
        async for message in page:
            task = asyncio.create_task(self._handle(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            fetched += 1
        return fetched

    async def _wait_for_room(self) -> None:
        while len(self._tasks) > self._options.new_batch_threshold and not self._is_ending.is_set():
            await asyncio.wait(self._tasks, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)

    def _pause(self, empty_polls: int) -> float:
        shortest, longest = SHORTEST_POLL.total_seconds(), self._options.max_polling_interval.total_seconds()
        if empty_polls == 0:
            return shortest
        growth: float = random.uniform(0.8, 1.2) * 2 ** min(empty_polls - 1, 20) * shortest
        return min(shortest + growth, longest)

    async def _handle(self, message: StoredMessage) -> None:
        try:
            await self._run(message)
        except AzureError as error:
            # The message stays hidden and comes again: delivery is at least once.
            log.warning("queue %s: a message could not be settled: %s", self._queue.queue_name, type(error).__name__)

    async def _run(self, message: StoredMessage) -> None:
        if (message.dequeue_count or 0) > self._options.max_dequeue_count:
            # Its last try ended in a crash, not in an exception.
            await self._move_to_poison(message)
            return
        try:
            body = self._decode(str(message.content))
        except (binascii.Error, ValueError):
            log.error("queue %s: a message is not base64 and goes to the poison queue", self._queue.queue_name)
            await self._move_to_poison(message)
            return
        finished = asyncio.Event()
        renewing = asyncio.create_task(self._keep_hidden(message, finished))
        try:
            await self.function.run(_to_argument(self.function, message, body), f" try {message.dequeue_count}")
        except Exception:  # it was logged; what follows is the vendor's answer to any failure of an app
            succeeded = False
        else:
            succeeded = True
        finally:
            # Not cancelled: a renewal cut off may have been made, and then the pop receipt known here is worth nothing.
            finished.set()
            await asyncio.wait([renewing])
        if succeeded:
            await self._delete(message)
        elif (message.dequeue_count or 0) >= self._options.max_dequeue_count:
            await self._move_to_poison(message)
        elif self._poison is not None:
            await self._release(message)
        # Without a poison queue a failed message just stays hidden, so that it cannot spin.

    def _decode(self, content: str) -> bytes:
        return base64.b64decode(content, validate=True) if self._options.is_base64 else content.encode()

    async def _keep_hidden(self, message: StoredMessage, finished: asyncio.Event) -> None:
        while not await _pass_unless(finished, self._hidden / 2):
            with contextlib.suppress(AzureError):
                renewed = await self._queue.update_message(message, visibility_timeout=max(1, round(self._hidden)))
                message.pop_receipt = renewed.pop_receipt

    async def _delete(self, message: StoredMessage) -> None:
        # Someone else may have got it meanwhile: then it is theirs to delete.
        with contextlib.suppress(ResourceNotFoundError):
            await self._queue.delete_message(message)

    async def _release(self, message: StoredMessage) -> None:
        with contextlib.suppress(ResourceNotFoundError):
            seconds = int(self._options.visibility_timeout.total_seconds())
            await self._queue.update_message(message, visibility_timeout=seconds)

    async def _move_to_poison(self, message: StoredMessage) -> None:
        if self._poison is None:
            return
        try:
            await self._poison.send_message(message.content)
        except ResourceNotFoundError:
            with contextlib.suppress(ResourceExistsError):
                await self._poison.create_queue()
            await self._poison.send_message(message.content)
        # Only now: a crash in between leaves the message twice, never nowhere.
        await self._delete(message)
        log.error("queue %s: a message went to %s", self._queue.queue_name, self._poison.queue_name)


def read_listeners(
    functions: Sequence[Function], settings: Mapping[str, str], options: QueueOptions, hidden: timedelta
) -> list[Listener]:
    """Return the listeners of all queue functions; `hidden` is how long a crashed worker's message stays hidden.

    Raises:
        CannotStart: A connection or the name of a queue is missing or wrong.
    """
    listeners = []
    for function in functions:
        if function.kind != "queueTrigger":
            continue
        name = str(function.trigger["connection"])
        queue = fill_places(str(function.trigger["queueName"]), settings, function.name)
        if not settings.get(name):
            raise CannotStart(f"Function {function.name} needs the setting {name}, which is missing.")
        try:
            listeners.append(Listener(function, queue, settings[name], options, hidden))
        except ValueError as error:
            raise CannotStart(f"The setting {name} is no connection string of a storage account.") from error
    return listeners


def _to_argument(function: Function, message: StoredMessage, body: bytes) -> Any:
    annotation = inspect.signature(function.call).parameters[str(function.trigger["name"])].annotation
    if annotation in (str, "str"):
        return body.decode()
    if annotation in (bytes, "bytes"):
        return body
    build: Any = QueueMessage
    return build(
        id=message.id,
        body=body,
        dequeue_count=message.dequeue_count,
        expiration_time=message.expires_on,
        insertion_time=message.inserted_on,
        time_next_visible=message.next_visible_on,
        pop_receipt=message.pop_receipt,
    )


async def _pass_unless(event: asyncio.Event, seconds: float) -> bool:
    """Let time pass until the event is set and return whether it is."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()
