"""What the set-up check asks of queues: whether both are there, and how much failed."""

import pytest
from azure.storage.queue import QueueServiceClient

from sync_core.adapters.queues.bells import QueueBells
from sync_core.domain.errors import TryAgain
from tests.adapters.queues.test_bells import NOBODY_LISTENS


@pytest.mark.services
async def test_queues_that_are_missing_are_named_and_what_was_poisoned_is_counted(storage: str, unique: str) -> None:
    bells = QueueBells.from_connection_string(storage, unique)
    inspection = bells.inspection()
    assert await inspection.find_missing() == [unique, f"{unique}-poison"]
    assert await inspection.count_poisoned() == 0
    await bells.prepare()
    assert await inspection.find_missing() == [f"{unique}-poison"]
    with QueueServiceClient.from_connection_string(storage) as service:
        poison = service.create_queue(f"{unique}-poison")
        poison.send_message("a")
        poison.send_message("b", visibility_timeout=60)
    assert await inspection.find_missing() == []
    assert await inspection.count_poisoned() == 2
    await bells.aclose()


async def test_a_queue_service_that_is_away_is_not_taken_for_one_without_queues() -> None:
    bells = QueueBells.from_connection_string(NOBODY_LISTENS, retry_total=0)
    with pytest.raises(TryAgain, match="cannot be reached"):
        await bells.inspection().find_missing()
    await bells.aclose()
