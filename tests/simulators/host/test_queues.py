"""Queue functions under the host, against a real Azurite."""

import base64
import itertools

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient

from tests.services import wait_until
from tests.simulators.host.sample import Sample

pytestmark = pytest.mark.services

NOTE_EACH = """
    @app.queue_trigger("msg", "%QUEUE%", "AzureWebJobsStorage")
    async def run(msg: func.QueueMessage) -> None:
        note(f"{msg.dequeue_count} {msg.get_body().decode()}")
"""
FAIL_EACH = """
    import time

    @app.queue_trigger("msg", "%QUEUE%", "AzureWebJobsStorage")
    async def run(msg: func.QueueMessage) -> None:
        note(f"{msg.dequeue_count} {time.time()}")
        raise RuntimeError("no")
"""


def send(storage: str, queue: str, *bodies: str, is_plain: bool = False) -> None:
    with QueueClient.from_connection_string(storage, queue) as client:
        for body in bodies:
            client.send_message(body if is_plain else base64.b64encode(body.encode()).decode())


def contents(storage: str, queue: str) -> list[str]:
    """Return the visible messages of a queue, decoded where they are base64."""
    with QueueClient.from_connection_string(storage, queue) as client:
        try:
            return [str(message.content) for message in client.peek_messages(32)]
        except ResourceNotFoundError:
            return []


def count(storage: str, queue: str) -> int:
    """Return how many messages a queue holds, hidden ones too."""
    with QueueClient.from_connection_string(storage, queue) as client:
        return client.get_queue_properties().approximate_message_count or 0


def encoded(body: str) -> str:
    return base64.b64encode(body.encode()).decode()


def test_a_message_arrives_decoded_and_is_deleted(sample: Sample, storage: str, unique: str) -> None:
    sample.write(NOTE_EACH)
    sample.start(AzureWebJobsStorage=storage, QUEUE=unique)
    send(storage, unique, "grüezi")
    wait_until(sample.calls, "the message arrived")
    wait_until(lambda: count(storage, unique) == 0, "the message was deleted")
    assert sample.calls() == ["1 grüezi"]


def test_five_failures_with_the_pause_between_them_lead_to_the_poison_queue(
    sample: Sample, storage: str, unique: str
) -> None:
    sample.write(FAIL_EACH, visibilityTimeout="00:00:01", maxPollingInterval="00:00:00.2")
    sample.start(AzureWebJobsStorage=storage, QUEUE=unique)
    send(storage, unique, "bad")
    wait_until(lambda: contents(storage, unique + "-poison"), "the message is in the poison queue")
    tries = [line.split() for line in sample.calls()]
    assert [number for number, _ in tries] == ["1", "2", "3", "4", "5"]
    pauses = [float(later) - float(sooner) for (_, sooner), (_, later) in itertools.pairwise(tries)]
    # The storage counts whole seconds, so a pause may begin up to one clock tick earlier than it seems.
    assert all(0.8 < pause < 5 for pause in pauses), pauses
    assert contents(storage, unique + "-poison") == [encoded("bad")]
    assert count(storage, unique) == 0


def test_a_message_of_a_killed_host_comes_again_after_its_hidden_time(
    sample: Sample, storage: str, unique: str
) -> None:
    sample.write("""
        @app.queue_trigger("msg", "%QUEUE%", "AzureWebJobsStorage")
        async def run(msg: func.QueueMessage) -> None:
            note(f"{msg.dequeue_count} began")
            await asyncio.sleep(0 if msg.dequeue_count > 1 else 3600)
            note(f"{msg.dequeue_count} ended")
    """)
    first = sample.start("--hidden-seconds", "2", AzureWebJobsStorage=storage, QUEUE=unique)
    send(storage, unique, "x")
    wait_until(sample.calls, "the function runs")
    first.kill()
    sample.start("--hidden-seconds", "2", AzureWebJobsStorage=storage, QUEUE=unique)
    wait_until(lambda: "2 ended" in sample.calls(), "the message came again")
    assert sample.calls() == ["1 began", "2 began", "2 ended"]


