"""The queue keeps the port's contract, and so does the fake; what came wrong off the wire is told in words."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from azure.storage.queue.aio import QueueClient

from sync_core.adapters.queues.bells import QueueBells
from sync_core.adapters.queues.messages import job_from_message, message_of_job
from sync_core.domain.errors import Misconfigured, Refused, TryAgain
from sync_core.domain.stored import Job
from tests.contracts.bells_contract import NOW, BellsContract, job
from tests.fakes.bells import FakeBells
from tests.fakes.clock import FakeClock

NOBODY_LISTENS = (
    "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;"
    "QueueEndpoint=http://127.0.0.1:9/a;TableEndpoint=http://127.0.0.1:9/a;"
)


class FakeQueue:
    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        self.bells = FakeBells(self.clock)

    async def hear(self, count: int) -> Sequence[Job]:
        return self.bells.take_due()

    async def wait(self, length: timedelta) -> None:
        self.clock.advance(length)


class RealQueue:
    def __init__(self, bells: QueueBells, listener: QueueClient) -> None:
        self.bells = bells
        self._listener = listener

    async def hear(self, count: int) -> Sequence[Job]:
        heard: list[Job] = []
        deadline = time.monotonic() + 20
        while True:
            found = [message async for message in self._listener.receive_messages(messages_per_page=32)]
            for message in found:
                # As the host does it: base64 off, the bytes to the function.
                heard.append(job_from_message(base64.b64decode(message.content)))
                await self._listener.delete_message(message)
            if len(heard) >= count or time.monotonic() > deadline:
                return heard

    async def wait(self, length: timedelta) -> None:
        """Nothing to do: whoever hears next waits until it can be seen."""


class TestFakeBells(BellsContract):
    @pytest.fixture
    def queue(self) -> FakeQueue:
        return FakeQueue()


@pytest.mark.services
class TestQueueBells(BellsContract):
    @pytest.fixture
    async def queue(self, storage: str, unique: str) -> AsyncIterator[RealQueue]:
        bells = QueueBells.from_connection_string(storage, unique)
        await bells.prepare()
        await bells.prepare()
        async with QueueClient.from_connection_string(storage, unique) as listener:
            yield RealQueue(bells, listener)
        await bells.aclose()


@pytest.mark.services
async def test_a_queue_nobody_made_is_told_in_words(storage: str, unique: str) -> None:
    bells = QueueBells.from_connection_string(storage, unique)
    with pytest.raises(Misconfigured, match="does not exist"):
        await bells.ring([job("a")])
    await bells.aclose()


async def test_a_queue_that_does_not_answer_asks_to_try_again_and_soon() -> None:
    bells = QueueBells.from_connection_string(NOBODY_LISTENS)
    with pytest.raises(TryAgain, match="cannot be reached"):
        await asyncio.wait_for(bells.ring([job("a"), job("b")]), 15)
    await bells.aclose()


def test_a_job_reads_its_own_message_as_text_and_as_bytes() -> None:
    rung = job("ada", attempt=2, is_hint=True)
    assert job_from_message(message_of_job(rung)) == rung
    assert job_from_message(message_of_job(rung).decode()) == rung


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b"", "the whole"),
        ("not json", "the whole"),
        (b"\xff\xfe", "the whole"),
        ("[1]", "the whole"),
        ('{"resource": "topsecret"}', "correlation_id, reason, rung_at"),
        ('{"resource":1,"rung_at":"2026-11-23T08:00:00Z","reason":"r","correlation_id":"topsecret"}', "resource"),
        ('{"resource":"a","rung_at":"2026-11-23T08:00:00","reason":"r","correlation_id":"topsecret"}', "rung_at"),
        ('{"resource":"a","rung_at":"topsecret","reason":"r","correlation_id":"c"}', "rung_at"),
    ],
)
def test_a_message_that_is_no_job_names_what_is_wrong_and_not_what_it_says(body: bytes | str, wrong: str) -> None:
    with pytest.raises(Refused) as refusal:
        job_from_message(body)
    assert wrong in refusal.value.reason
    assert "topsecret" not in refusal.value.reason
    assert refusal.value.__cause__ is None