def test_a_message_stays_hidden_while_its_function_runs_longer_than_that(
    sample: Sample, storage: str, unique: str
) -> None:
    sample.write("""
        @app.queue_trigger("msg", "%QUEUE%", "AzureWebJobsStorage")
        async def run(msg: func.QueueMessage) -> None:
            note(f"{msg.dequeue_count} began")
            await asyncio.sleep(3.5)
            note(f"{msg.dequeue_count} ended")
    """)
    sample.start("--hidden-seconds", "1", AzureWebJobsStorage=storage, QUEUE=unique)
    send(storage, unique, "x")
    wait_until(lambda: "1 ended" in sample.calls(), "the function ended")
    wait_until(lambda: count(storage, unique) == 0, "the message was deleted, with the pop receipt of its last renewal")
    assert sample.calls() == ["1 began", "1 ended"]


def test_what_is_not_base64_goes_to_the_poison_queue_unseen(sample: Sample, storage: str, unique: str) -> None:
    sample.write(NOTE_EACH)
    sample.start(AzureWebJobsStorage=storage, QUEUE=unique)
    send(storage, unique, "{not base64}", is_plain=True)
    wait_until(lambda: contents(storage, unique + "-poison") == ["{not base64}"], "the message is in the poison queue")
    assert sample.calls() == []


def test_without_encoding_the_body_is_the_text_itself(sample: Sample, storage: str, unique: str) -> None:
    sample.write(NOTE_EACH, messageEncoding="none")
    sample.start(AzureWebJobsStorage=storage, QUEUE=unique)
    send(storage, unique, "plain words", is_plain=True)
    wait_until(sample.calls, "the message arrived")
    assert sample.calls() == ["1 plain words"]


def test_no_more_run_at_once_than_batch_and_threshold_allow(sample: Sample, storage: str, unique: str) -> None:
    sample.write(
        """
        running = 0

        @app.queue_trigger("msg", "%QUEUE%", "AzureWebJobsStorage")
        async def run(msg: func.QueueMessage) -> None:
            global running
            running += 1
            note(f"{running}")
            await asyncio.sleep(0.2)
            running -= 1
        """,
        batchSize=3,
        newBatchThreshold=0,
    )
    with QueueClient.from_connection_string(storage, unique) as client:
        client.create_queue()
    send(storage, unique, *"abcdefghi")
    sample.start(AzureWebJobsStorage=storage, QUEUE=unique)
    wait_until(lambda: len(sample.calls()) == 9, "all messages arrived")
    assert max(map(int, sample.calls())) == 3


def test_a_failing_message_of_a_poison_queue_is_neither_spun_nor_lost(
    sample: Sample, storage: str, unique: str
) -> None:
    queue = unique + "-poison"
    sample.write(FAIL_EACH, visibilityTimeout="00:00:00", maxPollingInterval="00:00:00.1")
    host = sample.start(AzureWebJobsStorage=storage, QUEUE=queue)
    send(storage, queue, "first")
    wait_until(sample.calls, "the first message was tried")
    send(storage, queue, "second")
    wait_until(lambda: len(sample.calls()) == 2, "the second message was tried, so the queue was polled again")
    host.stop()
    assert [line.split()[0] for line in sample.calls()] == ["1", "1"]
    assert count(storage, queue) == 2


def test_a_host_that_is_asked_to_end_finishes_what_it_fetched(sample: Sample, storage: str, unique: str) -> None:
    sample.write("""
        @app.queue_trigger("msg", "%QUEUE%", "AzureWebJobsStorage")
        async def run(msg: func.QueueMessage) -> None:
            note("began")
            await asyncio.sleep(1)
            note("ended")
    """)
    host = sample.start(AzureWebJobsStorage=storage, QUEUE=unique)
    send(storage, unique, "x")
    wait_until(sample.calls, "the function runs")
    host.stop()
    assert sample.calls() == ["began", "ended"]
    assert count(storage, unique) == 0
    assert host.running.returncode == 0
